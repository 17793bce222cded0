import { Badge, type Tone } from '../../ui/parts';
import type { RunbookHead } from './types';

const said: Readonly<Record<RunbookHead['impact'], readonly [Tone, string, string]>> = {
  none: ['good', 'no impact', 'Nothing is interrupted while it works.'],
  disruptive: ['warn', 'disruptive', 'What it works on is interrupted meanwhile.'],
  destructive: ['bad', 'destructive', 'It takes something away that does not come back.'],
};

/** What a runbook does to its target while it works. */
export function Impact({ of }: { readonly of: RunbookHead['impact'] }) {
  const [tone, text] = said[of];
  return <Badge tone={tone}>{text}</Badge>;
}

/** The same as a sentence. */
export const impactText = (of: RunbookHead['impact']): string => said[of][2];

/** `microsoft.compute/virtualmachines` without the name of its provider, for where there is little room. */
export const shortType = (type: string): string => type.split('/').slice(1).join('/') || type;
