/** News of the server: which cases changed. Streams come back by themselves and name the last number they saw. */
import { useEffect, useState } from 'preact/hooks';
import { OVER } from './wire.ts';

export interface News {
  /** Grows with every piece of news; lists are asked for anew. */
  readonly stamp: number;
  /** Grows when this case changed, or when some news may have been missed. */
  stampOf(id: string): number;
  readonly isConnected: boolean;
}

interface Heard {
  readonly stamp: number;
  /** At the last connecting. */
  readonly since: number;
  readonly cases: ReadonlyMap<string, number>;
  readonly isConnected: boolean;
}

const NOTHING: Heard = { stamp: 0, since: 0, cases: new Map(), isConnected: true };

/** @param login another one needs another stream: a stream ends with the login it was opened by */
export function useNews(isOn: boolean, login: string): News {
  const [heard, hear] = useState<Heard>(NOTHING);
  useEffect(() => {
    if (!isOn || login === '') return;
    const source = new EventSource('/desk/api/events');
    source.addEventListener('ready', () =>
      hear(({ stamp }) => ({ stamp: stamp + 1, since: stamp + 1, cases: new Map(), isConnected: true })),
    );
    source.addEventListener('changed', (event) => {
      const { cases } = JSON.parse((event as MessageEvent<string>).data) as { readonly cases: string[] };
      hear((old) => {
        const stamp = old.stamp + 1;
        const changed = cases.map((id) => [id, stamp] as const);
        return { ...old, stamp, cases: new Map([...old.cases, ...changed]), isConnected: true };
      });
    });
    source.addEventListener('over', () => {
      source.close();
      dispatchEvent(new Event(OVER));
    });
    source.onerror = () => hear((old) => ({ ...old, isConnected: false }));
    return () => source.close();
  }, [isOn, login]);
  const { stamp, since, cases, isConnected } = heard;
  return { stamp, isConnected, stampOf: (id) => Math.max(since, cases.get(id) ?? 0) };
}
