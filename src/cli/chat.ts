/** `gongji chat`: talk in the terminal. The secure pages are served beside it and open in a browser. */
import { readConfig } from '../config.ts';
import { createConsoleConnector } from '../connectors/console/index.ts';
import { clock, random, startGongji } from '../main.ts';
import type { Command } from './command.ts';

export const chat: Command = async (_args, io) => {
  const connector = createConsoleConnector({
    input: io.input,
    output: process.stdout,
    clock,
    random,
    onFailure: () => io.warn('这句话没有存下来，请再说一遍。'),
  });
  // A free port: the server may be running beside with the usual one, on data of its own.
  const config = { ...readConfig(), port: 0, logLevel: 'warn' as const };
  const running = await startGongji(config, io.print, [connector]);
  process.once('SIGINT', () => void connector.stop());
  await connector.ended;
  await running.app.idle();
  await running.stop();
  return 0;
};
