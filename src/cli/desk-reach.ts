/** The desk and its adviser for commands: those of the server that runs on the data folder, else on the store itself. */
import { readConfig } from '../config.ts';
import type { Advice } from '../contracts/advice.ts';
import type { Desk, Staff, StaffRole } from '../contracts/desk.ts';
import { askServer, canAskServer, type DeskMethod, deskSocketPath } from '../desk-socket.ts';
import { AppError } from '../errors.ts';
import { openAdvice, openHelpDesk } from '../help-desk.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { withoutWithdrawn } from '../knowledge/withdrawn.ts';
import { KNOWLEDGE_DIR, type Library, openLibrary } from '../library.ts';
import { clock, random } from '../main.ts';
import type { Understander } from '../understanding/understander.ts';
import { openInstallation } from './installation.ts';

export type Call = <Result>(method: DeskMethod, ...args: readonly unknown[]) => Promise<Result>;

export interface Reach {
  readonly call: Call;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export async function reachDesk(data: string | undefined): Promise<Reach> {
  const config = readConfig();
  const dataDir = data ?? config.dataDir;
  const path = deskSocketPath(dataDir);
  if (await canAskServer(path)) {
    return {
      call: <Result>(method: DeskMethod, ...args: readonly unknown[]) =>
        askServer(path, method, args) as Promise<Result>,
      // The server does it by itself.
      sweep: async () => {},
      close: async () => {},
    };
  }
  const { opened } = await openInstallation(data);
  const { store, signals } = opened;
  const withdrawn = await store.withdrawn();
  const knowledge = withoutWithdrawn(loadKnowledge(KNOWLEDGE_DIR), withdrawn);
  // Most commands do not have to understand anything.
  let understander: Understander | undefined;
  const library = (): Library => {
    understander ??= openLibrary({ cacheDir: dataDir }).understander;
    return { knowledge, understander };
  };
  const desk: Desk = openHelpDesk({ store, knowledge: () => knowledge, clock, random, signals });
  const own: Desk & Advice = { ...desk, ...openAdvice({ store, library, clock, random }) };
  return {
    call: <Result>(method: DeskMethod, ...args: readonly unknown[]) =>
      (own[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args) as Promise<Result>,
    sweep: () => own.sweep(),
    close: () => opened.close(),
  };
}

/** @param role one of `allowed`, by default of those who work on cases */
export function staffOf(
  {
    as,
    name,
    role,
  }: { readonly as?: string | undefined; readonly name?: string | undefined; readonly role: string },
  allowed: readonly StaffRole[] = ['clerk', 'lead'],
): Staff {
  if (as === undefined) throw new AppError('bad_input', '--as NAME: who does it');
  const found = allowed.find((known) => known === role);
  if (found === undefined)
    throw new AppError('bad_input', `--role takes ${allowed.join(' or ')}, not '${role}'`);
  return { id: staffId(as), displayName: name ?? as, roles: [found] };
}

export const staffId = (name: string | undefined): string => `cli:${name ?? ''}`;
