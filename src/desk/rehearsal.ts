/**
 * What an act would come to if it were begun now, by what the conversation and the rules say. Nothing is done, and
 * the office is not asked: only the citizen may make it look into their records.
 */
import { flowOf } from '../../flows/index.ts';
import type { DeskActs, Rehearsal, RehearsalLine } from '../contracts/desk.ts';
import type { CaseRow } from '../contracts/desk-store.ts';
import type { JsonObject } from '../domain/json.ts';
import { badInput, FORBIDDEN, mayAct, refusalOf } from './access.ts';
import { ACTS } from './card.ts';
import type { DeskDeps } from './deps.ts';

export async function rehearse(act: Parameters<DeskActs['dryRun']>[0], deps: DeskDeps): Promise<Rehearsal> {
  const { by, case: id, key, flow, slots = {} } = act;
  if (!mayAct(by)) return FORBIDDEN;
  if (!ACTS.includes(flow) || flowOf(flow) === undefined) return badInput('flow');
  const row = await deps.store.caseRow(id);
  if (row === undefined) return { ok: false, reason: 'unknown_case' };
  const conversation = await deps.store.conversation(row.record.conversation);
  const running = conversation?.stack.find((frame) => frame.flow === flow)?.slots ?? {};
  const lines = linesOf(row, flow, { ...running, ...slots }, deps);
  const isPossible = lines.every((line) => line.isPossible);
  const changed = await deps.store.changeCase({
    id,
    key,
    by: { id: by.id, displayName: by.displayName },
    when: { isClosed: false },
    set: {},
    events: [{ kind: 'dry_run', data: { flow, isPossible } }],
  });
  if (changed.state === 'refused') return refusalOf(changed.row, by, { isClosed: false });
  return { ok: true, isPossible, lines };
}

function linesOf(row: CaseRow, flow: string, slots: JsonObject, deps: DeskDeps): readonly RehearsalLine[] {
  const { words } = deps;
  const region = typeof slots.region === 'string' ? slots.region : row.record.region;
  const line = (step: string, isPossible: boolean, label: string): RehearsalLine => ({
    step,
    label,
    isPossible,
  });
  const place =
    region === undefined
      ? line('region', false, words('desk.rehearsal.region.missing'))
      : line('region', true, words('desk.rehearsal.region', { region }));
  // Whoever has not verified is asked to when the act begins: that is no obstacle.
  const verified = row.person === undefined ? 'desk.rehearsal.verified.missing' : 'desk.rehearsal.verified';
  return [
    place,
    line('verified', true, words(verified)),
    ...(region === undefined ? [] : [ruleLine(flow, { ...slots, region }, deps)]),
    line('confirm', true, words('desk.rehearsal.confirm')),
  ];
}

function ruleLine(
  flow: string,
  params: JsonObject & { readonly region: string },
  { ruleCheck, words }: DeskDeps,
): RehearsalLine {
  const checked = ruleCheck(flow, params);
  if (checked === undefined) {
    return { step: 'rule', label: words('desk.rehearsal.rule.none'), isPossible: true };
  }
  return checked.isAllowed
    ? { step: 'rule', label: words('desk.rehearsal.rule'), isPossible: true }
    : {
        step: 'rule',
        label: words('desk.rehearsal.rule.refused', { why: checked.why }),
        isPossible: false,
      };
}
