/**
 * Bounds set by judgement; those found by cross-validation are in fitted.ts. Wrong answers cost more
 * than questions.
 */
export const THRESHOLDS = {
  /** Not trusted enough to act, but at least this likely: ask which of the likeliest is meant. */
  askBack: 0.25,
  /** … and trusted at least this far: of a riddle no guess is worth a question. */
  askBackTrust: 0.2,
  /** While a task is under way short answers are usual: only what is surely foreign is kept out … */
  gateInFlow: 0.2,
  /** … and the rest is taken to be ours at least so far. */
  oursInFlow: 0.9,
  /** A choice of an ask-back must be at least this likely. */
  option: 0.04,
  /** A symptom or cause of the words below this is not worth telling. */
  symptom: 0.3,
  cause: 0.08,
} as const;

export const MOST_OPTIONS = 3;
export const MOST_ALTERNATIVES = 5;
export const MOST_CAUSES = 5;
