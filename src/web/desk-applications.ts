/** What was asked of the office for citizens: numbers and states, nothing of who. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { DeskArchive } from '../contracts/desk-archive.ts';
import type { ApplicationRecord } from '../contracts/store.ts';
import { APPLICATION_KINDS, APPLICATION_STATES } from '../domain/insurance.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { regionName } from '../knowledge/lookup.ts';
import { present } from './desk-cases.ts';
import { type DeskEnv, refuseForm } from './desk-guard.ts';

const PAGE = 30;

const listSchema = z.object({
  state: z.enum(APPLICATION_STATES).optional(),
  kind: z.enum(APPLICATION_KINDS).optional(),
  region: z
    .string()
    .regex(/^\d{6}$/u)
    .optional(),
  after: z.string().max(160).optional(),
});

export interface ApplicationRoutesParts {
  readonly store: DeskArchive;
  readonly knowledge: () => Knowledge;
}

export function applicationRoutes({ store, knowledge }: ApplicationRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  app.get('/', async (c) => {
    const asked = listSchema.safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    const { rows, next } = await store.applicationPage({ ...present(asked.data), limit: PAGE });
    const books = knowledge();
    return c.json({ rows: rows.map((row) => lineOf(row, books)), ...(next === undefined ? {} : { next }) });
  });
  return app;
}

function lineOf(record: ApplicationRecord, knowledge: Knowledge) {
  const label = (group: string, id: string) =>
    knowledge.replies.get(`label.${group}.${id}`)?.text.trim() ?? id;
  const { applicationNo, conversation, kind, state, relation, region, reason, submittedAt, updatedAt } =
    record;
  return {
    applicationNo,
    conversation,
    kind: { id: kind, label: label('application', kind) },
    state: { id: state, label: label('state', state) },
    submittedAt,
    updatedAt,
    ...(relation === undefined ? {} : { relation: label('relation', relation) }),
    ...(region === undefined ? {} : { region: regionName(knowledge, region) }),
    ...(reason === undefined ? {} : { reason }),
  };
}
