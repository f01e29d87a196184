/** XML as WeChat writes it, and a strict reading of what it is answered. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** Text is wrapped in CDATA and numbers are bare, as in Tencent's examples; lists become repeated `item`. */
export type Fields = { readonly [name: string]: Field };
export type Field = string | number | bigint | Fields | readonly Fields[];

export function writeXml(fields: Fields, root = 'xml'): string {
  return `<${root}>${Object.entries(fields)
    .map(([name, value]) => element(name, value))
    .join('')}</${root}>`;
}

function element(name: string, value: Field): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `<${name}>${value}</${name}>`;
  if (typeof value === 'string') return `<${name}><![CDATA[${cdata(value)}]]></${name}>`;
  if (isList(value)) return `<${name}>${value.map((item) => writeXml(item, 'item')).join('')}</${name}>`;
  return writeXml(value, name);
}

const isList = (value: Fields | readonly Fields[]): value is readonly Fields[] => Array.isArray(value);
const cdata = (text: string): string => text.replaceAll(']]>', ']]]]><![CDATA[>');

/** JSON as WeChat writes it: ids of 64 bits are bare numbers, which `JSON.parse` rounds. */
export function writeJson(fields: Fields): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`)
    .join(',')}}`;
}

function jsonOf(value: Field): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object')
    return isList(value) ? `[${value.map(writeJson).join(',')}]` : writeJson(value);
  return JSON.stringify(value);
}

export type Tree = { readonly [name: string]: string | Tree | readonly (string | Tree)[] };

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
});

/** The children of the one root `xml`, or undefined when it is not that. Elements with children lose their white space. */
export function readXml(text: string): Tree | undefined {
  if (/<!DOCTYPE|<!ENTITY/iu.test(text) || XMLValidator.validate(text) !== true) return undefined;
  const root = rootOf(text.trim());
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return undefined;
  return tidy(root as Tree);
}

function rootOf(text: string): unknown {
  try {
    return (parser.parse(text) as { xml?: unknown }).xml;
  } catch {
    return undefined;
  }
}

function tidy(tree: Tree): Tree {
  const kept = Object.entries(tree).filter(([name]) => name !== '#text');
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      typeof value === 'object' && !Array.isArray(value) ? tidy(value as Tree) : value,
    ]),
  );
}
