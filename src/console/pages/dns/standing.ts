import type { Tone } from '../../ui/parts';
import type { GroupView, OriginState } from './types';

/** How a failover group stands, in a few words. */
export function groupStanding({ active, origins, state }: GroupView): { readonly tone: Tone; readonly text: string } {
  if (state === null) return { tone: 'neutral', text: 'not looked at yet' };
  if (state.frozen !== null) return { tone: 'bad', text: 'frozen: moved too often' };
  if (state.allDown) return { tone: 'bad', text: 'every origin is down' };
  if (active !== origins[0]?.name) return { tone: 'warn', text: 'away from home' };
  if (state.watchful) return { tone: 'warn', text: 'in doubt, TTL lowered' };
  return { tone: 'good', text: 'at home and well' };
}

/** What most places agree on about an origin, in words. */
export function agreementText(agreement: OriginState['agreement'] | undefined): {
  readonly tone: Tone;
  readonly text: string;
} {
  switch (agreement) {
    case 'up':
      return { tone: 'good', text: 'up' };
    case 'down':
      return { tone: 'bad', text: 'down' };
    case 'disputed':
      return { tone: 'warn', text: 'places disagree' };
    case 'unknown':
      return { tone: 'warn', text: 'too few could look' };
    case undefined:
      return { tone: 'neutral', text: 'not looked at yet' };
  }
}
