import { Badge, type Tone } from '../../ui/parts';
import { modeIn } from './sentences';
import type { Mode, Policy, Rule } from './types';

const said: Readonly<Record<Mode, readonly [Tone, string]>> = {
  auto: ['info', 'auto'],
  suggest: ['warn', 'suggest'],
  observe: ['neutral', 'observe'],
};

/** What a rule may do on its own. */
export function ModeBadge({ mode }: { readonly mode: Mode }) {
  const [tone, text] = said[mode];
  return <Badge tone={tone}>{text}</Badge>;
}

/** The mode that holds in each environment, under its ceiling. */
export function ModesBy({ rule, policy }: { readonly rule: Rule; readonly policy: Policy }) {
  return (
    <ul class="modes-by" aria-label="Mode by environment">
      {Object.entries(policy.environments).map(([name, environment]) => (
        <li key={name}>
          <span class="soft">{name}</span> <ModeBadge mode={modeIn(rule, environment)} />
        </li>
      ))}
    </ul>
  );
}
