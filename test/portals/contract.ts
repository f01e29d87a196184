/** What every portal promises, run for each implementation. */
import { describe, expect, it } from 'vitest';
import type { BindRequest, PersonKey, Portal, PortalAct } from '../../src/contracts/portal.ts';
import { household } from './world.ts';

/** A portal over an office in which `fixture` is true, and the means to look behind it. */
export interface PortalUnderTest {
  readonly portal: Portal;
  key(id: string): PersonKey;
  request(dependent: string, relation: BindRequest['relation']): BindRequest;
  happen(event: { readonly event: string; readonly [field: string]: unknown }): Promise<void>;
  fail(fault: { on: PortalAct['kind']; how: 'timeout_before' | 'timeout_after'; times: number }): void;
  /** Lets the time pass after which a portal that is not told of news looks for some. */
  wait?(): void;
}

export function portalContract(name: string, make: (fixture: object) => Promise<PortalUnderTest>): void {
  describe(`${name} keeps the portal contract`, () => {
    const bindChild = ({ request }: PortalUnderTest): PortalAct => ({
      kind: 'bind',
      request: request('child', 'child'),
    });

    it('answers the same key always alike and acts once', async () => {
      const under = await make(household('130000'));
      const first = await under.portal.act(bindChild(under), 't1:bind');
      expect(first).toMatchObject({ done: true, application: { kind: 'bind', state: 'ACTIVE' } });
      expect(await under.portal.act(bindChild(under), 't1:bind')).toEqual(first);
      expect(await under.portal.outcomeOf('t1:bind')).toEqual(first);
      expect(await under.portal.bindings(under.key('payer'))).toHaveLength(1);
    });

    it('answers a refusal with the same key always alike, even when it would be done by now', async () => {
      const under = await make(household('130000'));
      await under.happen({
        event: 'enrol',
        person: 'child',
        scheme: 'resident',
        region: '130000',
        standing: 'ended',
      });
      const first = await under.portal.act(bindChild(under), 't1:bind');
      expect(first).toEqual({ refused: 'dependent_uninsured', cause: 'dependent_uninsured' });
      await under.happen({ event: 'enrol', person: 'child', scheme: 'resident', region: '130000' });
      expect(await under.portal.act(bindChild(under), 't1:bind')).toEqual(first);
      expect(await under.portal.act(bindChild(under), 't2:bind')).toMatchObject({ done: true });
    });

    it('takes no second act under a used key', async () => {
      const under = await make(household('130000'));
      await under.portal.act(bindChild(under), 't1:bind');
      const close: PortalAct = { kind: 'close', actor: under.key('payer') };
      await expect(under.portal.act(close, 't1:bind')).rejects.toMatchObject({ code: 'bad_input' });
    });

    it('does not know a key it never saw', async () => {
      const under = await make(household('130000'));
      expect(await under.portal.outcomeOf('t9:bind')).toBe('unknown');
    });

    it('tells after a lost answer that the act was done', async () => {
      const under = await make(household('130000'));
      under.fail({ on: 'bind', how: 'timeout_after', times: 1 });
      await expect(under.portal.act(bindChild(under), 'k')).rejects.toMatchObject({ code: 'portal_timeout' });
      expect(await under.portal.outcomeOf('k')).toMatchObject({ done: true });
      expect(await under.portal.bindings(under.key('payer'))).toHaveLength(1);
    });

    it('tells after a lost question that nothing was done', async () => {
      const under = await make(household('130000'));
      under.fail({ on: 'bind', how: 'timeout_before', times: 1 });
      await expect(under.portal.act(bindChild(under), 'k')).rejects.toMatchObject({ code: 'portal_timeout' });
      expect(await under.portal.outcomeOf('k')).toBe('unknown');
      expect(await under.portal.bindings(under.key('payer'))).toEqual([]);
    });

    it('shows a relation to both sides, with the other one masked', async () => {
      const under = await make(household('130000'));
      await under.portal.act({ kind: 'bind', request: under.request('sibling', 'sibling') }, 'k');
      expect(await under.portal.bindings(under.key('payer'))).toMatchObject([
        { role: 'payer', otherName: '己*', relation: 'sibling', state: 'ACTIVE', since: '2026-11-24' },
      ]);
      expect(await under.portal.bindings(under.key('sibling'))).toMatchObject([
        { role: 'dependent', otherName: '甲*' },
      ]);
    });

    it('refuses a person it does not know, and one whose name is another', async () => {
      const { portal, key } = await make(household('130000'));
      const payer = key('payer');
      expect(await portal.person({ ...payer, documentNumber: 'X0000001' })).toEqual({ refused: 'not_found' });
      expect(await portal.person({ ...payer, name: '别人' })).toMatchObject({ refused: 'identity_mismatch' });
      expect(await portal.bindings({ ...payer, name: '别人' })).toEqual([]);
    });

    it('shows enrolments and account to their owner', async () => {
      const { portal, key } = await make(household('130000'));
      expect(await portal.person(key('payer'))).toEqual({
        enrollments: [{ scheme: 'employee', region: '130000', standing: 'normal' }],
        account: { balanceFen: 500_000, pastYearsFen: 300_000, state: 'normal' },
      });
      expect(await portal.person(key('child'))).not.toHaveProperty('account');
    });

    it('numbers its changes in order and reads on from a cursor', async () => {
      const under = await make(household('440000'));
      await under.portal.act(bindChild(under), 'k');
      const first = await under.portal.changes(0, 100);
      expect(first.map(({ kind, state, by }) => ({ kind, state, by }))).toEqual([
        { kind: 'application.changed', state: 'PENDING_REVIEW', by: 'payer' },
      ]);
      const cursor = first.at(-1)?.seq ?? 0;
      await under.happen({ event: 'approve', payer: 'payer' });
      const second = await under.portal.changes(cursor, 100);
      expect(second).toHaveLength(1);
      expect(second[0]).toMatchObject({ kind: 'application.changed', state: 'ACTIVE' });
      expect(second[0]?.seq).toBeGreaterThan(cursor);
      expect(second[0]).not.toHaveProperty('by');
    });

    it('names persons in changes by digest only', async () => {
      const under = await make(household('130000'));
      await under.portal.act(bindChild(under), 'k');
      const text = JSON.stringify(await under.portal.changes(0, 100));
      expect(text).not.toContain(under.key('payer').documentNumber);
      expect(text).not.toContain(under.key('child').name);
    });

    it('wakes its listener when something changed', async () => {
      const under = await make(household('130000'));
      let woken = 0;
      under.portal.onChange(() => {
        woken += 1;
      });
      await under.portal.applications(under.key('payer'));
      expect(woken).toBe(0);
      await under.portal.act(bindChild(under), 'k');
      expect(woken).toBe(1);
    });

    it('wakes its listener when the office did something by itself', async () => {
      const under = await make(household('440000'));
      await under.portal.act(bindChild(under), 'k');
      const before = await under.portal.changes(0, 100);
      const woken = new Promise<void>((resolve) => under.portal.onChange(resolve));
      await under.happen({ event: 'approve', payer: 'payer' });
      under.wait?.();
      await woken;
      expect(await under.portal.changes(before.at(-1)?.seq ?? 0, 100)).toHaveLength(1);
    });
  });
}
