/** `gongji converse`: whole conversations as JSON lines. The contract is in `docs/fixtures.md`. */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { openLibrary } from '../library.ts';
import { readFixture } from '../portals/simulated/fixture.ts';
import { type Command, eachLine } from './command.ts';
import { createPlayer, lineSchema } from './player.ts';

export const converse: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fixture: { type: 'string' },
      'as-of': { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const asOf = values['as-of'] ?? new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(asOf) || Number.isNaN(Date.parse(asOf))) {
    throw new AppError('bad_input', `--as-of expects a day such as 2026-11-22, not '${asOf}'`);
  }
  const library = openLibrary(values.data === undefined ? {} : { cacheDir: values.data });
  const player = await createPlayer({
    ...library,
    asOf,
    ...(values.fixture === undefined ? {} : { fixture: readFixture(values.fixture) }),
  });
  try {
    await eachLine(io, async (text) => player.play(parseLine(text)));
  } finally {
    await player.stop();
  }
  return 0;
};

function parseLine(text: string) {
  const parsed = lineSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'bad_input',
    'Expected {"conversation","text"}, {"conversation","choose"}, {"conversation","secure":{"action":"submit","fields"}}, {"clock":"+2d"} or {"portal":{"event",…}}',
  );
}
