/** What diagnosis reasons about, and what it concludes. */
import type { Day, Instant } from './insurance.ts';
import type { CauseId } from './taxonomy.ts';

/** Listed in `diagnosis/facts.ts`, for instance `account.balance_fen`. */
export type FactId = string;
export type FactValue = string | number | boolean;

/** Where a fact comes from. A looked-up fact outweighs a said one; an assumed one outweighs nothing. */
export type FactOrigin =
  | { readonly kind: 'said' }
  | { readonly kind: 'looked_up'; readonly at: Instant }
  | { readonly kind: 'rule'; readonly source: string; readonly from: Day }
  | { readonly kind: 'assumed' };

export interface Fact {
  readonly id: FactId;
  readonly value: FactValue;
  readonly origin: FactOrigin;
}

/** One fact as evidence for or against a cause. */
export interface Evidence {
  readonly fact: FactId;
  readonly value: FactValue;
  readonly origin: FactOrigin['kind'];
  readonly source?: string;
  readonly at?: Instant;
}

export type Remedy =
  /** An act the assistant can start at once. */
  | { readonly kind: 'act'; readonly flow: string }
  /** Guidance for the citizen, an entry of `knowledge/faq` or a reply. */
  | { readonly kind: 'guide'; readonly faq?: string }
  | { readonly kind: 'person' };

export interface Finding {
  readonly cause: CauseId;
  /** 0 to 1. */
  readonly p: number;
  readonly because: readonly Evidence[];
  readonly against: readonly Evidence[];
  readonly remedy: Remedy;
}
