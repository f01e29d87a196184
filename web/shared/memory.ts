/** What this browser remembers for us. Browsers may forbid it, inside frames above all: then a page remembers alone. */
const own = new Map<string, string>();

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`gongji.${name}`) ?? undefined;
  } catch {
    return own.get(name);
  }
}

export function keep(name: string, value: string | undefined): void {
  if (value === undefined) own.delete(name);
  else own.set(name, value);
  try {
    if (value === undefined) localStorage.removeItem(`gongji.${name}`);
    else localStorage.setItem(`gongji.${name}`, value);
  } catch {
    // Remembered by this page only.
  }
}

/** Told when another tab remembers something else. */
export function onChange(name: string, then: (value: string | undefined) => void): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === `gongji.${name}`) then(event.newValue ?? undefined);
  };
  addEventListener('storage', changed);
  return () => removeEventListener('storage', changed);
}
