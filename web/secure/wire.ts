/** What the secure page asks the server, and what it is told. Shapes as in src/secure/views.ts. */
export type Words = { readonly [id: string]: string };

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

export interface VerifyView {
  readonly state: 'open';
  readonly purpose: 'verify';
  readonly provider: string;
  readonly options: readonly Option[];
  readonly words: Words;
}

export interface RelativeView {
  readonly state: 'open';
  readonly purpose: 'relative';
  readonly provider: string;
  readonly relation: string;
  readonly region: string;
  readonly payer: string;
  readonly documentTypes: readonly Required<Option>[];
  readonly pledge: {
    readonly version: string;
    readonly digest: string;
    readonly title: string;
    readonly paragraphs: readonly string[];
  };
  readonly words: Words;
}

export interface OrderView {
  readonly state: 'open';
  readonly purpose: 'order';
  readonly provider: string;
  readonly payers: readonly { readonly name: string; readonly relation: string }[];
  readonly words: Words;
}

export interface TermsView {
  readonly state: 'open';
  readonly purpose: 'premium' | 'invitation';
  readonly provider: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  readonly words: Words;
}

export interface OwnDataView {
  readonly state: 'open';
  readonly purpose: 'my_data';
  readonly provider: string;
  readonly words: Words;
}

export interface Sheet {
  readonly sections: readonly {
    readonly id: string;
    readonly label: string;
    readonly holds: string;
    readonly why: string;
    readonly seenBy: string;
    readonly keeps: string;
    readonly rows: readonly { readonly label: string; readonly value: string }[];
  }[];
  readonly consents: readonly {
    readonly id: string;
    readonly label: string;
    readonly given: string;
    readonly withdrawn?: string;
    readonly effect?: string;
  }[];
  readonly looks: readonly { readonly label: string; readonly value: string }[];
  readonly salutation: string;
  readonly region: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

export interface Erased {
  readonly receipt: string;
  readonly lines: readonly string[];
}

export interface ShutView {
  readonly state: 'used' | 'lapsed' | 'unknown' | 'taken';
  readonly words: Words;
}
export type OpenView = VerifyView | RelativeView | OrderView | TermsView | OwnDataView;
export type View = OpenView | ShutView;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export type Answer =
  | {
      readonly ok: true;
      readonly next: 'done';
      readonly summary: { readonly name: string; readonly isNo?: boolean };
    }
  | { readonly ok: true; readonly next: 'code'; readonly challenge: string }
  | { readonly ok: true; readonly next: 'sheet'; readonly sheet: Sheet; readonly notice?: string }
  | { readonly ok: true; readonly next: 'copy'; readonly json: string; readonly html: string }
  | ({ readonly ok: true; readonly next: 'erased' } & Erased)
  | {
      readonly ok: false;
      readonly state: 'open' | 'used' | 'lapsed' | 'unknown' | 'taken';
      readonly errors: readonly FieldError[];
    };

const API = `/api/secure/${encodeURIComponent(location.pathname.split('/').at(-1) ?? '')}`;

/** Undefined when the server could not be asked. */
export async function load(): Promise<View | undefined> {
  return ask<View>(() => fetch(API, { cache: 'no-store' }), 'state');
}

export async function submit(fields: {
  readonly [name: string]: string | boolean;
}): Promise<Answer | undefined> {
  return ask<Answer>(
    () =>
      fetch(API, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(fields),
      }),
    'ok',
  );
}

async function ask<T extends object>(
  request: () => Promise<Response>,
  mark: keyof T & string,
): Promise<T | undefined> {
  try {
    const told: unknown = await (await request()).json();
    return typeof told === 'object' && told !== null && mark in told ? (told as T) : undefined;
  } catch {
    return undefined;
  }
}
