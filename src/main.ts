/** The server: reads the configuration, wires the house, says what is on, and stops cleanly. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type App, createApp } from './app.ts';
import { type Channels, openChannels } from './channels.ts';
import { chooseOffice } from './choose-office.ts';
import { type Config, readConfig } from './config.ts';
import type { SlackView } from './connectors/slack/index.ts';
import type { Connector } from './contracts/connector.ts';
import type { IdentityProvider } from './contracts/identity.ts';
import type { KeyProvider } from './contracts/keys.ts';
import { type DeskSocket, deskSocketPath, serveDesk } from './desk-socket.ts';
import { KNOWLEDGE_DIR, type Library, modelCache, openLibrary } from './library.ts';
import { STOP_WITHIN_MS } from './limits.ts';
import { codeOf, createLog, type Log } from './log.ts';
import { SIMULATED } from './office.ts';
import { type Operations, openOperations } from './operations.ts';
import { createReloader, type Reloader } from './reload.ts';
import {
  keepProposalsFile,
  keepReviewFile,
  PROPOSALS_FILE,
  REVIEW_FILE,
  type ReviewFile,
} from './review-file.ts';
import { openSlackDesk, slackHealth, slackState } from './slack-desk.ts';
import { ERASURES_FILE } from './store/erasure-list.ts';
import { createKeyFile, keyFileRing } from './store/key-file.ts';
import { checkWebDesk, openWebDesk, type WebDesk } from './web/desk-open.ts';
import { figuresRoutes } from './web/figures-routes.ts';
import { createServer, type WebServer } from './web/server.ts';
import { intentsDir } from './withdrawals.ts';

export const clock = { now: () => Date.now() };
export const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };

const PAGES_DIR = fileURLToPath(new URL('../dist/pages/', import.meta.url));

export interface Running {
  readonly app: App;
  readonly server: WebServer;
  readonly url: string;
  readonly library: Library;
  /** The desk as web pages; absent where nobody could log in. */
  readonly desk?: WebDesk | undefined;
  stop(): Promise<void>;
}

/**
 * Starts everything embedded in this process.
 * @param more channels beside the web, for instance the terminal
 * @param tell where lines for the person at the machine go
 * @param identity who proves who citizens are; needed when the office is that of a bureau
 */
export async function startGongji(
  config: Config,
  tell: (line: string) => void,
  more: readonly Connector[] = [],
  identity?: IdentityProvider,
): Promise<Running> {
  // First: what cannot work with this configuration should not leave traces.
  checkWebDesk(config);
  const office = await chooseOffice(config, { clock, random, tell, identity });
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const operations = await openOperations({ config, clock, log: createLog(config.logLevel) });
  const { log } = operations;
  const library = openLibrary({ cacheDir: config.dataDir });
  let url = config.publicUrl ?? '';
  const app = await createApp({
    ...library,
    clock,
    random,
    log,
    watch: operations.watch,
    waiting: operations.waiting,
    disk: operations.disk,
    during: operations.during,
    storeUrl:
      config.databaseUrl ??
      pathToFileURL(join(config.dataDir, 'gongji.sqlite')).href.replace('file:', 'sqlite:'),
    connections: config.databasePool,
    intents: intentsDir(config.dataDir),
    erasuresFile: join(config.dataDir, ERASURES_FILE),
    ...office,
    vaultKey: config.vaultKey ?? keyFile(join(config.dataDir, 'vault.key')),
    secureUrl: (token) => `${url}/s/${token}`,
    elsewhere: elsewhereOf(config),
  });
  const { store, signals } = app;
  const words = (id: string): string => app.editions.of().knowledge.replies.get(id)?.text.trim() ?? '';
  const channels = await openChannels(config, {
    store,
    signals,
    clock,
    random,
    log,
    words,
    publicUrl: () => url,
    tell,
  });
  const slack = await openSlackDesk(config, {
    desk: app.desk,
    advice: app.advice,
    inbox: store,
    clock,
    log,
    tell,
  });
  const desk = openWebDesk(config, {
    desk: app.desk,
    advice: app.advice,
    store,
    editions: app.editions,
    verify: () => app.verifyAudit(),
    refresh: () => app.refreshWithdrawals(),
    clock,
    random,
    home: () => url,
    more: [
      {
        path: '/figures',
        area: 'figures',
        routes: figuresRoutes({ store, editions: app.editions, clock }),
      },
    ],
    onRefused: (code) => log.event('desk.refused', { code }),
  });
  const server = createServer({
    connectors: channels.http,
    listeners: slack?.listeners ?? [],
    secure: app.secure,
    desk,
    clock,
    pagesDir: PAGES_DIR,
    publicUrl: config.publicUrl,
    isBehindProxy: config.isBehindProxy,
    embedOrigins: config.embedOrigins,
    ops: operations.ops,
    metricsToken: config.metricsToken,
    health: async () => ({
      store: app.store.describe(),
      knowledge: app.editions.of().knowledge.version,
      ...slackHealth(slack),
    }),
    onFailure: (failure) => log.event('request.failed', failure),
  });
  operations.look({
    app,
    channels: channels.connectors.map(({ id }) => id),
    streams: channels.openStreams,
    slack: () => slackState(slack),
  });
  const listening = await server.listen(config.port, config.host);
  url = config.publicUrl ?? listening.url;
  await app.start([...channels.connectors, ...more]);
  await slack?.start();
  const commands = await serveDesk(
    { ...app.desk, ...app.advice },
    deskSocketPath(config.dataDir),
    desk?.link,
  );
  const reloader = createReloader({
    dir: KNOWLEDGE_DIR,
    editions: app.editions,
    log,
    warn: (line) => void process.stderr.write(`${line}\n`),
    keepModel: (model) => modelCache(config.dataDir).save(model),
  });
  const review = keepReviewFile(app.store, join(config.dataDir, REVIEW_FILE), (error) =>
    log.event('job.failed', { queue: 'review', key: '', code: codeOf(error) }),
  );
  await operations.started();
  const proposals = keepProposalsFile(app.advice, join(config.dataDir, PROPOSALS_FILE), (error) =>
    log.event('job.failed', { queue: 'proposals', key: '', code: codeOf(error) }),
  );
  log.event('app.started', { url, knowledge: library.knowledge.version });
  return {
    app,
    server,
    url,
    library,
    desk,
    stop: () =>
      stop({
        app,
        server,
        desk,
        channels,
        slack,
        commands,
        log,
        reloader,
        files: [review, proposals],
        operations,
      }),
  };
}

