/** Bars of our own: one a row, of one or several parts. Hidden from readers, as the frame has words and table. */

export interface BarRow {
  readonly label: string;
  /** In the order of the legend. */
  readonly parts: readonly number[];
}

const WIDTH = 640;
const ROW = 30;
const LABEL = 210;
const NUMBER = 60;

export function Bars({ rows, legend = [] }: { rows: readonly BarRow[]; legend?: readonly string[] }) {
  const most = Math.max(1, ...rows.map(({ parts }) => sum(parts)));
  const scale = (WIDTH - LABEL - NUMBER) / most;
  return (
    <div class="bars" aria-hidden="true">
      {legend.length > 1 && (
        <p class="legend">
          {legend.map((word, at) => (
            <span key={word}>
              <svg width="14" height="14" aria-hidden="true">
                <rect width="14" height="14" class={`part-${at + 1}`} />
              </svg>
              {word}
            </span>
          ))}
        </p>
      )}
      <svg viewBox={`0 0 ${WIDTH} ${rows.length * ROW}`} width="100%" aria-hidden="true">
        {rows.map(({ label, parts }, at) => (
          <g key={label} transform={`translate(0 ${at * ROW})`}>
            <text x={LABEL - 8} y={ROW / 2 + 5} text-anchor="end">
              {short(label)}
            </text>
            {parts.map((n, index) => (
              <rect
                key={legend[index] ?? index}
                x={LABEL + sum(parts.slice(0, index)) * scale}
                y={4}
                width={n * scale}
                height={ROW - 8}
                class={`part-${index + 1}`}
              />
            ))}
            <text x={LABEL + sum(parts) * scale + 6} y={ROW / 2 + 5}>
              {sum(parts)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
const short = (text: string): string => (text.length > 14 ? `${text.slice(0, 13)}…` : text);
