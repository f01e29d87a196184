/**
 * What Bolt would write to the console. Its lines hold addresses, bodies and answers, so none is passed
 * on: each becomes a code, and what is no trouble becomes nothing.
 */
import { type Logger, LogLevel } from '@slack/bolt';

const CODES: readonly (readonly [RegExp, string])[] = [
  [/verify|signature|stale|x-slack/iu, 'bad_signature'],
  [/exceeded the maximum/iu, 'too_big'],
  [/malformed/iu, 'bad_body'],
  [/not acknowledged|within 3 seconds/iu, 'late_ack'],
  [/new WSS URL/iu, 'no_socket_address'],
  [/websocket|close handshake|connection/iu, 'socket'],
  [/rate/iu, 'rate_limited'],
];

export function createLibraryLogger(tell: (code: string) => void): Logger {
  const trouble = (...words: readonly unknown[]): void => {
    const line = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
    tell(CODES.find(([pattern]) => pattern.test(line))?.[1] ?? 'other');
  };
  return {
    debug() {},
    info() {},
    warn: trouble,
    error: trouble,
    setLevel() {},
    setName() {},
    getLevel: () => LogLevel.WARN,
  };
}
