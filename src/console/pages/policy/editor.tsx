import { useEffect, useId, useRef } from 'preact/hooks';
import { offsetOf } from './differences';
import type { TextProblem } from './types';

/** Pixels, as in the style sheet. */
const lineHeight = 20;

/** A place to jump to; a new object for each jump. */
export interface Jump {
  readonly line: number;
  readonly column: number;
}

/** A text with numbered lines, those with problems marked. Tab leaves it, as everywhere else on the page. */
export function Editor({
  label,
  value,
  onInput,
  problems,
  jump,
  describedBy,
}: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly problems: readonly TextProblem[];
  readonly jump: Jump | undefined;
  readonly describedBy: string;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const follow = (): void => {
    if (gutter.current !== null && area.current !== null) {
      gutter.current.style.transform = `translateY(${-area.current.scrollTop}px)`;
    }
  };
  useEffect(() => {
    const element = area.current;
    if (jump === undefined || element === null) return;
    const at = offsetOf(element.value, jump.line, jump.column);
    element.focus();
    element.setSelectionRange(at, at);
    element.scrollTop = Math.max(0, (jump.line - 4) * lineHeight);
    follow();
  }, [jump]);
  useEffect(follow, [value]);
  const count = value.split('\n').length;
  const marked = new Set(problems.map(({ line }) => line));
  return (
    <div class="field editor-field">
      <label for={id}>{label}</label>
      <div class="editor">
        <div class="editor-gutter" aria-hidden="true">
          <div ref={gutter}>
            {Array.from({ length: count }, (_, index) => (
              <div key={index} class={marked.has(index + 1) ? 'marked' : undefined}>
                {index + 1}
              </div>
            ))}
          </div>
        </div>
        <textarea
          id={id}
          ref={area}
          class="code"
          wrap="off"
          spellcheck={false}
          autoComplete="off"
          autoCapitalize="off"
          aria-invalid={problems.length > 0}
          aria-describedby={describedBy}
          value={value}
          onScroll={follow}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}
