import { POLL_MS } from '../../src/portals/http/poll.ts';
import { portalContract } from './contract.ts';
import { openHttpOffice } from './http-world.ts';

portalContract('the office over HTTP', async (fixture) => {
  const { office, portal, key, request, timers } = await openHttpOffice(fixture);
  return {
    portal,
    key,
    request,
    happen: (event) => office.happen(event as Parameters<typeof office.happen>[0]),
    fail: (fault) => office.setFault(fault),
    wait: () => timers.pass(POLL_MS),
  };
});
