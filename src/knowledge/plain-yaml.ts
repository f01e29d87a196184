/**
 * A reader for the plain YAML our files are written in, about ten times faster than the general one,
 * which took most of a cold start. It knows blocks, one-line scalars, flow lists and maps, `|-` and
 * simple anchors, and it is timid: whatever it is not sure of, errors among them, it leaves to the
 * general reader. A test compares the two on every file and on thousands of damaged ones.
 */
const NOT_PLAIN = Symbol('not plain');

/** The value of a text, or undefined when it is not plain enough to be sure. */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: new Reader(text).document() };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

function giveUp(): never {
  throw NOT_PLAIN;
}

interface Line {
  readonly indent: number;
  /** Without indentation; empty for blank lines. */
  readonly text: string;
}

type Mapping = { [key: string]: unknown };

/** Keys that are not numbers, words of YAML or tricks of JavaScript. */
const KEY = /^(?:"([^"\\]+)"|'([^']+)'|([\p{L}\p{Nl}_][\p{L}\p{N}_.\-/]*)):(?= |$)/u;
const ODD_KEY = /^(?:null|true|false|__proto__|constructor)$/iu;
/** Characters that begin something other than a plain scalar. */
const INDICATOR = /^(?:[,[\]{}#&*!|>'"%@`]|[-?:](?:\s|$))/u;
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/u;
const DECIMAL = /^\d{1,9}\.\d{1,9}$/u;
const PERHAPS_NUMBER = /^[-+]?\.?(?:\d[\d_.eE+-]*|0[xob][\dA-Fa-f]+|inf|nan)$/iu;
const ODD_WORD = /^(?:~|null|true|false)$/iu;
const ANCHOR = /^&([\w-]+)$/u;
const ALIAS = /^\*([\w-]+)$/u;

class Reader {
  private readonly lines: readonly Line[];
  private readonly anchors = new Map<string, unknown>();
  private at = 0;

  constructor(text: string) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: tabs and other control characters are what is looked for
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]|^(?:---|\.\.\.|%)/mu.test(text))
      giveUp();
    this.lines = text.split('\n').map((line) => {
      const body = line.trimStart();
      return { indent: line.length - body.length, text: body };
    });
  }

  document(): unknown {
    const first = this.peek();
    if (first === undefined || first.indent !== 0) giveUp();
    const value = this.block(0);
    if (this.peek() !== undefined) giveUp();
    return value;
  }

  /** The next line that says something. */
  private peek(): Line | undefined {
    let line = this.lines[this.at];
    while (line !== undefined && (line.text === '' || line.text.startsWith('#'))) {
      this.at += 1;
      line = this.lines[this.at];
    }
    return line;
  }

  private block(indent: number): unknown {
    const line = this.peek();
    if (line === undefined || line.indent !== indent) giveUp();
    return isItem(line.text) ? this.sequence(indent) : this.mapping(indent);
  }

  private sequence(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.peek(); line?.indent === indent && isItem(line.text); line = this.peek()) {
      const rest = line.text.slice(2);
      if (rest === '' || rest.startsWith(' ')) giveUp();
      if (KEY.test(rest)) items.push(this.mapping(indent + 2, rest));
      else if (isItem(rest)) giveUp();
      else items.push(this.inline(rest, indent));
    }
    return items;
  }

  /** @param head the first line of the mapping, when it stands behind a dash */
  private mapping(indent: number, head?: string): Mapping {
    const mapping: Mapping = {};
    let text = head;
    for (let line = this.peek(); line !== undefined; line = this.peek()) {
      if (text === undefined && (line.indent !== indent || isItem(line.text))) break;
      const source = text ?? line.text;
      text = undefined;
      const match = KEY.exec(source);
      const key = match?.[1] ?? match?.[2] ?? match?.[3];
      if (match === null || key === undefined || ODD_KEY.test(key) || Object.hasOwn(mapping, key)) giveUp();
      mapping[key] = this.afterKey(source.slice(match[0].length).trimStart(), indent);
    }
    return mapping;
  }

  /** What belongs to a key: the rest of its line, or the block below it. */
  private afterKey(rest: string, indent: number): unknown {
    const anchor = ANCHOR.exec(rest)?.[1];
    if (rest !== '' && anchor === undefined && !rest.startsWith('#')) {
      return rest === '|-' ? this.literal(indent) : this.inline(rest, indent);
    }
    this.at += 1;
    const next = this.peek();
    if (next === undefined || next.indent < indent) giveUp();
    if (next.indent === indent && !isItem(next.text)) giveUp();
    if (!isItem(next.text) && !KEY.test(next.text)) giveUp();
    const value = this.block(next.indent);
    if (anchor !== undefined) this.anchors.set(anchor, value);
    return value;
  }

  /** `|-`: the deeper lines below as they are, without line breaks at the end. */
  private literal(indent: number): string {
    this.at += 1;
    const first = this.lines[this.at];
    if (first === undefined || first.text === '' || first.indent <= indent) giveUp();
    const kept: string[] = [];
    for (let line = this.lines[this.at]; line !== undefined; line = this.lines[this.at]) {
      if (line.text === '' ? line.indent > first.indent : line.indent < first.indent) break;
      kept.push(line.text === '' ? '' : ' '.repeat(line.indent - first.indent) + line.text);
      this.at += 1;
    }
    const next = this.peek();
    if (next !== undefined && next.indent > indent) giveUp();
    return kept.join('\n').replace(/\n+$/u, '');
  }

  /** A value that begins on the current line; only flow lists and maps may go on to the next ones. */
  private inline(text: string, indent: number): unknown {
    const alias = ALIAS.exec(text)?.[1];
    if (alias !== undefined && !this.anchors.has(alias)) giveUp();
    const value = alias !== undefined ? this.anchors.get(alias) : this.scalarOrFlow(text, indent);
    this.at += 1;
    // A deeper line would continue a scalar.
    const next = this.peek();
    if (next !== undefined && next.indent > indent && !this.isSibling(next, indent)) giveUp();
    return value;
  }

  /** Behind a dash the keys of a mapping stand two deeper than the dash; they are no continuation. */
  private isSibling(next: Line, indent: number): boolean {
    return next.indent === indent && KEY.test(next.text);
  }

  private scalarOrFlow(text: string, indent: number): unknown {
    if (!/^[[{]/u.test(text)) return scalar(text);
    let whole = text;
    let flow = parseFlow(whole);
    while (flow === undefined) {
      this.at += 1;
      const line = this.lines[this.at];
      if (line === undefined || line.indent <= indent || /^#|\s#/u.test(line.text) || line.text === '')
        giveUp();
      whole += `\n${line.text}`;
      flow = parseFlow(whole);
    }
    if (!/^(?:\s+#.*)?\s*$/u.test(whole.slice(flow.end))) giveUp();
    return flow.value;
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** A scalar that fills the rest of its line, comment aside. */
function scalar(text: string): unknown {
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
function parseFlow(text: string): Read | undefined {
  const flow = new FlowReader(text);
  const value = flow.value(0);
  return value === undefined ? undefined : { value: value.value, end: flow.at };
}

/** How deep flow lists and maps may nest; ours have three levels. */
const MAX_DEPTH = 16;

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
      const match = KEY.exec(this.text.slice(this.at, this.at + 200));
      const key = match?.[1] ?? match?.[2] ?? match?.[3];
      if (match === null || key === undefined || ODD_KEY.test(key) || Object.hasOwn(mapping, key)) giveUp();
      this.at += match[0].length;
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
