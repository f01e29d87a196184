/**
 * The versions of the knowledge this process holds: the newest, and a few before it for conversations
 * in the middle of a task. What is withdrawn is missing from all of them. Knowledge and understander
 * of one version are one object, so that nobody ever sees a new one beside an old one.
 */
import type { Knowledge } from './knowledge/knowledge.ts';
import { baseVersion, type Withdrawn, withoutWithdrawn } from './knowledge/withdrawn.ts';
import type { Library } from './library.ts';

/** A task takes minutes and curators save a few times an hour; memory is some 30 MB a version with a new model. */
const OLD_KEPT = 5;

export interface Editions {
  /** The version asked for while it is kept, otherwise the newest; without what is withdrawn. */
  of(version?: string): Library;
  /** Makes a version the newest. The oldest goes when there are too many. */
  publish(library: Library): void;
  /** Everything that is withdrawn now, in whatever version. */
  withdraw(withdrawn: readonly Withdrawn[]): void;
  /** The newest as it was published, with what is withdrawn. */
  whole(): Library;
}

interface Edition {
  readonly whole: Library;
  readonly shown: Library;
}

export function createEditions(first: Library): Editions {
  let withdrawn: readonly Withdrawn[] = [];
  /** Newest first; never empty. */
  let kept: readonly [Edition, ...Edition[]] = [edition(first)];

  function edition(whole: Library): Edition {
    const { knowledge, understander } = whole;
    return { whole, shown: { knowledge: withoutWithdrawn(knowledge, withdrawn), understander } };
  }

  return {
    of(version) {
      const base = version === undefined ? undefined : baseVersion(version);
      return (kept.find(({ whole }) => whole.knowledge.version === base) ?? kept[0]).shown;
    },
    publish(library) {
      const others = kept.filter(({ whole }) => whole.knowledge.version !== library.knowledge.version);
      kept = [edition(library), ...others.slice(0, OLD_KEPT)];
    },
    withdraw(now) {
      withdrawn = now;
      const [newest, ...old] = kept;
      kept = [edition(newest.whole), ...old.map(({ whole }) => edition(whole))];
    },
    whole: () => kept[0].whole,
  };
}

/** The newest knowledge at any time, for rooms that were handed one `Knowledge` when they were made. */
export function newestKnowledge(editions: Editions): Knowledge {
  return new Proxy({} as Knowledge, { get: (_, part) => Reflect.get(editions.of().knowledge, part) });
}
