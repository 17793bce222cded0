import './efficacy.css';
import { worthOf, worthText } from './efficacy';
import type { Efficacy } from './types';

const kinds = [
  ['lasted', 'helped and lasted a day'],
  ['recurred', 'helped for less than a day'],
  ['unverifiable', 'could not be judged'],
  ['ineffective', 'did not help'],
  ['harmful', 'did harm'],
] as const;

/** What became of the runs of a runbook: one bar, its parts in the order of how good they are, and the same in words. */
export function EfficacyBar({ counts }: { readonly counts: readonly Efficacy[] }) {
  const worth = worthOf(counts);
  const text = worthText(worth);
  return (
    <div class="efficacy">
      <div class="efficacy-bar" role="img" aria-label={text}>
        {kinds.map(([kind, title]) =>
          worth[kind] === 0 ? null : (
            <span
              key={kind}
              class={`efficacy-${kind}`}
              style={{ flexGrow: worth[kind] }}
              title={`${worth[kind]} of ${worth.applied} ${title}`}
            />
          ),
        )}
      </div>
      <div class="efficacy-text" aria-hidden="true">
        {text}
      </div>
    </div>
  );
}
