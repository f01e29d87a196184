/** Small pieces of every page of the desk. */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Source, Told, Trouble } from './wire.ts';
import { get } from './wire.ts';
import { timeOf, troubleWords } from './words.ts';

/** Asks at the beginning, when the path changes, and whenever `stamp` does; what was there stays meanwhile. */
export function useAsked<T>(
  path: string | undefined,
  stamp = 0,
): { readonly value: T | undefined; readonly trouble: Trouble | undefined; again(): void } {
  const [told, tell] = useState<{ readonly path: string; readonly told: Told<T> }>();
  const [tries, retry] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    if (path === undefined) return;
    void get<T>(path).then((answer) => {
      if (isCurrent) tell({ path, told: answer });
    });
    return () => {
      isCurrent = false;
    };
  }, [path, stamp, tries]);
  const current = told !== undefined && told.path === path ? told.told : undefined;
  return {
    value: current?.ok ? current.value : undefined,
    trouble: current === undefined || current.ok ? undefined : current,
    again: useCallback(() => retry((count) => count + 1), []),
  };
}

/** The heading of a page takes the focus when the page is opened, so that it is read out. */
export function Title({ children, isQuiet }: { children: ComponentChildren; isQuiet?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isQuiet) heading.current?.focus();
  }, [isQuiet]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Time({ at }: { at: string }) {
  return <time dateTime={at}>{timeOf(at)}</time>;
}

export function Tag({ tone, children }: { tone?: 'bad' | 'good' | 'soft'; children: ComponentChildren }) {
  return <span class={`tag ${tone ?? ''}`}>{children}</span>;
}

export function Loading({ trouble, again }: { trouble: Trouble | undefined; again: () => void }) {
  if (trouble === undefined) return <p class="quiet">正在读取…</p>;
  return (
    <p class="error" role="alert">
      {troubleWords(trouble)}{' '}
      <button type="button" class="plain" onClick={again}>
        再试一次
      </button>
    </p>
  );
}

/** A wide table moves sideways within itself, also by keyboard. */
export function Table({ caption, children }: { caption: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="unseen">{caption}</caption>
        {children}
      </table>
    </section>
  );
}

export function More({ next, onMore }: { next: string | undefined; onMore: (next: string) => void }) {
  if (next === undefined) return null;
  return (
    <p class="more">
      <button type="button" class="button" onClick={() => onMore(next)}>
        下一页
      </button>
    </p>
  );
}

/** Pages of a list that go on from a row: forward, and back to the beginning. */
export function usePages(): {
  readonly after: string | undefined;
  go(next: string): void;
  restart(): void;
} {
  const [after, go] = useState<string>();
  return { after, go, restart: () => go(undefined) };
}

export function ToStart({ pages }: { pages: ReturnType<typeof usePages> }) {
  if (pages.after === undefined) return null;
  return (
    <button type="button" class="plain" onClick={pages.restart}>
      回到第一页
    </button>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  /** What no choice is called; absent: one must be chosen. */
  readonly none?: string;
  readonly onChange: (value: string) => void;
}

export function Select({ label, value, options, none, onChange }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {Object.entries(options).map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface InputProps {
  readonly label: string;
  readonly value: string;
  readonly type?: 'text' | 'date' | 'search' | 'datetime-local';
  readonly list?: string;
  readonly onInput: (value: string) => void;
}

export function Input({ label, value, type = 'text', list, onInput }: InputProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type={type}
        value={value}
        autocomplete="off"
        {...(list === undefined ? {} : { list })}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

export function SourceLine({ source }: { source: Source | undefined }) {
  if (source === undefined) return <span class="quiet">没有登记来源</span>;
  const { publisher, title, date, grade, url } = source;
  return (
    <span>
      {publisher}《
      {url === undefined ? (
        title
      ) : (
        <a href={url} rel="noreferrer noopener" target="_blank">
          {title}
        </a>
      )}
      》{date === undefined ? '' : `（${date}）`} <Tag tone="soft">等级 {grade}</Tag>
    </span>
  );
}

/** Query of a path without what is empty. */
export function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given as [string, string][])}`;
}
