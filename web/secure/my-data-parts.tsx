/** Parts of the page 我的数据. */
import { useState } from 'preact/hooks';
import { ErrorText, Field } from './field.tsx';
import type { FieldError, Sheet, Words } from './wire.ts';

export type Act = (name: string, fields?: { readonly [name: string]: string | boolean }) => void;

interface PartProps {
  readonly words: Words;
  readonly isBusy: boolean;
  readonly act: Act;
}

export function Rows({ rows }: { rows: readonly { readonly label: string; readonly value: string }[] }) {
  return (
    <dl class="rows">
      {rows.map(({ label, value }, index) => (
        <div key={`${label} ${index}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Section({ section, words }: { section: Sheet['sections'][number]; words: Words }) {
  const { id, label, holds, why, seenBy, keeps, rows } = section;
  return (
    <section aria-labelledby={`class-${id}`}>
      <h2 id={`class-${id}`}>{label}</h2>
      {rows.length === 0 ? <p>{words['my_data.none']}</p> : <Rows rows={rows} />}
      <details>
        <summary>{holds}</summary>
        <p>{keeps}</p>
        <p>
          {words['my_data.why']}：{why}
        </p>
        <p>
          {words['my_data.seen_by']}：{seenBy}
        </p>
      </details>
    </section>
  );
}

export function Consents({ words, sheet, isBusy, act }: PartProps & { sheet: Sheet }) {
  return (
    <section aria-labelledby="consents">
      <h2 id="consents">{words['my_data.consents']}</h2>
      {sheet.consents.length === 0 && <p>{words['my_data.consents_none']}</p>}
      {sheet.consents.map(({ id, label, given, withdrawn, effect }) => (
        <div class="consent" key={id}>
          <p>
            <strong>{label}</strong>
            <small>{words['my_data.given']?.replace('{day}', given)}</small>
          </p>
          {withdrawn === undefined ? (
            <>
              <p class="hint" id={`effect-${id}`}>
                {effect}
              </p>
              <button
                type="button"
                class="button wide"
                aria-describedby={`effect-${id}`}
                aria-disabled={isBusy}
                onClick={() => act('withdraw', { consent: id })}
              >
                {words['my_data.withdraw']}
              </button>
            </>
          ) : (
            <p class="hint">{words['my_data.withdrawn_at']?.replace('{day}', withdrawn)}</p>
          )}
        </div>
      ))}
    </section>
  );
}

export function Correct({
  words,
  sheet,
  errors,
  isBusy,
  act,
}: PartProps & { sheet: Sheet; errors: readonly FieldError[] }) {
  const [region, setRegion] = useState(sheet.region);
  const [salutation, setSalutation] = useState(sheet.salutation);
  return (
    <section aria-labelledby="correct">
      <h2 id="correct">{words['my_data.correct']}</h2>
      <p class="hint">{words['my_data.correct_lead']}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act('correct', { region });
        }}
      >
        <Field name="region" label={words['my_data.region'] ?? ''} errors={errors}>
          {(described) => (
            <select {...described} value={region} onChange={(event) => setRegion(event.currentTarget.value)}>
              <option value="">{words['my_data.region_unset']}</option>
              {sheet.regions.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="submit" class="button wide" aria-disabled={isBusy}>
          {words['my_data.save']}
        </button>
      </form>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act('correct', { salutation });
        }}
      >
        <Field
          name="salutation"
          label={words['my_data.salutation'] ?? ''}
          hint={words['my_data.salutation_hint']}
          errors={errors}
        >
          {(described) => (
            <input
              {...described}
              type="text"
              autocomplete="off"
              maxLength={20}
              value={salutation}
              onInput={(event) => setSalutation(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit" class="button wide" aria-disabled={isBusy}>
          {words['my_data.save']}
        </button>
      </form>
      <p class="hint" id="forget-hint">
        {words['my_data.forget_hint']}
      </p>
      <button
        type="button"
        class="button wide"
        aria-describedby="forget-hint"
        aria-disabled={isBusy}
        onClick={() => act('correct', { forget: true })}
      >
        {words['my_data.forget']}
      </button>
    </section>
  );
}

export function Erase({ words, errors, isBusy, act }: PartProps & { errors: readonly FieldError[] }) {
  const [confirmed, setConfirmed] = useState(false);
  const isUnread = errors.some(({ field }) => field === 'confirmed');
  return (
    <section aria-labelledby="erase">
      <h2 id="erase">{words['my_data.erase']}</h2>
      <p>{words['my_data.erase_lead']}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act('erase', { confirmed });
        }}
      >
        <div class={isUnread ? 'field wrong' : 'field'}>
          <label class="option">
            <input
              id="confirmed"
              type="checkbox"
              checked={confirmed}
              aria-invalid={isUnread ? 'true' : undefined}
              aria-describedby={isUnread ? 'confirmed-error' : undefined}
              onChange={(event) => setConfirmed(event.currentTarget.checked)}
            />
            <span>{words['my_data.erase_confirm']}</span>
          </label>
          <ErrorText name="confirmed" errors={errors} />
        </div>
        <button type="submit" class="button wide" aria-disabled={isBusy}>
          {words['my_data.erase']}
        </button>
      </form>
    </section>
  );
}
