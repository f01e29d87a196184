/**
 * 我的数据: what is stored, class by class; taking it away, correcting it, taking consent back, deleting it. The page
 * keeps a secret of its own for as long as its tab is open: without it the link shows nothing.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorText, Summary, useSubmit } from './field.tsx';
import { Consents, Correct, Erase, Rows, Section } from './my-data-parts.tsx';
import type { Answer, Erased, OwnDataView, Sheet } from './wire.ts';

/** Kept by the tab, so that a reload shows the page again and nobody else's browser does. */
function passOfTab(): string {
  const name = `pass ${location.pathname}`;
  const known = sessionStorage.getItem(name);
  if (known !== null) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const pass = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  sessionStorage.setItem(name, pass);
  return pass;
}

export function MyData({ view, onAnswer }: { view: OwnDataView; onAnswer: (answer: Answer) => void }) {
  const { words } = view;
  const [sheet, setSheet] = useState<Sheet>();
  const [notice, setNotice] = useState('');
  const [erased, setErased] = useState<Erased>();
  const { errors, isBusy, send } = useSubmit(words, (answer) => {
    if (!answer.ok) {
      setNotice('');
      onAnswer(answer);
    } else if (answer.next === 'sheet') {
      setSheet(answer.sheet);
      setNotice(answer.notice === undefined ? '' : (words[`my_data.${answer.notice}`] ?? ''));
    } else if (answer.next === 'copy') {
      keep(answer);
      setNotice(words['my_data.copied'] ?? '');
    } else if (answer.next === 'erased') setErased(answer);
  });
  const wanted = useRef<'html' | 'json'>('html');
  const act = (name: string, fields: { readonly [name: string]: string | boolean } = {}) =>
    void send({ act: name, pass: passOfTab(), ...fields });
  useEffect(() => act('view'), []);

  function keep({ html, json }: { readonly html: string; readonly json: string }): void {
    const isPage = wanted.current === 'html';
    const blob = new Blob([isPage ? html : json], { type: isPage ? 'text/html' : 'application/json' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    // No name in the name: it stands in the list of downloads.
    link.download = `gongji-${new Date().toISOString().slice(0, 10)}.${wanted.current}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  function copy(as: 'html' | 'json'): void {
    wanted.current = as;
    act('copy');
  }

  if (erased !== undefined) return <Receipt words={words} erased={erased} />;
  return (
    <div class="own-data">
      <h1>{words['my_data.title']}</h1>
      <p class="lead">{words['my_data.lead']}</p>
      <Summary words={words} errors={errors} />
      <p class="notice" role="status">
        {notice}
      </p>
      {sheet !== undefined && (
        <>
          {sheet.sections.map((section) => (
            <Section key={section.id} section={section} words={words} />
          ))}
          <Consents words={words} sheet={sheet} isBusy={isBusy} act={act} />
          <section aria-labelledby="looks">
            <h2 id="looks">{words['my_data.looks']}</h2>
            {sheet.looks.length === 0 ? <p>{words['my_data.looks_none']}</p> : <Rows rows={sheet.looks} />}
          </section>
          <section aria-labelledby="copy">
            <h2 id="copy">{words['my_data.copy']}</h2>
            <p class="hint">{words['my_data.copy_lead']}</p>
            <button type="button" class="button wide" aria-disabled={isBusy} onClick={() => copy('html')}>
              {words['my_data.copy_html']}
            </button>
            <button type="button" class="button wide" aria-disabled={isBusy} onClick={() => copy('json')}>
              {words['my_data.copy_json']}
            </button>
          </section>
          <Correct words={words} sheet={sheet} errors={errors} isBusy={isBusy} act={act} />
          <Erase words={words} errors={errors} isBusy={isBusy} act={act} />
          <ErrorText name="consent" errors={errors} />
        </>
      )}
    </div>
  );
}

function Receipt({ words, erased }: { words: OwnDataView['words']; erased: Erased }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    sessionStorage.clear();
    heading.current?.focus();
  }, []);
  return (
    <div class="own-data">
      <h1 ref={heading} tabIndex={-1}>
        {words['my_data.erased']}
      </h1>
      <p class="receipt">{words['my_data.receipt']?.replace('{receipt}', erased.receipt)}</p>
      <p class="lead">{words['my_data.receipt.lead']}</p>
      <ul>
        {erased.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <button type="button" class="button wide" onClick={() => window.print()}>
        {words['my_data.print']}
      </button>
    </div>
  );
}
