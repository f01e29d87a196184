/** What the desk asks the server. Every act names a token the page was told; a login that is over is told to the app. */
import type { Draft, Gap, Proposal } from '../../src/contracts/advice.ts';
import type { CaseHead, CaseView } from '../../src/contracts/desk.ts';

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly areas: readonly string[];
  readonly csrf: string;
  readonly endsAt: string;
}

export interface Trouble {
  readonly ok: false;
  /** A code of the server's, `over` without a login, `away` without a server. */
  readonly reason: string;
  readonly field?: string;
  readonly owner?: { readonly id: string; readonly displayName: string };
}
export type Told<T> = { readonly ok: true; readonly value: T } | Trouble;

const API = '/desk/api';
let csrf = '';

/** Fired at the window when the server no longer knew the login something was asked with. */
export const OVER = 'desk:over';

export function remember(me: Me): void {
  csrf = me.csrf;
}

export async function get<T>(path: string): Promise<Told<T>> {
  return heard(await getQuietly<T>(path));
}

/** Without telling the app that a login is over. */
export function getQuietly<T>(path: string): Promise<Told<T>> {
  return ask(() => fetch(`${API}${path}`, { cache: 'no-store' }));
}

export async function post<T>(path: string, body: object = {}): Promise<Told<T>> {
  return heard(
    await ask<T>(() =>
      fetch(`${API}${path}`, {
        method: 'POST',
        cache: 'no-store',
        headers: { 'Content-Type': 'application/json', 'X-Gongji-Desk': csrf },
        body: JSON.stringify(body),
      }),
    ),
  );
}

function heard<T>(told: Told<T>): Told<T> {
  if (!told.ok && told.reason === 'over') dispatchEvent(new Event(OVER));
  return told;
}

/** New for every form: what was pressed twice is done once. */
export function newKey(): string {
  return crypto.randomUUID();
}

async function ask<T>(request: () => Promise<Response>): Promise<Told<T>> {
  try {
    const response = await request();
    const told: unknown = await response.json();
    if (response.ok) return { ok: true, value: told as T };
    if (response.status === 401) return { ok: false, reason: 'over' };
    const said = told as Partial<Trouble> & { readonly error?: string };
    return { ...said, ok: false, reason: said.reason ?? said.error ?? 'failed' };
  } catch {
    return { ok: false, reason: 'away' };
  }
}

// === Shapes of answers that are no contract's

export interface CaseAnswer {
  readonly case: CaseView;
  readonly causes: readonly { readonly id: string; readonly title: string }[];
}

export interface Choices {
  readonly regions: readonly { readonly code: string; readonly name: string }[];
  readonly symptoms: readonly { readonly id: string; readonly label: string }[];
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: string;
}

export interface TalkHead {
  readonly id: string;
  readonly channel: string;
  readonly status: string;
  readonly updatedAt: string;
  readonly createdAt: string;
  readonly openCase?: { readonly id: string; readonly number: string };
}

export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  readonly states: readonly {
    readonly id: string;
    readonly kind: 'ask' | 'waiting' | 'final' | 'passing';
    readonly isCommitted: boolean;
    readonly x: number;
    readonly y: number;
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly label: string;
    readonly path: string;
  }[];
}

export interface Standing {
  readonly chart?: Chart;
  readonly current: readonly string[];
  readonly past: readonly string[];
}

export interface Talk {
  readonly id: string;
  readonly channel: string;
  readonly status: string;
  readonly updatedAt: string;
  readonly region?: { readonly code: string; readonly name: string };
  readonly cases: readonly { readonly id: string; readonly number: string; readonly status: string }[];
  readonly talk: readonly {
    readonly who: 'citizen' | 'bot' | 'staff';
    readonly text: string;
    readonly at: string;
  }[];
  readonly turns: readonly {
    readonly version: number;
    readonly at: string;
    readonly events: readonly string[];
    readonly to: readonly string[];
    readonly effects: readonly string[];
  }[];
  readonly life: Standing;
  readonly flows: readonly (Standing & {
    readonly flow: string;
    readonly label: string;
    readonly version: number;
    readonly given: readonly string[];
  })[];
}

export interface Source {
  readonly id: string;
  readonly title: string;
  readonly publisher: string;
  readonly grade: string;
  readonly date?: string;
  readonly url?: string;
}

export interface Sourced {
  readonly from?: string;
  readonly until?: string;
  readonly checked?: string;
  readonly note?: string;
  readonly source?: Source;
}

export interface RulesAnswer {
  readonly asOf: string;
  readonly region: { readonly code: string; readonly name: string };
  readonly chain: readonly { readonly code: string; readonly name: string }[];
  readonly rules: readonly (Sourced & {
    readonly rule: string;
    readonly value: unknown;
    readonly status: string;
    readonly isTold: boolean;
    readonly region: string;
    readonly line: readonly (Sourced & {
      readonly region: string;
      readonly value: unknown;
      readonly status: string;
    })[];
  })[];
  readonly ways: readonly (Sourced & {
    readonly operation: string;
    readonly platform: string;
    readonly client: string;
    readonly path: readonly string[];
    readonly isTold: boolean;
    readonly region: string;
  })[];
  readonly ahead: readonly {
    readonly what: 'added' | 'removed' | 'changed';
    readonly part: string;
    readonly id: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

export interface EntryHead {
  readonly id: string;
  readonly title: string;
  readonly intent: string;
  readonly regions: readonly string[];
  readonly isSaid: boolean;
  readonly isOverdue: boolean;
  readonly withdrawn?: { readonly reason: string; readonly by: string; readonly at: string };
}

export interface EntryAnswer extends EntryHead {
  readonly asOf: string;
  readonly from: string;
  readonly until?: string;
  readonly reviewed: string;
  readonly due: string;
  readonly questions: readonly string[];
  readonly sources: readonly Source[];
  readonly shown: string;
}

export interface ImpactAnswer {
  readonly asked: number;
  readonly changes: readonly {
    readonly text: string;
    readonly from: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
}

export interface GapsAnswer {
  readonly gaps: readonly Gap[];
  readonly proposals: readonly Proposal[];
}

export interface ApplicationRow {
  readonly applicationNo: string;
  readonly conversation: string;
  readonly kind: { readonly id: string; readonly label: string };
  readonly state: { readonly id: string; readonly label: string };
  readonly submittedAt: string;
  readonly updatedAt: string;
  readonly relation?: string;
  readonly region?: string;
  readonly reason?: string;
}

export interface AuditRow {
  readonly chain: string;
  readonly n: number;
  readonly actor: string;
  readonly action: string;
  readonly data: object;
  readonly at: string;
  readonly hash: string;
}

export interface RevealRow {
  readonly id: string;
  readonly case: string;
  readonly number?: string;
  readonly by: { readonly id: string; readonly displayName: string };
  readonly reason: string;
  readonly at: string;
  readonly expiresAt: string;
}

export interface Revealed {
  readonly reveal: { readonly id: string; readonly expiresAt: string };
  readonly record: {
    readonly name: string;
    readonly documentType: string;
    readonly documentNumber: string;
  };
}

export type { CaseHead, CaseView, Draft, Gap, Proposal };
