/**
 * The error catalogue: what can go wrong in the world, and whether trying again later can help.
 * An answer of a citizen that does not fit is a value, never one of these.
 */
const CATALOGUE = {
  portal_timeout: 'later',
  portal_unavailable: 'later',
  store_busy: 'later',
  store_full: 'later',
  store_broken: 'later',
  store_locked: 'never',
  channel_unavailable: 'later',
  channel_refused: 'never',
  channel_missing: 'never',
  bad_config: 'never',
  bad_knowledge: 'never',
  bad_input: 'never',
  vault_key_missing: 'never',
} as const;
export type ErrorCode = keyof typeof CATALOGUE;

/** Trouble of the world. `message` names the thing, the expectation and the way out, and never holds personal data. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retry: 'later' | 'never';

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.retry = CATALOGUE[code];
  }
}
