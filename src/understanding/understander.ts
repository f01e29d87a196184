/** What the understanding room offers: text to meaning, and meaning to commands of the dialogue. */
import type { Asking, Command } from '../domain/conversation.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';

/** What the conversation is doing while the words come in. */
export interface Listening {
  /** The question the citizen is looking at. */
  readonly asking?: Asking;
  /** A flow is under way. */
  readonly inFlow: boolean;
  /** Six digits; resolves a place name that several provinces have. */
  readonly region?: string;
  /** Today, `YYYY-MM-DD`: dates such as 上个月 are counted from it. */
  readonly asOf: string;
  readonly lastIntent?: Intent;
  /** What the last ask-back offered. */
  readonly offered?: readonly Intent[];
  readonly verified?: boolean;
}

export interface Understander {
  /** Never throws, whatever the text; offsets of entities are those of `text`. */
  understand(text: string, listening: Listening): Understanding;
  /** What the citizen wants of the dialogue; at least one command. Never an act without a question before it. */
  commands(understanding: Understanding, listening: Listening): readonly Command[];
}

/** Where a trained model may be kept between starts. `load` gives what `save` was last handed. */
export interface ModelCache {
  load(): Uint8Array | undefined;
  save(model: Uint8Array): void;
}
