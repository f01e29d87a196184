/** The office behind the house: one of our own in a file, or that of a bureau, handed in. */
import type { Clock, Random } from './contracts/clock.ts';
import type { IdentityProvider } from './contracts/identity.ts';
import type { Portal } from './contracts/portal.ts';
import type { Fixture } from './portals/simulated/fixture.ts';
import { openSimulatedOffice, type SimulatedOffice } from './portals/simulated/office.ts';
import type { OfficeRules } from './portals/simulated/rules.ts';

/** What an office of our own calls itself. */
export const SIMULATED = 'simulated';

/** An office of our own in a file, with people to try things out. */
export interface SimulatedParts {
  readonly officeFile: string;
  /** Made from the people of the office, who are the demo identities. */
  readonly identity: (office: SimulatedOffice) => IdentityProvider;
  /** What a new file begins with; the demo families unless given. */
  readonly fixture?: Fixture;
}

/** The office of a bureau, and a provider that proves who people are. */
export interface BureauParts {
  readonly portal: Portal;
  readonly identity: IdentityProvider;
}

export interface OpenedOffice extends BureauParts {
  /** The same as `portal`, where it is one of our own. */
  readonly simulated?: SimulatedOffice;
}

export function openOffice(
  parts: SimulatedParts | BureauParts,
  tools: { readonly rules: OfficeRules; readonly clock: Clock; readonly random: Random },
): OpenedOffice {
  if ('portal' in parts) return { portal: parts.portal, identity: parts.identity };
  const { officeFile: file, identity, fixture } = parts;
  const simulated = openSimulatedOffice({ ...tools, file, ...(fixture === undefined ? {} : { fixture }) });
  return { portal: simulated, simulated, identity: identity(simulated) };
}
