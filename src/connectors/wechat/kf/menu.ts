/** Choices as items of a menu, and back: WeCom hands the id of a tapped item back as it was. */
import type { Choice } from '../../../domain/conversation.ts';

/** More cannot be in one menu; checked 2026-11-22 (document 94677). */
export const ITEMS_MAX = 10;
const ID_MAX = 64;
const LABEL_MAX_BYTES = 128;

/** A value that fits is its own id, so that a tap on an old menu still says what it meant; else its place. */
function idOf(value: string, index: number): string {
  return /^[\x21-\x7e]+$/u.test(value) && value.length <= ID_MAX ? value : `#${index}`;
}

export function tappedValue(id: string, choices: readonly Choice[]): string | undefined {
  const place = /^#(\d{1,2})$/u.exec(id)?.[1];
  if (place !== undefined) return choices[Number(place)]?.value;
  return id === '' ? undefined : id;
}

/** Whether choices can be tapped at all; otherwise they are numbered lines. */
export function isMenu(choices: readonly Choice[]): boolean {
  return (
    choices.length > 0 &&
    choices.length <= ITEMS_MAX &&
    choices.every(({ label }) => label !== '' && Buffer.byteLength(label) <= LABEL_MAX_BYTES)
  );
}

export type MenuItem =
  | { readonly type: 'click'; readonly click: { readonly id: string; readonly content: string } }
  | { readonly type: 'view'; readonly view: { readonly url: string; readonly content: string } };

export function clickItems(choices: readonly Choice[]): readonly MenuItem[] {
  return choices.map(({ value, label }, index) => ({
    type: 'click',
    click: { id: idOf(value, index), content: label },
  }));
}
