/** `gongji openapi [--yaml]`: the contract of the office, as one JSON object, or as it stands in `docs/openapi.yaml`. */
import { parseArgs } from 'node:util';
import { openApiDocument, openApiYaml } from '../portals/http/openapi.ts';
import type { Command } from './command.ts';

export const openapi: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { yaml: { type: 'boolean' }, data: { type: 'string' }, memory: { type: 'boolean' } },
  });
  io.print(values.yaml === true ? openApiYaml().trimEnd() : JSON.stringify(openApiDocument()));
  return 0;
};
