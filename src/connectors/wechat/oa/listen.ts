/** What a push meant, as contents to be written down: the last things that take more than looking at its fields. */
import type { ChannelLedger } from '../../../contracts/channel-ledger.ts';
import type { SpeechRecogniser } from '../../../contracts/speech.ts';
import type { Address, InboundContent } from '../../../domain/conversation.ts';
import { maskNumbers } from '../../../domain/masking.ts';
import type { OaClient } from './client.ts';
import { contentOf, type Meant } from './parse.ts';

export interface ListenParts {
  readonly ledger: Pick<ChannelLedger, 'talkOf'>;
  readonly client: Pick<OaClient, 'recording'>;
  readonly speech?: SpeechRecogniser | undefined;
  /** The place an address lies in, as one would type it: a street is nobody's business. */
  readonly placeIn: (label: string) => string | undefined;
}

/** Together with the patience for an answer this stays below the five seconds after which WeChat hangs up. */
const SPEECH_MS = 1_200;

export async function contentsOf(
  parts: ListenParts,
  address: Address,
  meant: Meant,
): Promise<readonly InboundContent[]> {
  switch (meant.kind) {
    case 'say':
      return meant.contents;
    case 'text': {
      const { choices = [] } = await parts.ledger.talkOf(address);
      return [contentOf(meant.text, choices)];
    }
    case 'place': {
      const text = parts.placeIn(meant.label);
      return [
        text === undefined ? { kind: 'unsupported', what: 'location' } : { kind: 'text', text, masked: [] },
      ];
    }
    case 'voice': {
      const text = await wordsOf(parts, meant.mediaId);
      if (text === undefined || text.trim() === '') return [{ kind: 'unsupported', what: 'voice' }];
      return [{ kind: 'text', ...maskNumbers(text.trim()) }];
    }
    case 'left':
    case 'quiet':
      return [];
  }
}

/** Undefined when nobody can listen, or not in time: the citizen is asked to type. */
async function wordsOf({ speech, client }: ListenParts, mediaId: string): Promise<string | undefined> {
  if (speech === undefined) return undefined;
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), SPEECH_MS);
  const heard = client
    .recording(mediaId)
    .then((bytes) => (bytes === undefined ? undefined : speech.recognise({ bytes, format: 'amr' })))
    .catch(() => undefined);
  return Promise.race([heard, late]).finally(() => clearTimeout(timer));
}
