/** What would keep the desk from working, said before a clerk finds out. */
import { type SlackApi, SlackError } from './client.ts';

export interface SelfCheck {
  readonly team: string;
  readonly url: string;
  /** Code and what to do about it; empty when all is well. */
  readonly problems: readonly { readonly code: string; readonly todo: string }[];
}

/** @throws SlackError when Slack could not be asked at all */
export async function selfCheck(api: SlackApi, channel: string): Promise<SelfCheck> {
  const { team, url } = await api.identity().catch((error: unknown) => {
    if (error instanceof SlackError && error.retry === 'never') {
      return { team: '', url: '', refused: error.slack };
    }
    throw error;
  });
  const refused = api.refusedBy();
  if (refused !== undefined) {
    return { team, url, problems: [{ code: refused, todo: TODO.token }] };
  }
  return { team, url, problems: await channelProblems(api, channel) };
}

async function channelProblems(api: SlackApi, channel: string): Promise<SelfCheck['problems']> {
  try {
    const { isMember, isArchived } = await api.channel(channel);
    if (isArchived) return [{ code: 'is_archived', todo: TODO.archived }];
    return isMember ? [] : [{ code: 'not_in_channel', todo: TODO.invite }];
  } catch (error) {
    if (!(error instanceof SlackError) || error.retry === 'later') throw error;
    const todo = { missing_scope: TODO.scope, channel_not_found: TODO.channel }[error.slack] ?? TODO.other;
    return [{ code: error.slack, todo }];
  }
}

const TODO = {
  token:
    'Slack 不认 GONGJI_SLACK_BOT_TOKEN。请到应用的 OAuth & Permissions 页复制 Bot User OAuth Token（xoxb-…），更新后重启。',
  invite: '应用还不在客服台频道里。请在该频道发送 /invite @gongji，不用重启。',
  archived: '客服台频道已归档。请恢复频道，或把 GONGJI_SLACK_CHANNEL 改成在用的频道后重启。',
  channel:
    'GONGJI_SLACK_CHANNEL 指的频道找不到；私有频道在应用加入之前也是找不到的。请核对频道编号（C 或 G 开头），并在频道里发送 /invite @gongji。',
  scope: '应用缺少权限。请用 gongji slack manifest 的内容更新应用清单，然后在 Slack 重新安装应用。',
  other: 'Slack 不让读取客服台频道。请核对频道和应用权限。',
} as const;
