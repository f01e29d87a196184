/**
 * One case from the first word to its being reopened, between the house as a process, local-slack as another,
 * and a citizen on the web. Runs apart; tells what came of each step, a JSON line each. `node story.ts http`
 */
import { type Citizen, webCitizen } from './citizen.ts';
import { type LocalSlack, type Shown, startLocalSlack, until, WORKSPACE, wordsOf } from './local-slack.ts';
import { type Started, startHouse } from './started.ts';

const PORT = 8080;
const { clerk, second, stranger } = WORKSPACE;

const mode = process.argv[2] === 'socket' ? 'socket' : 'http';
const begun = performance.now();
const tell = (step: string, facts: object = {}): void =>
  void process.stdout.write(
    `${JSON.stringify({ step, atMs: Math.round(performance.now() - begun), ...facts })}\n`,
  );

let slack: LocalSlack;

async function story(citizen: Citizen): Promise<void> {
  await citizen.says('绑定了但是不显示，转人工');
  const opened = await cardSaying('绑定了但是不显示');
  tell('card', { words: wordsOf(opened), legal: 'blocks' in opened });

  await slack.press(stranger.id, opened, 'case.claim');
  tell('stranger', { told: await hintTo(stranger.id) });

  // Both press at the same moment, as it happens when a case comes up.
  await Promise.all([
    slack.press(clerk.id, opened, 'case.claim'),
    slack.press(second.id, opened, 'case.claim'),
  ]);
  const claimed = await cardSaying('处理中');
  const owner = wordsOf(claimed).includes(`<@${clerk.id}>`) ? clerk.id : second.id;
  const loser = owner === clerk.id ? second.id : clerk.id;
  tell('claimed', { words: wordsOf(claimed), told: await hintTo(loser) });

  await slack.say(owner, '先看一下钱包', opened.ts);
  await citizen.says('绑定以后我妈看病刷谁的卡');
  await threadSaying('刷谁的卡');
  const draft = await until('a draft is whispered', async () =>
    (await slack.messages()).find((message) => JSON.stringify(message).includes('draft.send')),
  );
  await slack.press(owner, draft, 'draft.send');
  await until('the citizen sees the draft', () => citizen.seen().includes('病人自己的卡'));
  tell('whisper', { words: wordsOf(draft) });

  await reply(owner, claimed, { text: '   ' });
  await until('the empty reply is refused', () => slack.form() !== undefined);
  // What the citizen says while the form is open changes nothing about the form.
  await citizen.says('是在支付宝里绑的');
  slack.submit(owner, { text: '您好，请先打开医保钱包👪，再看一次。' });
  await threadSaying('已送达');
  await until('the citizen sees the reply', () => citizen.seen().includes('请先打开医保钱包👪'));
  tell('replied', { form: slack.form()?.title?.text, thread: await slack.thread(), page: citizen.seen() });

  await slack.press(owner, await fresh(), 'case.close');
  await formCalled('结案');
  slack.submit(owner, { cause: 'wallet_not_opened', note: '教会了开通钱包' });
  tell('closed', { words: wordsOf(await cardSaying('已结案')) });
  await until('the citizen is asked how it was', () => citizen.seen().includes('满意'));

  await slack.press(owner, await fresh(), 'case.reopen');
  await formCalled('重新打开');
  slack.submit(owner, {});
  tell('reopened', { words: wordsOf(await cardSaying('处理中')) });

  await slack.command(owner, 'mine');
  await slack.openHome(owner);
  const answered = await until('the command is answered', async () =>
    (await slack.messages()).find(
      (message) => message.subtype === 'ephemeral' && wordsOf(message).includes('我的个案'),
    ),
  );
  await until('the home page is drawn', () => slack.home(owner).includes('blocks'));
  tell('lists', { command: wordsOf(answered), home: slack.home(owner) });
  tell('end', { page: citizen.seen(), cards: (await cards()).length });
}

async function reply(owner: string, card: Shown, values: Readonly<Record<string, string>>): Promise<void> {
  await slack.press(owner, card, 'case.reply');
  await formCalled('回复参保人');
  slack.submit(owner, values);
}

const cards = async () =>
  (await slack.messages()).filter(({ thread_ts: of, subtype }) => of === undefined && subtype === undefined);

const fresh = () => until('a card', () => slack.card());

const cardSaying = (words: string) =>
  until(`a card that says ${words}`, async () => {
    const card = await slack.card();
    return card !== undefined && wordsOf(card).includes(words) ? card : undefined;
  });

const threadSaying = (words: string) =>
  until(`a thread that says ${words}`, async () => (await slack.thread()).includes(words));

const formCalled = (title: string) =>
  until(`a form called ${title} that can be sent`, () => {
    const form = slack.form();
    return form?.title?.text === title && form.blocks.some(({ element }) => element !== undefined);
  });

const hintTo = async (user: string) =>
  (
    await until(`a word to ${user} alone`, async () =>
      (await slack.messages()).find(({ ephemeral_to: to }) => to === user),
    )
  ).text;

function secretsIn(said: string): readonly string[] {
  const { botToken, appToken, signingSecret } = WORKSPACE;
  return [botToken, appToken, signingSecret].filter((secret) => said.includes(secret));
}

slack = await startLocalSlack(mode, `http://127.0.0.1:${PORT}/slack/events`);
let house: Started | undefined;
// Told to end before its time: nothing it started may stay.
process.once('SIGTERM', () => void end().finally(() => process.exit(1)));
try {
  house = await startHouse(mode, { port: PORT, apiUrl: slack.apiUrl });
  tell('started', { health: await house.health() });
  const citizen = await webCitizen(house.url);
  await story(citizen);
  citizen.leave();
  tell('secrets', { inLog: secretsIn(house.said()) });
} finally {
  await end();
}

async function end(): Promise<void> {
  await house?.stop();
  await slack.close();
}
