/** The walls of the house, held by reading the sources as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLACES } from '../src/knowledge/gazetteer.ts';

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Relative imports as paths from the root, and the names of packages. */
  readonly local: readonly string[];
  readonly packages: readonly string[];
}

function sourcesOf(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/u.test(path))
    .map((path) => {
      const full = `${root}/${path}`;
      const text = readFileSync(full, 'utf8');
      const names = [
        ...text.matchAll(/^(?:import|export)\b[^;]*?from\s*'([^'\n]+)'|import\('([^'\n]+)'\)/gmu),
      ].map((match) => (match[1] ?? match[2]) as string);
      const local = names
        .filter((name) => name.startsWith('.'))
        .map((name) => new URL(name, `file:///${full}`).pathname.slice(1));
      const packages = names.filter((name) => !name.startsWith('.'));
      return { path: full, text, local, packages };
    });
}

const house = [...sourcesOf('src'), ...sourcesOf('flows')];

/** What a file belongs to; connectors and portals are rooms of their own, one a folder. */
function roomOf(path: string): string {
  const [root, room = '', inner = ''] = path.split('/');
  if (root === 'flows') return 'flows';
  if (room.endsWith('.ts')) return room === 'errors.ts' ? 'errors' : 'main';
  return room === 'connectors' || room === 'portals' ? `${room}/${inner}` : room;
}

const LEVELS: Record<string, number> = {
  errors: 0,
  domain: 0,
  contracts: 1,
  knowledge: 1,
  flows: 2,
  understanding: 2,
  diagnosis: 2,
  dialog: 3,
  tasks: 3,
  secure: 3,
  store: 3,
  desk: 3,
  statistics: 3,
  main: 4,
  config: 4,
  cli: 4,
  web: 4,
};
const levelOf = (room: string): number | undefined => LEVELS[room] ?? (room.includes('/') ? 3 : undefined);

