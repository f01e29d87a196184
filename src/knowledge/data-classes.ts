/** How long each class of stored data stays, as the knowledge folder says. */
import { DATA_CLASSES, type DataClassId } from '../domain/data-class.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from './knowledge.ts';

/**
 * Days for every class there is.
 * @throws AppError `bad_knowledge` when a class has no file: nothing may be kept without end by forgetting it
 */
export function periodsOf({
  dataClasses,
}: Pick<Knowledge, 'dataClasses'>): Readonly<Record<DataClassId, number>> {
  const missing = DATA_CLASSES.filter((id) => !dataClasses.has(id));
  if (missing.length > 0) {
    throw new AppError(
      'bad_knowledge',
      `There is no period for ${missing.join(', ')}; add knowledge/data-classes/${missing[0]}.yaml`,
    );
  }
  return Object.fromEntries([...dataClasses].map(([id, { days }]) => [id, days])) as Record<
    DataClassId,
    number
  >;
}
