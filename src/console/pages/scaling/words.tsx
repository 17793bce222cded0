import { Badge, type Tone } from '../../ui/parts';
import { Countdown } from '../../ui/time';
import { changeText } from './axis';
import type { ScalingDecision, ScalingTarget } from './types';

/** So many machines; for a cache the name of its size. */
export function unitsText(policy: ScalingTarget['policy'], units: number): string {
  return policy?.kind === 'redis' ? (policy.sizes[units - 1] ?? String(units)) : String(units);
}

const actions: Readonly<Record<ScalingDecision['action'], { readonly tone: Tone; readonly text: string }>> = {
  out: { tone: 'warn', text: 'more' },
  in: { tone: 'info', text: 'fewer' },
  bounds: { tone: 'info', text: 'bounds' },
  hold: { tone: 'neutral', text: 'hold' },
};

/** What a decision did, as a word and a number. */
export function ActionBadge({ decision }: { readonly decision: ScalingDecision }) {
  const { tone, text } = actions[decision.action];
  return (
    <Badge tone={tone}>
      {text}
      {decision.action === 'hold' ? '' : ` ${changeText(decision)}`}
    </Badge>
  );
}

/** What holds one back or lets it go further: pause, raise, a change under way, failures. */
export function Conditions({ target }: { readonly target: ScalingTarget }) {
  const { pause, raise, pending, failures, policy } = target;
  const { mode } = policy ?? {};
  return (
    <span class="badges">
      {pause === null ? null : (
        <Badge tone="warn">
          paused, <Countdown until={pause.until} /> left
        </Badge>
      )}
      {raise === null ? null : (
        <Badge tone="info">
          raised to {raise.max}, <Countdown until={raise.until} /> left
        </Badge>
      )}
      {pending === null ? null : <Badge tone="info">changing</Badge>}
      {failures === 0 ? null : <Badge tone="bad">{failures} failed in a row</Badge>}
      {policy === null ? <Badge tone="warn">no rule any more</Badge> : null}
      {mode === undefined || mode === 'auto' ? null : (
        <Badge>only {mode === 'observe' ? 'observes' : 'suggests'}</Badge>
      )}
    </span>
  );
}

/** Where a number stands between its bounds. */
export function Bounds({ target }: { readonly target: ScalingTarget }) {
  const { last, policy } = target;
  if (last === null) return <span class="soft">not looked at yet</span>;
  const span = Math.max(1, last.max - last.min);
  const place = (units: number): string => `${(Math.min(1, Math.max(0, (units - last.min) / span)) * 100).toFixed(1)}%`;
  return (
    <div
      class="scaling-bounds"
      role="img"
      aria-label={`${unitsText(policy, last.from)} now, between ${unitsText(policy, last.min)} and ${unitsText(policy, last.max)}`}
    >
      <span class="number">{unitsText(policy, last.min)}</span>
      <span class="scaling-track">
        <span class="scaling-now" style={{ left: place(last.from) }} />
        {last.to === last.from ? null : <span class="scaling-next" style={{ left: place(last.to) }} />}
      </span>
      <span class="number">{unitsText(policy, last.max)}</span>
    </div>
  );
}
