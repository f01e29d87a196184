/** OpenWorkflow on SQLite: one workflow a conversation, which waits for a signal with each message. */
import { join } from 'node:path';
import { OpenWorkflow } from 'openworkflow';
import { BackendSqlite } from 'openworkflow/sqlite';
import { dir, handOver, SAYS, serve } from './serve.mjs';

const backend = BackendSqlite.connect(join(dir, 'openworkflow.sqlite'));
const ow = new OpenWorkflow({ backend });
const waiting = new Map();
const tell = (c, n, reply) => waiting.get(`${c}:${n}`)?.(reply);

const talk = ow.defineWorkflow({ name: 'talk' }, async ({ input: { c }, step }) => {
  for (const [index, prompt] of SAYS.entries()) {
    const n = index + 1;
    if (n > 1) await step.waitForSignal({ name: `heard-${n}`, signal: `${c}:${n}`, timeout: '1h' });
    if (n === SAYS.length) await step.run({ name: 'act' }, async () => handOver(c));
    await step.run({ name: `say-${n}` }, async () => {
      tell(c, n, prompt);
      return prompt;
    });
  }
});
const worker = ow.newWorker({ concurrency: 32 });
await worker.start();

const PATIENCE_MS = 12_000;

serve(async (c, n, text) => {
  const told = new Promise((resolve) => waiting.set(`${c}:${n}`, resolve));
  const until = Date.now() + PATIENCE_MS;
  if (n === 1) await talk.run({ c }, { idempotencyKey: c });
  // A signal that nobody waits for yet is dropped: it has to be sent again until somebody does.
  else
    for (let sent = false; !sent && Date.now() < until; ) {
      const { workflowRunIds } = await ow.sendSignal({ signal: `${c}:${n}`, data: { text } });
      sent = workflowRunIds.length > 0;
      if (!sent) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  const gone = new Promise((resolve) => setTimeout(() => resolve('nothing was said'), PATIENCE_MS).unref());
  const reply = await Promise.race([told, gone]);
  waiting.delete(`${c}:${n}`);
  return reply;
});
