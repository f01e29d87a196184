import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { manifest, manifestYaml, SLACK_PATH } from '../../../src/connectors/slack/manifest.ts';
import {
  ACTIONS,
  COMMAND,
  EVENTS,
  MESSAGE_EVENT,
  SCOPES,
  SHORTCUTS,
  VIEWS,
} from '../../../src/connectors/slack/names.ts';
import { METHODS } from '../../doubles/slack/methods.ts';

const OPTIONS = { mode: 'http', channel: 'private', groups: 'no' } as const;

describe('the manifest', () => {
  test('in the repository is the one the code makes', () => {
    expect(readFileSync('deploy/slack-manifest.yaml', 'utf8')).toBe(manifestYaml(OPTIONS));
  });

  test('as YAML says what it says as a tree', () => {
    for (const mode of ['http', 'socket'] as const) {
      const options = { ...OPTIONS, mode, groups: 'yes' as const };
      expect(load(manifestYaml(options))).toEqual(manifest(options));
    }
  });

  test('names the commands, shortcuts and events the code lets in', () => {
    const { features, settings } = manifest(OPTIONS);
    expect(features.slash_commands.map(({ command }) => command)).toEqual([COMMAND]);
    expect(features.shortcuts.map(({ callback_id }) => callback_id)).toEqual(
      SHORTCUTS.map(({ callback_id }) => callback_id),
    );
    expect(settings.event_subscriptions.bot_events).toEqual([...EVENTS, MESSAGE_EVENT.private].sort());
  });

  test('asks for exactly the scopes some call or event needs', () => {
    const asked = (channel: 'private' | 'public', groups: 'yes' | 'no') =>
      manifest({ ...OPTIONS, channel, groups }).oauth_config.scopes.bot;
    expect(asked('private', 'no')).toEqual([
      'chat:write',
      'commands',
      'groups:history',
      'groups:read',
      'users:read',
    ]);
    expect(asked('public', 'yes')).toEqual([
      'channels:history',
      'channels:read',
      'chat:write',
      'commands',
      'usergroups:read',
      'users:read',
    ]);
    const ofCalls = new Set(Object.values(METHODS).flatMap(({ scopes }) => scopes));
    // The command itself, and the words of the thread: wanted by what comes in, not by what we call.
    const ofEvents = ['commands', 'groups:history', 'channels:history'];
    for (const scope of [...asked('private', 'yes'), ...asked('public', 'yes'), ...Object.keys(SCOPES)])
      expect([...ofCalls, ...ofEvents]).toContain(scope);
  });

  test('gives Slack one address over HTTP and none in socket mode', () => {
    const own = manifestYaml({ ...OPTIONS, publicUrl: 'https://desk.example.cn' });
    expect(own.match(/https:\S+/gu)).toEqual(Array(3).fill(`https://desk.example.cn${SLACK_PATH}"`));
    const socket = manifest({ ...OPTIONS, mode: 'socket' });
    expect(socket.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(socket)).not.toContain('http');
  });

  test('keeps to the lengths Slack takes', () => {
    const { display_information: shown, features } = manifest(OPTIONS);
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description.length).toBeLessThanOrEqual(140);
    for (const { name, description } of features.shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(150);
    }
    for (const name of [...ACTIONS, ...VIEWS]) expect(name.length).toBeLessThanOrEqual(200);
  });
});

test('an app that is installed by our page may lead back there, and asks for nothing more', () => {
  const how = {
    mode: 'http',
    channel: 'private',
    groups: 'no',
    publicUrl: 'https://ybj.example.cn',
  } as const;
  const { oauth_config: page } = manifest({ ...how, install: 'by_page' });
  expect(page).toEqual({
    redirect_urls: ['https://ybj.example.cn/slack/oauth_redirect'],
    ...manifest(how).oauth_config,
  });
});
