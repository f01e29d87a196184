/** What a secure page is told. The page shows it and decides nothing. */
import type { IdentityOption } from '../contracts/identity.ts';
import type { SecurePurpose } from '../domain/conversation.ts';
import type { DocumentType } from '../domain/insurance.ts';
import type { Copy } from './my-data-copy.ts';
import type { Sheet } from './my-data-sheet.ts';
import type { Pledge } from './pledge.ts';
import type { TermsPurpose, TermsRow } from './terms-page.ts';

export type Words = { readonly [id: string]: string };

interface ShutView {
  readonly state: 'used' | 'lapsed' | 'unknown' | 'taken';
  readonly purpose?: SecurePurpose;
  readonly words: Words;
}

export interface VerifyView {
  readonly state: 'open';
  readonly purpose: 'verify';
  readonly provider: string;
  /** Empty when the provider takes free entry. */
  readonly options: readonly IdentityOption[];
  readonly words: Words;
}

export interface RelativeView {
  readonly state: 'open';
  readonly purpose: 'relative';
  readonly provider: string;
  readonly relation: string;
  readonly region: string;
  /** Masked name of the person who signs. */
  readonly payer: string;
  readonly documentTypes: readonly {
    readonly value: DocumentType;
    readonly label: string;
    readonly hint: string;
  }[];
  readonly pledge: Pledge;
  readonly words: Words;
}

export interface OrderView {
  readonly state: 'open';
  readonly purpose: 'order';
  readonly provider: string;
  /** As they are charged now; masked names. */
  readonly payers: readonly { readonly name: string; readonly relation: string }[];
  readonly words: Words;
}

export interface TermsView {
  readonly state: 'open';
  readonly purpose: TermsPurpose;
  readonly provider: string;
  /** Each `label` is worded by `<purpose>.row.<label>`. */
  readonly rows: readonly TermsRow[];
  readonly words: Words;
}

/** Shows nothing of anybody: what is stored is asked for by the page, with a secret of its own. */
export interface OwnDataView {
  readonly state: 'open';
  readonly purpose: 'my_data';
  readonly provider: string;
  readonly words: Words;
}

export type SecureView = ShutView | VerifyView | RelativeView | OrderView | TermsView | OwnDataView;

export interface FieldError {
  /** Name of the field, or `link` when the page as a whole can no longer be sent. */
  readonly field: string;
  readonly reply: string;
  readonly message: string;
}

export type SubmitResult =
  | {
      readonly ok: true;
      readonly next: 'done';
      /** `isNo` when the citizen said no to what was shown. */
      readonly summary: { readonly name: string; readonly isNo?: true };
    }
  /** The person is named; a proof is now expected with this challenge. */
  | { readonly ok: true; readonly next: 'code'; readonly challenge: string }
  /** What is stored; `notice` names the words that say what was just done. */
  | { readonly ok: true; readonly next: 'sheet'; readonly sheet: Sheet; readonly notice?: string }
  | ({ readonly ok: true; readonly next: 'copy' } & Copy)
  | {
      readonly ok: true;
      readonly next: 'erased';
      readonly receipt: string;
      readonly lines: readonly string[];
    }
  | {
      readonly ok: false;
      /** Not `open` when the link was used up or lapsed in the meantime, or is another browser's. */
      readonly state: 'open' | 'used' | 'lapsed' | 'unknown' | 'taken';
      readonly errors: readonly FieldError[];
    };
