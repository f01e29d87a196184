/** `gongji facts`: every fact diagnosis knows, one a line, with its type, its choices and who can tell it. */
import { choicesFor } from '../diagnosis/answers.ts';
import { FACT_IDS, type FactSpec, factSpec } from '../diagnosis/facts.ts';
import type { Command } from './command.ts';

export const facts: Command = async (_args, io) => {
  for (const id of FACT_IDS) {
    const { type, about, askCost, record, rule, ...rest } = factSpec(id) as FactSpec;
    io.print(
      JSON.stringify({
        fact: id,
        type,
        ...('unit' in rest ? { unit: rest.unit } : {}),
        choices: 'choices' in rest ? rest.choices : type === 'boolean' ? [true, false] : [],
        about,
        asked: askCost !== undefined,
        ...(askCost === undefined ? {} : { askCost, answers: choicesFor(id) }),
        record: record === true,
        rule: rule === true,
      }),
    );
  }
  return 0;
};
