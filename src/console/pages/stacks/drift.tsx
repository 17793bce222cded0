import { Badge, type Tone } from '../../ui/parts';
import type { ShownStack } from './types';

type Drift = NonNullable<ShownStack['drift']>;

const states: Readonly<Record<Drift['state'], { readonly tone: Tone; readonly text: string; readonly sign: string }>> =
  {
    none: { tone: 'good', text: 'no drift', sign: '✓' },
    closed: { tone: 'info', text: "automation's, closed", sign: '↻' },
    asked: { tone: 'warn', text: 'people are asked', sign: '?' },
    approved: { tone: 'info', text: 'may be put back', sign: '↩' },
    rejected: { tone: 'neutral', text: 'stays as it is', sign: '–' },
    expired: { tone: 'bad', text: 'nobody answered', sign: '!' },
  };

/** What is known of a stack's drift, in words, with a sign for where there is little room. */
export function driftWords(drift: ShownStack['drift']): {
  readonly tone: Tone;
  readonly text: string;
  readonly sign: string;
} {
  return drift === null ? { tone: 'neutral', text: 'not reported yet', sign: '○' } : states[drift.state];
}

/** The worst of several, for what is drawn as one. */
export function worstDrift(stacks: readonly ShownStack[]): ReturnType<typeof driftWords> {
  const order: readonly (Drift['state'] | undefined)[] = [
    'expired',
    'asked',
    'approved',
    'rejected',
    'closed',
    undefined,
    'none',
  ];
  const worst = order
    .map((state) => stacks.find(({ drift }) => drift?.state === state))
    .find((one) => one !== undefined);
  return driftWords(worst?.drift ?? null);
}

/** What is known of a stack's drift. */
export function DriftBadge({ drift }: { readonly drift: ShownStack['drift'] }) {
  const { tone, text } = driftWords(drift);
  return <Badge tone={tone}>{text}</Badge>;
}

/** Whose doing a drift is, by number of fields; nothing when nothing drifted. */
export function Classes({ drift }: { readonly drift: ShownStack['drift'] }) {
  if (drift === null) return null;
  const { automation, human, unknown } = drift.fields;
  const parts = [
    ...(automation > 0 ? [`${automation} automation's`] : []),
    ...(human > 0 ? [`${human} people's`] : []),
    ...(unknown > 0 ? [`${unknown} nobody's known`] : []),
  ];
  return parts.length === 0 ? null : <span class="soft">{parts.join(', ')}</span>;
}
