/** How well sentences are understood, counted over labelled ones. */
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';

export interface Labelled {
  readonly intent: Intent;
  /** Other intents that are right as well. */
  readonly alt_intents?: readonly Intent[] | undefined;
  readonly symptom?: Symptom | undefined;
  readonly cause?: CauseId | undefined;
  /** How it is written (short, story, dialect, …), for the slices. */
  readonly style?: string | undefined;
}

export interface Measured {
  readonly label: Labelled;
  readonly understood: Pick<
    Understanding,
    'action' | 'intent' | 'confidence' | 'alternatives' | 'symptom' | 'causes'
  >;
}

export interface Share {
  readonly n: number;
  readonly share: number;
  /** 95 % interval (Wilson). */
  readonly low: number;
  readonly high: number;
}

export interface Report {
  readonly top1: Share;
  readonly top3: Share;
  /** Of our own sentences: acted on at once, and how many of these rightly. */
  readonly direct: Share;
  readonly directRight: Share;
  readonly turnedAway: Share;
  /** Sentences that are not ours and were answered, begun or diagnosed all the same. */
  readonly outsidersAnswered: Share;
  readonly symptom: Share;
  readonly cause1: Share;
  readonly cause3: Share;
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
  readonly perIntent: readonly {
    readonly intent: Intent;
    readonly n: number;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
  }[];
  readonly calibration: readonly {
    readonly from: number;
    readonly n: number;
    readonly said: number;
    readonly right: number;
  }[];
  /** Expected calibration error: how far what is said and what is right lie apart on average. */
  readonly calibrationError: number;
  /** Of our own sentences: the share acted on if only this sure ones were, and how many of these rightly. */
  readonly abstention: readonly { readonly from: number; readonly acted: Share; readonly right: Share }[];
  readonly slices: readonly {
    readonly style: string;
    readonly top1: Share;
    readonly top3: Share;
    readonly directRight: Share;
  }[];
  readonly confusion: readonly { readonly want: Intent; readonly got: Intent; readonly n: number }[];
}

const DIRECT: ReadonlySet<string> = new Set(['answer', 'task', 'diagnose']);
const BINS = 10;

export function report(rows: readonly Measured[]): Report {
  const outside = new Set(rows.filter(({ label }) => label.intent === 'oos' || label.intent === 'ask.other'));
  const ours = rows.filter((row) => !outside.has(row));
  const direct = new Set(ours.filter(({ understood }) => DIRECT.has(understood.action)));
  const symptoms = rows.filter(({ label }) => label.symptom !== undefined);
  const causes = rows.filter(({ label }) => label.cause !== undefined);
  const perIntent = byIntent(rows);
  const bins = calibration(rows);
  return {
    top1: shareOf(rows, isRight),
    top3: shareOf(rows, isAmongThree),
    direct: shareOf(ours, (row) => direct.has(row)),
    directRight: shareOf([...direct], isRight),
    turnedAway: shareOf(ours, ({ understood }) => understood.action === 'out_of_scope'),
    outsidersAnswered: shareOf([...outside], ({ understood }) => DIRECT.has(understood.action)),
    symptom: shareOf(symptoms, ({ label, understood }) => understood.symptom === label.symptom),
    cause1: shareOf(causes, ({ label, understood }) => understood.causes[0]?.id === label.cause),
    cause3: shareOf(causes, ({ label, understood }) =>
      understood.causes.slice(0, 3).some(({ id }) => id === label.cause),
    ),
    macro: {
      precision: mean(perIntent.map(({ precision }) => precision)),
      recall: mean(perIntent.map(({ recall }) => recall)),
      f1: mean(perIntent.map(({ f1 }) => f1)),
    },
    perIntent,
    calibration: bins,
    calibrationError: bins.reduce(
      (sum, { n, said, right }) => sum + (n / rows.length) * Math.abs(said - right),
      0,
    ),
    abstention: abstention(ours),
    slices: slices(rows),
    confusion: confusion(rows),
  };
}

function accepts(label: Labelled, intent: Intent): boolean {
  return label.intent === intent || (label.alt_intents?.includes(intent) ?? false);
}

function isAmongThree({ label, understood }: Measured): boolean {
  return understood.alternatives.slice(0, 3).some(({ id }) => accepts(label, id));
}

const SURENESS = [0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98] as const;

function abstention(ours: readonly Measured[]): Report['abstention'] {
  return SURENESS.map((from) => {
    const sure = ours.filter(
      ({ understood }) => understood.action !== 'out_of_scope' && understood.confidence >= from,
    );
    const isSure = new Set(sure);
    return { from, acted: shareOf(ours, (row) => isSure.has(row)), right: shareOf(sure, isRight) };
  });
}

function slices(rows: readonly Measured[]): Report['slices'] {
  const styles = [...new Set(rows.flatMap(({ label }) => label.style ?? []))].sort();
  return styles.map((style) => {
    const own = rows.filter(({ label }) => label.style === style);
    const direct = own.filter(({ understood }) => DIRECT.has(understood.action));
    return {
      style,
      top1: shareOf(own, isRight),
      top3: shareOf(own, isAmongThree),
      directRight: shareOf(direct, isRight),
    };
  });
}

function isRight({ label, understood }: Measured): boolean {
  return accepts(label, understood.intent);
}

function shareOf(rows: readonly Measured[], holds: (row: Measured) => boolean): Share {
  const n = rows.length;
  if (n === 0) return { n, share: 0, low: 0, high: 1 };
  const share = rows.filter(holds).length / n;
  const z = 1.96;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const spread = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { n, share, low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}

function byIntent(rows: readonly Measured[]): Report['perIntent'] {
  const wanted = [...new Set(rows.map(({ label }) => label.intent))].sort();
  return wanted.map((intent) => {
    const own = rows.filter(({ label }) => label.intent === intent);
    const given = rows.filter(({ understood }) => understood.intent === intent);
    const recall = own.filter(isRight).length / own.length;
    const precision = given.length === 0 ? 0 : given.filter(isRight).length / given.length;
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { intent, n: own.length, precision, recall, f1 };
  });
}

function calibration(rows: readonly Measured[]): Report['calibration'] {
  return Array.from({ length: BINS }, (_, bin) => bin / BINS).flatMap((from) => {
    const inside = rows.filter(
      ({ understood: { confidence } }) =>
        Math.min(BINS - 1, Math.floor(confidence * BINS)) === Math.round(from * BINS),
    );
    if (inside.length === 0) return [];
    const said = mean(inside.map(({ understood }) => understood.confidence));
    return [{ from, n: inside.length, said, right: inside.filter(isRight).length / inside.length }];
  });
}

function confusion(rows: readonly Measured[]): Report['confusion'] {
  const counts = new Map<string, { want: Intent; got: Intent; n: number }>();
  for (const row of rows) {
    if (isRight(row)) continue;
    const key = `${row.label.intent} ${row.understood.intent}`;
    const entry = counts.get(key) ?? { want: row.label.intent, got: row.understood.intent, n: 0 };
    counts.set(key, { ...entry, n: entry.n + 1 });
  }
  return [...counts.values()].sort((a, b) => b.n - a.n);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
