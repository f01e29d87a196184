/**
 * Everything that is measured here, one after the other, each bounded in time: `npm run bench`. Each command writes its own
 * section of `docs/bench.md` and its picture; one that fails or takes too long is said so, and the others go on.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MINUTE_MS = 60_000;
const STEPS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly minutes: number;
}[] = [
  { name: 'turn', args: ['turn.ts', '--write'], minutes: 2 },
  { name: 'processes', args: ['scale.ts', '6', '--only=processes', '--write'], minutes: 3 },
  { name: 'slow-disk', args: ['scale.ts', '6', '--only=slow-disk', '--write'], minutes: 2 },
  { name: 'resting', args: ['scale.ts', '6', '--only=resting', '--write'], minutes: 2 },
  { name: 'knowledge', args: ['scale-knowledge.ts', '--write'], minutes: 2 },
  { name: 'start', args: ['scale.ts', '6', '--only=start', '--write'], minutes: 1 },
  { name: 'load', args: ['load.ts', '20', '--write'], minutes: 4 },
  { name: 'faults', args: ['faults.ts', '--write'], minutes: 6 },
  { name: 'peers', args: ['peers-dialog.ts', '400', '--write'], minutes: 8 },
];

function run(args: readonly string[], minutes: number): Promise<string> {
  return new Promise((resolve) => {
    const [file = '', ...rest] = args;
    const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
    const child = spawn(process.execPath, ['--expose-gc', path, ...rest], { stdio: 'inherit' });
    const late = setTimeout(() => child.kill('SIGTERM'), minutes * MINUTE_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      resolve(
        code === 0 ? 'done' : signal === null ? `ended with ${code}` : `stopped after ${minutes} minutes`,
      );
    });
  });
}

for (const { name, args, minutes } of STEPS) {
  const began = performance.now();
  const how = await run(args, minutes);
  process.stderr.write(`${name}: ${how}, ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  if (how !== 'done') process.exitCode = 1;
}
