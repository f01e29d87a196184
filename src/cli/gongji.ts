/** The `gongji` program: finds the command and runs it. Each command is one file, loaded only when called. */
import { type Command, describe, type Io } from './command.ts';

const COMMANDS: Record<string, { readonly does: string; readonly load: () => Promise<Command> }> = {
  understand: {
    does: 'what a sentence means',
    load: async () => (await import('./understand.ts')).understand,
  },
  converse: { does: 'play whole conversations', load: async () => (await import('./converse.ts')).converse },
  diagnose: { does: 'causes from facts', load: async () => (await import('./diagnose.ts')).diagnose },
  rules: {
    does: 'effective rules of a region on a day',
    load: async () => (await import('./rules.ts')).rules,
  },
  facts: { does: 'every fact diagnosis knows', load: async () => (await import('./facts.ts')).facts },
  kb: {
    does: 'check, show, change and withdraw what is known',
    load: async () => (await import('./kb.ts')).kb,
  },
  evaluate: {
    does: 'measure understanding on a file',
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
  desk: {
    does: 'the help desk: list, show, claim, reply, close and the rest',
    load: async () => (await import('./desk.ts')).desk,
  },
  advice: {
    does: 'drafts for clerks, what nobody could answer, what staff propose',
    load: async () => (await import('./advice.ts')).advice,
  },
  triage: {
    does: 'what a complaint on the telephone may mean, and what to ask',
    load: async () => (await import('./triage.ts')).triage,
  },
  review: {
    does: 'list | show | accept | proposals | apply: what was not understood for sure',
    load: async () => (await import('./review.ts')).review,
  },
  flows: {
    does: 'draw: statecharts as Mermaid and SVG',
    load: async () => (await import('./flows.ts')).flows,
  },
  portal: {
    does: 'serve: the simulated office over HTTP',
    load: async () => (await import('./portal.ts')).portal,
  },
  openapi: {
    does: 'the contract of the office over HTTP',
    load: async () => (await import('./openapi.ts')).openapi,
  },
  priors: {
    does: 'estimate: how common each cause is, from closed cases',
    load: async () => (await import('./priors.ts')).priors,
  },
  'dry-run': {
    does: 'what an act would come to, without doing it',
    load: async () => (await import('./dry-run.ts')).dryRun,
  },
  wechat: {
    does: 'menu: the menu of the official account, from a file',
    load: async () => (await import('./wechat.ts')).wechat,
  },
  audit: {
    does: 'verify: is the record of who did what as it was written',
    load: async () => (await import('./audit.ts')).audit,
  },
  keys: {
    does: "status | rotate | retire: the keys that wrap the persons' own keys",
    load: async () => (await import('./keys.ts')).keys,
  },
  retention: {
    does: 'run | proof | receipt: the end of what is stored',
    load: async () => (await import('./retention.ts')).retention,
  },
  stats: {
    does: 'refresh | rebuild: what came of the talks; --open-data DIR',
    load: async () => (await import('./stats.ts')).stats,
  },
  db: {
    does: 'export | import | move: everything that is kept',
    load: async () => (await import('./db.ts')).db,
  },
  backup: {
    does: 'FILE: everything that is kept, while the server works',
    load: async () => (await import('./backup.ts')).backup,
  },
  restore: {
    does: 'FILE --data DIR | FILE --drill: a backup into place, or only to see that it can be',
    load: async () => (await import('./restore.ts')).restore,
  },
  doctor: {
    does: 'what is wrong with this installation, and what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  limits: {
    does: 'every bound with its value and its reason',
    load: async () => (await import('./limits.ts')).limits,
  },
  slack: {
    does: 'manifest | check | rebuild: the desk of the staff in Slack',
    load: async () => (await import('./slack.ts')).slack,
  },
  chat: { does: 'talk in the terminal', load: async () => (await import('./chat.ts')).chat },
};

const io: Io = {
  input: process.stdin,
  print: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stderr.write(`${line}\n`),
};

// `gongji … | head` closes the pipe early: that is an end, not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const [name = 'help', ...args] = process.argv.slice(2);
const entry = COMMANDS[name];
if (entry === undefined) {
  const list = Object.entries(COMMANDS).map(([command, { does }]) => `  gongji ${command.padEnd(12)}${does}`);
  io.warn(name === 'help' ? 'gongji COMMAND' : `gongji: there is no command '${name}'`);
  for (const line of list) io.warn(line);
  process.exitCode = name === 'help' ? 0 : 1;
} else {
  try {
    process.exitCode = await (await entry.load())(args, io);
  } catch (error) {
    const { code, message } = describe(error);
    io.warn(`gongji ${name}: ${message} (${code})`);
    process.exitCode = 1;
  }
}
