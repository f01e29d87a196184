/**
 * `gongji review [show N | accept N … | proposals | apply ID …]`: what was not understood for sure, grouped by
 * likeness, and what staff proposed about it; one of it made an example or a draft answer. Reads the files a server keeps, never its database; changes only
 * the knowledge folder, and that only with --yes, after showing what would change.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import type { ReviewItem } from '../contracts/store.ts';
import { type Group, groupsOf } from '../desk/word-groups.ts';
import { INTENTS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { REVIEW_FILE } from '../review-file.ts';
import { createUnderstanding } from '../understanding/index.ts';
import { isSure } from '../understanding/policy.ts';
import type { Command, Io } from './command.ts';
import { draftOf, exampleOf, finish, intentOf, type Options, readLines, rounded } from './review-edits.ts';
import { applyProposal, listProposals } from './review-proposals.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

const OPTIONS = {
  from: { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean' },
  knowledge: { type: 'string', default: OWN_KNOWLEDGE },
  all: { type: 'boolean', default: false },
  intent: { type: 'string' },
  'new-entry': { type: 'string' },
  source: { type: 'string' },
  by: { type: 'string' },
  as: { type: 'string' },
  evaluate: { type: 'string' },
  'as-of': { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const;

const parsed = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });

export const review: Command = async (args, io) => {
  const { values, positionals } = parsed(args);
  const [verb = 'list', which] = positionals;
  const knowledge = loadKnowledge(values.knowledge);
  if (verb === 'proposals') return listProposals(values, knowledge, io);
  if (verb === 'apply') return applyProposal(which, values, knowledge, io);
  const groups = openGroups(values, knowledge, io);
  if (verb === 'list')
    for (const { items, ...group } of groups) io.print(JSON.stringify(shown(group, items)));
  else if (verb === 'show') for (const item of named(groups, which).items) io.print(JSON.stringify(item));
  else if (verb === 'accept') accept(named(groups, which), values, knowledge, io);
  else
    throw new AppError('bad_input', "review takes nothing, 'show N', 'accept N', 'proposals' or 'apply ID'");
  return 0;
};

function shown(group: Omit<Group, 'items'>, items: readonly ReviewItem[]): object {
  return { ...group, sentences: items.length, guesses: group.guesses.map(rounded) };
}

// === What is open

const itemSchema = z.object({
  text: z.string().min(1),
  action: z.enum(['answer', 'task', 'diagnose', 'ask_back', 'out_of_scope', 'fallback']),
  alternatives: z.array(z.object({ id: z.enum(INTENTS), p: z.number() })),
  knowledge: z.string(),
  region: z.string().exactOptional(),
  count: z.number(),
  firstAt: z.string(),
  lastAt: z.string(),
}) satisfies z.ZodType<ReviewItem>;

/** Sentences that are understood by now, after better examples, are left out unless --all. */
function openGroups(values: Options, knowledge: Knowledge, io: Io): readonly Group[] {
  const items = itemsOf(values);
  if (values.all) return groupsOf(items);
  const understander = createUnderstanding(knowledge);
  const listening = { inFlow: false, asOf: dayOf(values['as-of']) };
  const open = items.filter(({ text }) => !isSure(understander.understand(text, listening)));
  const closed = items.length - open.length;
  if (closed > 0)
    io.warn(`review: ${closed} of ${items.length} sentences are understood by now; --all shows them too`);
  return groupsOf(open);
}

function itemsOf({ from, data }: Options): readonly ReviewItem[] {
  const file = from ?? join(data ?? readConfig().dataDir, REVIEW_FILE);
  if (!existsSync(file)) {
    throw new AppError(
      'bad_input',
      `There is no ${file}. A server writes it once a minute into its data folder as soon as a sentence was not understood for sure; name that folder with --data, or a copy of the file with --from.`,
    );
  }
  return readLines(file, itemSchema);
}

/** By its place in the list, or by its key, which does not shift. */
function named(groups: readonly Group[], which: string | undefined): Group {
  const found = groups.find(({ group, key }) => String(group) === which || key === which);
  if (found !== undefined) return found;
  throw new AppError(
    'bad_input',
    `There is no group '${which ?? ''}'; \`gongji review\` lists ${groups.length}, by number and key.`,
  );
}

// === Accepting

function accept(group: Group, values: Options, knowledge: Knowledge, io: Io): void {
  const { by, intent: typed } = values;
  if (by === undefined) throw new AppError('bad_input', '--by NAME says who answers for it');
  const intent = intentOf(typed);
  if (intent === undefined) {
    throw new AppError(
      'bad_input',
      `--intent takes an id of the taxonomy, such as ${group.guesses[0]?.id ?? 'ask.what'}`,
    );
  }
  const signature = { by, on: dayOf(values['as-of']) };
  const edit =
    values['new-entry'] === undefined
      ? exampleOf(group, intent, signature, values, knowledge, io)
      : draftOf(group, intent, signature, values, knowledge);
  finish(edit, group.key, values, io);
}
