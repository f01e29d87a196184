/**
 * The door between rows and the rest of the house: JSON columns become typed values here, or the
 * reading fails. What is free-form JSON by contract (slots, saved snapshots, params) is taken as it is.
 */
import { z } from 'zod';
import type { PersonRecord } from '../contracts/store.ts';
import type { Case, ClosedCase } from '../domain/case.ts';
import type {
  Address,
  Asking,
  Choice,
  Citation,
  Conversation,
  Frame,
  InboundContent,
  OutboundPart,
  Profile,
  Reply,
} from '../domain/conversation.ts';
import type { Evidence, FactValue, Finding } from '../domain/fact.ts';
import type { CaseId, ConversationId, LinkId, PersonRef, TaskId } from '../domain/ids.ts';
import type { Instant } from '../domain/insurance.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';

// === Small parts

/** JSON.parse gives JSON: only the outermost shape needs a look. */
const json = z.custom<Json>((value) => value !== undefined);
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const text = z.string();

/** Ids, codes and words of the taxonomy were checked when they were made; here they are given their type again. */
function named<Name extends string>(): z.ZodType<Name> {
  return text as unknown as z.ZodType<Name>;
}

/** An object with every key of the type, optional ones too: a key that is missed here would be lost on reading. */
function whole<Type>() {
  return <Shape extends { readonly [Key in keyof Type]-?: z.ZodType }>(shape: Shape) => z.object(shape);
}

/** One kind of message. */
type Kind<K extends InboundContent['kind']> = Extract<InboundContent, { readonly kind: K }>;

const choices = z.array(whole<Choice>()({ value: text, label: text }));
const purpose = z.enum(['verify', 'relative', 'my_data', 'order', 'premium', 'invitation']);

// === Messages

const content = z.discriminatedUnion('kind', [
  whole<Kind<'text'>>()({
    kind: z.literal('text'),
    text,
    masked: z.array(z.enum(['id_number', 'card_number', 'phone'])),
  }),
  whole<Kind<'choice'>>()({ kind: z.literal('choice'), value: text }),
  whole<Kind<'opened'>>()({ kind: z.literal('opened') }),
  whole<Kind<'unsupported'>>()({ kind: z.literal('unsupported'), what: text }),
  whole<Kind<'secure.done'>>()({
    kind: z.literal('secure.done'),
    link: named<LinkId>(),
    purpose,
    slots: object,
  }),
  whole<Kind<'task.settled'>>()({
    kind: z.literal('task.settled'),
    task: named<TaskId>(),
    name: text,
    outcome: z.enum(['done', 'refused', 'failed']),
    result: object,
  }),
  whole<Kind<'office'>>()({ kind: z.literal('office'), event: text, params: object }),
  whole<Kind<'staff'>>()({
    kind: z.literal('staff'),
    event: z.enum([
      'claimed',
      'released',
      'replied',
      'asked',
      'act_offered',
      'given_back',
      'closed',
      'reopened',
    ]),
    case: named<CaseId>().exactOptional(),
    reply: text.exactOptional(),
    text: text.exactOptional(),
    what: text.exactOptional(),
    flow: text.exactOptional(),
    slots: object.exactOptional(),
  }),
  whole<Kind<'timer'>>()({ kind: z.literal('timer'), name: text, params: object }),
]) satisfies z.ZodType<InboundContent>;

const part = whole<OutboundPart>()({
  id: text,
  params: object,
  text,
  choices: choices.exactOptional(),
  secure: z.object({ purpose, url: text.exactOptional() }).exactOptional(),
  sources: z
    .array(
      whole<Citation>()({ title: text, publisher: text, date: text, grade: text, url: text.exactOptional() }),
    )
    .exactOptional(),
}) satisfies z.ZodType<OutboundPart>;

// === Conversation

/** Raised when the shape of a stored conversation changes; the upgrade from each older one is added to `readConversation`. */
const CONVERSATION_FORMAT = 1;

const address = whole<Address>()({
  channel: z.enum(['web', 'console', 'wechat-oa', 'wecom-kf', 'wechaty', 'slack', 'converse']),
  account: text,
  user: text,
});

const factValue: z.ZodType<FactValue> = z.union([text, z.number(), z.boolean()]);

const profile = whole<Profile>()({
  region: text.exactOptional(),
  person: z.object({ ref: named<PersonRef>(), maskedName: text, until: text }).exactOptional(),
  facts: z.record(text, z.object({ value: factValue, at: text.exactOptional() })),
  lastIntent: named<Intent>().exactOptional(),
  lastFaq: text.exactOptional(),
  symptom: named<Symptom>().exactOptional(),
});

