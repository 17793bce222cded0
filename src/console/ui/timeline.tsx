import type { ComponentChildren } from 'preact';
import type { Tone } from './parts';
import { Time } from './time';

/** One thing that happened. */
export interface Happening {
  readonly at: string;
  /** A word for its kind: `signal`, `decide`, `plan`, `guard`, `apply`, `verify`, `undo`, ... */
  readonly stage: string;
  readonly tone?: Tone;
  readonly text: ComponentChildren;
  readonly detail?: ComponentChildren;
}

/** What happened, one after the other. */
export function Timeline({ label, happenings }: { readonly label: string; readonly happenings: readonly Happening[] }) {
  return (
    <ol class="timeline" aria-label={label}>
      {happenings.map(({ at, stage, tone = 'neutral', text, detail }, index) => (
        <li key={index} class={`tone-${tone}`}>
          <span class="timeline-dot" aria-hidden="true" />
          <div class="timeline-head">
            <span class="stage">{stage}</span>
            <Time at={at} exact />
          </div>
          <div class="timeline-text">{text}</div>
          {detail === undefined ? null : <div class="timeline-detail">{detail}</div>}
        </li>
      ))}
    </ol>
  );
}
