/** Tells at the end of a run which files took longest, so that growth is seen while it is small. */
import type { Reporter, TestModule } from 'vitest/node';

const SHOWN = 10;
/** Fewer files than this were chosen by hand: whoever did knows what takes long. */
const WORTH_TELLING = 30;

export class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length < WORTH_TELLING) return;
    const timed = modules
      .map((module) => ({ name: module.relativeModuleId, ms: timeOf(module), tests: countOf(module) }))
      .toSorted((a, b) => b.ms - a.ms);
    const total = timed.reduce((sum, { ms }) => sum + ms, 0);
    const lines = timed
      .slice(0, SHOWN)
      .map(({ name, ms, tests }) => `  ${seconds(ms).padStart(7)}  ${name} (${tests})`);
    process.stdout.write(
      `\nThe slowest of ${timed.length} files, ${seconds(total)} in all:\n${lines.join('\n')}\n`,
    );
  }
}

/** What it cost to load the file and what its tests took. */
function timeOf(module: TestModule): number {
  const { prepareDuration, setupDuration, collectDuration, duration } = module.diagnostic();
  return prepareDuration + setupDuration + collectDuration + duration;
}

function countOf(module: TestModule): number {
  return [...module.children.allTests()].length;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
