/**
 * The identity provider of the demonstration: pick an invented person, confirm a code that is told
 * to whoever runs the program. Codes live in memory; a restart makes them lapse, which is harmless.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../contracts/clock.ts';
import type { IdentityProvider, ProvedIdentity } from '../contracts/identity.ts';
import type { DocumentType } from '../domain/insurance.ts';

export interface DemoPerson {
  readonly id: string;
  readonly label: string;
  /** One line about what is wrong with this person's insurance, shown beside the label. */
  readonly story?: string;
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

export interface DemoIdentityParts {
  readonly people: readonly DemoPerson[];
  readonly clock: Clock;
  readonly random: Random;
  /** Where the code goes, such as the log: `验证码 123456 (示例 张伟)`. */
  readonly tell: (line: string) => void;
  /** The same code each time, for scripted conversations that cannot read the log. */
  readonly fixedCode?: string;
}

interface Challenge {
  readonly person: DemoPerson;
  readonly code: string;
  readonly lapsesAt: number;
  tries: number;
}

const CODE_DIGITS = 6;
const CODE_LIFE_MS = 5 * 60_000;
const TRIES = 5;
/** Challenges kept at once; the oldest goes first. */
const CHALLENGES = 1000;

export function createDemoIdentity(parts: DemoIdentityParts): IdentityProvider {
  const { people, clock, random, tell } = parts;
  const challenges = new Map<string, Challenge>();

  return {
    id: 'demo',
    async options() {
      return people.map(({ id, label, story }) => ({
        value: id,
        label,
        ...(story === undefined ? {} : { hint: story }),
      }));
    },
    async begin(choice) {
      const person = people.find(({ id }) => id === choice);
      if (person === undefined) return { refused: 'unknown_person' };
      const code = parts.fixedCode ?? sixDigits(random);
      const challenge = Buffer.from(random.bytes(16)).toString('base64url');
      challenges.set(challenge, { person, code, lapsesAt: clock.now() + CODE_LIFE_MS, tries: 0 });
      if (challenges.size > CHALLENGES) challenges.delete(challenges.keys().next().value as string);
      tell(`验证码 ${code} (${person.label})`);
      return { challenge };
    },
    async prove(id, proof) {
      const challenge = challenges.get(id);
      if (challenge === undefined || clock.now() >= challenge.lapsesAt) {
        challenges.delete(id);
        return { refused: 'lapsed' };
      }
      if (challenge.tries >= TRIES) return { refused: 'too_many_tries' };
      challenge.tries += 1;
      if (!sameCode(challenge.code, proof)) return { refused: 'wrong_code' };
      challenges.delete(id);
      return proved(challenge.person);
    },
  };
}

function proved({ id, name, documentType, documentNumber }: DemoPerson): ProvedIdentity {
  return { subject: id, name, documentType, documentNumber };
}

// Six digits out of 48 random bits: the bias of the remainder is far below what five tries could use.
function sixDigits(random: Random): string {
  const number = Buffer.from(random.bytes(6)).readUIntBE(0, 6);
  return String(number % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0');
}

function sameCode(expected: string, typed: string): boolean {
  const given = typed.normalize('NFKC').replace(/\s/gu, '');
  if (given.length !== expected.length) return false;
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}
