/** 大字版: large type, strong contrast, big targets. Chosen once, remembered by the browser, the same in all tabs. */
import { useEffect, useState } from 'preact/hooks';
import { keep, onChange, recall } from './memory.ts';

const NAME = 'elder';

/** Before the first paint, so that nothing jumps. */
export function applyElder(): boolean {
  return show(recall(NAME) === 'yes');
}

export function useElder(): readonly [boolean, (isOn: boolean) => void] {
  const [isOn, set] = useState(applyElder);
  useEffect(() => onChange(NAME, (value) => set(show(value === 'yes'))), []);
  return [
    isOn,
    (next) => {
      keep(NAME, next ? 'yes' : undefined);
      set(show(next));
    },
  ];
}

function show(isOn: boolean): boolean {
  document.documentElement.toggleAttribute('data-elder', isOn);
  return isOn;
}
