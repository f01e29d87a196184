/**
 * Text for Slack. What comes from outside is quoted unless it is `Md`, so that forgetting cannot let
 * anybody's words ring a channel (`<!channel>`), call a person (`<@U…>`) or hide an address behind a link.
 */
/** One zone for all of China, without summer time. */
const CHINA_AHEAD_MS = 8 * 3_600_000;
const ELLIPSIS = '…';

/** Text in Slack's own markup, made by us. */
export interface Md {
  readonly md: string;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
// Marks that would begin bold, italic, struck or code: masked names such as 张* are full of them.
const LOOKALIKES: Record<string, string> = { '*': '＊', _: '＿', '~': '～', '`': '｀' };

/** Somebody else's words, harmless in markup: no mention, no link, no emphasis. */
export function quote(words: string): string {
  return words
    .toWellFormed()
    .replace(/:\/\//gu, ':／／')
    .replace(/[*_~`]/gu, (mark) => LOOKALIKES[mark] ?? mark)
    .replace(/[&<>]/gu, (sign) => ENTITIES[sign] ?? sign);
}

/** Template for markup: what is put in is quoted, unless it is markup already. */
export function md(parts: TemplateStringsArray, ...values: readonly (string | number | Md)[]): Md {
  return {
    md: parts.reduce((text, part, index) => {
      const value = values[index - 1];
      return `${text}${typeof value === 'object' ? value.md : quote(String(value))}${part}`;
    }),
  };
}

/** Markup put together, empty pieces left out. */
export function joined(pieces: readonly (Md | undefined)[], between = '\n'): Md {
  return {
    md: pieces
      .filter((piece) => piece !== undefined && piece.md !== '')
      .map((piece) => piece?.md)
      .join(between),
  };
}

/** A person of the workspace, rung by this. Only for ids Slack gave us. */
export function mention(userId: string): Md {
  return /^[UW][A-Z0-9]{2,30}$/u.test(userId) ? { md: `<@${userId}>` } : md`${userId}`;
}

/** A moment in the reader's own time zone; the fallback, in Chinese time, is what old clients show. */
export function moment(iso: string): Md {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return md`${iso}`;
  const local = new Date(at + CHINA_AHEAD_MS).toISOString().slice(0, 16).replace('T', ' ');
  return { md: `<!date^${Math.floor(at / 1000)}^{date_num} {time}|${local}>` };
}

/** At most `most` UTF-16 units, cut between code points, with an ellipsis where something is missing. */
export function shorten(text: string, most: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= most) return whole;
  return `${cut(whole, most - ELLIPSIS.length)}${ELLIPSIS}`;
}

/** As `shorten`, and never in the middle of an entity, a mention or a link. */
export function shortenMd({ md: text }: Md, most: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= most) return whole;
  return `${withoutTornEnd(cut(whole, most - ELLIPSIS.length))}${ELLIPSIS}`;
}

/** Pieces of at most `most` units that together are the text; cut after a line where there is one. */
export function split({ md: text }: Md, most: number): readonly Md[] {
  const pieces: Md[] = [];
  let rest = text.toWellFormed();
  while (rest.length > most) {
    const room = withoutTornEnd(cut(rest, most));
    const line = room.lastIndexOf('\n');
    const piece = line > most / 2 ? room.slice(0, line + 1) : room;
    pieces.push({ md: piece });
    rest = rest.slice(piece.length);
  }
  return rest === '' && pieces.length > 0 ? pieces : [...pieces, { md: rest }];
}

function cut(text: string, most: number): string {
  const last = text.charCodeAt(most - 1);
  // The first half of a pair: its code point would be torn.
  const end = last >= 0xd800 && last <= 0xdbff ? most - 1 : most;
  return text.slice(0, Math.max(end, 0));
}

function withoutTornEnd(text: string): string {
  const whole = text.replace(/&[a-z]{0,4}$/u, '').replace(/<[^<>]*$/u, '');
  // A link longer than the whole room is no reason to stand still.
  return whole === '' ? text : whole;
}

/** A link to a place of ours. */
export function link(url: string, label: string): Md {
  return { md: `<${url.replace(/[<>|\s]/gu, encodeURIComponent)}|${quote(label).replaceAll('|', '｜')}>` };
}
