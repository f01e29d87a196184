/** Microsoft's Bot Framework: a waterfall of prompts, its state in SQLite through the storage contract. */
import botbuilder from 'botbuilder-core';
import dialogs from 'botbuilder-dialogs';
import { handOver, openValues, SAYS, serve } from './serve.mjs';

const { BotAdapter, ConversationState, TurnContext } = botbuilder;
const { DialogSet, DialogTurnStatus, TextPrompt, WaterfallDialog } = dialogs;

const values = openValues('botbuilder');
const storage = {
  async read(keys) {
    return Object.fromEntries(
      keys.flatMap((key) => (values.read(key) === undefined ? [] : [[key, values.read(key)]])),
    );
  },
  async write(changes) {
    for (const [key, value] of Object.entries(changes)) values.write(key, value);
  },
  async delete(keys) {
    for (const key of keys) values.remove(key);
  },
};

class Collecting extends BotAdapter {
  constructor() {
    super();
    this.said = new Map();
  }

  async sendActivities(context, activities) {
    const said = this.said.get(context.activity.conversation.id);
    for (const { text } of activities) if (text) said.push(text);
    return activities.map((_, index) => ({ id: String(index) }));
  }
}

const adapter = new Collecting();
const state = new ConversationState(storage);
const set = new DialogSet(state.createProperty('dialog'));
set.add(new TextPrompt('text'));
set.add(
  new WaterfallDialog('talk', [
    ...SAYS.slice(0, -1).map((prompt) => (step) => step.prompt('text', prompt)),
    async (step) => {
      handOver(step.context.activity.conversation.id);
      await step.context.sendActivity(SAYS.at(-1));
      return step.endDialog();
    },
  ]),
);

serve(async (c, n, text) => {
  const said = [];
  adapter.said.set(c, said);
  const activity = {
    type: 'message',
    id: `${c}:${n}`,
    channelId: 'bench',
    from: { id: c },
    recipient: { id: 'bot' },
    conversation: { id: c },
    text,
  };
  const context = new TurnContext(adapter, activity);
  const dialog = await set.createContext(context);
  const { status } = await dialog.continueDialog();
  if (status === DialogTurnStatus.empty) await dialog.beginDialog('talk');
  await state.saveChanges(context);
  adapter.said.delete(c);
  return said.join(' ');
});
