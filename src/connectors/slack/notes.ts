/** What is said in the thread of a case stays inside, as a note. A correction is a note of its own. */
import type { GestureOf } from './gesture.ts';
import { type Hands, hint, placeText, VIEW } from './hands.ts';
import type { OwnNotes } from './own-notes.ts';
import { actOf } from './presses.ts';
import { refusal, words } from './words.ts';
import type { Occasion } from './worker.ts';

export async function note(
  hands: Hands,
  own: OwnNotes,
  { by: person, at, text, edited }: GestureOf<'note'>,
  occasion: Occasion,
): Promise<void> {
  if (at.channel !== hands.channel || text.trim() === '') return;
  const anchor = await hands.desk.anchored(VIEW, placeText({ channel: at.channel, ts: at.thread }));
  // A thread of people among themselves.
  if (anchor === undefined) return;
  const by = await hands.staff.of(person);
  if (by === undefined) return hint(hands, person, at, words.notStaff);
  const said = edited ? `${words.corrected}${text}` : text;
  const mark = { case: anchor.case, by: by.id, text: said };
  await own.add(mark, occasion.id);
  const result = await hands.desk.note({ ...actOf(by, anchor.case, occasion), text: said });
  if (result.ok) return;
  await own.drop(mark, occasion.id);
  await hint(hands, person, at, refusal(result));
}
