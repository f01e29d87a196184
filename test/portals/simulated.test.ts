import { portalContract } from './contract.ts';
import { openOffice } from './world.ts';

portalContract('the simulated office', async (fixture) => {
  const { office, key, request } = openOffice(fixture);
  return {
    portal: office,
    key,
    request,
    happen: (event) => office.happen(event as Parameters<typeof office.happen>[0]),
    fail: (fault) => office.setFault(fault),
  };
});
