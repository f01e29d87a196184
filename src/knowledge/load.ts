/**
 * The door of the knowledge folder: files become one frozen `Knowledge`, or a list of everything
 * that is wrong. Folders that are missing give empty collections; the lint complains about those.
 */
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { regionProblems, unknownSources } from './coherence.ts';
import { parseTexts, type RawFile, readTexts, type Texts } from './files.ts';
import type { Knowledge } from './knowledge.ts';
import { type Problem, problemLine } from './problem.ts';
import { type CalendarYear, calendarYearSchema } from './schema/calendar.ts';
import { type CannedEntry, cannedSchema } from './schema/canned.ts';
import { causeSchema } from './schema/cause.ts';
import { dataClassSchema } from './schema/data-class.ts';
import { type DeskRules, hoursFileSchema, NO_DESK_RULES, targetsFileSchema } from './schema/desk.ts';
import { type FaqEntry, faqSchema } from './schema/faq.ts';
import { intentSchema } from './schema/intent.ts';
import {
  causeWordsFileSchema,
  conceptsFileSchema,
  factWordsFileSchema,
  type Lexicon,
  negativesFileSchema,
  objectsFileSchema,
  patternsFileSchema,
  placesFileSchema,
  platformsFileSchema,
  relationsFileSchema,
  symptomsFileSchema,
  termsFileSchema,
} from './schema/lexicon.ts';
import { regionSchema } from './schema/region.ts';
import { type ReplyText, repliesFileSchema } from './schema/reply.ts';
import { type Source, sourcesFileSchema } from './schema/source.ts';
import { type System, systemSchema } from './schema/system.ts';

const LEXICON_FILES = {
  relations: relationsFileSchema,
  platforms: platformsFileSchema,
  concepts: conceptsFileSchema,
  symptoms: symptomsFileSchema,
  causes: causeWordsFileSchema,
  objects: objectsFileSchema,
  terms: termsFileSchema,
  negatives: negativesFileSchema,
  places: placesFileSchema,
  patterns: patternsFileSchema,
  facts: factWordsFileSchema,
} as const;
const EMPTY_LEXICON: { readonly [name in keyof Lexicon]: unknown } = {
  relations: {},
  platforms: {},
  concepts: {},
  symptoms: {},
  causes: {},
  objects: {},
  terms: [],
  negatives: { other_insurance: [], off_topic: [] },
  places: { aliases: {}, never_bare: [] },
  patterns: {},
  facts: [],
};
/** Names of the files under `lexicon/`. */
export const LEXICON_NAMES = Object.keys(LEXICON_FILES) as (keyof Lexicon)[];

/**
 * All knowledge of a folder, deeply frozen.
 * @throws AppError `bad_knowledge` with one line for every problem of every file
 */
export function loadKnowledge(dir: string): Knowledge {
  return knowledgeOf(dir, readTexts(dir));
}

/** As `loadKnowledge`, of texts that were read already. */
export function knowledgeOf(dir: string, texts: Texts): Knowledge {
  const { knowledge, problems } = judge(texts);
  if (knowledge !== undefined) return knowledge;
  throw new AppError(
    'bad_knowledge',
    `Knowledge in ${dir} has ${problems.length} problem(s):\n${problems.map(problemLine).join('\n')}`,
  );
}

/** The knowledge of a folder, or every problem that keeps it from being used. */
export function readKnowledge(dir: string): {
  readonly knowledge?: Knowledge;
  readonly problems: readonly Problem[];
  readonly files: readonly RawFile[];
} {
  return judge(readTexts(dir));
}

function judge(texts: Texts): ReturnType<typeof readKnowledge> {
  const raw = parseTexts(texts);
  const load = new Load(raw.files, [...raw.problems]);
  const sources = load.sources();
  const knowledge: Knowledge = {
    version: raw.version,
    sources,
    regions: load.regions(sources),
    systems: load.systems(sources),
    faq: load.faq(sources),
    canned: load.canned(sources),
    causes: load.byId('causes', causeSchema),
    replies: load.replies(sources),
    intents: load.byId('intents', intentSchema),
    lexicon: load.lexicon(),
    calendar: load.calendar(sources),
    desk: load.desk(),
    dataClasses: load.byId('data-classes', dataClassSchema),
  };
  if (load.problems.length > 0) return { problems: load.problems, files: raw.files };
  return { knowledge: freezeDeep(knowledge), problems: [], files: raw.files };
}

/** One pass over the files; collects problems instead of stopping at the first. */
class Load {
  readonly files: readonly RawFile[];
  readonly problems: Problem[];

  constructor(files: readonly RawFile[], problems: Problem[]) {
    this.files = files;
    this.problems = problems;
  }

  sources(): Map<string, Source> {
    const file = this.files.find(({ path }) => path === 'sources.yaml');
    const rows = file === undefined ? undefined : this.parse(file, sourcesFileSchema);
    return new Map(Object.entries(rows ?? {}).map(([id, row]) => [id, { id, ...row }]));
  }

