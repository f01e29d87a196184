/**
 * In what order files run: the long ones first, since one that begins last keeps the others waiting, and the pure
 * ones at the end, where they fill what the long ones leave.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, as parts of their paths; the end of a run tells which are missing here. */
const LONG = [
  'crash/crash',
  'dialogs/',
  'crash/',
  'load/faults',
  'review/review',
  'browser/desk',
  'browser/pages',
  'statistics/open-data',
  'store/engine-boss',
  'desk/advice',
  'desk/desk',
  'wechat/crash',
  'browser/',
  'store/move',
  'store/tasks',
  'store/kill',
  'knowledge/curating',
  'slack/',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const at = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
  // What is shared between files is shared only while they follow each other.
  if (project.name === 'pure') return LONG.length + 1;
  return at < 0 ? LONG.length : at;
}