/** The keys of the vault, the first one made at the first start; readable by nobody else. */
export function keyFile(file: string): KeyProvider {
  if (!existsSync(file)) createKeyFile(file, random);
  return keyFileRing(file, random);
}

/** Where citizens can prove who they are; what is not set up is not named. */
function elsewhereOf({ publicUrl, wechatName }: Config): { account?: string; page?: string } {
  return {
    ...(wechatName === undefined ? {} : { account: wechatName }),
    ...(publicUrl === undefined ? {} : { page: `${publicUrl}/` }),
  };
}

/** Streams end and no request comes in any more; then what is running ends. */
async function stop({
  app,
  server,
  desk,
  channels,
  slack,
  commands,
  log,
  reloader,
  files,
  operations,
}: {
  app: App;
  server: WebServer;
  desk: WebDesk | undefined;
  channels: Channels;
  slack: SlackView | undefined;
  commands: DeskSocket;
  log: Log;
  reloader: Reloader;
  files: readonly ReviewFile[];
  operations: Operations;
}): Promise<void> {
  // Before anything else: whoever hands out work should send it elsewhere.
  operations.stopping();
  reloader.close();
  await commands.close();
  for (const connector of channels.connectors) await connector.stop();
  desk?.close();
  await server.close();
  await slack?.stop();
  for (const file of files) await file.close();
  await app.stop();
  await operations.stop();
  log.event('app.stopped', {});
}

async function greeting({ app, url, desk, library: { knowledge } }: Running): Promise<string[]> {
  const deskLines = desk === undefined ? [] : [`  坐席　${await desk.describe()}`];
  return [
    `共济助手已启动：${url}/`,
    `  资料　${knowledge.faq.size} 条回答，${knowledge.causes.size} 个原因，${knowledge.regions.size} 个地区，版本 ${knowledge.version}`,
    `  存储　${app.store.describe()}`,
    ...officeLines(app),
    ...deskLines,
    '  按 Ctrl-C 结束',
  ];
}

function officeLines(app: App): string[] {
  if (app.portal.id !== SIMULATED) return [`  经办　${app.portal.id}`];
  const people = app.office.people().map(({ label, story }) => `    ${label}　${story}`);
  return ['  经办　模拟经办系统，示例人员如下；在安全页面里选一位，验证码打印在这里', ...people];
}

/** Runs until it is told to stop. Exit status 1 and one clear message when it cannot start. */
export async function main(): Promise<void> {
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const running = await startGongji(readConfig(), tell);
    let isStopping = false;
    const end = (): void => {
      if (isStopping) return;
      isStopping = true;
      // What hangs is left to the next process: everything acknowledged is in the tables.
      const late = setTimeout(() => {
        process.stderr.write(`gongji: something did not end within ${STOP_WITHIN_MS / 1_000} s\n`);
        process.exit(1);
      }, STOP_WITHIN_MS).unref();
      running.stop().then(
        () => {
          clearTimeout(late);
          tell('已停止。');
        },
        (error: unknown) => {
          process.stderr.write(`gongji: could not stop cleanly (${codeOf(error)})\n`);
          process.exitCode = 1;
        },
      );
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    // Last: whoever reads it may stop us at once.
    for (const line of await greeting(running)) tell(line);
  } catch (error) {
    process.stderr.write(`gongji: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
