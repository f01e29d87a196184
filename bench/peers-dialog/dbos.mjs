/** DBOS Transact on PostgreSQL: one workflow a conversation, messages sent to it, replies as its events. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { handOver, SAYS, serve } from './serve.mjs';

const url = process.argv[3];
const HOUR = 3600;
const PATIENCE_SECONDS = 12;

const talk = DBOS.registerWorkflow(
  async (c) => {
    for (const [index, prompt] of SAYS.entries()) {
      const n = index + 1;
      if (n > 1) await DBOS.recv('turn', HOUR);
      if (n === SAYS.length) await DBOS.runStep(async () => handOver(c), { name: 'act' });
      await DBOS.setEvent(`said-${n}`, prompt);
    }
  },
  { name: 'talk' },
);
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, runAdminServer: false, logLevel: 'error' });
await DBOS.launch();

serve(async (c, n, text) => {
  if (n === 1) await DBOS.startWorkflow(talk, { workflowID: c })(c);
  else await DBOS.send(c, text, 'turn', `${c}:${n}`);
  return (await DBOS.getEvent(c, `said-${n}`, PATIENCE_SECONDS)) ?? 'nothing was said';
});
