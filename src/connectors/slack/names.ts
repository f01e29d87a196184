/**
 * Every name Slack and we share, once: what is registered here is what the manifest asks for, and
 * what the door lets in. A name is never reused for something else: old cards keep their buttons.
 */

export const COMMAND = '/gongji';
export const HINT = 'mine | queue | find 编号或关键词 | stats | gaps | help | 投诉原文…';

export const SHORTCUTS = [
  {
    name: '共济分析',
    type: 'message',
    callback_id: 'triage.message',
    description: '按这条消息的内容找原因、要问的话和可以念的答复',
  },
  {
    name: '新建来电',
    type: 'global',
    callback_id: 'triage.new',
    description: '接到电话时输入关键词，先看可能的原因',
  },
] as const;
export type ShortcutId = (typeof SHORTCUTS)[number]['callback_id'];

/** Of messages only those in threads of the triage channel are looked at; it decides which of the two it is. */
export const MESSAGE_EVENT = { private: 'message.groups', public: 'message.channels' } as const;
export const EVENTS = ['app_home_opened', 'tokens_revoked', 'app_uninstalled'] as const;

export const ACTIONS = [
  'case.claim',
  'case.reply',
  'case.note',
  'case.transfer',
  'case.ask',
  'case.close',
  'case.reopen',
  'case.more',
  'case.acknowledge',
  'draft.send',
  'draft.edit',
  'draft.ignore',
  'gap.approve',
  'triage.open',
  'triage.more',
  'home.refresh',
] as const;
export type ActionId = (typeof ACTIONS)[number];

/** What hides behind the three dots. */
export const MORE = [
  'dry_run',
  'start_act',
  'give_back',
  'snooze',
  'release',
  'reveal',
  'priority',
  'gap',
] as const;
export type MoreId = (typeof MORE)[number];

/** Forms that are sent, by callback id. */
export const VIEWS = [
  'form.reply',
  'form.note',
  'form.transfer',
  'form.ask',
  'form.close',
  'form.reopen',
  'form.dry_run',
  'form.start_act',
  'form.give_back',
  'form.snooze',
  'form.reveal',
  'form.priority',
  'form.triage',
  'form.gap',
] as const;
export type ViewId = (typeof VIEWS)[number];
/** Shown while the form is filled; has nothing to send. */
export const WAITING_VIEW = 'form.waiting';

/** Each scope with what needs it; nothing is asked for that nothing needs. */
export const SCOPES = {
  'chat:write': 'cards, threads and the private hints beside them',
  commands: 'the command and the shortcuts',
  'users:read': 'the name of the clerk who did something, for the record of the case',
} as const;
export const CHANNEL_SCOPES = {
  private: {
    'groups:read': 'is the app in the triage channel, and who may work on cases',
    'groups:history': 'what clerks say in the thread of a case becomes an internal note',
  },
  public: {
    'channels:read': 'is the app in the triage channel, and who may work on cases',
    'channels:history': 'what clerks say in the thread of a case becomes an internal note',
  },
} as const;
/** Only where roles come from user groups. */
export const GROUP_SCOPES = { 'usergroups:read': 'who is in the groups that give roles' } as const;
