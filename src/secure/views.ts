/** What a secure page is told. The page shows it and decides nothing. */
import type { IdentityOption } from '../contracts/identity.ts';
import type { SecurePurpose } from '../domain/conversation.ts';
import type { DocumentType } from '../domain/insurance.ts';
import type { Pledge } from './pledge.ts';

export type Words = { readonly [id: string]: string };

interface ShutView {
  readonly state: 'used' | 'lapsed' | 'unknown';
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

export type SecureView = ShutView | VerifyView | RelativeView;

export interface FieldError {
  /** Name of the field, or `link` when the page as a whole can no longer be sent. */
  readonly field: string;
  readonly reply: string;
  readonly message: string;
}

export type SubmitResult =
  | { readonly ok: true; readonly next: 'done'; readonly summary: { readonly name: string } }
  /** The person is named; a proof is now expected with this challenge. */
  | { readonly ok: true; readonly next: 'code'; readonly challenge: string }
  | {
      readonly ok: false;
      /** Not `open` when the link was used up or lapsed in the meantime. */
      readonly state: 'open' | 'used' | 'lapsed' | 'unknown';
      readonly errors: readonly FieldError[];
    };
