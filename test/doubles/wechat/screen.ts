/** What a phone shows, and what its owner can touch. */

export type Entry = {
  /** `fault`: WeChat's own notice that we are out of order. */
  readonly kind:
    | 'text'
    | 'menu'
    | 'card'
    | 'program'
    | 'image'
    | 'voice'
    | 'video'
    | 'notice'
    | 'fault'
    | 'system';
  readonly via: 'passive' | 'custom' | 'template' | 'wechat' | 'kf';
  /** As it is read: markup is gone, lines of a menu are lines. */
  readonly text: string;
  readonly touch: readonly Touch[];
  /** From whom, when several of our accounts talk. */
  readonly media?: string;
};

/** Touching it writes `sends` in the person's name, or opens `url`, or a mini program's page. */
export type Touch =
  | { readonly label: string; readonly sends: string; readonly id: string }
  | { readonly label: string; readonly url: string; readonly program?: string };

export const FAULT = '该公众号提供的服务出现故障，请稍后再试';

const ANCHOR = /<a\s+([^>]*)>([^<]*)<\/a>/gu;
const ATTRIBUTE = /([a-z-]+)\s*=\s*"([^"]*)"/gu;
const TAP = 'weixin://bizmsgmenu?';

/** Text with WeChat's own small markup: links, and links that write. Anything else is shown as it stands. */
export function readText(content: string): Pick<Entry, 'text' | 'touch'> {
  const touch: Touch[] = [];
  const text = content.replace(ANCHOR, (whole, attributes: string, label: string) => {
    const found = touchOf(attributes, label);
    if (found === undefined) return whole;
    touch.push(found);
    return label;
  });
  return { text, touch };
}

function touchOf(attributes: string, label: string): Touch | undefined {
  const named: Readonly<Record<string, string>> = Object.fromEntries(
    [...attributes.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, value]),
  );
  const { href } = named;
  if (href === undefined) return undefined;
  if (!href.startsWith(TAP)) {
    const program = named['data-miniprogram-appid'];
    return { label, url: href.replaceAll('&amp;', '&'), ...(program === undefined ? {} : { program }) };
  }
  // Taken as it stands: nobody has said that WeChat undoes percent signs here.
  const parameters = new Map(
    href
      .slice(TAP.length)
      .split('&')
      .map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
  );
  const sends = parameters.get('msgmenucontent');
  return sends === undefined ? undefined : { label, sends, id: parameters.get('msgmenuid') ?? '0' };
}