  regions(sources: ReadonlyMap<string, Source>) {
    const regions = this.byKey('regions', regionSchema, (region) => region.code);
    for (const [code, region] of regions) {
      this.problems.push(...regionProblems(`regions/${code}.yaml`, region, sources));
    }
    return regions;
  }

  systems(sources: ReadonlyMap<string, Source>): Map<string, System> {
    const systems = this.byId('systems', systemSchema);
    for (const { id, sources: named, claims } of systems.values()) {
      const all = [...named, ...claims.flatMap((claim) => claim.sources)];
      this.problems.push(...unknownSources(`systems/${id}.yaml`, 'sources', all, sources));
    }
    return systems;
  }

  faq(sources: ReadonlyMap<string, Source>): Map<string, FaqEntry> {
    const entries = new Map<string, FaqEntry>();
    for (const file of this.in('faq')) {
      const front = this.parse(file, faqSchema);
      if (front === undefined || !this.isNamed(file, front.id, entries)) continue;
      if (file.body === '')
        this.complain(file.path, '', 'the answer is empty; write it below the front matter');
      this.problems.push(...unknownSources(file.path, 'sources', front.sources, sources));
      entries.set(front.id, { ...front, body: file.body });
    }
    return entries;
  }

  canned(sources: ReadonlyMap<string, Source>): Map<string, CannedEntry> {
    const entries = this.byId('canned', cannedSchema);
    for (const { id, sources: named } of entries.values()) {
      this.problems.push(...unknownSources(`canned/${id}.yaml`, 'sources', named, sources));
    }
    return entries;
  }

  replies(sources: ReadonlyMap<string, Source>): Map<string, ReplyText> {
    const replies = new Map<string, ReplyText>();
    for (const file of this.in('replies')) {
      for (const [id, reply] of Object.entries(this.parse(file, repliesFileSchema) ?? {})) {
        if (replies.has(id)) this.complain(file.path, id, 'this reply id is already used in another file');
        this.problems.push(...unknownSources(file.path, `${id}.sources`, reply.sources, sources));
        replies.set(id, reply);
      }
    }
    return replies;
  }

  lexicon(): Lexicon {
    const found = this.in('lexicon');
    const lists: { [name: string]: unknown } = { ...EMPTY_LEXICON };
    for (const name of LEXICON_NAMES) {
      const file = found.find((candidate) => candidate.name === name);
      const value = file === undefined ? undefined : this.parse<unknown>(file, LEXICON_FILES[name]);
      if (value !== undefined) lists[name] = value;
    }
    return lists as unknown as Lexicon;
  }

  calendar(sources: ReadonlyMap<string, Source>): Map<string, CalendarYear> {
    const years = this.byKey('calendar', calendarYearSchema, ({ year }) => String(year));
    for (const [year, { source }] of years) {
      this.problems.push(...unknownSources(`calendar/${year}.yaml`, 'source', [source], sources));
    }
    return years;
  }

  desk(): DeskRules {
    const found = this.in('desk');
    const hours = found.find(({ name }) => name === 'hours');
    const aims = found.find(({ name }) => name === 'targets');
    return {
      hours: (hours && this.parse(hours, hoursFileSchema)) ?? NO_DESK_RULES.hours,
      aims: (aims && this.parse(aims, targetsFileSchema)) ?? NO_DESK_RULES.aims,
    };
  }

  byId<T extends { readonly id: string }>(room: string, schema: z.ZodType<T>): Map<T['id'], T> {
    return this.byKey(room, schema, (entry) => entry.id);
  }

  private byKey<T, Key extends string>(room: string, schema: z.ZodType<T>, keyOf: (entry: T) => Key) {
    const entries = new Map<Key, T>();
    for (const file of this.in(room)) {
      const entry = this.parse(file, schema);
      if (entry !== undefined && this.isNamed(file, keyOf(entry), entries)) entries.set(keyOf(entry), entry);
    }
    return entries;
  }

  private in(room: string): readonly RawFile[] {
    return this.files.filter((file) => file.room === room);
  }

  /** The file name is the id: a copied file whose id was forgotten would otherwise replace the original. */
  private isNamed(file: RawFile, id: string, taken: ReadonlyMap<string, unknown>): boolean {
    if (file.name !== id)
      this.complain(file.path, 'id', `'${id}' is not the name of the file, '${file.name}'`);
    else if (taken.has(id)) this.complain(file.path, 'id', `'${id}' is already used by another file`);
    else return true;
    return false;
  }

  private parse<T>(file: RawFile, schema: z.ZodType<T>): T | undefined {
    const result = schema.safeParse(file.data);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      this.complain(file.path, issue.path.map(String).join('.'), issue.message);
    }
    return undefined;
  }

  private complain(file: string, key: string, message: string): void {
    this.problems.push({ file, key, message, severity: 'error' });
  }
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  for (const part of parts) freezeDeep(part);
  return Object.freeze(value);
}
