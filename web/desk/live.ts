/** News of the server: which cases changed. Streams come back by themselves and name the last number they saw. */
import { useEffect, useState } from 'preact/hooks';
import { OVER } from './wire.ts';

export interface News {
  /** Grows with every piece of news; lists are asked for anew. */
  readonly stamp: number;
  readonly cases: readonly string[];
  readonly isConnected: boolean;
}

const NOTHING: News = { stamp: 0, cases: [], isConnected: true };

/** @param login another one needs another stream: a stream ends with the login it was opened by */
export function useNews(isOn: boolean, login: string): News {
  const [news, hear] = useState<News>(NOTHING);
  useEffect(() => {
    if (!isOn || login === '') return;
    const source = new EventSource('/desk/api/events');
    source.addEventListener('ready', () =>
      hear((old) => ({ ...old, stamp: old.stamp + 1, isConnected: true })),
    );
    source.addEventListener('changed', (event) => {
      const { cases } = JSON.parse((event as MessageEvent<string>).data) as { readonly cases: string[] };
      hear((old) => ({ stamp: old.stamp + 1, cases, isConnected: true }));
    });
    source.addEventListener('over', () => {
      source.close();
      dispatchEvent(new Event(OVER));
    });
    source.onerror = () => hear((old) => ({ ...old, isConnected: false }));
    return () => source.close();
  }, [isOn, login]);
  return news;
}
