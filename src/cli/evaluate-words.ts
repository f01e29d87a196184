/** What was measured, in words: lines for a terminal, and a page for `docs/`. */
import type { Report, Share } from '../understanding/measure.ts';

interface Times {
  readonly p50: number;
  readonly p95: number;
}

const MOST_CONFUSIONS = 12;

export function inWords(found: Report, ms: Times): string[] {
  const rows = headlines(found).map(([name, share]) => `${name.padEnd(44)}${percent(share)}`);
  const worst = found.confusion
    .slice(0, MOST_CONFUSIONS)
    .map(({ want, got, n }) => `  ${want} taken for ${got}: ${n}`);
  return [
    ...rows,
    `${'calibration error'.padEnd(44)}${found.calibrationError.toFixed(3)}`,
    `${'macro precision, recall, F1'.padEnd(44)}${macro(found)}`,
    `${'milliseconds a sentence, p50 and p95'.padEnd(44)}${ms.p50.toFixed(2)}, ${ms.p95.toFixed(2)}`,
    'most often confused',
    ...worst,
  ];
}

export function markdown(found: Report, ms: Times, of: string): string {
  return [
    '# How well sentences are understood',
    '',
    `Written by \`gongji evaluate --report\`; measured on ${of}. Shares with their 95 % interval (Wilson).`,
    '',
    '![confusion and calibration](understanding-report.svg)',
    '',
    ...table(
      ['measure', 'share', 'of'],
      headlines(found).map(([name, share]) => [name, percent(share), share.n]),
    ),
    '',
    `Calibration error ${found.calibrationError.toFixed(3)}; macro precision, recall, F1 ${macro(found)}; ` +
      `${ms.p50.toFixed(2)} ms a sentence at p50, ${ms.p95.toFixed(2)} ms at p95.`,
    '',
    '## If only what is this sure were acted on',
    '',
    ...table(
      ['sure from', 'acted on', 'right'],
      found.abstention.map(({ from, acted, right }) => [from, percent(acted), percent(right)]),
    ),
    '',
    ...(found.slices.length === 0
      ? []
      : [
          '## By style',
          '',
          ...table(
            ['style', 'n', 'first', 'among three', 'right when acted on'],
            found.slices.map(({ style, top1, top3, directRight }) => [
              style,
              top1.n,
              percent(top1),
              percent(top3),
              percent(directRight),
            ]),
          ),
          '',
        ]),
    '## By intent',
    '',
    ...table(
      ['intent', 'n', 'precision', 'recall', 'F1'],
      found.perIntent.map(({ intent, n, precision, recall, f1 }) => [
        intent,
        n,
        ...[precision, recall, f1].map(plain),
      ]),
    ),
    '',
    '## Most often confused',
    '',
    ...table(
      ['meant', 'taken for', 'times'],
      found.confusion.slice(0, MOST_CONFUSIONS).map(({ want, got, n }) => [want, got, n]),
    ),
    '',
  ].join('\n');
}

function headlines(found: Report): [string, Share][] {
  const all: [string, Share][] = [
    ['right intent first', found.top1],
    ['right intent among three', found.top3],
    ['our sentences acted on at once', found.direct],
    ['… of these rightly', found.directRight],
    ['our sentences turned away', found.turnedAway],
    ['outsiders answered', found.outsidersAnswered],
    ['right symptom', found.symptom],
    ['right cause first', found.cause1],
    ['right cause among three', found.cause3],
  ];
  return all.filter(([, share]) => share.n > 0);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function percent({ share, low, high }: Share): string {
  const [middle, least, most] = [share, low, high].map((value) => (value * 100).toFixed(1));
  return `${middle} % (${least} to ${most})`;
}

function macro({ macro: { precision, recall, f1 } }: Report): string {
  return [precision, recall, f1].map(plain).join(', ');
}

function plain(value: number): string {
  return value.toFixed(2);
}
