/** `/gongji …`: lists, figures, and what may be behind a complaint. The answer is seen by the asker only. */
import type { CaseFilter, Staff } from '../../contracts/desk.ts';
import { maskNumbers } from '../../domain/masking.ts';
import { type Block, message, spoken } from './blocks.ts';
import type { GestureOf } from './gesture.ts';
import type { Hands } from './hands.ts';
import { caseList, figures, SHOWN, triageBlocks } from './lists.ts';
import { staffId } from './staff.ts';
import { gapBlocks } from './thread.ts';
import { words } from './words.ts';

type Command = GestureOf<'command'>;

export async function command(hands: Hands, gesture: Command): Promise<void> {
  const by = await hands.staff.of(gesture.by);
  const blocks = by === undefined ? say(words.notStaff) : await answer(hands, gesture, by);
  await hands.api.respond(gesture.respond, message(words.title, blocks));
}

/** Further sheets than these are for finding, not for reading. */
const MOST = 100;

function sheetOf(given: string | undefined): number {
  const sheet = Number(given);
  return Number.isInteger(sheet) && sheet >= 1 && sheet <= MOST / SHOWN ? sheet : 1;
}

const say = (text: string): readonly Block[] => [spoken(text)];

async function answer(hands: Hands, { text, by: { id } }: Command, by: Staff): Promise<readonly Block[]> {
  const [verb = '', ...rest] = text.split(/\s+/u);
  const list = async (title: string, filter: CaseFilter, more?: string) =>
    caseList(title, await hands.desk.list(filter, { limit: MOST }), hands.linkOf, {
      ...(more === undefined ? {} : { more, sheet: sheetOf(rest[0]) }),
    });
  switch (verb.toLowerCase()) {
    case '':
    case 'help':
      return say(words.help);
    case 'mine':
      return list('我的个案', { show: 'mine', owner: staffId(id) }, '/gongji mine');
    case 'queue':
      return list('等人认领', { show: 'queue' }, '/gongji queue');
    case 'find':
      return rest.length === 0 ? say(words.help) : list('查找', { show: 'all', find: rest.join(' ') });
    case 'stats':
      return figures(await hands.desk.statsOf());
    case 'gaps':
      return gaps(hands);
    case 'rebuild':
      return rebuild(hands, by);
    default:
      return triage(hands, by, text);
  }
}

async function rebuild(hands: Hands, by: Staff): Promise<readonly Block[]> {
  if (!by.roles.includes('lead')) return say(words.leadOnly);
  await hands.rebuild();
  return say(words.rebuilding);
}

async function gaps({ advice }: Hands): Promise<readonly Block[]> {
  return advice === undefined ? say(words.noAdvice) : gapBlocks(await advice.gaps(SHOWN));
}

async function triage({ advice }: Hands, by: Staff, text: string): Promise<readonly Block[]> {
  if (advice === undefined) return say(`${words.noAdvice}\n${words.help}`);
  return triageBlocks(await advice.triage({ by, text: maskNumbers(text).text }));
}
