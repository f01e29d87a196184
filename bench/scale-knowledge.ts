/**
 * What 10 and 100 times the answers cost: `node --expose-gc bench/scale-knowledge.ts [--write]`. The shipped answers are
 * copied under new ids, each with an intent of its own that nobody says; turns are those of citizens with today's knowledge.
 */

import { createManager } from '../src/dialog/manager.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import type { Knowledge } from '../src/knowledge/knowledge.ts';
import type { FaqEntry } from '../src/knowledge/schema/faq.ts';
import { openLibrary } from '../src/library.ts';
import { openStore } from '../src/store/open.ts';
import { report, spread } from './all-report.ts';

const TURNS = 300;
const SAID = ['家庭共济是什么', '跨省能用吗', '岳母可以绑吗', '绑定以后看病用谁的卡'];
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
const heapMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const library = openLibrary();

function multiplied(knowledge: Knowledge, times: number): Knowledge {
  const faq = new Map(knowledge.faq);
  for (let copy = 1; copy < times; copy += 1) {
    for (const [id, entry] of knowledge.faq) {
      const other = `${id}-${copy}`;
      faq.set(other, { ...entry, id: other, intent: `${entry.intent}-${copy}` as FaqEntry['intent'] });
    }
  }
  return { ...knowledge, faq };
}

async function measure(times: number): Promise<readonly (string | number)[]> {
  const before = heapMb();
  const knowledge = multiplied(library.knowledge, times);
  const { store, close } = await openStore({
    url: ':memory:',
    clock,
    random,
    vaultKey: new Uint8Array(32).fill(7),
  });
  const manager = createManager({
    store,
    knowledge: () => knowledge,
    understander: () => library.understander,
    clock,
    random,
    secureUrl: (token) => token,
  });
  const waits: number[] = [];
  for (let n = 0; n < TURNS + 40; n += 1) {
    const address = { channel: 'converse', account: 'bench', user: `u${n % 20}` } as const;
    const content = { kind: 'text' as const, text: SAID[n % SAID.length] as string, masked: [] };
    const at = performance.now();
    await store.receive({ address, messageId: `m${n}`, receivedAt: new Date().toISOString(), content });
    const id = (await store.conversationAt(address))?.id as ConversationId;
    await manager.process(id);
    if (n >= 40) waits.push(performance.now() - at);
  }
  await close();
  const { p50, p99 } = spread(waits);
  return [`${times} 倍`, knowledge.faq.size, p50, p99, heapMb() - before];
}

const rows: (readonly (string | number)[])[] = [];
for (const times of [1, 10, 100]) rows.push(await measure(times));
report({
  id: 'knowledge',
  title: '知识：1 倍、10 倍、100 倍的答案',
  words: `\`node --expose-gc bench/scale-knowledge.ts\`。把现有答案换上新的编号和意图复制若干份；${TURNS} 轮提问，内存里的库，只看知识的份量。识别意图的模型没有跟着放大：意图多 10 倍是另一回事，见 docs/understanding-report.md。`,
  head: ['知识', '答案条数', '一轮 p50 ms', 'p99 ms', '多占的堆 MB'],
  rows,
  picture: {
    title: '知识放大后一轮的 p50（ms）',
    bars: rows.map(([label, , value]) => ({ label: String(label), value: Number(value) })),
  },
});
