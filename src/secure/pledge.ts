/**
 * The 承诺书 as one person sees it. What is kept of a signature is the version and the digest of
 * exactly these words, so that it can be shown later what was signed.
 */
import { createHash } from 'node:crypto';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type Params, wording } from './wording.ts';

export interface Pledge {
  readonly version: string;
  /** SHA-256 of title and body as shown, in hex. */
  readonly digest: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

export function pledgeFor(knowledge: Pick<Knowledge, 'replies'>, params: Params): Pledge {
  const title = wording(knowledge, 'secure.pledge.title');
  const body = wording(knowledge, 'secure.pledge.body', params);
  return {
    version: wording(knowledge, 'secure.pledge.version'),
    digest: createHash('sha256').update(`${title}\n\n${body}`).digest('hex'),
    title,
    paragraphs: body.split(/\n\s*\n/u).map((paragraph) => paragraph.trim()),
  };
}

/** Version and digest of a text that is agreed to by pressing the button below it. */
export function consentText(
  text: string,
  version: string,
): { readonly version: string; readonly digest: string } {
  return { version, digest: createHash('sha256').update(text).digest('hex') };
}
