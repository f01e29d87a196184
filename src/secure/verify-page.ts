/**
 * The page on which somebody proves who they are. Two steps: naming the person begins a challenge,
 * the proof ends it. A page names the challenge it answers; a script may leave it out and then
 * answers the last one of its link.
 */
import type { IdentityProvider, ProvedIdentity } from '../contracts/identity.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Refusal, refuse, textOf } from './fields.ts';

/** Codes that may be asked for with one link: with five tries each, guessing stays hopeless. */
const CHALLENGES_PER_LINK = 10;
/** Links remembered at once; the oldest goes first. */
const LINKS = 10_000;

type Step =
  | { readonly kind: 'proved'; readonly identity: ProvedIdentity }
  | { readonly kind: 'challenge'; readonly challenge: string }
  | Refusal;

const PROOF_REFUSALS = {
  wrong_code: 'secure.error.code_wrong',
  lapsed: 'secure.error.code_lapsed',
  too_many_tries: 'secure.error.code_too_many',
} as const;

interface Progress {
  readonly begun: number;
  readonly person: string;
  readonly challenge: string;
}

/** Takes one submit of the page, `link` being any stable id of the link. Remembers open challenges in memory. */
export function createVerifyPage(
  identity: IdentityProvider,
): (link: string, fields: JsonObject) => Promise<Step> {
  const progress = new Map<string, Progress>();

  return async (link, fields) => {
    const [person, code, challenge] = [textOf(fields.person), textOf(fields.code), textOf(fields.challenge)];
    if (challenge !== '') return prove(challenge, code);
    if (person === '') return refuse('person', 'secure.error.person_missing');
    const last = progress.get(link);
    if (code !== '' && last?.person === person) return prove(last.challenge, code);
    const begun = await begin(link, person);
    return code === '' || begun.kind !== 'challenge' ? begun : prove(begun.challenge, code);
  };

  async function begin(link: string, person: string): Promise<Step> {
    const count = progress.get(link)?.begun ?? 0;
    if (count >= CHALLENGES_PER_LINK) return refuse('person', 'secure.error.challenges_used_up');
    const begun = await identity.begin(person);
    if ('refused' in begun) return refuse('person', 'secure.error.person_unknown');
    progress.delete(link);
    progress.set(link, { begun: count + 1, person, challenge: begun.challenge });
    if (progress.size > LINKS) progress.delete(progress.keys().next().value as string);
    return { kind: 'challenge', challenge: begun.challenge };
  }

  async function prove(challenge: string, code: string): Promise<Step> {
    if (code === '') return refuse('code', 'secure.error.code_missing');
    const answer = await identity.prove(challenge, code);
    if ('refused' in answer) return refuse('code', PROOF_REFUSALS[answer.refused]);
    return { kind: 'proved', identity: answer };
  }
}
