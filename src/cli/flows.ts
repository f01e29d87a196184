/** `gongji flows draw [--out DIR]`: every statechart as Mermaid and SVG, so that pictures never lag behind the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conversation } from '../../flows/conversation.ts';
import { FLOWS } from '../../flows/index.ts';
import { AppError } from '../errors.ts';
import type { Command } from './command.ts';
import { chartOf, toMermaid, toSvg } from './statechart.ts';

export const flows: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string', default: 'docs/flows' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  if (positionals[0] !== 'draw')
    throw new AppError('bad_input', "There is only 'gongji flows draw [--out DIR]'");
  mkdirSync(values.out, { recursive: true });
  for (const machine of [conversation, ...Object.values(FLOWS).map((flow) => flow.machine)]) {
    const chart = chartOf(machine);
    const files = { mermaid: join(values.out, `${chart.id}.mmd`), svg: join(values.out, `${chart.id}.svg`) };
    writeFileSync(files.mermaid, toMermaid(chart));
    writeFileSync(files.svg, toSvg(chart));
    io.print(
      JSON.stringify({ flow: chart.id, states: chart.states.length, edges: chart.edges.length, ...files }),
    );
  }
  return 0;
};
