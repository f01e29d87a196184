/** `gongji audit verify [--data DIR]`: whether the record of who did what is as it was written. */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import type { Command } from './command.ts';
import { openInstallation } from './installation.ts';

export const audit: Command = async ([verb, ...args], io) => {
  if (verb !== 'verify') throw new AppError('bad_input', "gongji audit takes 'verify'");
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, memory: { type: 'boolean' } },
  });
  const { opened } = await openInstallation(values.data);
  try {
    const report = await opened.verifyAudit();
    io.print(JSON.stringify({ ...report, intact: report.broken.length === 0 }));
    return report.broken.length === 0 ? 0 : 1;
  } finally {
    await opened.close();
  }
};
