/** `gongji limits [--write FILE]`: every bound with its value and reason; into the manual, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { limitsTable } from '../limits.ts';
import type { Command } from './command.ts';

const BEGIN = '<!-- limits -->\n';
const END = '<!-- /limits -->';

export const limits: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { write: { type: 'string' } } });
  if (values.write === undefined) {
    io.print(limitsTable());
    return 0;
  }
  const text = readFileSync(values.write, 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) {
    throw new AppError('bad_input', `${values.write} has no marks ${BEGIN.trim()} and ${END}`);
  }
  writeFileSync(values.write, `${text.slice(0, from + BEGIN.length)}\n${limitsTable()}\n${text.slice(to)}`);
  return 0;
};
