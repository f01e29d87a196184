/**
 * What only the rooms above the knowledge can judge: causes against the facts of diagnosis, placeholders
 * against the formats of replies. Broken, a turn would fail that comes upon it.
 */
import { causeProblems } from './diagnosis/check.ts';
import { templateProblems } from './dialog/template.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import type { Problem } from './knowledge/problem.ts';

export function soundnessProblems(knowledge: Knowledge): readonly Problem[] {
  const causes = causeProblems(knowledge.causes, knowledge.replies).map((message) =>
    problem('causes', '', message),
  );
  const replies = [...knowledge.replies].flatMap(([id, { text, again }]) =>
    [text, ...again]
      .flatMap((words) => templateProblems(words, knowledge))
      .map((message) => problem('replies', id, message)),
  );
  return [...causes, ...replies];
}

function problem(file: string, key: string, message: string): Problem {
  return { file, key, message, severity: 'error' };
}
