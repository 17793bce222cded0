import { Badge, Meter } from '../../ui/parts';
import { diffRows, guardUses, shortName } from './diff';
import type { ZoneView } from './types';

const signs = { '+': 'added', '-': 'removed', '~': 'changed' } as const;

/** What a plan changes as a diff, what it takes of the guard's limits, what stands in its way, and what it leaves as it is. */
export function PlanDiff({ view }: { readonly view: ZoneView }) {
  const { zone, changes, counts, limits, checks, notes } = view;
  const rows = diffRows(zone, changes);
  return (
    <div class="plan-diff">
      {checks.length === 0 ? null : (
        <ul class="dns-checks" aria-label="What stands in the way">
          {checks.map(({ check, answer, text }) => (
            <li key={check + text}>
              <Badge tone={answer === 'stop' ? 'bad' : 'warn'}>{answer === 'stop' ? 'refused' : 'asks people'}</Badge>{' '}
              It {text}.
            </li>
          ))}
          {checks.some(({ answer }) => answer === 'stop') ? (
            <li class="soft">Nobody can wave this through: only another document, or other limits in it, helps.</li>
          ) : null}
        </ul>
      )}
      {rows.length === 0 ? null : (
        <>
          <div class="dns-guard">
            {guardUses(counts, limits).map(({ label, count, most, text }) => (
              <Meter key={label} label={label} used={count} limit={Math.max(most, 0.0001)} text={text} />
            ))}
          </div>
          <ol class="diff" aria-label="Changes">
            {rows.map(({ sign, word, name, type, lines, reason, takeover }, index) => (
              <li key={index} class={`diff-row diff-${word}`}>
                <div class="diff-head">
                  <span class="diff-sign" aria-hidden="true">
                    {sign}
                  </span>
                  <span class="visually-hidden">{word}</span>
                  <strong>{name}</strong>
                  <Badge>{type}</Badge>
                  {takeover ? <Badge tone="warn">taken over</Badge> : null}
                  <span class="soft">{reason}</span>
                </div>
                {lines.map((line) => (
                  <div key={line.sign} class={`diff-line ${line.sign === '+' ? 'diff-put' : 'diff-gone'}`}>
                    <span aria-hidden="true">{line.sign}</span>
                    <span class="visually-hidden">{signs[line.sign]}: </span>
                    {line.sign === '+' ? <ins>{line.text}</ins> : <del>{line.text}</del>}
                  </div>
                ))}
              </li>
            ))}
          </ol>
        </>
      )}
      {notes.length === 0 ? null : (
        <details open={rows.length === 0}>
          <summary>
            {notes.length === 1 ? 'One record set is' : `${notes.length} record sets are`} left as they are
          </summary>
          <ul>
            {notes.map(({ kind, name, type, text }) => (
              <li key={kind + name + type}>
                <strong>{shortName(zone, name)}</strong> {type}: {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
