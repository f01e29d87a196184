/** Rows of the channel ledger; see `contracts/channel-ledger.ts`. */

interface OfUser {
  channel: string;
  account: string;
  user_id: string;
}

/**
 * `reply` is what the response said, kept for the tries that follow within seconds; while `offered`, what it
 * would say, and `offered` the keys of its parts. `held_until` is null for whatever nobody can be waiting for.
 */
export interface ChannelPushesTable extends OfUser {
  push_key: string;
  state: 'running' | 'offered' | 'answered' | 'pushed';
  reply: string | null;
  at: number;
  holder: string | null;
  held_until: number | null;
  offered: string | null;
}

/** `noticed_at` is when a citizen whom nothing may be sent was last told so by a notice; null since they wrote. */
export interface ChannelWindowsTable extends OfUser {
  kind: 'message' | 'event';
  messages: number;
  until: number;
  noticed_at: number | null;
  /** Lets one word be said to somebody who has not written yet, until `welcome_until`. */
  welcome: string | null;
  welcome_until: number | null;
}

export interface ChannelSendsTable {
  part_key: string;
  state: 'sending' | 'offered' | 'sent' | 'unknown';
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
