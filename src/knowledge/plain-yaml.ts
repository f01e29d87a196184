/**
 * A reader for the plain YAML our files are written in, about ten times faster than the general one,
 * which took most of a cold start. It knows blocks, one-line scalars, flow lists and maps, `|-` and
 * simple anchors, and it is timid: whatever it is not sure of, errors among them, it leaves to the
 * general reader. A test compares the two on every file and on thousands of damaged ones.
 */
import { giveUp, isKey, type Mapping, NOT_PLAIN, parseFlow, readKey, scalar } from './plain-yaml-flow.ts';

/** The value of a text, or undefined when it is not plain enough to be sure. */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: new Reader(text).document() };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

interface Line {
  readonly indent: number;
  /** Without indentation; empty for blank lines. */
  readonly text: string;
}

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
      if (isKey(rest)) items.push(this.mapping(indent + 2, rest));
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
      const { key, length } = readKey(source, mapping);
      mapping[key] = this.afterKey(source.slice(length).trimStart(), indent);
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
    if (!isItem(next.text) && !isKey(next.text)) giveUp();
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
    return next.indent === indent && isKey(next.text);
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
