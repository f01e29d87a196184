/**
 * Whole conversations, as text a clerk can read. Each file plays against the real manager, the real
 * store and the simulated office; it asserts reply ids and parameters, never wording.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPlayer, type Line, type Played } from '../../src/cli/player.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openLibrary } from '../../src/library.ts';
import { readFixture } from '../../src/portals/simulated/fixture.ts';
import { BACKENDS, type TestBackend } from '../store/backends.ts';

const params = z.record(z.string(), z.record(z.string(), z.json()));
const step = z.strictObject({
  /** The conversation; `me` unless said otherwise. */
  in: z.string().default('me'),
  as: z.string().optional(),
  say: z.string().optional(),
  choose: z.string().optional(),
  open: z.literal(true).optional(),
  secure: z.record(z.string(), z.json()).optional(),
  link: z.enum(['first', 'last']).optional(),
  clock: z.string().optional(),
  office: z.looseObject({ event: z.string() }).optional(),
  fault: z.looseObject({}).optional(),
  /** Ids of all replies in this conversation, in order. */
  hears: z.array(z.string()).optional(),
  /** Ids of replies that must be among those heard. */
  hears_among: z.array(z.string()).optional(),
  /** Ids heard in other conversations. */
  elsewhere: z.record(z.string(), z.array(z.string())).optional(),
  with: params.optional(),
  asking: z.string().nullable().optional(),
  stack: z.array(z.string()).optional(),
  status: z.string().optional(),
  causes: z.array(z.string()).optional(),
  page: z.record(z.string(), z.json()).optional(),
});
const dialog = z.strictObject({
  as_of: z.string().default('2026-11-22'),
  fixture: z.string().optional(),
  talk: z.array(step).min(1),
  /** How often the office really acted, by kind, at the end. */
  acts: z.record(z.string(), z.number()).default({}),
});
type Step = z.infer<typeof step>;

const DIR = import.meta.dirname;
const library = openLibrary();

const files = readdirSync(DIR).filter((file) => file.endsWith('.yaml'));
// In memory, and on PostgreSQL where there is one: the manager and the tasks must not feel a difference.
const backends = BACKENDS.filter(({ name }) => name !== 'SQLite file');

for (const backend of backends) {
  for (const file of files) {
    const talks = z.record(z.string(), dialog).parse(load(readFileSync(join(DIR, file), 'utf8')));
    describe(`${file.replace('.yaml', '')} on ${backend.name}`, () => {
      for (const [name, talk] of Object.entries(talks)) it(name, () => playTalk(talk, backend));
    });
  }
}

async function playTalk(talk: z.infer<typeof dialog>, backend: TestBackend): Promise<void> {
  const place = await backend.readyPlace();
  const fixture = talk.fixture === undefined ? {} : { fixture: readFixture(join(DIR, talk.fixture)) };
  const player = await createPlayer({ ...library, ...fixture, asOf: talk.as_of, storeUrl: place.url });
  try {
    const transcript: string[] = [];
    for (const one of talk.talk) {
      if (one.fault !== undefined) {
        player.app.office.setFault(one.fault as never);
        continue;
      }
      const played = await player.play(lineOf(one));
      transcript.push(describeStep(one), ...played.map(describePlayed));
      const recent = transcript.slice(-8).join('\n');
      check(one, played, recent);
      expect(player.faults, recent).toEqual([]);
    }
    const counted: Record<string, number> = {};
    for (const { kind, times } of player.app.office.acts()) counted[kind] = (counted[kind] ?? 0) + times;
    expect(counted, 'acts of the office').toEqual(talk.acts);
    expect((await player.app.verifyAudit()).broken, 'audit chain').toEqual([]);
  } finally {
    await player.stop();
    await place.remove();
  }
}

function lineOf(one: Step): Line {
  const who = { conversation: one.in, ...(one.as === undefined ? {} : { as: one.as }) };
  if (one.clock !== undefined) return { clock: one.clock };
  if (one.office !== undefined) return { portal: one.office };
  if (one.choose !== undefined) return { ...who, choose: one.choose };
  if (one.open === true) return { ...who, open: true };
  if (one.secure !== undefined) {
    return { ...who, secure: { action: 'submit', fields: one.secure, link: one.link ?? 'last' } };
  }
  return { ...who, text: one.say ?? '' };
}

function check(one: Step, played: readonly Played[], transcript: string): void {
  const isMine = (item: Played): boolean => item.conversation === one.in;
  const mine = one.clock === undefined && one.office === undefined ? played[0] : played.find(isMine);
  const heard = mine?.replies.map(({ id }) => id) ?? [];
  if (one.hears !== undefined) expect(heard, transcript).toEqual(one.hears);
  for (const id of one.hears_among ?? []) expect(heard, transcript).toContain(id);
  for (const [conversation, ids] of Object.entries(one.elsewhere ?? {})) {
    const there = played.find((item) => item.conversation === conversation && item !== mine);
    expect(
      there?.replies.map(({ id }) => id),
      transcript,
    ).toEqual(ids);
  }
  for (const [id, wanted] of Object.entries(one.with ?? {})) {
    const reply = mine?.replies.find((item) => item.id === id);
    expect(reply?.params, transcript).toMatchObject(wanted as JsonObject);
  }
  if (one.asking !== undefined) expect(mine?.asking ?? null, transcript).toBe(one.asking);
  if (one.stack !== undefined) expect(mine?.stack, transcript).toEqual(one.stack);
  if (one.status !== undefined) expect(mine?.status, transcript).toBe(one.status);
  if (one.causes !== undefined) {
    expect(mine?.findings?.map(({ cause }) => cause).slice(0, one.causes.length), transcript).toEqual(
      one.causes,
    );
  }
  if (one.page !== undefined) expect(mine?.page, transcript).toMatchObject(one.page);
  for (const item of played) checkWords(item, transcript);
}

/** No reply shows a hole, an empty line of words, or a code instead of a word. */
function checkWords(item: Played, transcript: string): void {
  for (const { text, id } of item.replies) {
    expect(text.trim(), `${id}\n${transcript}`).not.toBe('');
    expect(text, `${id}\n${transcript}`).not.toMatch(/[{}]|undefined|null|\[object/u);
  }
}

function describeStep(one: Step): string {
  const { in: who, say, choose, secure, clock, office } = one;
  return `${who}> ${say ?? choose ?? JSON.stringify(secure ?? clock ?? office ?? 'open')}`;
}

function describePlayed({ conversation, replies, page, findings }: Played): string {
  const said = replies.map(
    ({ id, text }) => `  ${conversation}< [${id}] ${text.replaceAll('\n', ' / ').slice(0, 120)}`,
  );
  const found = findings?.map(({ cause, p }) => `${cause} ${p.toFixed(2)}`).join(', ');
  return [
    ...said,
    ...(page === undefined ? [] : [`  page: ${JSON.stringify(page)}`]),
    ...(found ? [`  findings: ${found}`] : []),
  ].join('\n');
}
