import { Check, CircleDashed, LoaderCircle, Minus, X } from 'lucide-preact';
import './ladder.css';
import { ladderSteps, type LadderFacts, type LadderStep } from './ladder-steps';

const icons: Readonly<Record<LadderStep['state'], typeof Check>> = {
  helped: Check,
  failed: X,
  skipped: Minus,
  current: LoaderCircle,
  next: CircleDashed,
};

/** An incident's ladder: what was tried and what came of it, what is being done, and what would come next. */
export function Ladder(facts: LadderFacts) {
  const steps = ladderSteps(facts);
  if (steps.length === 0) return <p class="soft">Its ladder is not known yet.</p>;
  return (
    <ol class="ladder" aria-label="Ladder">
      {steps.map(({ runbook, state, text }, index) => {
        const Icon = icons[state];
        return (
          <li key={index} class={`rung ${state}`} aria-current={state === 'current' ? 'step' : undefined}>
            <Icon size={16} aria-hidden="true" />
            <span class="rung-name">{runbook}</span>
            <span class="rung-text">{text}</span>
          </li>
        );
      })}
    </ol>
  );
}
