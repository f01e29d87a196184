/** Scalars, flow lists and flow maps of plain YAML; see `plain-yaml.ts`. */
export const NOT_PLAIN = Symbol('not plain');

/** Leaves the text to the general reader. */
export function giveUp(): never {
  throw NOT_PLAIN;
}

export type Mapping = { [key: string]: unknown };

/** Keys that are not numbers, words of YAML or tricks of JavaScript. */
const KEY = /^(?:"([^"\\\n]+)"|'([^'\n]+)'|([\p{L}\p{Nl}_][\p{L}\p{N}_.\-/]*)):(?= |$)/u;
const ODD_KEY = /^(?:null|true|false|__proto__|constructor)$/iu;
/** Characters that begin something other than a plain scalar. */
const INDICATOR = /^(?:[,[\]{}#&*!|>'"%@`]|[-?:](?:\s|$))/u;
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/u;
const DECIMAL = /^\d{1,9}\.\d{1,9}$/u;
const PERHAPS_NUMBER = /^[-+]?\.?(?:\d[\d_.eE+-]*|0[xob][\dA-Fa-f]+|inf|nan)$/iu;
const ODD_WORD = /^(?:~|null|true|false)$/iu;

/** A key at the beginning of a text, with the length of what it takes up; gives up on odd ones and on repeated ones. */
export function readKey(text: string, taken: Mapping): { readonly key: string; readonly length: number } {
  const match = KEY.exec(text);
  const key = match?.[1] ?? match?.[2] ?? match?.[3];
  if (match === null || key === undefined || ODD_KEY.test(key) || Object.hasOwn(taken, key)) giveUp();
  return { key, length: match[0].length };
}

/** Does the text begin with a key of a block mapping? */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** A scalar that fills the rest of its line, comment aside. */
export function scalar(text: string): unknown {
  const quoted = readQuoted(text, 0);
  if (quoted !== undefined) {
    if (!/^(?:\s+#.*)?\s*$/u.test(text.slice(quoted.end))) giveUp();
    return quoted.value;
  }
  const plain = text.replace(/\s+#.*$/u, '').trimEnd();
  if (/:(?:\s|$)/u.test(plain) || /\s#/u.test(plain)) giveUp();
  return plainValue(plain);
}

function plainValue(text: string): unknown {
  if (text === '' || INDICATOR.test(text)) giveUp();
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  if (DECIMAL.test(text) || (INTEGER.test(text) && text !== '-0')) return Number(text);
  if (ODD_WORD.test(text)) giveUp();
  if (PERHAPS_NUMBER.test(text) && !/^\d{4}-\d{2}-\d{2}$/u.test(text)) giveUp();
  return text;
}

interface Read {
  readonly value: unknown;
  /** Index behind what was read. */
  readonly end: number;
}

/** A quoted scalar on one line that begins at `start`; undefined when none begins there. */
function readQuoted(text: string, start: number): Read | undefined {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return undefined;
  const pattern = quote === '"' ? /"(?:[^"\\\n]|\\["\\/nt])*"/uy : /'(?:[^'\n]|'')*'/uy;
  pattern.lastIndex = start;
  const found = pattern.exec(text)?.[0];
  if (found === undefined) giveUp();
  const inner = found.slice(1, -1);
  const value: unknown = quote === '"' ? JSON.parse(found) : inner.replaceAll("''", "'");
  return { value, end: start + found.length };
}

/** A flow list or map at the beginning of `text`; undefined when it goes on below. */
export function parseFlow(text: string): Read | undefined {
  const flow = new FlowReader(text);
  const value = flow.value(0);
  return value === undefined ? undefined : { value: value.value, end: flow.at };
}

/** How deep flow lists and maps may nest; ours have three levels. */
const MAX_DEPTH = 16;
/** Keys are looked for in this many characters, so that a long list is not copied for each. */
const MAX_KEY = 200;

class FlowReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Undefined when the text ends before the value does. */
  value(depth: number): { readonly value: unknown } | undefined {
    this.space();
    if (depth > MAX_DEPTH) giveUp();
    if (this.text[this.at] === '[') return this.list(depth);
    if (this.text[this.at] === '{') return this.map(depth);
    const quoted = readQuoted(this.text, this.at);
    if (quoted !== undefined) {
      this.at = quoted.end;
      return quoted;
    }
    const plain = this.plain();
    return this.at >= this.text.length ? undefined : { value: plainValue(plain) };
  }

  private list(depth: number): { readonly value: unknown } | undefined {
    const items: unknown[] = [];
    this.at += 1;
    for (;;) {
      this.space();
      if (this.take(']')) return { value: items };
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item.value);
      if (!this.separator(']')) return undefined;
    }
  }

  private map(depth: number): { readonly value: unknown } | undefined {
    const mapping: Mapping = {};
    this.at += 1;
    for (;;) {
      this.space();
      if (this.take('}')) return { value: mapping };
      if (this.at >= this.text.length) return undefined;
      const { key, length } = readKey(this.text.slice(this.at, this.at + MAX_KEY), mapping);
      this.at += length;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      mapping[key] = value.value;
      if (!this.separator('}')) return undefined;
    }
  }

  /** A comma, or the closing bracket, which is left standing; false when the text ends here. */
  private separator(closing: string): boolean {
    this.space();
    if (this.at >= this.text.length) return false;
    if (!this.take(',') && this.text[this.at] !== closing) giveUp();
    return true;
  }

  /** Plain words up to the next bracket, comma or line end. */
  private plain(): string {
    const start = this.at;
    while (this.at < this.text.length && !/[,[\]{}\n]/u.test(this.text[this.at] as string)) this.at += 1;
    const plain = this.text.slice(start, this.at).trimEnd();
    if (/:(?:\s|$)|\s#|^:|:$/u.test(plain) || /[[{]/u.test(this.text[this.at] ?? '')) giveUp();
    // Behind a line end the words might go on.
    if (this.text[this.at] === '\n') giveUp();
    return plain;
  }

  private space(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\n') this.at += 1;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}
