/** grammY with its conversations plugin: a function that is played again, its log of answers in SQLite. */
import { conversations, createConversation } from '@grammyjs/conversations';
import { Bot } from 'grammy';
import { handOver, openValues, SAYS, serve } from './serve.mjs';

const values = openValues('grammy');
const storage = {
  read: (key) => values.read(key),
  write: (key, value) => values.write(key, value),
  delete: (key) => values.remove(key),
};

const said = new Map();
const botInfo = { id: 1, is_bot: true, first_name: 'bench', username: 'bench_bot' };
// The far end of the network: takes every call at once.
const fetch = async (_url, { body }) => {
  const chunks = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  const { chat_id, text } = JSON.parse(Buffer.concat(chunks).toString());
  said.get(chat_id)?.push(text);
  const result = { message_id: 1, date: 0, chat: { id: chat_id, type: 'private' }, text };
  return { json: async () => ({ ok: true, result }) };
};
const bot = new Bot('1:bench', { botInfo, client: { fetch } });
bot.use(conversations({ storage }));

async function talk(conversation, context) {
  for (const prompt of SAYS.slice(0, -1)) {
    await context.reply(prompt);
    context = await conversation.waitFor('message:text');
  }
  const { id } = context.chat;
  await conversation.external(() => handOver(`c${id}`));
  await context.reply(SAYS.at(-1));
}
bot.use(createConversation(talk));
bot.on('message', (context) => context.conversation.enter('talk'));

serve(async (c, n, text) => {
  const id = Number(c.slice(1));
  said.set(id, []);
  const chat = { id, type: 'private', first_name: c };
  const from = { id, is_bot: false, first_name: c };
  await bot.handleUpdate({ update_id: id * 100 + n, message: { message_id: n, date: 0, chat, from, text } });
  const words = said.get(id).join(' ');
  said.delete(id);
  return words;
});
