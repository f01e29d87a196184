/** A payment or an invitation: what it is, what follows, and two buttons. */
import { useState } from 'preact/hooks';
import { ErrorText, Summary, useSubmit } from './field.tsx';
import type { Answer, TermsView } from './wire.ts';

export function Terms({ view, onAnswer }: { view: TermsView; onAnswer: (answer: Answer) => void }) {
  const { words, rows, purpose } = view;
  const [agreed, setAgreed] = useState(false);
  const { errors, isBusy, send } = useSubmit(words, onAnswer);
  const isUnread = errors.some(({ field }) => field === 'agreed');

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send({ answer: 'yes', agreed });
      }}
    >
      <h1>{words[`${purpose}.title`]}</h1>
      <p class="lead">{words[`${purpose}.lead`]}</p>
      <Summary words={words} errors={errors} />
      <dl class="rows">
        {rows.map(({ label, value }) => (
          <div key={label}>
            <dt>{words[`${purpose}.row.${label}`]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{words[`${purpose}.note`]}</p>
      <div class={isUnread ? 'field wrong' : 'field'}>
        <label class="option">
          <input
            id="agreed"
            type="checkbox"
            checked={agreed}
            aria-invalid={isUnread ? 'true' : undefined}
            aria-describedby={isUnread ? 'agreed-error' : undefined}
            onChange={(event) => setAgreed(event.currentTarget.checked)}
          />
          <span>{words[`${purpose}.agreed`]}</span>
        </label>
        <ErrorText name="agreed" errors={errors} />
      </div>
      <button type="submit" class="button main wide" aria-disabled={isBusy}>
        {isBusy ? words.submitting : words[`${purpose}.yes`]}
      </button>
      <button
        type="button"
        class="button wide"
        aria-disabled={isBusy}
        onClick={() => void send({ answer: 'no' })}
      >
        {words[`${purpose}.no`]}
      </button>
    </form>
  );
}
