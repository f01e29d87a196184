#!/usr/bin/env node
// The project brings its own Node; whoever calls this file with another one is handed over to it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const cli = fileURLToPath(new URL('../src/cli/gongji.ts', import.meta.url));
const cache = fileURLToPath(new URL('../dist/compiled', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);
// As in `npm start`: what is dropped soon is never moved among what stays.
const FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=8'];
const { status, signal } = spawnSync(
  major >= 24 ? process.execPath : own,
  [...FLAGS, cli, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    // Compiled code is kept between calls: half of what a short command takes is compiling.
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  },
);
process.exit(signal ? 1 : (status ?? 1));
