/** Classes of stored data: every one has a period. */
import { DATA_CLASSES } from '../../domain/data-class.ts';
import type { LintContext, LintRule, Remark } from './lint.ts';

function missingClass({ knowledge: { dataClasses } }: LintContext): Remark[] {
  if (dataClasses.size === 0) return [];
  return DATA_CLASSES.filter((id) => !dataClasses.has(id)).map((id) => ({
    file: `data-classes/${id}.yaml`,
    key: '',
    message: 'this class of stored data has no period; say what it holds, why, and for how many days',
  }));
}

export const dataClassRules: readonly LintRule[] = [
  { name: 'missing-data-class', severity: 'error', find: missingClass },
];
