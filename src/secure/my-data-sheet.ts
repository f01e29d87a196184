/** What is stored about a person, put into words for that person: class by class, with the day each ends. */
import type { Consent, Looked, StoredData, StoredTalk } from '../contracts/personal-data.ts';
import type { DataClassId } from '../domain/data-class.ts';
import type { Instant } from '../domain/insurance.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { wording } from './wording.ts';

export type SheetKnowledge = Pick<Knowledge, 'replies' | 'regions' | 'lexicon' | 'dataClasses'>;

export interface SheetRow {
  readonly label: string;
  readonly value: string;
}

export interface SheetSection {
  readonly id: DataClassId;
  readonly label: string;
  readonly holds: string;
  readonly why: string;
  readonly seenBy: string;
  /** How long, from when, and why so long. */
  readonly keeps: string;
  readonly rows: readonly SheetRow[];
}

export interface Sheet {
  readonly sections: readonly SheetSection[];
  readonly consents: readonly {
    readonly id: string;
    readonly label: string;
    readonly given: string;
    readonly withdrawn?: string;
    /** What taking it back comes to; absent once it was. */
    readonly effect?: string;
    /** Taking it back is the deletion of everything. */
    readonly endsAll: boolean;
  }[];
  readonly looks: readonly SheetRow[];
  readonly salutation: string;
  readonly region: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

/** @param conversation the talk the page belongs to: its region is the one that can be corrected here */
export function sheetOf(data: StoredData, conversation: string, knowledge: SheetKnowledge): Sheet {
  const here = data.talks.find((talk) => talk.conversation === conversation);
  return {
    sections: sectionsOf(data, knowledge),
    consents: data.consents.map((consent) => consentOf(consent, knowledge)),
    looks: data.looks.map((look) => ({ label: day(look.at, 'minute'), value: lookOf(look, knowledge) })),
    salutation: data.salutation ?? '',
    region: here?.region ?? '',
    regions: [...knowledge.regions.values()].map(({ code, name }) => ({ code, name })),
  };
}

// === Sections

type Rows = readonly SheetRow[];

export function sectionsOf(data: StoredData, knowledge: SheetKnowledge): readonly SheetSection[] {
  const say = (id: string, params = {}) => wording(knowledge, `secure.my_data.${id}`, params);
  const until = (id: DataClassId, at: Instant) => {
    const days = knowledge.dataClasses.get(id)?.days ?? 0;
    return say('until', { day: day(new Date(Date.parse(at) + days * DAY_MS).toISOString()) });
  };
  const byClass: readonly (readonly [DataClassId, Rows])[] = [
    ['identity', identityRows(data, say, until)],
    [
      'pledges',
      data.pledges.map(({ version, signedAt, signature }) => ({
        label: say(signature === undefined ? 'pledge_destroyed' : 'pledge_signed', { version }),
        value: `${day(signedAt)}，${until('pledges', signedAt)}`,
      })),
    ],
    ['conversations', data.talks.map((talk) => talkRow(talk, knowledge, until))],
    ['messages', messageRows(data.talks, say, until)],
    [
      'applications',
      data.applications.map(({ applicationNo, kind, state, updatedAt }) => ({
        label: applicationNo,
        value: `${label(knowledge, 'application', kind)}，${label(knowledge, 'state', state)}，${until('applications', updatedAt)}`,
      })),
    ],
    [
      'cases',
      data.cases.map(({ number, status, openedAt }) => ({
        label: number,
        value: `${say(`case_${status === 'closed' ? 'closed' : 'open'}`)}，${day(openedAt)}，${until('cases', openedAt)}`,
      })),
    ],
  ];
  return byClass.flatMap(([id, rows]) => sectionOf(id, rows, knowledge));
}

function sectionOf(id: DataClassId, rows: Rows, knowledge: SheetKnowledge): readonly SheetSection[] {
  const entry = knowledge.dataClasses.get(id);
  if (entry === undefined) return [];
  const { label: name, holds, why, days, counted_from: from, reason, seen_by: seenBy } = entry;
  const keeps = wording(knowledge, 'secure.my_data.keeps', { from, days, reason });
  return [{ id, label: name, holds, why, seenBy, keeps, rows }];
}

type Say = (id: string, params?: { readonly [name: string]: string | number }) => string;
type Until = (id: DataClassId, at: Instant) => string;

/** Of the number only as much as tells one document from another: the page may be seen over a shoulder. */
function identityRows({ person, since, lastUsedAt, salutation }: StoredData, say: Say, until: Until): Rows {
  const number = person.documentNumber;
  const masked = `${number.slice(0, 2)}${'*'.repeat(Math.max(number.length - 4, 4))}${number.slice(-2)}`;
  return [
    { label: say('name'), value: person.name },
    { label: say('document'), value: masked },
    ...(salutation === undefined ? [] : [{ label: say('salutation'), value: salutation }]),
    { label: say('since'), value: day(since) },
    { label: say('last_used'), value: `${day(lastUsedAt)}，${until('identity', lastUsedAt)}` },
  ];
}

function talkRow(talk: StoredTalk, knowledge: SheetKnowledge, until: Until): SheetRow {
  const region = talk.region === undefined ? [] : [knowledge.regions.get(talk.region)?.name ?? talk.region];
  const facts = wording(knowledge, 'secure.my_data.facts', { count: talk.facts.length });
  const parts = [...region, facts, until('conversations', talk.lastAt)];
  return {
    label: `${label(knowledge, 'channel', talk.channel)} ${day(talk.startedAt)}`,
    value: parts.join('，'),
  };
}

function messageRows(talks: readonly StoredTalk[], say: Say, until: Until): Rows {
  return talks.flatMap(({ channel: _, startedAt, lines }) => {
    const last = lines.at(-1);
    if (last === undefined) return [];
    const value = `${say('lines', { count: lines.length })}，${until('messages', last.at)}`;
    return [{ label: day(startedAt), value }];
  });
}

// === Consents and looks

function consentOf(consent: Consent, knowledge: SheetKnowledge): Sheet['consents'][number] {
  const { id, purpose, version, givenAt, withdrawnAt } = consent;
  return {
    id,
    label: wording(knowledge, `secure.my_data.consent.${purpose}`, { version }),
    given: day(givenAt, 'minute'),
    endsAll: purpose === 'identity',
    ...(withdrawnAt === undefined
      ? { effect: wording(knowledge, `secure.my_data.consent.${purpose}.effect`) }
      : { withdrawn: day(withdrawnAt, 'minute') }),
  };
}

function lookOf({ actor, by, why }: Looked, knowledge: SheetKnowledge): string {
  const who = label(knowledge, 'actor', actor);
  const [kind, name = ''] = why.split(':');
  const known =
    kind === 'task' ? knowledge.replies.get(`label.task.${name}`)?.text : labelled(knowledge, 'look', why);
  return `${who}${by === undefined ? '' : `（${by}）`}：${known ?? why}`;
}

function label(knowledge: SheetKnowledge, kind: string, id: string): string {
  return labelled(knowledge, kind, id) ?? id;
}

function labelled(knowledge: SheetKnowledge, kind: string, id: string): string | undefined {
  return knowledge.replies.get(`label.${kind}.${id}`)?.text;
}

// === Days

const DAY_MS = 24 * 3_600_000;
// The whole country keeps one time, UTC+8 without summer time.
const LOCAL_OFFSET_MS = 8 * 3_600_000;

export function day(at: Instant, to: 'day' | 'minute' = 'day'): string {
  const local = new Date(Date.parse(at) + LOCAL_OFFSET_MS).toISOString();
  return to === 'day' ? local.slice(0, 10) : local.slice(0, 16).replace('T', ' ');
}
