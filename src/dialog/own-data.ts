/** What the page 我的数据 reports: corrections, a consent taken back, or that everything is gone. */
import type { InboundContent } from '../domain/conversation.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { linkTo } from './page-link.ts';

/** The page, for whoever has verified; nothing for anybody else. */
export function ownDataPage(draft: Draft): JsonObject {
  const { person } = draft.profile;
  return person === undefined ? {} : linkTo(draft, 'my_data', { person: person.ref });
}

export function applyOwnData(
  draft: Draft,
  { slots }: InboundContent & { readonly kind: 'secure.done' },
): void {
  const { region, salutation, forget, withdrawn, receipt } = slots;
  if (typeof receipt === 'string') {
    say(draft, 'my_data.erased', { receipt });
    return;
  }
  if (typeof region === 'string') {
    draft.profile = { ...draft.profile, region };
    say(draft, 'my_data.corrected.region', { region });
  }
  if (typeof salutation === 'string' && draft.profile.person !== undefined) {
    draft.profile = { ...draft.profile, person: { ...draft.profile.person, maskedName: salutation } };
    say(draft, 'my_data.corrected.salutation', { personName: salutation });
  }
  if (forget === 'facts') {
    draft.profile = { ...draft.profile, facts: {} };
    say(draft, 'my_data.corrected.facts');
  }
  if (typeof withdrawn === 'string') say(draft, `my_data.withdrawn.${withdrawn}`);
}
