/** The adviser as views are handed it; see `contracts/advice.ts`. */
import type { Advice } from '../contracts/advice.ts';
import { makeId } from '../domain/ids.ts';
import { dayAt } from '../knowledge/working-time.ts';
import { mayAct } from './access.ts';
import type { AdviceDeps } from './advice-deps.ts';
import { gaps } from './gaps.ts';
import { triageOf } from './triage.ts';
import { whisper } from './whisper.ts';

/** Why a case was opened by staff; its words are `label.case_reason.…`. */
const REASON = 'told_by_phone';

export function createAdvice(deps: AdviceDeps): Advice {
  return { ...whisper(deps), ...telephone(deps), ...gaps(deps) };
}

function telephone(deps: AdviceDeps): Pick<Advice, 'triage' | 'openCase'> {
  const { store, clock, random } = deps;
  return {
    async triage({ by, ...question }) {
      const asOf = question.asOf ?? dayAt(clock.now());
      const { record, ...found } = triageOf({ ...question, asOf }, deps);
      const id = `tr_${Buffer.from(random.bytes(16)).toString('hex')}`;
      await store.keepTriage({ id, by: by.id, text: found.text, record });
      return { id, ...found };
    },
    async openCase({ by, triage }) {
      if (!mayAct(by)) return undefined;
      const held = await store.triageById(triage);
      if (held?.case !== undefined) return held.case;
      if (held === undefined) return undefined;
      return store.openTriaged({
        triage,
        by: { id: by.id, displayName: by.displayName },
        conversation: makeId('conversation', (size) => random.bytes(size)),
        record: {
          id: makeId('case', (size) => random.bytes(size)),
          number: await store.nextCaseNumber(dayAt(clock.now())),
          reason: REASON,
          ...held.record,
        },
      });
    },
  };
}
