/** Times every call to the office. */
import type { Portal } from './contracts/portal.ts';
import { AppError } from './errors.ts';
import type { Meter, OfficeOperation } from './measures.ts';

const OPERATIONS: { readonly [O in OfficeOperation]: true } = {
  act: true,
  outcomeOf: true,
  person: true,
  bindings: true,
  invitations: true,
  applications: true,
  spending: true,
  refunds: true,
  premiums: true,
  recordFacts: true,
  changes: true,
};

export function watchPortal(portal: Portal, meter: Meter, saw: (isOk: boolean) => void): Portal {
  const timed = (operation: OfficeOperation) => {
    const call = portal[operation] as (...args: unknown[]) => Promise<unknown>;
    return async (...args: unknown[]): Promise<unknown> => {
      const from = performance.now();
      const end = (outcome: 'ok' | 'timeout' | 'unavailable' | 'error'): void => {
        meter.observe('gongji_office_seconds', { operation, outcome }, (performance.now() - from) / 1_000);
        saw(outcome === 'ok');
      };
      try {
        const answer = await call.apply(portal, args);
        end('ok');
        return answer;
      } catch (error) {
        end(outcomeOf(error));
        throw error;
      }
    };
  };
  const operations = (Object.keys(OPERATIONS) as OfficeOperation[]).map((name) => [name, timed(name)]);
  return {
    ...(Object.fromEntries(operations) as unknown as Pick<Portal, OfficeOperation>),
    id: portal.id,
    onChange: (wake) => portal.onChange(wake),
    stop: () => portal.stop(),
  };
}

function outcomeOf(error: unknown): 'timeout' | 'unavailable' | 'error' {
  if (!(error instanceof AppError)) return 'error';
  if (error.code === 'portal_timeout') return 'timeout';
  return error.code === 'portal_unavailable' ? 'unavailable' : 'error';
}
