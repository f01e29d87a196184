/** The words of the secure pages: looked up in `knowledge/replies/secure.yaml`, filled and never composed here. */
import type { Knowledge } from '../knowledge/knowledge.ts';

export type Params = { readonly [name: string]: string | number };

/** The text of a reply with `{name}` replaced; a missing reply is our own fault and throws. */
export function wording(knowledge: Pick<Knowledge, 'replies'>, id: string, params: Params = {}): string {
  const reply = knowledge.replies.get(id);
  if (reply === undefined) {
    throw new Error(`Reply ${id} is missing; the secure pages need it in knowledge/replies/secure.yaml`);
  }
  return fill(reply.text, params);
}

/** Everything a page may have to say, by id without the `secure.` in front. Errors are sent when they occur. */
export function pageWords(
  knowledge: Pick<Knowledge, 'replies'>,
  params: Params,
): { readonly [id: string]: string } {
  const words: Record<string, string> = {};
  for (const [id, reply] of knowledge.replies) {
    if (!id.startsWith('secure.') || id.startsWith('secure.error.') || id === 'secure.pledge.body') continue;
    words[id.slice('secure.'.length)] = fill(reply.text, params);
  }
  return words;
}

// A name that is not given stays as it is: the page fills `{count}` and `{name}` itself.
function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => String(params[name] ?? whole));
}
