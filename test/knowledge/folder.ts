/** Knowledge folders made for one test. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knowledge } from '../../src/knowledge/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';

export const REAL = fileURLToPath(new URL('../../knowledge', import.meta.url));

export type Files = { readonly [path: string]: string };

/** A new folder with these files. */
export function folder(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-knowledge-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/** The shipped sources and regions alone: what the law of the land is does not hang on the answers. */
export function shippedRules(): Knowledge {
  const dir = folder({});
  cpSync(join(REAL, 'sources.yaml'), join(dir, 'sources.yaml'));
  cpSync(join(REAL, 'regions'), join(dir, 'regions'), { recursive: true });
  return loadKnowledge(dir);
}

export const SOURCES = `
gov: {title: 政府文件, publisher: 政府, date: 2024-01-01, grade: A, url: https://example.gov.cn/1, checked: 2026-11-22}
copy: {title: 文件的转录, publisher: 某报, grade: M, checked: 2026-11-22}
farm: {title: 农场, publisher: 内容农场, grade: D, checked: 2026-11-22}
`;

interface RegionParts {
  readonly code: string;
  readonly name?: string;
  readonly rules?: string;
  readonly entries?: string;
}

/** A region file; `rules` and `entries` are YAML, indented by two. */
export function regionFile({ code, name = `地区${code}`, rules = '', entries = '' }: RegionParts): Files {
  const level = code === '000000' ? 'nation' : code.endsWith('0000') ? 'province' : 'city';
  const text = [`code: '${code}'`, `name: ${name}`, `level: ${level}`];
  if (rules !== '') text.push('rules:', rules);
  if (entries !== '') text.push('entries:', entries);
  return { [`regions/${code}.yaml`]: text.join('\n') };
}

/** One dated value in flow form. */
export function dated(value: string, from: string, rest = ''): string {
  return `{ value: ${value}, from: ${from}, source: gov, checked: 2026-11-22${rest} }`;
}

interface FaqParts {
  readonly id: string;
  readonly regions?: string;
  readonly front?: string;
  readonly title?: string;
  readonly questions?: string;
  readonly sources?: string;
  readonly body?: string;
}

/** An answer about how to bind. */
export function faqFile(parts: FaqParts): Files {
  const { id, regions = "['000000']", front = '', title = `怎么绑定${id}`, sources = '[gov]' } = parts;
  const text = `---
id: ${id}
intent: ask.how_bind
title: ${title}
regions: ${regions}
sources: ${sources}
valid_from: 2024-01-01
reviewed_on: 2026-11-22
review_due: 2027-11-22
questions: ${parts.questions ?? `[${title}]`}
${front}
---

${parts.body ?? `答案${id}`}
`;
  return { [`faq/how-bind/${id}.md`]: text };
}
