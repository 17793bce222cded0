import { Duration, durationText } from '../../ui/time';
import { distributionOf, percentile } from './distribution';
import type { PhaseEnd } from './types';
import { waterfallOf } from './waterfall';

function failureOf(end: PhaseEnd | undefined): string {
  const failed = end?.scripts.filter(({ exitCode }) => exitCode !== 0).map(({ name }) => name) ?? [];
  if (end !== undefined && end.problem !== null) return `failed: ${end.problem.code}: ${end.problem.message}`;
  return `failed: ${failed.join(', ')}`;
}

/** Phases one after the other, each as long as it took. */
export function Phases({
  phases,
  current,
}: {
  readonly phases: readonly PhaseEnd[];
  readonly current?: string | undefined;
}) {
  const { bars, totalSeconds } = waterfallOf(phases);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Phases and how long they took">
      <table class="table waterfall">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="waterfall-line">
              {durationText(totalSeconds)} in all
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ name, seconds, left, width, hasFailed, isCleanUp }, index) => (
            <tr key={`${name}${index}`}>
              <th scope="row">{name}</th>
              <td class="number">{seconds < 60 ? `${seconds.toFixed(1)} s` : durationText(seconds)}</td>
              <td>
                <div class="waterfall-track">
                  <span
                    class={`waterfall-bar${hasFailed ? ' failed' : isCleanUp ? ' clean-up' : ''}`}
                    style={{ left: `${(left * 100).toFixed(2)}%`, width: `max(3px, ${(width * 100).toFixed(2)}%)` }}
                  />
                </div>
                {hasFailed ? <div class="bad-text">{failureOf(phases[index])}</div> : null}
              </td>
            </tr>
          ))}
          {current === undefined ? null : (
            <tr>
              <th scope="row">{current}</th>
              <td class="number soft">under way</td>
              <td>
                <div class="waterfall-track under-way" />
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const dotSize = 10;

/** Measured times as dots beside what is promised. */
export function MeasuredTimes({
  label,
  values,
  promised,
}: {
  readonly label: string;
  readonly values: readonly number[];
  readonly promised: number;
}) {
  const { dots, highest, place, ticks, isLogarithmic } = distributionOf(values, promised);
  const p50 = percentile(values, 0.5);
  const p95 = percentile(values, 0.95);
  const left = (value: number): { left: string } => ({ left: `${(place(value) * 100).toFixed(2)}%` });
  const said =
    values.length === 0
      ? `${label}: not measured yet; promised are ${durationText(promised)}.`
      : `${label}: ${values.length} measured, p50 ${durationText(p50 ?? 0)}, p95 ${durationText(p95 ?? 0)}; promised are ${durationText(promised)}.`;
  return (
    <figure class="distribution">
      <figcaption>
        <strong>{label}</strong>{' '}
        {p95 === null ? (
          <span class="soft">
            no drill has measured it yet; promised: <Duration seconds={promised} />
          </span>
        ) : (
          <span class={p95 > promised ? 'bad-text' : 'soft'}>
            p50 <Duration seconds={p50} /> · p95 <Duration seconds={p95} /> · {values.length} measured · promised{' '}
            <Duration seconds={promised} />
            {p95 > promised ? ': missed' : ''}
          </span>
        )}
      </figcaption>
      <div class="distribution-plot" role="img" aria-label={said}>
        <div class="distribution-dots" style={{ height: `${(highest + 1) * (dotSize + 2) + 4}px` }}>
          {dots.map(({ value, x, y }, index) => (
            <span
              key={index}
              class={`distribution-dot${value > promised ? ' beyond' : ''}`}
              title={durationText(value)}
              style={{ left: `${(x * 100).toFixed(2)}%`, bottom: `${y * (dotSize + 2)}px` }}
            />
          ))}
          {p50 === null ? null : (
            <span class="distribution-mark p50" style={left(p50)} title={`p50 ${durationText(p50)}`} />
          )}
          {p95 === null ? null : (
            <span class="distribution-mark p95" style={left(p95)} title={`p95 ${durationText(p95)}`} />
          )}
          <span class="distribution-mark promised" style={left(promised)}>
            <span class="distribution-said">promised</span>
          </span>
        </div>
        <div class="distribution-axis">
          {ticks.map((value) => (
            <span key={value} style={left(value)}>
              {durationText(value)}
            </span>
          ))}
        </div>
      </div>
      {isLogarithmic && values.length > 0 ? <p class="soft small">The line is logarithmic.</p> : null}
    </figure>
  );
}
