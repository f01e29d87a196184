/** A form field with its label, hint and error, tied together for screen readers. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Answer, type FieldError, submit, type Words } from './wire.ts';

export interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly errors: readonly FieldError[];
  readonly children: (described: Described) => ComponentChildren;
}

export function Field({ name, label, hint, errors, children }: FieldProps) {
  const error = errors.find(({ field }) => field === name);
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ');
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label for={name}>{label}</label>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {children({
        id: name,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? 'true' : undefined,
      })}
      <ErrorText name={name} errors={errors} />
    </div>
  );
}

export function ErrorText({ name, errors }: { name: string; errors: readonly FieldError[] }) {
  const error = errors.find(({ field }) => field === name);
  return error ? (
    <p class="error" id={`${name}-error`}>
      {error.message}
    </p>
  ) : null;
}

/** Says above the form that something has to be mended; read out at once. */
export function Summary({ words, errors }: { words: Words; errors: readonly FieldError[] }) {
  const general = errors.find(({ field }) => field === 'link' || field === 'network');
  const count = errors.length;
  return (
    <div role="alert">
      {count > 0 && (
        <p class="summary">{general?.message ?? words.check_fields?.replace('{count}', String(count))}</p>
      )}
    </div>
  );
}

/** Sends a form once at a time, and brings the first faulty field into view. */
export function useSubmit(words: Words, on: (answer: Answer) => void) {
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [isBusy, setBusy] = useState(false);

  async function send(fields: { readonly [name: string]: string | boolean }): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const answer = await submit(fields);
    setBusy(false);
    if (answer === undefined) return setErrors([{ field: 'network', message: words.network ?? '' }]);
    const wrong = answer.ok ? [] : answer.errors;
    setErrors(wrong);
    on(answer);
    const first = wrong[0]?.field;
    if (first !== undefined) requestAnimationFrame(() => document.getElementById(first)?.focus());
  }
  return { errors, isBusy, send };
}
