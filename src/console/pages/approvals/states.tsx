import type { ShownApproval } from '../../api/types';
import { Badge, type Tone } from '../../ui/parts';

/** What an approval's state means: a word, its colour, and a sentence. */
export const states: Readonly<
  Record<ShownApproval['state'], { readonly word: string; readonly tone: Tone; readonly about: string }>
> = {
  waiting: { word: 'Waiting', tone: 'warn', about: 'Nobody has decided yet.' },
  approved: { word: 'Approved', tone: 'good', about: 'Enough people said yes, or silence meant yes.' },
  rejected: { word: 'Rejected', tone: 'bad', about: 'Somebody who may said no; nothing was done.' },
  expired: { word: 'Expired', tone: 'neutral', about: 'Nobody answered in time; nothing was done.' },
  withdrawn: { word: 'Withdrawn', tone: 'neutral', about: 'Whoever asked needed no answer any more.' },
  voided: { word: 'Voided', tone: 'neutral', about: 'It was approved, and then the plan became another one.' },
};

/** The state of an approval as a badge. */
export function StateBadge({ state }: Pick<ShownApproval, 'state'>) {
  const { word, tone } = states[state];
  return <Badge tone={tone}>{word}</Badge>;
}
