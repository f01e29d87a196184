/**
 * Which office a configuration leads to, and who says who somebody is. The simulated office brings its
 * own people; a bureau needs a real identity provider, and without one we do not start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isThisMachine } from './config/variable.ts';
import { type Config, VARIABLES } from './config.ts';
import type { Clock, Random } from './contracts/clock.ts';
import type { IdentityProvider } from './contracts/identity.ts';
import { AppError } from './errors.ts';
import type { BureauParts, SimulatedParts } from './office.ts';
import { readFixture } from './portals/simulated/fixture.ts';
import { createDemoIdentity, type DemoPerson } from './secure/demo-identity.ts';

export interface OfficeTools {
  readonly clock: Clock;
  readonly random: Random;
  /** Where the demo provider tells its codes. */
  readonly tell: (line: string) => void;
  /** A provider the installation brings; needed with the office of a bureau. */
  readonly identity?: IdentityProvider | undefined;
}

/**
 * What speaks to a bureau is loaded only where there is one.
 * @throws AppError `bad_config` when citizens could not be identified, or the bureau could not know us
 */
export async function chooseOffice(
  config: Config,
  tools: OfficeTools,
): Promise<SimulatedParts | BureauParts> {
  const { clock, random, tell, identity } = tools;
  if (config.portal === undefined) {
    return {
      officeFile: join(config.dataDir, 'office.sqlite'),
      identity: (office) => identity ?? createDemoIdentity({ people: office.people(), clock, random, tell }),
    };
  }
  const proves = identity ?? demoPeople(config.portal.url, config.demoPeopleFile, tools);
  const known = credentials(config.portal);
  const { createHttpOffice } = await import('./portals/http/client.ts');
  return {
    identity: proves,
    portal: createHttpOffice({ url: config.portal.url, ...known, clock, random }),
  };
}

function demoPeople(url: string, file: string | undefined, tools: OfficeTools): IdentityProvider {
  if (file === undefined || !isThisMachine(url)) {
    throw new AppError(
      'bad_config',
      `GONGJI_PORTAL names the office ${new URL(url).host}, but nothing here can prove who a citizen is.
  - For real citizens: hand an IdentityProvider (src/contracts/identity.ts) to startGongji.
  - To try it with 'gongji portal serve' on this machine: set GONGJI_DEMO_PEOPLE to the fixture it serves, for example GONGJI_DEMO_PEOPLE=${VARIABLES.GONGJI_DEMO_PEOPLE.example}
  - For the simulated office inside this process: leave GONGJI_PORTAL unset.`,
    );
  }
  const people: DemoPerson[] = Object.entries(readFixture(file).people).flatMap(([id, person]) => {
    if (person.story === undefined) return [];
    const { name, label = name, story, document } = person;
    return [{ id, label, story, name, documentType: document.type, documentNumber: document.number }];
  });
  return createDemoIdentity({ ...tools, people });
}

type PortalConfig = NonNullable<Config['portal']>;

function credentials(portal: PortalConfig) {
  const { keyId, secret, certFile, keyFile, caFile } = portal;
  if ((keyId === undefined) !== (secret === undefined)) {
    throw new AppError(
      'bad_config',
      'GONGJI_PORTAL_KEY_ID and GONGJI_PORTAL_SECRET belong together; set both',
    );
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new AppError('bad_config', 'GONGJI_PORTAL_CERT and GONGJI_PORTAL_KEY belong together; set both');
  }
  if (secret === undefined && certFile === undefined) {
    throw new AppError(
      'bad_config',
      'The office must be able to know us: set GONGJI_PORTAL_KEY_ID and GONGJI_PORTAL_SECRET, or GONGJI_PORTAL_CERT and GONGJI_PORTAL_KEY',
    );
  }
  if (secret === VARIABLES.GONGJI_PORTAL_SECRET.example) {
    throw new AppError('bad_config', 'GONGJI_PORTAL_SECRET is the example everybody knows; choose another');
  }
  const tls = {
    ...(certFile === undefined ? {} : { cert: pem('GONGJI_PORTAL_CERT', certFile) }),
    ...(keyFile === undefined ? {} : { key: pem('GONGJI_PORTAL_KEY', keyFile) }),
    ...(caFile === undefined ? {} : { ca: pem('GONGJI_PORTAL_CA', caFile) }),
  };
  const signing = keyId === undefined || secret === undefined ? {} : { signing: { keyId, secret } };
  return { ...signing, tls };
}

function pem(variable: keyof typeof VARIABLES, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError(
      'bad_config',
      `${variable}: ${file} cannot be read; expected ${VARIABLES[variable].expects}`,
      {
        cause,
      },
    );
  }
}
