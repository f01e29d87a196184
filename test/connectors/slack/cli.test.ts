import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { slack } from '../../../src/cli/slack.ts';
import { manifest } from '../../../src/connectors/slack/manifest.ts';

async function run(...args: string[]): Promise<{ status: number; out: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const status = await slack(args, { input: process.stdin, print, warn: print });
  return { status, out: lines.join('\n') };
}

describe('gongji slack', () => {
  test('prints the manifest for the way that is asked', async () => {
    const { out } = await run('manifest', '--url', 'https://desk.example.cn/');
    expect(load(out)).toEqual(
      manifest({ mode: 'http', channel: 'private', groups: 'no', publicUrl: 'https://desk.example.cn' }),
    );
    const socket = await run('manifest', '--socket', '--public-channel', '--user-groups');
    expect(load(socket.out)).toEqual(manifest({ mode: 'socket', channel: 'public', groups: 'yes' }));
  });

  test('gives a reason for every scope', async () => {
    const { out } = await run('manifest', '--why');
    const scopes = manifest({ mode: 'http', channel: 'private', groups: 'no' }).oauth_config.scopes.bot;
    expect(
      out
        .split('\n')
        .map((line) => line.split('\t')[0])
        .sort(),
    ).toEqual(scopes);
  });

  test('refuses an address without TLS, and a verb it does not have', async () => {
    await expect(run('manifest', '--url', 'http://desk.example.cn')).rejects.toThrow('https');
    await expect(run('dance')).rejects.toThrow('gongji slack help');
    expect((await run('help')).out).toContain('rebuild');
  });
});
