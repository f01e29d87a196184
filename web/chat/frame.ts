/** The chat inside a frame of another site: how it is told that it is looked at, and how it asks to be put away. */

export const isFramed = location.pathname === '/embed' && window.parent !== window;

/**
 * Asks the loader around the frame to put it away. Whoever is around it learns nothing from that, hence any
 * origin.
 */
export function putAway(): void {
  window.parent.postMessage({ gongji: 'close' }, '*');
}

/** Told by the loader whether the frame is shown. */
export function onShown(then: (isShown: boolean) => void): () => void {
  const heard = ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return;
    const { gongji } = data as { readonly gongji?: unknown };
    if (gongji === 'shown' || gongji === 'hidden') then(gongji === 'shown');
  };
  addEventListener('message', heard);
  return () => removeEventListener('message', heard);
}
