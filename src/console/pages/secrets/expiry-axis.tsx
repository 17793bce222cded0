import { tick } from '../../session/clock';
import { zone } from '../../session/preferences';
import { instantText, relativeText } from '../../ui/time';
import { expiryAxis } from './expiry';
import type { SecretLine } from './types';

const laneHeight = 27;
/** Nearer than this, a secret expires soon. Days. */
const soonDays = 7;

/** When secrets expire: each a mark on the days to come, what is over in front of them. Choosing a mark shows the secret below. */
export function ExpiryAxisFigure({
  secrets,
  days,
  chosen,
  choose,
}: {
  readonly secrets: readonly SecretLine[];
  readonly days: number;
  readonly chosen: string | null;
  readonly choose: (line: SecretLine) => void;
}) {
  // A minute is fine enough for an axis of months, and marks do not tremble.
  const now = Math.floor(tick.value / 60_000) * 60_000;
  const { marks, overdue, later, never, lanes, ticks, isNamed } = expiryAxis(
    secrets.filter(({ enabled }) => enabled),
    now,
    days,
  );
  const mark = (line: SecretLine, style: Record<string, string> | undefined, isOver: boolean, side = '') => {
    const isSoon = !isOver && (line.daysLeft ?? 0) < soonDays;
    const word = isOver ? 'expired' : 'expires';
    const at = line.expiresAt ?? '';
    return (
      <button
        key={`${line.vault}/${line.name}`}
        type="button"
        class={`expiry-mark${isOver ? ' over' : isSoon ? ' soon' : line.due ? ' due' : ''}${line.name === chosen ? ' chosen' : ''}`}
        style={style}
        aria-pressed={line.name === chosen}
        aria-label={`${line.name} ${word} ${relativeText(at, now)}`}
        title={`${line.name}\n${word} ${instantText(at, zone.value)}`}
        onClick={() => choose(line)}
      >
        {isOver ? '×' : isSoon ? '!' : ''}
        {isNamed && !isOver ? (
          <span class={`expiry-name${side}`} aria-hidden="true">
            {line.name}
          </span>
        ) : null}
      </button>
    );
  };
  return (
    <div class="expiry" role="group" aria-label={`Expiries over the next ${days} days`}>
      <div class="expiry-over">
        <div class="expiry-over-marks">
          {overdue.length === 0 ? (
            <span class="soft small">none</span>
          ) : (
            overdue.map((line) => mark(line, undefined, true))
          )}
        </div>
        <div class="expiry-label">expired</div>
      </div>
      <div class="expiry-main">
        <div class="expiry-track" style={{ height: `${lanes * laneHeight + 6}px` }}>
          {ticks.map(({ x, days: at }) => (
            <span key={at} class="expiry-tick" style={{ left: `${x * 100}%` }} aria-hidden="true" />
          ))}
          {marks.map(({ line, x, lane }) =>
            mark(
              line,
              { left: `${((x ?? 0) * 100).toFixed(3)}%`, bottom: `${lane * laneHeight + 3}px` },
              false,
              (x ?? 0) > 0.6 ? ' before' : '',
            ),
          )}
        </div>
        <div class="expiry-days" aria-hidden="true">
          {ticks.map(({ x, days: at }) => (
            <span key={at} style={{ left: `${x * 100}%` }}>
              {at === 0 ? 'now' : `${at} d`}
            </span>
          ))}
        </div>
      </div>
      <p class="soft small expiry-rest">
        {later.length === 0 ? '' : `${later.length} expire later. `}
        {never.length === 0 ? '' : `${never.length} never expire. `}
        Signs: × expired, ! within {soonDays} days.
      </p>
    </div>
  );
}
