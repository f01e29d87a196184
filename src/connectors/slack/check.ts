/** What would keep the desk from working, said before a clerk finds out. */
import { NOT_INSTALLED, type SlackApi, SlackError } from './client.ts';
import { INSTALL_PATH } from './manifest.ts';

export interface SelfCheck {
  readonly team: string;
  readonly url: string;
  /** Code and what to do about it; empty when all is well. */
  readonly problems: readonly { readonly code: string; readonly todo: string }[];
}

/**
 * @param home where the page of installing is, when the app is installed by it
 * @throws SlackError when Slack could not be asked at all
 */
export async function selfCheck(api: SlackApi, channel: string, home?: string): Promise<SelfCheck> {
  const { team, url } = await api.identity().catch((error: unknown) => {
    if (error instanceof SlackError && error.retry === 'never') {
      return { team: '', url: '', refused: error.slack };
    }
    throw error;
  });
  const refused = api.refusedBy();
  if (refused !== undefined) {
    const todo =
      home === undefined
        ? WAYS_OUT.token
        : `${refused === NOT_INSTALLED ? '应用还没有安装' : '应用的安装已失效'}。请用浏览器打开 ${home}${INSTALL_PATH}，按提示安装。`;
    return { team, url, problems: [{ code: refused, todo }] };
  }
  return { team, url, problems: await channelProblems(api, channel) };
}

async function channelProblems(api: SlackApi, channel: string): Promise<SelfCheck['problems']> {
  try {
    const { isMember, isArchived } = await api.channel(channel);
    if (isArchived) return [{ code: 'is_archived', todo: WAYS_OUT.archived }];
    return isMember ? [] : [{ code: 'not_in_channel', todo: WAYS_OUT.invite }];
  } catch (error) {
    if (!(error instanceof SlackError) || error.retry === 'later') throw error;
    const todo =
      { missing_scope: WAYS_OUT.scope, channel_not_found: WAYS_OUT.channel }[error.slack] ?? WAYS_OUT.other;
    return [{ code: error.slack, todo }];
  }
}

const WAYS_OUT = {
  token:
    'Slack 不认 GONGJI_SLACK_BOT_TOKEN。请到应用的 OAuth & Permissions 页复制 Bot User OAuth Token（xoxb-…），更新后重启。',
  invite: '应用还不在客服台频道里。请在该频道发送 /invite @gongji，不用重启。',
  archived: '客服台频道已归档。请恢复频道，或把 GONGJI_SLACK_CHANNEL 改成在用的频道后重启。',
  channel:
    'GONGJI_SLACK_CHANNEL 指的频道找不到；私有频道在应用加入之前也是找不到的。请核对频道编号（C 或 G 开头），并在频道里发送 /invite @gongji。',
  scope: '应用缺少权限。请用 gongji slack manifest 的内容更新应用清单，然后在 Slack 重新安装应用。',
  other: 'Slack 不让读取客服台频道。请核对频道和应用权限。',
} as const;
