/** The terminal as a channel: one citizen, lines in, lines out. */
import { createInterface, type Interface } from 'node:readline';
import type { Clock, Random } from '../../contracts/clock.ts';
import type { Connector, Receive } from '../../contracts/connector.ts';
import type { Address, Choice, InboundContent } from '../../domain/conversation.ts';
import { parseLine } from './parse.ts';
import { renderPart } from './render.ts';

export interface ConsoleConnectorParts {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly clock: Clock;
  readonly random: Random;
  /** Who is talking; without it each connector is a new citizen. */
  readonly user?: string;
  /** Told when a line could not be written down; the citizen may type it again. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ConsoleConnector extends Connector {
  readonly id: 'console';
  /** Where this terminal's talk lives. */
  readonly address: Address;
  /** Resolves when the input has ended and every line of it is on disk. */
  readonly ended: Promise<void>;
}

/** Keys of shown parts that are remembered; a crash repeats the last few, never older ones. */
const KEYS = 1_000;

export function createConsoleConnector(parts: ConsoleConnectorParts): ConsoleConnector {
  const { input, output, clock, random } = parts;
  const address: Address = { channel: 'console', account: 'terminal', user: parts.user ?? newId(random) };
  const shown = new Set<string>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let choices: readonly Choice[] = [];
  let reader: Interface | undefined;
  // Lines are written down one after the other, in the order they were typed.
  let lane: Promise<unknown> = Promise.resolve();

  function pass(receive: Receive, content: InboundContent): void {
    const receivedAt = new Date(clock.now()).toISOString();
    const messageId = newId(random);
    lane = lane
      .then(() => receive({ address, messageId, receivedAt, content }))
      .catch((error: unknown) => parts.onFailure?.(error));
  }

  function heard(receive: Receive, line: string): void {
    const content = parseLine(line, choices);
    if (content === undefined) return;
    choices = [];
    pass(receive, content);
  }

  return {
    id: 'console',
    address,
    ended,
    async start(receive) {
      const terminal = output.isTTY === true;
      reader = createInterface({ input, output, terminal, prompt: terminal ? '> ' : '' });
      reader.on('line', (line) => heard(receive, line));
      reader.on('close', () => void lane.finally(end));
      pass(receive, { kind: 'opened' });
      await lane;
    },
    async deliver({ key, part }) {
      if (shown.has(key)) return { state: 'sent' };
      shown.add(key);
      if (shown.size > KEYS) shown.delete(shown.values().next().value as string);
      choices = part.choices ?? choices;
      // The half-typed line is wiped and drawn again below what was said.
      output.write(`${output.isTTY === true ? '\r\u001b[K' : ''}${renderPart(part).join('\n')}\n`);
      if (output.isTTY === true) reader?.prompt(true);
      return { state: 'sent' };
    },
    async stop() {
      reader?.close();
      reader = undefined;
      await lane;
    },
  };
}

function newId(random: Random): string {
  return Buffer.from(random.bytes(12)).toString('hex');
}
