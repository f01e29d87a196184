/** A reply in the clerk's own words, or from a draft that rests on the knowledge; nothing is sent by itself. */
import { useRef, useState } from 'preact/hooks';
import { useAsked } from './parts.tsx';
import type { Draft, Trouble } from './wire.ts';

interface ReplyFormProps {
  readonly id: string;
  readonly onSubmit: (fields: {
    readonly text: string;
    readonly draft?: string;
  }) => Promise<Trouble | undefined>;
}

export function ReplyForm({ id, onSubmit }: ReplyFormProps) {
  const [text, write] = useState('');
  const [draft, choose] = useState<string>();
  const box = useRef<HTMLTextAreaElement>(null);
  const { value } = useAsked<{ readonly drafts: readonly Draft[] }>(
    `/cases/${encodeURIComponent(id)}/drafts`,
  );
  const drafts = value?.drafts ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit({ text, ...(draft === undefined ? {} : { draft }) });
      }}
    >
      <label class="field">
        <span>答复市民</span>
        <textarea
          ref={box}
          rows={4}
          value={text}
          maxLength={1500}
          required
          onInput={(event) => write(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button main">
        发送
      </button>
      {drafts.length > 0 && <h3>可以参考</h3>}
      <ul class="plainlist">
        {drafts.map((one) => (
          <li key={one.id} class="panel">
            <p class="draft">{one.text}</p>
            <small>
              {one.source ?? '没有来源，请自己把关'}
              {one.region === undefined ? '' : ` · ${one.region}`}
              {one.ageDays === undefined ? '' : ` · ${one.ageDays} 天前核对`}
            </small>
            <button
              type="button"
              class="button"
              onClick={() => {
                write(one.text);
                choose(one.id);
                box.current?.focus();
              }}
            >
              放进答复里再改
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}
