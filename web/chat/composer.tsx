/** Where the citizen writes. */
import { useRef, useState } from 'preact/hooks';
import { WORDS } from './words.ts';

const TEXT_MAX = 500;

export function Composer({ onSend }: { onSend: (text: string) => void }) {
  const [text, setText] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);

  function send(): void {
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
    if (box.current) box.current.style.height = '';
  }

  function typed(area: HTMLTextAreaElement): void {
    setText(area.value);
    area.style.height = '';
    area.style.height = `${Math.min(area.scrollHeight + 2, 160)}px`;
  }

  function pressed(event: KeyboardEvent): void {
    // Enter also picks a word in Chinese input methods; only outside of them it sends.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
        box.current?.focus();
      }}
    >
      <textarea
        ref={box}
        rows={1}
        aria-label={WORDS.input}
        placeholder={WORDS.placeholder}
        maxLength={TEXT_MAX}
        enterkeyhint="send"
        autocomplete="off"
        value={text}
        onInput={(event) => typed(event.currentTarget)}
        onKeyDown={pressed}
      />
      <button type="submit" class="button main">
        {WORDS.send}
      </button>
    </form>
  );
}
