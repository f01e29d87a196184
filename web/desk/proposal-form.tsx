/** What should be known from now on, in the words of whoever noticed that it is not. */
import { useState } from 'preact/hooks';
import { newKey, post } from './wire.ts';
import { troubleWords } from './words.ts';

export function ProposalForm({ path, onDone }: { path: string; onDone: () => void }) {
  const [text, write] = useState('');
  const [said, say] = useState<string>();
  const [key] = useState(newKey);
  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const answer = await post(path, { key, text });
    say(answer.ok ? '已提出，等另一位同事审核。' : troubleWords(answer));
    if (answer.ok) onDone();
  }
  return (
    <form onSubmit={(event) => void send(event)}>
      <label class="field">
        <span>写已有回答的标题或编号，就是说这句话该归到那里；写别的，就是新的回答</span>
        <textarea rows={4} value={text} required onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button main">
        提出
      </button>
      <p role="status">{said}</p>
    </form>
  );
}
