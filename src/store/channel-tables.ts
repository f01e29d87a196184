/** Rows of the channel ledger; see `contracts/channel-ledger.ts`. */

interface OfUser {
  channel: string;
  account: string;
  user_id: string;
}

/** `reply` is what the response said, kept for the tries that follow within seconds. */
export interface ChannelPushesTable extends OfUser {
  push_key: string;
  state: 'running' | 'answered' | 'pushed';
  reply: string | null;
  at: number;
}

/** `noticed_at` is when a citizen whom nothing may be sent was last told so by a notice; null since they wrote. */
export interface ChannelWindowsTable extends OfUser {
  kind: 'message' | 'event';
  messages: number;
  until: number;
  noticed_at: number | null;
}

export interface ChannelSendsTable {
  part_key: string;
  state: 'sending' | 'sent' | 'unknown';
  at: number;
}

export interface ChannelTalksTable extends OfUser {
  talk: string;
  at: number;
}

export interface ChannelCursorsTable {
  channel: string;
  account: string;
  position: string;
}

export interface ChannelTables {
  channel_pushes: ChannelPushesTable;
  channel_windows: ChannelWindowsTable;
  channel_sends: ChannelSendsTable;
  channel_talks: ChannelTalksTable;
  channel_cursors: ChannelCursorsTable;
}
