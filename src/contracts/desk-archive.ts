/**
 * The seam to what staff look up beside cases: conversations, applications, the audit trail, looks at personal
 * data. Reads only, and nothing in it identifies a citizen: ids, codes and masked words.
 * Lists are newest first and go on from a row, not from a count, so that nothing is seen twice.
 */
import type { ChannelId, ConversationStatus } from '../domain/conversation.ts';
import type { CaseId, ConversationId } from '../domain/ids.ts';
import type { ApplicationKind, ApplicationState, Instant, RegionCode } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Reveal } from './desk.ts';
import type { ApplicationRecord } from './store.ts';

export interface ArchivePaging {
  /** At most 100. */
  readonly limit: number;
  /** What `next` of the page before said. */
  readonly after?: string;
}

export interface ArchivePage<Row> {
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface TalkHead {
  readonly id: ConversationId;
  readonly channel: ChannelId;
  readonly status: ConversationStatus;
  readonly updatedAt: Instant;
  readonly createdAt: Instant;
  readonly openCase?: { readonly id: CaseId; readonly number: string };
}

/** What one turn did, by ids. */
export interface TurnHead {
  readonly version: number;
  readonly at: Instant;
  readonly events: readonly string[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly effects: readonly string[];
  /** States come to rest in (`>flow.state`) and left (`<flow.state`), in order; none in turns of older versions. */
  readonly moves: readonly string[];
}

export interface AuditRow {
  /** A conversation, or a chain of the house. */
  readonly chain: string;
  readonly n: number;
  readonly actor: string;
  readonly action: string;
  /** Ids and codes only. */
  readonly data: JsonObject;
  readonly at: Instant;
  readonly hash: string;
}

export interface DeskArchive {
  talks(
    query: ArchivePaging & { readonly status?: ConversationStatus; readonly channel?: ChannelId },
  ): Promise<ArchivePage<TalkHead>>;
  /** Oldest first; the latest of them. */
  turnsOf(conversation: ConversationId, limit: number): Promise<readonly TurnHead[]>;
  applicationPage(
    query: ArchivePaging & {
      readonly state?: ApplicationState;
      readonly kind?: ApplicationKind;
      /** This region and those below it. */
      readonly region?: RegionCode;
    },
  ): Promise<ArchivePage<ApplicationRecord>>;
  auditPage(
    query: ArchivePaging & {
      readonly chain?: string;
      readonly actor?: string;
      readonly action?: string;
    },
  ): Promise<ArchivePage<AuditRow>>;
  revealPage(
    query: ArchivePaging,
  ): Promise<ArchivePage<Omit<Reveal, 'person'> & { readonly number?: string }>>;
}
