/**
 * The loader other sites put into their pages: `<script async src="https://…/widget.js"></script>`. A button in
 * a shadow tree, which the site's styles do not reach and which reaches nothing of theirs; behind it the chat in
 * a frame, which the site's scripts cannot read. Nothing is fetched, stored or begun before the button is
 * pressed. Styles are constructed, so the site's policy need not allow inline ones.
 */
const WORDS = { label: '共济助手', frame: '共济助手对话' };
const STYLE = `
:host { all: initial; }
button, iframe { position: fixed; z-index: 2147483000; bottom: 16px; box-sizing: border-box; }
button { right: 16px; min-height: 52px; padding: 8px 20px; border: 2px solid #fff; border-radius: 26px;
  background: #0a5a8c; color: #fff; font: 600 18px/1.4 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans Hans", sans-serif;
  box-shadow: 0 2px 10px rgb(0 0 0 / 35%); cursor: pointer; }
button:focus-visible { outline: 3px solid #c25b00; outline-offset: 3px; }
iframe { right: 16px; width: min(420px, calc(100vw - 32px)); height: min(720px, calc(100vh - 32px));
  border: 1px solid #6b7a88; border-radius: 12px; background: #fff; box-shadow: 0 4px 24px rgb(0 0 0 / 35%); }
:host([data-side="left"]) :is(button, iframe) { right: auto; left: 16px; }
[hidden] { display: none !important; }
@media (max-width: 520px) {
  iframe { inset: 0 !important; width: 100vw; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
}
@media print { button, iframe { display: none; } }
`;

function put(script: HTMLScriptElement): void {
  const home = new URL(script.src).origin;
  const host = document.createElement('gongji-widget');
  if (script.dataset.side === 'left') host.dataset.side = 'left';
  // Open, so that checkers of accessibility see in; what must not be seen is behind the frame.
  const shadow = host.attachShadow({ mode: 'open' });
  dress(shadow);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = script.dataset.label?.slice(0, 12) || WORDS.label;
  shadow.append(button);
  document.body.append(host);
  let frame: HTMLIFrameElement | undefined;

  function show(isShown: boolean): void {
    frame ??= shadow.appendChild(makeFrame(home));
    frame.hidden = !isShown;
    button.hidden = isShown;
    button.setAttribute('aria-expanded', String(isShown));
    frame.contentWindow?.postMessage({ gongji: isShown ? 'shown' : 'hidden' }, home);
    if (isShown) frame.focus();
    else button.focus();
  }
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => show(true));
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && frame?.hidden === false) show(false);
  });
  addEventListener(
    'message',
    ({ origin, source, data }: MessageEvent<{ readonly gongji?: unknown } | null>) => {
      if (origin !== home || frame === undefined || source !== frame.contentWindow) return;
      if (data?.gongji === 'close') show(false);
    },
  );
}

function dress(shadow: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // Phones before Safari 16.4; there the site's policy has to allow inline styles, if it has one.
    shadow.appendChild(document.createElement('style')).textContent = STYLE;
  }
}

function makeFrame(home: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.title = WORDS.frame;
  frame.referrerPolicy = 'no-referrer';
  // It may open the secure page in a tab of its own and print a receipt, but never lead this page elsewhere.
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox',
  );
  frame.allow = 'clipboard-write';
  frame.src = `${home}/embed`;
  return frame;
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.src !== '') {
  if (document.body === null) addEventListener('DOMContentLoaded', () => put(script), { once: true });
  else put(script);
}

export {};
