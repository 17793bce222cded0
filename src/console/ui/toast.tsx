import { signal } from '@preact/signals';
import { X } from 'lucide-preact';

export interface Toast {
  readonly tone: 'good' | 'bad' | 'info';
  readonly text: string;
}

const shown = signal<readonly (Toast & { readonly id: number })[]>([]);
let last = 0;
const shownFor = 8_000;

/** Tells something that is no answer to what one looks at: an order was taken. Failures belong beside what failed. */
export function toast(one: Toast): void {
  last += 1;
  const id = last;
  shown.value = [...shown.value.slice(-3), { ...one, id }];
  setTimeout(() => dismiss(id), shownFor);
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}

/** The place where toasts appear; read out politely. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <span>{text}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <X size={16} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