const frame = whole<Frame>()({
  flow: text,
  version: z.number(),
  saved: json,
  slots: object,
  given: z.array(text),
  task: named<TaskId>().exactOptional(),
  child: z.boolean(),
});

const conversation = whole<Conversation>()({
  id: named<ConversationId>(),
  version: z.number(),
  address,
  status: z.enum(['bot', 'waiting', 'human', 'closed']),
  profile,
  stack: z.array(frame),
  asking: whole<Asking>()({
    slot: text,
    reply: text,
    params: object,
    choices: choices.exactOptional(),
    secure: purpose.exactOptional(),
    askedAt: text.exactOptional(),
  }).exactOptional(),
  lastReplies: z.array(whole<Reply>()({ id: text, params: object })),
  misses: z.number(),
  offered: z.array(named<Intent>()).exactOptional(),
  askedBack: z.string().exactOptional(),
  openCase: named<CaseId>().exactOptional(),
  lastCase: z.object({ id: named<CaseId>(), closedAt: text }).exactOptional(),
  knowledge: text.exactOptional(),
  updatedAt: text,
}) satisfies z.ZodType<Conversation>;

const storedConversation = z.object({ format: z.literal(CONVERSATION_FORMAT), conversation });

// === Cases

const evidence = whole<Evidence>()({
  fact: text,
  value: factValue,
  origin: z.enum(['said', 'looked_up', 'rule', 'assumed']),
  source: text.exactOptional(),
  at: text.exactOptional(),
});

const finding = whole<Finding>()({
  cause: named<Finding['cause']>(),
  p: z.number(),
  because: z.array(evidence),
  against: z.array(evidence),
  remedy: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('act'), flow: text }),
    z.object({ kind: z.literal('guide'), faq: text.exactOptional() }),
    z.object({ kind: z.literal('person') }),
  ]),
});

const caseRecord = whole<Case>()({
  id: named<CaseId>(),
  number: text,
  conversation: named<ConversationId>(),
  status: z.enum(['open', 'assigned', 'waiting', 'closed']),
  reason: text,
  region: text.exactOptional(),
  findings: z.array(finding),
  transcript: z.array(z.object({ who: z.enum(['citizen', 'bot']), text, at: text })),
  openedAt: text,
  symptom: named<Symptom>().exactOptional(),
  closed: whole<ClosedCase>()({
    at: text,
    by: text,
    trueCause: named<CauseId>().exactOptional(),
    note: text.exactOptional(),
  }).exactOptional(),
  previous: named<CaseId>().exactOptional(),
}) satisfies z.ZodType<Case>;

const person = whole<Omit<PersonRecord, 'ref'>>()({
  name: text,
  documentType: z.enum([
    'resident_id',
    'hk_macao_permit',
    'taiwan_permit',
    'foreign_permanent_id',
    'passport',
  ]),
  documentNumber: text,
});

// === What the rooms of the store call

/** @throws with the name of the column, never with its contents: they may be a citizen's words */
function reader<Value>(column: string, schema: z.ZodType<Value>): (stored: string) => Value {
  return (stored) => {
    const result = schema.safeParse(parseJson(column, stored));
    if (result.success) return result.data;
    const places = result.error.issues.map((issue) => issue.path.join('.') || '(top)');
    throw new Error(`Stored ${column} does not have the expected shape at ${places.join(', ')}`);
  };
}

function parseJson(column: string, stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch {
    throw new Error(`Stored ${column} is not JSON`);
  }
}

export const readContent = reader<InboundContent>('inbox.content', content);
export const readPart = reader<OutboundPart>('outbox.part', part);
export const readCase = reader<Case>('cases.data', caseRecord);
export const readTriaged = reader(
  'triages.record',
  z.object({
    findings: z.array(finding),
    region: text.exactOptional(),
    symptom: named<Symptom>().exactOptional(),
  }),
);
export const readObject = reader<JsonObject>('object', object);
export const readJson = reader<Json>('json', json);
export const readAlternatives = reader<readonly Scored<Intent>[]>(
  'review_items.alternatives',
  z.array(z.object({ id: named<Intent>(), p: z.number() })),
);
export const readPerson = reader('persons.sealed', person);
export const readPurpose = (stored: string) => purpose.parse(stored);

const readStored = reader('conversations.state', storedConversation);
export const readConversation = (stored: string): Conversation => readStored(stored).conversation;
export const writeConversation = (value: Conversation): string =>
  JSON.stringify({ format: CONVERSATION_FORMAT, conversation: value });

/** Times are numbers in rows and ISO strings in the domain. */
export const toInstant = (ms: number): Instant => new Date(ms).toISOString();
export const toMs = (instant: Instant): number => Date.parse(instant);