describe('imports', () => {
  it('knows the level of every room', () => {
    expect(
      [...new Set(house.map(({ path }) => roomOf(path)))].filter((room) => levelOf(room) === undefined),
    ).toEqual([]);
  });

  it('go down, never sideways and never up', () => {
    const wrong = house.flatMap(({ path, local }) => {
      const from = roomOf(path);
      return local
        .filter((target) => {
          const to = roomOf(target);
          const isSame = from === to || (levelOf(from) === 4 && levelOf(to) === 4) || to === 'errors';
          return !isSame && (levelOf(to) ?? 9) >= (levelOf(from) ?? 0);
        })
        .map((target) => `${path} -> ${target}`);
    });
    // A contract may name a piece of the flow contract's own words, and flows name domain words: nothing else crosses.
    expect(wrong).toEqual([]);
  });

  it('have no cycles', () => {
    const graph = new Map(
      house.map(({ path, text, local }) => [path, local.filter((target) => isValueImport(text, target))]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'open') cycles.push([...trail, path].join(' -> '));
      if (state.has(path)) return;
      state.set(path, 'open');
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});

/** `import type` binds nothing at run time and may look both ways. */
function isValueImport(text: string, target: string): boolean {
  const file = target.split('/').at(-1) as string;
  const line = [...text.matchAll(/import (type )?[^;]*?from '([^']+)'/gu)].find((match) =>
    (match[2] as string).endsWith(`/${file}`),
  );
  return line?.[1] === undefined;
}

/** A third-party library lives in one room. */
const HOMES: Record<string, RegExp> = {
  xstate: /^(flows\/|src\/dialog\/step\.ts|src\/cli\/statechart\.ts)/u,
  natural: /^src\/understanding\//u,
  'pinyin-pro': /^src\/understanding\//u,
  'opencc-js': /^src\/understanding\//u,
  'chrono-node': /^src\/understanding\//u,
  '@vant/area-data': /^src\/knowledge\/gazetteer\.ts/u,
  kysely: /^src\/store\//u,
  pg: /^src\/store\//u,
  'node:sqlite': /^src\/(store|portals\/simulated)\//u,
  hono: /^src\/(web|connectors\/(web|wechat)|portals\/http)\//u,
  '@hono/node-server': /^src\/(web|connectors\/web|portals\/http)\//u,
  pino: /^src\/log\.ts/u,
  'fast-xml-parser': /^src\/connectors\/wechat\//u,
  '@slack/bolt': /^src\/connectors\/slack\//u,
  wechaty: /^src\/connectors\/wechaty\//u,
  'openid-client': /^src\/web\//u,
  uqr: /^src\/(web|connectors\/web)\//u,
  'pg-boss': /^src\/store\//u,
  '@opentelemetry/api': /^src\/tracing\.ts/u,
  '@opentelemetry/sdk-trace': /^src\/tracing\.ts/u,
  '@opentelemetry/exporter-trace-otlp-http': /^src\/tracing\.ts/u,
  'js-yaml': /^src\/(knowledge|portals\/(simulated|http))\//u,
  zod: /^src\/(config\.ts|config\/|knowledge\/|connectors\/|portals\/|store\/|tasks\/|cli\/|secure\/|web\/)/u,
};

describe('libraries', () => {
  it('live in the room they were taken for', () => {
    const strays = house.flatMap(({ path, packages }) =>
      packages
        .map((name) => ({
          path,
          name: name.startsWith('@') || name.startsWith('node:') ? name : (name.split('/')[0] as string),
        }))
        .filter(({ name }) => !name.startsWith('node:') || name in HOMES)
        .map(({ name }) => ({
          path,
          name: name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name,
        }))
        .filter(({ name }) => HOMES[name]?.test(path) !== true)
        .map(({ name }) => `${path} uses ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it('natural is never imported as a whole', () => {
    expect(house.filter(({ packages }) => packages.includes('natural')).map(({ path }) => path)).toEqual([]);
  });
});

const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//gu, '').replace(/(^|\s)\/\/.*$/gmu, '');

describe('purity', () => {
  const thinking = house.filter(
    ({ path }) => (levelOf(roomOf(path)) ?? 9) <= 2 && !path.startsWith('src/knowledge/'),
  );

  it('levels 0 to 2 touch no clock, chance, file, network or database', () => {
    const forbidden =
      /Date\.now|new Date\(\)|Math\.random|performance\.now|randomBytes|setTimeout|setInterval|fetch\(|node:(fs|net|http|sqlite|child_process)/u;
    expect(thinking.filter(({ text }) => forbidden.test(code(text))).map(({ path }) => path)).toEqual([]);
  });

  it('chance and the time of day come from the composition root and the commands only', () => {
    const forbidden = /Date\.now\(\)|new Date\(\)|Math\.random|randomBytes\(/u;
    const allowed = /^src\/(main\.ts|cli\/)/u;
    expect(
      house
        .filter(({ path, text }) => forbidden.test(code(text)) && !allowed.test(path))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('only the configuration reads the environment', () => {
    expect(
      house
        .filter(({ path, text }) => code(text).includes('process.env') && path !== 'src/config.ts')
        .map(({ path }) => path),
    ).toEqual([]);
  });
});

describe('places', () => {
  it('have no name in the code', () => {
    const names = [...Object.values(PLACES.provinces), ...Object.values(PLACES.cities)]
      .map((name) => name.replace(/(?:省|市|自治区|特别行政区|维吾尔|壮族|回族)+$/u, ''))
      .filter((name) => name.length >= 2);
    const pattern = new RegExp([...new Set(names)].join('|'), 'u');
    expect(
      house
        .filter(({ text }) => pattern.test(code(text)))
        .map(({ path, text }) => `${path}: ${pattern.exec(code(text))?.[0]}`),
    ).toEqual([]);
  });

  it('have no code in the code', () => {
    const codes = new Set([...Object.keys(PLACES.provinces), ...Object.keys(PLACES.cities)]);
    const found = house.flatMap(({ path, text }) =>
      [...code(text).matchAll(/'(\d{6})'/gu)]
        .filter((match) => codes.has(match[1] as string))
        .map((match) => `${path}: ${match[1]}`),
    );
    expect(found).toEqual([]);
  });
});
