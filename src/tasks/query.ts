/** Reads what the office shows a person about that person. */
import { z } from 'zod';
import type { PersonKey, Refusal } from '../contracts/portal.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { personRef } from './schemas.ts';
import { defineTask, done, refused, type TaskContext } from './task.ts';

const OBJECTS = [
  'members',
  'balance',
  'spending',
  'refund',
  'invitations',
  'applications',
  'premiums',
] as const;
const input = z.strictObject({ person: personRef, object: z.enum(OBJECTS) });
type Wish = z.output<typeof input>;
type Rows = readonly object[];

export const query = defineTask({
  input,
  undo: {},
  async run({ person, object }: Wish, context) {
    const key = await context.person(person);
    // Lists are empty for strangers; only this question tells whether the office knows the person.
    const known = await context.portal.person(key);
    if ('refused' in known) return refused(known);
    const rows = await READERS[object](context, { key, person });
    if ('refused' in rows) return refused(rows);
    // What the account holds is shown before any money is moved.
    const balanceFen = known.account?.balanceFen;
    return done({
      object,
      items: rows.map(plain),
      at: context.now,
      ...(object === 'premiums' && balanceFen !== undefined ? { balanceFen } : {}),
    });
  },
});

type Reader = (context: TaskContext, of: { key: PersonKey; person: PersonRef }) => Promise<Rows | Refusal>;

const READERS: { readonly [Object in Wish['object']]: Reader } = {
  members: ({ portal }, { key }) => portal.bindings(key),
  spending: ({ portal }, { key }) => portal.spending(key),
  refund: ({ portal }, { key }) => portal.refunds(key),
  invitations: ({ portal }, { key }) => portal.invitations(key),
  applications,
  premiums: ({ portal }, { key }) => portal.premiums(key),
  async balance({ portal }, { key }) {
    const known = await portal.person(key);
    if ('refused' in known) return known;
    return known.account === undefined ? [] : [known.account];
  },
};

/** Applications with the masked name of the relative, where it was we who handed them in. */
async function applications(
  context: TaskContext,
  { key, person }: { key: PersonKey; person: PersonRef },
): Promise<Rows> {
  const records = await context.tasks.applicationsOf(person);
  const views = await context.portal.applications(key);
  return Promise.all(
    views.map(async (view) => {
      const record = records.find(({ applicationNo }) => applicationNo === view.applicationNo);
      if (record?.dependent === undefined) return view;
      const dependentName = await context.maskedName(record.dependent);
      return { ...view, dependentName, relation: record.relation };
    }),
  );
}

/** Drops what is undefined, so that the row is JSON. */
function plain(row: object): JsonObject {
  return Object.fromEntries(
    Object.entries(row).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
