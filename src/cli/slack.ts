/** `gongji slack …`: the manifest of the app, whether Slack can be worked with, and drawing everything anew. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { selfCheck } from '../connectors/slack/check.ts';
import { createSlackApi } from '../connectors/slack/client.ts';
import { VIEW } from '../connectors/slack/hands.ts';
import { installedIn } from '../connectors/slack/install.ts';
import { createLibraryLogger } from '../connectors/slack/logger.ts';
import { manifestYaml, scopesFor } from '../connectors/slack/manifest.ts';
import { AppError } from '../errors.ts';
import type { Command, Io } from './command.ts';
import { openInstallation } from './installation.ts';

const USAGE = `gongji slack VERB
  manifest [--socket] [--public-channel] [--user-groups] [--install-page] [--url https://…] [--why]
           the manifest to paste at api.slack.com/apps; --why lists each scope with its reason,
           --install-page names the address Slack leads back to after /slack/install
  check    whether token, channel and permissions of this configuration are right
  rebuild [--data DIR]
           the next drawing begins from nothing: every card again, in place where it still stands.
           With the embedded store the server must be stopped; a lead can do it any time by /gongji rebuild`;

export const slack: Command = async ([verb = 'help', ...args], io) => {
  switch (verb) {
    case 'help':
      io.print(USAGE);
      return 0;
    case 'manifest':
      return printManifest(args, io);
    case 'check':
      return check(io);
    case 'rebuild':
      return rebuild(args, io);
    default:
      throw new AppError('bad_input', `gongji slack has no '${verb}'; try gongji slack help`);
  }
};

async function printManifest(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      socket: { type: 'boolean', default: false },
      'public-channel': { type: 'boolean', default: false },
      'user-groups': { type: 'boolean', default: false },
      'install-page': { type: 'boolean', default: false },
      url: { type: 'string' },
      why: { type: 'boolean', default: false },
    },
  });
  const kinds = {
    channel: values['public-channel'] ? 'public' : 'private',
    groups: values['user-groups'] ? 'yes' : 'no',
  } as const;
  if (values.why) {
    for (const [scope, reason] of Object.entries(scopesFor(kinds))) io.print(`${scope}\t${reason}`);
    return 0;
  }
  if (values.url !== undefined && !/^https:\/\/[^/\s]+\/?$/u.test(values.url)) {
    throw new AppError('bad_input', '--url takes the https address Slack reaches us at, without a path');
  }
  const mode = values.socket ? 'socket' : 'http';
  const address = values.url === undefined ? {} : { publicUrl: values.url.replace(/\/$/u, '') };
  const install = values['install-page'] ? ({ install: 'by_page' } as const) : {};
  io.print(manifestYaml({ mode, ...kinds, ...install, ...address }).trimEnd());
  return 0;
}

async function check(io: Io): Promise<number> {
  const { slack, publicUrl: home } = readConfig();
  const config = slack && { ...slack, publicUrl: slack.botToken === undefined ? home : undefined };
  if (config === undefined) {
    throw new AppError(
      'bad_config',
      'Slack is not configured; see GONGJI_SLACK_MODE and its companions in the README',
    );
  }
  const { botToken, publicUrl } = config;
  const api = createSlackApi({
    token: botToken ?? (await installedToken()),
    apiUrl: config.apiUrl,
    logger: createLibraryLogger(() => {}),
    onRefused: () => {},
  });
  const { team, problems } = await selfCheck(api, config.channel, publicUrl);
  for (const { code, todo } of problems) io.warn(`${code}: ${todo}`);
  if (problems.length === 0) io.print(`ok: ${team}`);
  return problems.length === 0 ? 0 : 1;
}

/** What installing left behind. With the embedded store the server must be stopped. */
async function installedToken(): Promise<string | undefined> {
  const { opened } = await openInstallation(undefined);
  try {
    return (await installedIn(opened.store))?.token;
  } finally {
    await opened.close();
  }
}

async function rebuild(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { data: { type: 'string' } } });
  const { opened } = await openInstallation(values.data);
  try {
    await opened.store.moveViewCursor(VIEW, 0);
    io.print('Every card is drawn anew, about one a second, once a server with Slack runs.');
    return 0;
  } finally {
    await opened.close();
  }
}
