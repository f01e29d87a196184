import { describe, expect, it } from 'vitest';
import { QUERY_KINDS } from '../../src/portals/simulated/faults.ts';
import { household, openOffice } from './world.ts';

const timeout = { code: 'portal_timeout', retry: 'later' };

function opened() {
  const world = openOffice(household('320000'));
  const act = { kind: 'bind', request: world.request('spouse', 'spouse') } as const;
  const payer = world.key('payer');
  const ask: Record<(typeof QUERY_KINDS)[number], () => Promise<unknown>> = {
    outcome: () => world.office.outcomeOf('k'),
    person: () => world.office.person(payer),
    bindings: () => world.office.bindings(payer),
    invitations: () => world.office.invitations(payer),
    applications: () => world.office.applications(payer),
    spending: () => world.office.spending(payer),
    refunds: () => world.office.refunds(payer),
    premiums: () => world.office.premiums(payer),
    record_facts: () => world.office.recordFacts(payer, {}),
    changes: () => world.office.changes(0, 10),
  };
  return { ...world, act, ask };
}

describe('faults of the office', () => {
  it('before the work: nothing was done, and the same key is done at last', async () => {
    const { office, act, key } = opened();
    office.setFault({ how: 'timeout_before', on: 'bind', times: 2 });
    await expect(office.act(act, 'k')).rejects.toMatchObject(timeout);
    await expect(office.act(act, 'k')).rejects.toMatchObject(timeout);
    expect(office.actCount('k')).toBe(0);
    expect(await office.act(act, 'k')).toMatchObject({ done: true });
    expect(await office.applications(key('payer'))).toHaveLength(1);
  });

  it('after the work: it was done, and the same key does not do it again', async () => {
    const { office, act, key } = opened();
    office.setFault({ how: 'timeout_after', on: 'bind' });
    await expect(office.act(act, 'k')).rejects.toMatchObject(timeout);
    expect(office.actCount('k')).toBe(1);
    expect(await office.act(act, 'k')).toMatchObject({ done: true });
    expect(office.acts()).toEqual([{ key: 'k', kind: 'bind', times: 1 }]);
    expect(await office.applications(key('payer'))).toHaveLength(1);
  });

  it('slow: it answers after the delay', async () => {
    const { office, act, delays } = opened();
    office.setFault({ how: 'slow', on: 'bind', ms: 8_000 });
    expect(await office.act(act, 'k')).toMatchObject({ done: true });
    expect(delays).toEqual([8_000]);
  });

  it('duplicate: changes of that act come twice, with one number', async () => {
    const { office, act } = opened();
    office.setFault({ how: 'duplicate', on: 'bind' });
    await office.act(act, 'k');
    const seqs = (await office.changes(0, 10)).map(({ seq }) => seq);
    expect(seqs).toEqual([1, 1, 2, 2]);
  });

  it('duplicate on reading: everything read comes twice', async () => {
    const { office, act } = opened();
    await office.act(act, 'k');
    office.setFault({ how: 'duplicate', on: 'changes' });
    expect(await office.changes(0, 10)).toHaveLength(4);
    expect(await office.changes(0, 10)).toHaveLength(2);
  });

  it.each(QUERY_KINDS)('the query %s can time out as well', async (query) => {
    const { office, ask } = opened();
    office.setFault({ how: 'timeout_before', on: query });
    await expect(ask[query]()).rejects.toMatchObject(timeout);
    await ask[query]();
  });

  it('any: whatever is asked next fails', async () => {
    const { office, ask } = opened();
    office.setFault({ how: 'timeout_after', on: 'any', times: 2 });
    await expect(ask.bindings()).rejects.toMatchObject(timeout);
    await expect(ask.person()).rejects.toMatchObject(timeout);
    await ask.bindings();
  });
});
