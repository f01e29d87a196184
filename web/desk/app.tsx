/** The desk: the way in, the frame with its navigation, and one page at a time, named behind the `#`. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useNews } from './live.ts';
import { PAGES, type PageProps } from './pages.ts';
import { Loading, Title } from './parts.tsx';
import { getQuietly, type Me, OVER, post, remember, type Trouble } from './wire.ts';
import { REFUSED, ROLES } from './words.ts';

type Shown =
  | 'loading'
  | { readonly door: { readonly oidc: boolean; readonly link: boolean }; readonly said: string | undefined }
  | Trouble
  | Me;

export function App() {
  const [shown, show] = useState<Shown>('loading');
  const said = useRef<string | undefined>(undefined);
  const looks = useRef(0);

  async function enter(): Promise<void> {
    const [, kind, word] = location.hash.split('/');
    if (kind === 'link' && word !== undefined) {
      // Out of the address first: it must not stay in the history of the browser.
      history.replaceState(null, '', '/desk');
      const used = await post('/link', { token: word });
      if (!used.ok) said.current = REFUSED.link;
    } else if (kind === 'refused') {
      history.replaceState(null, '', '/desk');
      said.current = REFUSED[word ?? ''] ?? REFUSED.refused;
    }
    await look();
  }

  /** Who is logged in now. Of several questions under way the last one counts. */
  async function look(): Promise<void> {
    looks.current += 1;
    const mine = looks.current;
    const me = await getQuietly<Me>('/me');
    const door = me.ok ? undefined : await getQuietly<{ oidc: boolean; link: boolean }>('/door');
    if (mine !== looks.current) return;
    if (me.ok) {
      said.current = undefined;
      remember(me.value);
      show(me.value);
    } else if (me.reason === 'over' && door?.ok) show({ door: door.value, said: said.current });
    else show(me);
  }

  useEffect(() => {
    // Said again and again by everything that was asked with an old login: the answer may be a new one.
    const over = () => void look();
    addEventListener(OVER, over);
    void enter();
    // A page brought back from the browser's memory may be of a login that is over.
    const back = (event: PageTransitionEvent) => {
      if (event.persisted) void enter();
    };
    addEventListener('pageshow', back);
    // A link pasted into the address of an open page loads nothing anew.
    const moved = () => {
      if (location.hash.startsWith('#/link/')) void enter();
    };
    addEventListener('hashchange', moved);
    return () => {
      removeEventListener(OVER, over);
      removeEventListener('pageshow', back);
      removeEventListener('hashchange', moved);
    };
  }, []);

  if (shown === 'loading') return <main class="door">正在打开…</main>;
  if ('ok' in shown) {
    return (
      <main class="door">
        <Title>坐席工作台</Title>
        <Loading trouble={shown} again={() => void enter()} />
      </main>
    );
  }
  if ('door' in shown) return <Door {...shown} />;
  return <Desk me={shown} />;
}

function Door({ door, said }: Exclude<Shown, 'loading' | Me | Trouble>) {
  return (
    <main class="door">
      <Title>坐席工作台</Title>
      {said !== undefined && (
        <p class="error" role="alert">
          {said}
        </p>
      )}
      {door.oidc && (
        <p>
          <a class="button main wide" href="/desk/login">
            登录
          </a>
        </p>
      )}
      {door.link && (
        <p>
          {door.oidc ? '也可以' : '请'}打开程序启动时打印的一次性链接；再要一个，在服务器上运行{' '}
          <code>gongji desk link</code>。
        </p>
      )}
      {!door.oidc && !door.link && <p>这里没有开放登录，请联系管理员。</p>}
    </main>
  );
}

function useHash(): string {
  const [hash, set] = useState(location.hash);
  useEffect(() => {
    const moved = () => set(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return hash;
}

function Desk({ me }: { me: Me }) {
  const hash = useHash();
  const pages = PAGES.filter(({ area }) => me.areas.includes(area));
  const [, name = '', id] = hash.split('/');
  const page = pages.find((one) => one.name === name) ?? pages[0];
  const news = useNews(me.areas.includes('cases'), me.csrf);
  useEffect(() => {
    document.title = `${page?.label ?? ''} · 坐席工作台`;
  }, [page]);

  async function leave(): Promise<void> {
    const left = await post<{ readonly next?: string }>('/logout');
    if (left.ok && left.value.next !== undefined) location.assign(left.value.next);
    else location.assign('/desk');
  }

  const props: PageProps = { me, news, id: id === undefined ? undefined : decodeURIComponent(id) };
  return (
    <div class="desk">
      <header class="bar">
        <a class="skip" href={hash} onClick={skip}>
          跳到正文
        </a>
        <strong>坐席工作台</strong>
        <nav aria-label="工作台">
          {pages.map(({ name: to, label }) => (
            <a key={to} href={`#/${to}`} aria-current={page?.name === to ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <div class="who">
          <span>
            {me.name}
            <small>{me.roles.map((role) => ROLES[role] ?? role).join('、')}</small>
          </span>
          <button type="button" class="plain" onClick={() => void leave()}>
            退出
          </button>
        </div>
      </header>
      <main id="main">
        {!news.isConnected && (
          <p class="notice" role="status">
            暂时收不到新消息，正在重新连接…
          </p>
        )}
        {page === undefined ? (
          <Title>您的角色没有可看的页面</Title>
        ) : (
          <page.Page key={`${page.name}/${id ?? ''}`} {...props} />
        )}
      </main>
    </div>
  );
}

/** The name behind the `#` is taken by the page, so the jump is made by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main h1')?.focus();
}
