/** Who are you: name yourself, then confirm the code. */
import { useState } from 'preact/hooks';
import { ErrorText, Field, Summary, useSubmit } from './field.tsx';
import type { Answer, VerifyView } from './wire.ts';

export function Verify({ view, onAnswer }: { view: VerifyView; onAnswer: (answer: Answer) => void }) {
  const { words, options } = view;
  const [person, setPerson] = useState('');
  const [code, setCode] = useState('');
  const [challenge, setChallenge] = useState<string>();
  const { errors, isBusy, send } = useSubmit(words, (answer) => {
    if (answer.ok && answer.next === 'code') setChallenge(answer.challenge);
    else onAnswer(answer);
  });
  const chosen = options.find(({ value }) => value === person);

  function submit(event: Event): void {
    event.preventDefault();
    void send(challenge === undefined ? { person } : { person, challenge, code });
  }

  return (
    <form onSubmit={submit} noValidate>
      <h1>{words['verify.title']}</h1>
      <p class="lead">{words['verify.lead']}</p>
      <Summary words={words} errors={errors} />
      {challenge === undefined ? (
        <WhoIsIt view={view} person={person} onPerson={setPerson} errors={errors} />
      ) : (
        <>
          <p class="chosen">{words['verify.chosen']?.replace('{person}', chosen?.label ?? person)}</p>
          <Field
            name="code"
            label={words['verify.code'] ?? ''}
            hint={words[`verify.code_hint.${view.provider}`] ?? words['verify.code_hint']}
            errors={errors}
          >
            {(described) => (
              <input
                {...described}
                class="code"
                type="text"
                inputMode="numeric"
                autocomplete="one-time-code"
                maxLength={12}
                value={code}
                ref={focusOnce}
                onInput={(event) => setCode(event.currentTarget.value)}
              />
            )}
          </Field>
        </>
      )}
      {challenge !== undefined && <p class="hint">{words['verify.consent']}</p>}
      <button type="submit" class="button main wide" aria-disabled={isBusy}>
        {isBusy
          ? words.submitting
          : challenge === undefined
            ? words['verify.send_code']
            : words['verify.submit']}
      </button>
      {challenge !== undefined && (
        <button
          type="button"
          class="button wide"
          onClick={() => {
            setChallenge(undefined);
            setCode('');
            // The button is gone with its step; the focus goes where the choice is made.
            requestAnimationFrame(focusChoice);
          }}
        >
          {words['verify.choose_again']}
        </button>
      )}
    </form>
  );
}

interface WhoProps {
  readonly view: VerifyView;
  readonly person: string;
  readonly onPerson: (person: string) => void;
  readonly errors: Parameters<typeof ErrorText>[0]['errors'];
}

function WhoIsIt({ view: { options, words }, person, onPerson, errors }: WhoProps) {
  if (options.length === 0) {
    return (
      <Field name="person" label={words['verify.person_free'] ?? ''} errors={errors}>
        {(described) => (
          <input
            {...described}
            type="text"
            autocomplete="off"
            maxLength={80}
            value={person}
            onInput={(event) => onPerson(event.currentTarget.value)}
          />
        )}
      </Field>
    );
  }
  const isWrong = errors.some(({ field }) => field === 'person');
  return (
    <fieldset
      class={isWrong ? 'field wrong' : 'field'}
      aria-describedby={isWrong ? 'person-error' : undefined}
    >
      <legend>{words['verify.person']}</legend>
      <ErrorText name="person" errors={errors} />
      {options.map(({ value, label, hint }, place) => (
        <label class="option" key={value}>
          <input
            id={place === 0 ? 'person' : undefined}
            type="radio"
            name="person"
            value={value}
            checked={person === value}
            onChange={() => onPerson(value)}
          />
          <span>
            {label}
            {hint && <small>{hint}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function focusOnce(input: HTMLInputElement | null): void {
  if (input !== null && input.value === '') input.focus();
}

function focusChoice(): void {
  const chosen = document.querySelector<HTMLElement>('input[name="person"]:checked');
  (chosen ?? document.getElementById('person'))?.focus();
}
