/** What staff proposed and another person approved: listed, and put into the knowledge folder by a curator. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { INTENTS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { PROPOSALS_FILE } from '../review-file.ts';
import type { Io } from './command.ts';
import { draftOf, exampleOf, finish, intentOf, type Options, readLines } from './review-edits.ts';
import { dayOf } from './rules.ts';

const staff = z.object({ id: z.string(), displayName: z.string() });
const proposalSchema = z.looseObject({
  id: z.string().min(1),
  kind: z.enum(['example', 'draft']),
  state: z.literal('approved'),
  intent: z.enum(INTENTS),
  sentence: z.string().min(1),
  entry: z.string().optional(),
  text: z.string().optional(),
  by: staff,
  approvedBy: staff,
  approvedAt: z.string(),
});
type Approved = z.infer<typeof proposalSchema>;

export function listProposals(values: Options, knowledge: Knowledge, io: Io): number {
  for (const proposal of proposalsOf(values, knowledge)) io.print(JSON.stringify(proposal));
  return 0;
}

/** Those whose words stand in the knowledge by now are done, unless --all. */
function proposalsOf(values: Options, knowledge: Knowledge): readonly Approved[] {
  const file = values.from ?? join(values.data ?? readConfig().dataDir, PROPOSALS_FILE);
  if (!existsSync(file)) {
    throw new AppError(
      'bad_input',
      `There is no ${file}. A server writes it once a minute as soon as a proposal is approved; name its data folder with --data, or a copy of the file with --from.`,
    );
  }
  const all = readLines(file, proposalSchema);
  if (values.all) return all;
  const known = new Set([
    ...[...knowledge.intents.values()].flatMap(({ examples }) => examples),
    ...[...knowledge.faq.values()].flatMap(({ questions }) => questions),
  ]);
  return all.filter(({ sentence }) => !known.has(sentence));
}

function proposalNamed(values: Options, knowledge: Knowledge, id: string | undefined): Approved {
  const found = proposalsOf(values, knowledge).find((proposal) => proposal.id === id);
  if (found !== undefined) return found;
  throw new AppError(
    'bad_input',
    `There is no open proposal '${id ?? ''}'; \`gongji review proposals\` lists them`,
  );
}

/** The same two ways as `accept`, for one sentence; an approved text is the body of a draft, and still unverified. */
export function applyProposal(
  which: string | undefined,
  values: Options,
  knowledge: Knowledge,
  io: Io,
): number {
  const proposal = proposalNamed(values, knowledge, which);
  const { id, kind, sentence, text } = proposal;
  const { by } = values;
  if (by === undefined) throw new AppError('bad_input', '--by NAME says who answers for it');
  const intent = values.intent === undefined ? proposal.intent : intentOf(values.intent);
  if (intent === undefined) throw new AppError('bad_input', '--intent takes an id of the taxonomy');
  if (kind === 'draft' && values['new-entry'] === undefined)
    throw new AppError('bad_input', 'A new answer takes --new-entry ID and --source ID');
  const signature = { by, on: dayOf(values['as-of']) };
  const group = { examples: [sentence], items: [{ text: sentence }] };
  const edit =
    kind === 'example'
      ? exampleOf(group, intent, signature, values, knowledge, io)
      : draftOf(group, intent, signature, values, knowledge, text);
  finish(edit, id, values, io);
  return 0;
}
