/** The relative, the 承诺书, the signature. */
import { useState } from 'preact/hooks';
import { ErrorText, Field, Summary, useSubmit } from './field.tsx';
import { Signature } from './signature.tsx';
import type { Answer, RelativeView } from './wire.ts';

export function Relative({ view, onAnswer }: { view: RelativeView; onAnswer: (answer: Answer) => void }) {
  const { words, pledge, documentTypes } = view;
  const [name, setName] = useState('');
  const [documentType, setDocumentType] = useState(documentTypes[0]?.value ?? '');
  const [documentNumber, setDocumentNumber] = useState('');
  const [agreed, setAgreed] = useState(false);
  const [signature, setSignature] = useState('');
  const { errors, isBusy, send } = useSubmit(words, onAnswer);
  const hint = documentTypes.find(({ value }) => value === documentType)?.hint;
  const isUnread = errors.some(({ field }) => field === 'agreed');

  function submit(event: Event): void {
    event.preventDefault();
    void send({ name, documentType, documentNumber, agreed, signature });
  }

  return (
    <form onSubmit={submit} noValidate>
      <h1>{words['relative.title']}</h1>
      <p class="lead">{words['relative.lead']}</p>
      <Summary words={words} errors={errors} />

      <section aria-labelledby="person-section">
        <h2 id="person-section">{words['relative.person_section']}</h2>
        <Field
          name="name"
          label={words['relative.name'] ?? ''}
          hint={words['relative.name_hint']}
          errors={errors}
        >
          {(described) => (
            <input
              {...described}
              type="text"
              autocomplete="off"
              maxLength={60}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field name="documentType" label={words['relative.document_type'] ?? ''} errors={errors}>
          {(described) => (
            <select
              {...described}
              value={documentType}
              onChange={(event) => setDocumentType(event.currentTarget.value)}
            >
              {documentTypes.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          name="documentNumber"
          label={words['relative.document_number'] ?? ''}
          hint={hint}
          errors={errors}
        >
          {(described) => (
            <input
              {...described}
              class="number"
              type="text"
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={40}
              value={documentNumber}
              onInput={(event) => setDocumentNumber(event.currentTarget.value)}
            />
          )}
        </Field>
      </section>

      <section aria-labelledby="pledge-section">
        <h2 id="pledge-section">{words['relative.pledge_section']}</h2>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
        <section class="pledge" tabIndex={0} aria-label={pledge.title}>
          <h3>{pledge.title}</h3>
          {pledge.paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          <small>{words['relative.pledge_version']?.replace('{version}', pledge.version)}</small>
        </section>
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
            <span>{words['relative.agreed']}</span>
          </label>
          <ErrorText name="agreed" errors={errors} />
        </div>
      </section>

      <section aria-labelledby="signature-section">
        <h2 id="signature-section">{words['relative.signature_section']}</h2>
        <Signature words={words} errors={errors} onChange={setSignature} />
      </section>

      <button type="submit" class="button main wide" aria-disabled={isBusy}>
        {isBusy ? words.submitting : words['relative.submit']}
      </button>
    </form>
  );
}
