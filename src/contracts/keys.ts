/**
 * The seam to whoever keeps the keys that wrap other keys. Each person's data is sealed with a key of
 * its own; that data key is stored wrapped, and only a key provider can unwrap it.
 *
 * A provider may be a file, the environment, or a key management service over the network: both methods
 * may take their time, so the store never calls them inside a transaction. A provider over the network
 * may keep what it unwrapped in memory for a minute.
 */
export interface WrappedKey {
  /** Which key wrapped it. */
  readonly kek: string;
  readonly wrapped: string;
}

export interface KeyProvider {
  /** Id of the key that wraps from now on. May change while the process runs, when keys are rotated. */
  active(): string;
  /** Ids of all keys that can still unwrap, the active one among them. */
  ids(): readonly string[];
  /** @param owner what the data key belongs to; the same is needed to unwrap it */
  wrap(dataKey: Uint8Array, owner: string): Promise<WrappedKey>;
  /** @throws AppError `vault_key_missing` when the key is not here; another error when owner or key do not fit */
  unwrap(wrapped: WrappedKey, owner: string): Promise<Uint8Array>;
  /**
   * The bare key, for databases written when there was one key for everybody. Absent where keys never
   * leave the provider; such a database has to be opened once with a provider that has it.
   */
  bare?(id: string): Uint8Array | undefined;
}

/** How the data keys of a store are wrapped. */
export interface KeyStatus {
  readonly active: string;
  /** Every key that can unwrap or still wraps something, and how many data keys it wraps. */
  readonly keys: readonly { readonly id: string; readonly wraps: number; readonly isKnown: boolean }[];
  readonly dataKeys: number;
  /** Wrapped by another key than the active one. */
  readonly pending: number;
}

export interface Rotation {
  readonly active: string;
  readonly rewrapped: number;
  /** After the rotation, each read back: all of them by the active key, or the rotation failed. */
  readonly dataKeys: number;
  readonly verified: number;
}

export interface KeyStore {
  keyStatus(): Promise<KeyStatus>;
  /**
   * Wraps every data key anew with the active key. May be interrupted and called again: what is done stays
   * done, and what is not can still be read with the key before.
   */
  rotateKeys(): Promise<Rotation>;
  /** Writes into the audit that a key was given up. @throws AppError `bad_input` while it still wraps something */
  retireKey(id: string): Promise<void>;
}
