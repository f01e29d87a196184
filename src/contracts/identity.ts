/** Who somebody is. Real providers (the national identity platform, a bank, a city app) plug in here. */
import type { DocumentType } from '../domain/insurance.ts';

export interface ProvedIdentity {
  readonly subject: string;
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

export interface IdentityOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/**
 * A check in two steps: the person says who they are, then proves it. Wrong proof is a value, not an
 * exception. A challenge lapses and allows a bounded number of tries.
 */
export interface IdentityProvider {
  readonly id: string;
  /** Shown on the page; a provider without a fixed list returns none and takes free entry. */
  options(): Promise<readonly IdentityOption[]>;
  begin(choice: string): Promise<{ readonly challenge: string } | { readonly refused: 'unknown_person' }>;
  prove(
    challenge: string,
    proof: string,
  ): Promise<ProvedIdentity | { readonly refused: 'wrong_code' | 'lapsed' | 'too_many_tries' }>;
}
