import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createConsoleConnector } from '../../src/connectors/console/index.ts';
import { parseLine } from '../../src/connectors/console/parse.ts';
import { renderPart } from '../../src/connectors/console/render.ts';
import type { OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { countingRandom, START } from '../secure/tiny-desk.ts';
import { type Bench, connectorContract } from './contract.ts';
import { createTinyStore } from './tiny-store.ts';

const CHOICES = [
  { value: 'yes', label: '好' },
  { value: 'no', label: '不用' },
];

async function consoleBench() {
  const store = createTinyStore();
  const input = new PassThrough();
  const output = new PassThrough();
  let printed = '';
  output.on('data', (chunk) => {
    printed += String(chunk);
  });
  const connector = createConsoleConnector({
    input,
    output,
    clock: { now: () => START },
    random: countingRandom(),
  });
  let awaited: (() => void) | undefined;
  const bench: Bench & { end(): void } = {
    connector,
    open: () =>
      connector.start(async (inbound) => {
        const state = await store.receive(inbound);
        awaited?.();
        return state;
      }),
    write: (text) =>
      new Promise((resolve) => {
        awaited = resolve;
        input.write(`${text}\n`);
      }),
    inbounds: () => store.inbounds,
    commit: () => {},
    shown: async () => printed,
    end: () => input.end(),
  };
  return bench;
}

connectorContract('the console', consoleBench);

describe('the console', () => {
  const part: OutboundPart = { id: 'bind.confirm', params: {}, text: '现在办理吗？', choices: CHOICES };

  it('numbers the offered answers, and a typed number chooses', async () => {
    const bench = await consoleBench();
    await bench.open();
    const address = bench.inbounds()[0]?.address;
    if (address === undefined) throw new Error('nothing was opened');
    await bench.connector.deliver({ key: 'k', conversation: 'c_1' as ConversationId, address, part });
    expect(await bench.shown()).toContain('  1. 好\n  2. 不用\n');
    await bench.write('2');
    await bench.write('2');
    expect(
      bench
        .inbounds()
        .slice(1)
        .map(({ content }) => content),
    ).toEqual([
      { kind: 'choice', value: 'no' },
      { kind: 'text', text: '2', masked: [] },
    ]);
    await bench.connector.stop();
  });

  it('ends with its input, after every line of it is on disk', async () => {
    const bench = await consoleBench();
    await bench.open();
    await bench.write('再见');
    bench.end();
    await (bench.connector as ReturnType<typeof createConsoleConnector>).ended;
    expect(bench.inbounds()).toHaveLength(2);
  });

  it('reads a full-width number as a choice, and an empty line as nothing', () => {
    expect(parseLine('１', CHOICES)).toEqual({ kind: 'choice', value: 'yes' });
    expect(parseLine('3', CHOICES)).toEqual({ kind: 'text', text: '3', masked: [] });
    expect(parseLine('   ', CHOICES)).toBeUndefined();
  });

  it('prints the way to a secure page on a line of its own', () => {
    const lines = renderPart({
      ...part,
      choices: [],
      secure: { purpose: 'verify', url: 'http://localhost/s/x' },
    });
    expect(lines).toEqual(['现在办理吗？', '  -> http://localhost/s/x']);
  });
});
