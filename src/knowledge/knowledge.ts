/** All we know and say, frozen, under one version id. Made by `load.ts`; read through `lookup.ts` and `answers.ts`. */
import type { DataClassId } from '../domain/data-class.ts';
import type { RegionCode } from '../domain/insurance.ts';
import type { CauseId, Intent } from '../domain/taxonomy.ts';
import type { CalendarYear } from './schema/calendar.ts';
import type { CannedEntry } from './schema/canned.ts';
import type { CauseEntry } from './schema/cause.ts';
import type { DataClass } from './schema/data-class.ts';
import type { DeskRules } from './schema/desk.ts';
import type { FaqEntry } from './schema/faq.ts';
import type { IntentEntry } from './schema/intent.ts';
import type { Lexicon } from './schema/lexicon.ts';
import type { Region } from './schema/region.ts';
import type { ReplyText } from './schema/reply.ts';
import type { Source } from './schema/source.ts';
import type { System } from './schema/system.ts';

export interface Knowledge {
  /** Hash of the content: two processes with one version say the same. */
  readonly version: string;
  readonly sources: ReadonlyMap<string, Source>;
  readonly regions: ReadonlyMap<RegionCode, Region>;
  /** By platform id. */
  readonly systems: ReadonlyMap<string, System>;
  readonly faq: ReadonlyMap<string, FaqEntry>;
  /** Ready words for staff. */
  readonly canned: ReadonlyMap<string, CannedEntry>;
  readonly causes: ReadonlyMap<CauseId, CauseEntry>;
  readonly replies: ReadonlyMap<string, ReplyText>;
  readonly intents: ReadonlyMap<Intent, IntentEntry>;
  readonly lexicon: Lexicon;
  /** Working days, by year such as `2026`. */
  readonly calendar: ReadonlyMap<string, CalendarYear>;
  readonly desk: DeskRules;
  /** How long each class of stored data stays. */
  readonly dataClasses: ReadonlyMap<DataClassId, DataClass>;
}
