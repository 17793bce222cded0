import { ArrowDownToLine, Check, CircleHelp, Clock, Hourglass, X, type LucideIcon } from 'lucide-preact';
import { Badge, Tabs, type Tone } from '../../ui/parts';

/** The views of secrets. */
export function SecretsTabs({ current }: { readonly current: string }) {
  return (
    <Tabs
      label="Views of secrets"
      current={current}
      tabs={[
        { name: 'Expiry', href: '/secrets' },
        { name: 'Rotations', href: '/secrets/rotations' },
      ]}
    />
  );
}

/** How a rotation is carried out, in words. */
export const modeTexts: Readonly<Record<string, string>> = {
  due: 'when its time has come',
  now: 'now',
  leak: 'it has leaked',
  cut: 'it has leaked: cut at once',
  finish: 'end an open overlap',
  back: 'back to the previous version',
};

const ends: Readonly<Record<string, { readonly tone: Tone; readonly text: string; readonly Icon: LucideIcon }>> = {
  rotated: { tone: 'good', text: 'Rotated', Icon: Check },
  noticed: { tone: 'good', text: 'Another version was seen through', Icon: Check },
  'rolled-back': { tone: 'warn', text: 'Went back', Icon: ArrowDownToLine },
  'overlap-open': { tone: 'warn', text: 'Both are valid: a person decides', Icon: Hourglass },
  'nothing-to-do': { tone: 'neutral', text: 'Nothing to do', Icon: CircleHelp },
  impossible: { tone: 'bad', text: 'Impossible', Icon: X },
  refused: { tone: 'bad', text: 'Refused', Icon: X },
  asked: { tone: 'warn', text: 'The guard wants a person', Icon: CircleHelp },
  stopped: { tone: 'warn', text: 'Stopped by the guard', Icon: X },
  'out-of-patience': { tone: 'warn', text: 'Waited too long', Icon: Hourglass },
  fenced: { tone: 'warn', text: 'Lost its lease', Icon: X },
  failed: { tone: 'bad', text: 'Failed', Icon: X },
};

/** How a rotation ended; null while it has not. */
export function RotationEnd({ end, stage }: { readonly end: string | null; readonly stage?: string | undefined }) {
  if (end === null) {
    return (
      <Badge tone="info">
        <Clock size={13} aria-hidden="true" /> Under way{stage === undefined ? '' : `: ${stage}`}
      </Badge>
    );
  }
  const { tone, text, Icon } = ends[end] ?? { tone: 'neutral' as const, text: end, Icon: CircleHelp };
  return (
    <Badge tone={tone}>
      <Icon size={13} aria-hidden="true" /> {text}
    </Badge>
  );
}

/** Whoever asked, without the id behind the name. */
export const nameOf = (text: string): string => text.replace(/\s*\([0-9a-f-]{36}\)$/i, '');

/** Who or what began a rotation. */
export function askedText({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return kind === 'operator'
    ? nameOf(name)
    : kind === 'event'
      ? `the event ${name.replace(/^Microsoft\.KeyVault\./, '')}`
      : `the ${name}`;
}
