/** `gongji diagnose --measure DIR`: plays every situation of a folder and counts; `--draw` writes the report. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bySymptom, figuresOf, placeOf, toldBy } from '../diagnosis/measure.ts';
import type { Day } from '../domain/insurance.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Io } from './command.ts';
import { type Measured, toMarkdown, toPicture } from './diagnosis-chart.ts';
import { playAll, readOrdinary, readSituations } from './situations.ts';

export interface Measuring {
  readonly knowledge: Knowledge;
  readonly dirs: readonly string[];
  readonly day: Day;
  /** Path of the report without its ending; nothing is written without it. */
  readonly draw?: string | undefined;
}

/** Prints, for each folder, its figures, those by complaint, and each situation whose cause did not stand first. */
export function measure({ knowledge, dirs, day, draw }: Measuring, io: Io): number {
  const sets: readonly Measured[] = dirs.map((dir) => ({
    name: dir.replace(/\/+$/u, ''),
    outcomes: playAll(knowledge, readSituations(dir), { ordinary: readOrdinary(dir), day }),
  }));
  for (const set of sets) for (const line of linesOf(set)) io.print(JSON.stringify(line));
  if (draw !== undefined) {
    writeFileSync(`${draw}.svg`, toPicture(sets));
    writeFileSync(`${draw}.md`, toMarkdown(sets, day, `${basename(draw)}.svg`));
  }
  return 0;
}

function linesOf({ name, outcomes }: Measured): readonly object[] {
  return [
    { dir: name, ...figuresOf(outcomes) },
    ...[...bySymptom(outcomes)].map(([symptom, figures]) => ({ dir: name, symptom, ...figures })),
    ...outcomes
      .filter((one) => placeOf(one) !== 0)
      .map((one) => ({
        dir: name,
        missed: `${one.situation.region} ${one.situation.name}`,
        right: one.situation.causes,
        place: placeOf(one) + 1,
        told: toldBy(one.played),
        questions: one.played.questions,
      })),
  ];
}
