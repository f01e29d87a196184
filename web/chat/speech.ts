/** Reading aloud, by the voice of the browser or the phone; nothing is sent anywhere by us. */
import { useEffect, useState } from 'preact/hooks';
import { spoken } from './spoken.ts';

export const canSpeak = 'speechSynthesis' in window;
/** Slower than usual: old people asked for it, and numbers have to be written down. */
const RATE = 0.85;

/** Reads sentence by sentence: some voices fall silent in the middle of a long text. */
export function speak(text: string, onEnd: () => void = () => {}): void {
  hush();
  const sentences = spoken(text);
  sentences.forEach((sentence, index) => {
    const words = new SpeechSynthesisUtterance(sentence);
    words.lang = 'zh-CN';
    words.rate = RATE;
    if (index === sentences.length - 1) words.onend = onEnd;
    words.onerror = onEnd;
    speechSynthesis.speak(words);
  });
}

export function hush(): void {
  if (canSpeak) speechSynthesis.cancel();
}

/** A button's state: whether its text is being read, and a press that starts or stops it. */
export function useReading(text: string): readonly [boolean, () => void] {
  const [isReading, set] = useState(false);
  useEffect(() => () => hush(), []);
  return [
    isReading,
    () => {
      if (isReading) hush();
      else speak(text, () => set(false));
      set(!isReading);
    },
  ];
}
