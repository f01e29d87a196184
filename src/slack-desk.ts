/** Slack as the desk of the staff, when it is configured. Not a channel: citizens never notice it. */
import type { Config } from './config.ts';
import type { SlackStatus, SlackView } from './connectors/slack/index.ts';
import type { Advice } from './contracts/advice.ts';
import type { Clock } from './contracts/clock.ts';
import type { Desk } from './contracts/desk.ts';
import type { Installations } from './contracts/installations.ts';
import type { StaffInbox } from './contracts/staff-inbox.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';

export interface SlackDeskParts {
  readonly desk: Desk;
  /** Of what came in, and of where the app is installed. */
  readonly inbox: StaffInbox & Installations;
  readonly advice?: Advice | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: (line: string) => void;
}

/**
 * Undefined when the configuration does not turn it on. Nothing is contacted before it is started, and nothing loaded
 * that is not wanted: Slack's library takes 13 MB.
 */
export async function openSlackDesk(
  { slack, publicUrl }: Pick<Config, 'slack' | 'publicUrl'>,
  parts: SlackDeskParts,
): Promise<SlackView | undefined> {
  if (slack === undefined) return undefined;
  const { createSlackView } = await import('./connectors/slack/index.ts');
  const { apiUrl, botToken, channel, everyMs, leads: lead, curators: curator, auditors: auditor } = slack;
  return createSlackView({
    options: {
      ...transportOf(slack),
      botToken,
      install: installOf(slack, publicUrl),
      channel,
      apiUrl,
      everyMs,
      roles: { lead, curator, auditor },
    },
    desk: parts.desk,
    advice: parts.advice,
    inbox: parts.inbox,
    installations: parts.inbox,
    clock: parts.clock,
    event: (name, fields) => parts.log.event(name, fields as never),
    tell: parts.tell,
  });
}

function installOf(
  { botToken, clientId, clientSecret, channelKind }: NonNullable<Config['slack']>,
  publicUrl: string | undefined,
) {
  const isComplete = clientId !== undefined && clientSecret !== undefined && publicUrl !== undefined;
  if (botToken !== undefined || !isComplete) return undefined;
  return { clientId, clientSecret, publicUrl, channelKind };
}

function transportOf({ mode, signingSecret, appToken, apiUrl }: NonNullable<Config['slack']>) {
  if (mode === 'http' && signingSecret !== undefined) return { mode, signingSecret } as const;
  if (mode === 'socket' && appToken !== undefined) return { mode, appToken, apiUrl } as const;
  throw new AppError('bad_config', `Slack with mode '${mode}' lacks its secret`);
}

/** For `/healthz`: whether the link is there and how long Slack has been silent. */
export function slackHealth(view: SlackView | undefined): Record<string, string | number> {
  if (view === undefined) return {};
  const { mode, link, lastEventAgeMs, refused, problem }: SlackStatus = view.status();
  return {
    slack: refused ?? problem ?? link,
    slackMode: mode,
    ...(lastEventAgeMs === undefined ? {} : { slackSilentSeconds: Math.round(lastEventAgeMs / 1000) }),
  };
}

/** For `/readyz` and the metrics. */
export function slackState(
  view: SlackView | undefined,
): { readonly silentMs?: number; readonly refused: boolean } | undefined {
  if (view === undefined) return undefined;
  const { lastEventAgeMs, refused, problem } = view.status();
  const silent = lastEventAgeMs === undefined ? {} : { silentMs: lastEventAgeMs };
  return { ...silent, refused: refused !== undefined || problem !== undefined };
}
