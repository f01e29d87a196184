import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openapi } from '../../src/cli/openapi.ts';
import { openApiDocument, openApiYaml } from '../../src/portals/http/openapi.ts';
import { OPERATIONS } from '../../src/portals/http/operations.ts';

const document = openApiDocument() as {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: object };
  readonly components: { readonly [kind: string]: { readonly [name: string]: object } };
};

async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const io = { input: process.stdin, print: (line: string) => void lines.push(line), warn: () => {} };
  expect(await openapi(args, io)).toBe(0);
  return lines.join('\n');
}

describe('the contract of the office over HTTP', () => {
  it('stands in docs/openapi.yaml as the program has it; if not: gongji openapi --yaml > docs/openapi.yaml', () => {
    const kept = readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8');
    expect(openApiYaml()).toBe(kept);
  });

  it('is printed as one line of JSON, or as the file', async () => {
    expect(JSON.parse(await printed())).toEqual(document);
    expect(`${await printed('--yaml')}\n`).toBe(openApiYaml());
  });

  it('has every operation, each under its path', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(Object.values(OPERATIONS).map(({ path }) => path));
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/gu)];
    expect(references.length).toBeGreaterThan(100);
    const missing = references.filter(
      ([, kind = '', name = '']) => document.components[kind]?.[name] === undefined,
    );
    expect(missing).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });
});
