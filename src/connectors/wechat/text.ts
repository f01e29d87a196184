/**
 * Text for WeChat: its small markup, and lengths in bytes. Limits were measured by others (2,048 bytes, twice,
 * checked 2026-11-22; Tencent says nothing for official accounts), so we stay below.
 */
export const TEXT_MAX_BYTES = 1_900;

export const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

// Links that open pages or write in the citizen's name are ours to make; what comes from elsewhere is words.
const MARKUP = /<\/?a\b[^>]*>?|weixin:\/\/\S*/giu;

export function withoutMarkup(text: string): string {
  return text.replace(MARKUP, '');
}

const escapeAttribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

export function link(label: string, url: string): string {
  return `<a href="${escapeAttribute(url)}">${label}</a>`;
}

/** Opens a page of a linked mini program; where that cannot be, the address. */
export function miniLink(
  label: string,
  url: string,
  program: { readonly appId: string; readonly path: string },
): string {
  const { appId, path } = program;
  return `<a href="${escapeAttribute(url)}" data-miniprogram-appid="${appId}" data-miniprogram-path="${escapeAttribute(path)}">${label}</a>`;
}

/** Touching it writes the label in the citizen's name. WeChat takes the words as they stand, so marks that end them must go. */
export function tap(label: string, id: number): string {
  const words = label.replace(/["&<>]/gu, '');
  return `<a href="weixin://bizmsgmenu?msgmenucontent=${words}&msgmenuid=${id}">${words}</a>`;
}

/** The beginning that fits, and the rest; ends where a sentence does if that is possible, and never inside a link. */
export function splitText(text: string, maxBytes: number): readonly [string, string] {
  if (bytesOf(text) <= maxBytes) return [text, ''];
  const pieces = piecesOf(text);
  let size = 0;
  let count = 0;
  while (count < pieces.length && size + bytesOf(pieces[count] as string) <= maxBytes) {
    size += bytesOf(pieces[count] as string);
    count += 1;
  }
  const fits = pieces.slice(0, count);
  // A sentence that is longer than a message is cut between two characters.
  const end = fits.findLastIndex(endsSentence) + 1 || count;
  const cut = Math.max(end, 1);
  return [pieces.slice(0, cut).join('').trimEnd(), pieces.slice(cut).join('').trimStart()];
}

/** Whole links and single characters. */
function piecesOf(text: string): readonly string[] {
  return text
    .split(/(<a [^>]*>[^<]*<\/a>)/u)
    .flatMap((piece) => (piece.startsWith('<a ') ? [piece] : [...piece]));
}

function endsSentence(piece: string): boolean {
  return /^[。！？；\n]$/u.test(piece);
}
