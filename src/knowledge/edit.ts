/** Files to begin with: whole but for what only the curator can know, which the loader then asks for. */
import { dump } from 'js-yaml';
import type { Day } from '../domain/insurance.ts';
import { CAUSES } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import { PLACES, placeName } from './gazetteer.ts';
import { NATION } from './lookup.ts';

export const NEW_KINDS = ['faq', 'region', 'cause', 'source'] as const;
export type NewKind = (typeof NEW_KINDS)[number];

export interface Skeleton {
  /** Relative to the knowledge folder. */
  readonly path: string;
  readonly text: string;
  /** Added to the end of a file that is there already. */
  readonly append: boolean;
}

export interface NewEntry {
  readonly kind: NewKind;
  readonly id: string;
  readonly today: Day;
  /** Folder of an answer below `faq`. */
  readonly topic?: string;
  readonly intent?: string;
}

/** @throws AppError `bad_input` when the id cannot be one of its kind */
export function skeleton(entry: NewEntry): Skeleton {
  return MAKERS[entry.kind](entry);
}

const MAKERS: { readonly [kind in NewKind]: (entry: NewEntry) => Skeleton } = {
  faq: newFaq,
  region: newRegion,
  cause: newCause,
  source: newSource,
};

function newFaq({ id, today, intent = '', topic = topicOf(intent) }: NewEntry): Skeleton {
  expectId(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'small letters, digits and hyphens, such as bind-somewhere');
  const front = {
    id,
    intent,
    title: '',
    regions: [NATION],
    sources: [],
    valid_from: today,
    reviewed_on: today,
    review_due: nextYear(today),
    status: 'current',
    questions: [],
  };
  return { path: `faq/${topic}/${id}.md`, text: `---\n${yaml(front)}---\n\n`, append: false };
}

/** The folder is for people; by habit the intent without its `ask.`. */
function topicOf(intent: string): string {
  const topic = intent.replace(/^ask\./u, '').replaceAll('_', '-');
  return topic === '' ? 'other' : topic;
}

function newRegion({ id }: NewEntry): Skeleton {
  const name = PLACES.provinces[id] ?? PLACES.cities[id];
  if (name === undefined) {
    throw new AppError(
      'bad_input',
      `'${id}' is no province or city of the gazetteer${placeName(id) === undefined ? '' : `; ${placeName(id)} is a county, and a county asks its city`}`,
    );
  }
  const isProvince = id.endsWith('0000');
  const region = {
    code: id,
    name,
    aliases: [],
    level: isProvince ? 'province' : 'city',
    parent: isProvince ? NATION : `${id.slice(0, 2)}0000`,
    rules: {},
  };
  return { path: `regions/${id}.yaml`, text: yaml(region), append: false };
}

function newCause({ id }: NewEntry): Skeleton {
  if (!CAUSES.some((cause) => cause === id)) {
    throw new AppError('bad_input', `'${id}' is no cause of the taxonomy; those are: ${CAUSES.join(', ')}`);
  }
  const cause = {
    id,
    title: '',
    symptoms: {},
    evidence: [],
    mend_order: 0,
    remedy: { kind: 'guide' },
    basis: 'sourced',
    sources: [],
  };
  return { path: `causes/${id}.yaml`, text: yaml(cause), append: false };
}

function newSource({ id, today }: NewEntry): Skeleton {
  expectId(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'place, then day, such as he-20240817');
  const source = { title: '', publisher: '', date: '', grade: '', url: '', supports: '', checked: today };
  return { path: 'sources.yaml', text: yaml({ [id]: source }), append: true };
}

function expectId(id: string, form: RegExp, expected: string): void {
  if (!form.test(id)) throw new AppError('bad_input', `'${id}' cannot be an id; expected ${expected}`);
}

function nextYear(day: Day): Day {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString().slice(0, 10);
}

function yaml(value: object): string {
  return dump(value, { lineWidth: 110 });
}
