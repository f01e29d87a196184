/** What is worth keeping: a number of registration, with ways to copy and to print it. */
import { useState } from 'preact/hooks';
import type { Line } from './wire.ts';
import { WORDS } from './words.ts';

export function Receipt({ line }: { line: Line }) {
  const [isCopied, setCopied] = useState(false);
  const when = new Date(line.at).toLocaleString('zh-CN', { dateStyle: 'long', timeStyle: 'short' });
  const text = `${WORDS.title}\n${line.text.replaceAll('**', '')}\n${when}`;
  return (
    <div class="receipt">
      <small>{when}</small>
      <div class="tools">
        <button type="button" class="plain" onClick={() => void copy(text).then(setCopied)}>
          {isCopied ? WORDS.copied : WORDS.copy}
        </button>
        <button type="button" class="plain" onClick={(event) => printLine(event.currentTarget.closest('li'))}>
          {WORDS.print}
        </button>
        <span class="unseen" role="status">
          {isCopied ? WORDS.copied : ''}
        </span>
      </div>
    </div>
  );
}

// The clipboard exists on HTTPS only, and frames may be refused it: then the words are marked and copied as before.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    document.body.append(area);
    area.select();
    const isDone = document.execCommand('copy');
    area.remove();
    return isDone;
  }
}

/** Prints this one line; the rest of the talk is nobody's business at the printer. */
function printLine(line: Element | null): void {
  if (line === null) return;
  document.body.toggleAttribute('data-printing', true);
  line.toggleAttribute('data-printed', true);
  addEventListener(
    'afterprint',
    () => {
      document.body.toggleAttribute('data-printing', false);
      line.toggleAttribute('data-printed', false);
    },
    { once: true },
  );
  window.print();
}
