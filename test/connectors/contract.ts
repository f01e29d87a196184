/** What every channel promises, whatever it is made of. Run by each connector's own test. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Connector } from '../../src/contracts/connector.ts';
import type { Address, Inbound, Outbound, OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { CHILD_NUMBER } from '../secure/tiny-desk.ts';

/** One connector on a channel of its own, and the citizen at the other end. */
export interface Bench {
  readonly connector: Connector;
  /** Starts the connector with a mailbox and lets a citizen arrive. */
  open(): Promise<void>;
  /** The citizen writes; resolves when the channel has taken it. */
  write(text: string): Promise<void>;
  /** What was written down so far. */
  inbounds(): readonly Inbound[];
  /** What the house says goes into the history first, as a committed turn does, and is then delivered. */
  commit(part: OutboundPart): void;
  /** All texts the citizen has in front of them, oldest first. */
  shown(): Promise<string>;
  /** What is said after the channel was closed is lost there, so it must be refused for a later try. */
  readonly saysNothingWhenClosed?: true;
}

export function connectorContract(name: string, make: () => Promise<Bench>): void {
  describe(`${name} keeps the contract of channels`, () => {
    let bench: Bench;
    afterEach(async () => {
      await bench.connector.stop();
    });

    async function open(): Promise<Address> {
      bench = await make();
      await bench.open();
      const address = bench.inbounds()[0]?.address;
      if (address === undefined) throw new Error('opening the channel wrote nothing down');
      return address;
    }

    function outbound(address: Address, text: string): Outbound {
      return {
        key: `c_1:1:${text}`,
        conversation: 'c_1' as ConversationId,
        address,
        part: { id: 'test.said', params: {}, text },
      };
    }

    it('writes down that a citizen arrived, under its own id', async () => {
      const address = await open();
      expect(address.channel).toBe(bench.connector.id);
      expect(bench.inbounds().map(({ content }) => content.kind)).toEqual(['opened']);
    });

    it('writes down what a citizen says, once and in order, with ids that differ', async () => {
      await open();
      await bench.write('第一句');
      await bench.write('第二句');
      expect(
        bench
          .inbounds()
          .slice(1)
          .map(({ content }) => content),
      ).toEqual([
        { kind: 'text', text: '第一句', masked: [] },
        { kind: 'text', text: '第二句', masked: [] },
      ]);
      expect(new Set(bench.inbounds().map(({ messageId }) => messageId)).size).toBe(3);
    });

    it('hides an ID number before anything is written down', async () => {
      await open();
      await bench.write(`号码是${CHILD_NUMBER}。`);
      expect(bench.inbounds()[1]?.content).toMatchObject({ kind: 'text', masked: ['id_number'] });
      expect(JSON.stringify(bench.inbounds())).not.toContain(CHILD_NUMBER);
    });

    it('shows a part that is delivered twice only once', async () => {
      const address = await open();
      const said = outbound(address, '已为您登记');
      bench.commit(said.part);
      expect((await bench.connector.deliver(said)).state).toBe('sent');
      expect((await bench.connector.deliver(said)).state).toBe('sent');
      expect((await bench.shown()).split('已为您登记')).toHaveLength(2);
    });

    it('shows parts in the order they were delivered', async () => {
      const address = await open();
      for (const text of ['甲', '乙', '丙']) {
        const said = outbound(address, text);
        bench.commit(said.part);
        await bench.connector.deliver(said);
      }
      expect(await bench.shown()).toMatch(/甲[\s\S]*乙[\s\S]*丙/u);
    });

    it('stops more than once without complaint, and delivers to nobody without failing', async () => {
      const address = await open();
      await bench.connector.stop();
      await bench.connector.stop();
      const said = outbound(address, '晚了');
      bench.commit(said.part);
      const delivery = bench.connector.deliver(said);
      if (bench.saysNothingWhenClosed) await expect(delivery).rejects.toMatchObject({ retry: 'later' });
      else expect((await delivery).state).toBe('sent');
    });
  });
}
