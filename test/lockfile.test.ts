/**
 * No known bad version gets into the tree. An audit service may be out of reach where this is built, so
 * what we know is a list here, kept by hand: name, versions, reason. The list was made in November 2026.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  /** The real name, where a package is installed under another one. */
  readonly name?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

interface Denied {
  readonly name: string;
  /** The first version without the fault; absent: there is none. */
  readonly below?: string;
  readonly why: string;
}

const DENIED: readonly Denied[] = [
  // === Come with Wechaty, unless an override stands in the way
  {
    name: 'request',
    why: 'given up by its makers; requests can be led to other hosts (GHSA-p8p7-x288-28g6), never mended',
  },
  { name: 'form-data', below: '2.5.4', why: 'boundaries can be foreseen (GHSA-fjxv-7rqg-78g4, critical)' },
  { name: 'tough-cookie', below: '4.1.3', why: 'prototype pollution (GHSA-72xf-g2v4-qvf3)' },
  { name: 'nth-check', below: '2.0.1', why: 'a short selector takes exponential time (CVE-2021-3803)' },
  { name: 'xml2js', below: '0.5.0', why: 'prototype pollution (CVE-2023-0842)' },
  {
    name: 'fast-xml-parser',
    below: '4.1.2',
    why: 'prototype pollution by names of entities (CVE-2023-26920)',
  },
  {
    name: 'phin',
    below: '3.7.1',
    why: 'passes credentials on when led to another host (GHSA-x565-32qp-m3vf)',
  },
  {
    name: 'wechaty-puppet-wechat4u',
    why: 'the web protocol: accounts are blocked for it; brings an old XML parser and a compiler',
  },
  { name: 'wechat4u', why: 'the web protocol: accounts are blocked for it' },
  { name: '@swc/core', why: 'a native compiler that a puppet ships by mistake' },
  // === Libraries for WeChat that take forged messages or cannot be loaded
  {
    name: 'wechaty-puppet-official-account',
    why: 'takes messages that nobody signed, and leaves pushes without an answer',
  },
  {
    name: 'node-easywechat',
    why: 'takes unsigned plain messages although a key is set, echoes scripts, does not load when installed afresh',
  },
  {
    name: 'co-wechat',
    why: 'falls back to the short signature that does not cover the message; answers are not escaped',
  },
  { name: 'wechat', why: 'the older form of co-wechat, with the same faults' },
  { name: 'wechat-api', why: 'unmaintained; secrets in addresses' },
  { name: 'wechat-oauth', why: 'unmaintained; secrets in addresses' },
  { name: 'nest-wechat', why: 'compares signatures in variable time and never looks whom a message is for' },
  { name: 'axios', below: '0.30.0', why: 'comes with the official-account puppet; several high advisories' },
  { name: 'unirest', why: 'given up; comes with the official-account puppet' },
  { name: 'localtunnel', why: 'opens this machine to the internet; comes with the official-account puppet' },
];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly overrides: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};

/** Folder name under `node_modules`, which an alias may have given. */
const folderOf = (path: string): string => path.split('node_modules/').at(-1) as string;

/** Packages of a lockfile that the list denies, each with its reason. */
function denied(packages: Readonly<Record<string, Locked>>): readonly string[] {
  return Object.entries(packages).flatMap(([path, { name, version }]) => {
    if (path === '' || version === undefined) return [];
    const real = name ?? folderOf(path);
    return DENIED.filter(
      (one) => one.name === real && (one.below === undefined || isBelow(version, one.below)),
    ).map(({ why }) => `${path}@${version}: ${why}`);
  });
}

/** A version with a tag such as `-beta.1` counts as the one it leads to being not yet there. */
function isBelow(version: string, limit: string): boolean {
  const [numbers = '', tag] = version.split(/-(.*)/su);
  const [left, right] = [numbers, limit].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = right.findIndex((part, index) => part !== left[index]);
  if (at < 0) return tag !== undefined;
  return (left[at] ?? 0) < (right[at] as number);
}

describe('the lockfile', () => {
  it('holds no version that is known to be bad', () => {
    expect(denied(lock.packages)).toEqual([]);
  });

  it('has a digest for everything that is fetched', () => {
    const loose = Object.entries(lock.packages)
      .filter(([path, { integrity, link }]) => path !== '' && link !== true && integrity === undefined)
      .map(([path]) => path);
    expect(loose).toEqual([]);
  });

  it.each(Object.entries(manifest.overrides))(
    'has %s overridden by %s, wherever it is asked for',
    (name, wanted) => {
      const [alias, version] = /^npm:(.+)@([^@]+)$/u.exec(wanted)?.slice(1) ?? [undefined, wanted];
      const found = Object.entries(lock.packages).filter(([path]) => path !== '' && folderOf(path) === name);
      expect(found.length).toBeGreaterThan(0);
      expect(found.map(([path, one]) => ({ path, name: one.name ?? name, version: one.version }))).toEqual(
        found.map(([path]) => ({ path, name: alias ?? name, version })),
      );
    },
  );

  it('runs no install script of the packages that would compile something at install time', () => {
    expect(manifest.allowScripts).toMatchObject({ leveldown: false, protobufjs: false });
  });
});

describe('the deny list', () => {
  it('finds a bad version wherever it is installed, and under whatever name', () => {
    expect(
      denied({
        '': { version: '0.1.0' },
        'node_modules/request': { version: '2.88.2' },
        'node_modules/a/node_modules/form-data': { version: '2.3.3' },
        'node_modules/harmless': { name: 'wechat4u', version: '0.7.14' },
        'node_modules/xml2js': { version: '0.5.0-rc.1' },
      }).map((line) => line.split(':')[0]),
    ).toEqual([
      'node_modules/request@2.88.2',
      'node_modules/a/node_modules/form-data@2.3.3',
      'node_modules/harmless@0.7.14',
      'node_modules/xml2js@0.5.0-rc.1',
    ]);
  });

  it('leaves mended versions and stand-ins alone', () => {
    expect(
      denied({
        'node_modules/request': { name: '@cypress/request', version: '3.0.9' },
        'node_modules/form-data': { version: '2.5.4' },
        'node_modules/nth-check': { version: '2.0.10' },
        'node_modules/tough-cookie': { version: '10.0.0' },
      }),
    ).toEqual([]);
  });

  it('gives a reason for every entry, and names nothing twice', () => {
    expect(DENIED.every(({ why }) => why.length > 20)).toBe(true);
    expect(new Set(DENIED.map(({ name }) => name)).size).toBe(DENIED.length);
  });
});
