/**
 * The signature: drawn by finger, pen or mouse; or typed, for whoever cannot draw or see. Both end
 * as strokes on the same canvas and are sent as the same picture.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import SignaturePad from 'signature_pad';
import { ErrorText } from './field.tsx';
import type { FieldError, Words } from './wire.ts';

const PAPER = '#ffffff';
const INK = '#10233a';
/** A sharper picture than this is only larger. */
const DENSITY_MOST = 2;

interface Props {
  readonly words: Words;
  readonly errors: readonly FieldError[];
  /** Told the picture as a data URL, or '' when the box is empty. */
  readonly onChange: (picture: string) => void;
}

export function Signature({ words, errors, onChange }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad>(null);
  const [typed, setTyped] = useState('');
  const name = useRef('');
  name.current = typed.trim();
  const [isTyping, setTyping] = useState(false);
  const [isSigned, setSigned] = useState(false);

  function changed(hasInk: boolean): void {
    setSigned(hasInk);
    onChange(hasInk && canvas.current ? canvas.current.toDataURL('image/png') : '');
  }

  useEffect(() => {
    const paper = canvas.current;
    if (paper === null) return;
    const made = new SignaturePad(paper, { backgroundColor: PAPER, penColor: INK, minWidth: 1, maxWidth: 3 });
    made.addEventListener('endStroke', () => {
      setTyped('');
      changed(true);
    });
    pad.current = made;
    sizePaper(paper, made);
    // Turning the phone changes the width; strokes or name are drawn again.
    const watch = new ResizeObserver(() => {
      if (sizePaper(paper, made)) drawName(paper, name.current);
    });
    watch.observe(paper);
    return () => {
      watch.disconnect();
      made.off();
    };
  }, []);

  function clear(): void {
    setTyped('');
    pad.current?.clear();
    changed(false);
  }

  function write(text: string): void {
    setTyped(text);
    pad.current?.clear();
    if (canvas.current) drawName(canvas.current, text.trim());
    changed(text.trim() !== '');
  }

  const isWrong = errors.some(({ field }) => field === 'signature');
  return (
    <div class={isWrong ? 'field wrong' : 'field'}>
      <p class="hint" id="signature-hint">
        {words['relative.signature_hint']}
      </p>
      <div class="paper">
        <canvas
          ref={canvas}
          id="signature"
          role="img"
          tabIndex={-1}
          aria-label={words['relative.signature_pad']}
          aria-describedby={isWrong ? 'signature-hint signature-error' : 'signature-hint'}
        />
      </div>
      <ErrorText name="signature" errors={errors} />
      <p class="unseen" role="status">
        {isSigned ? words['relative.signature_present'] : ''}
      </p>
      <div class="tools">
        <button type="button" class="button" onClick={clear}>
          {words['relative.signature_clear']}
        </button>
        <button
          type="button"
          class="button"
          aria-expanded={isTyping}
          aria-controls="typed-signature"
          onClick={() => setTyping(!isTyping)}
        >
          {words['relative.signature_typed']}
        </button>
      </div>
      <div id="typed-signature" hidden={!isTyping}>
        <label for="typed">{words['relative.signature_typed_label']}</label>
        <p class="hint" id="typed-hint">
          {words['relative.signature_typed_hint']}
        </p>
        <input
          id="typed"
          type="text"
          autocomplete="off"
          maxLength={30}
          aria-describedby="typed-hint"
          value={typed}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

/** True when the paper had another size and lost what was on it, except for strokes. */
function sizePaper(paper: HTMLCanvasElement, pad: SignaturePad): boolean {
  const density = Math.min(window.devicePixelRatio || 1, DENSITY_MOST);
  const [width, height] = [Math.round(paper.offsetWidth * density), Math.round(paper.offsetHeight * density)];
  if (width === 0 || (paper.width === width && paper.height === height)) return false;
  const strokes = pad.toData();
  paper.width = width;
  paper.height = height;
  paper.getContext('2d')?.scale(density, density);
  pad.clear();
  if (strokes.length > 0) pad.fromData(strokes);
  return true;
}

function drawName(paper: HTMLCanvasElement, name: string): void {
  const pen = paper.getContext('2d');
  if (pen === null || name === '') return;
  const [width, height] = [paper.offsetWidth, paper.offsetHeight];
  const size = Math.min(height * 0.5, (width * 0.85) / Math.max([...name].length, 2));
  pen.fillStyle = INK;
  pen.font = `${size}px KaiTi, STKaiti, "Kaiti SC", serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(name, width / 2, height / 2);
}
