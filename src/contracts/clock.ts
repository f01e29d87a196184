/** Time and chance, handed to whoever needs them, so that tests own both. */
export interface Clock {
  now(): number;
}

export interface Random {
  bytes(size: number): Uint8Array;
}
