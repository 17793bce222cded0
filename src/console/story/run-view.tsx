import type { RunReport } from '../../run';
import { factText } from '../ui/fact-text';
import { Badge, Empty } from '../ui/parts';
import { BeforeAfter, PlanView } from '../ui/plan-view';
import { Reasons, Words } from './words-view';

/** Facts of a resource as they were seen, without a second look to compare. */
function SeenFacts({ facts, label }: { readonly facts: Readonly<Record<string, unknown>>; readonly label: string }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">Seen</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(facts).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{typeof value === 'string' ? <Words text={value} /> : factText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a run planned: its steps and their reasons, or why there were none. */
export function RunPlan({ run: { plan, planHash, verification } }: { readonly run: RunReport }) {
  if (plan === null) return <Empty title="There was no plan">It ended before the resource was looked at.</Empty>;
  if (plan.kind !== 'act') {
    const words = { 'nothing-to-do': 'Nothing to do', busy: 'Somebody else is at it', impossible: 'Impossible' };
    return (
      <>
        <p>
          <strong>{words[plan.kind]}</strong>
        </p>
        <Reasons reasons={plan.reasons} />
      </>
    );
  }
  return (
    <>
      <p>
        <strong>
          <Words text={plan.summary} />
        </strong>
      </p>
      <Reasons reasons={plan.reasons} />
      <h3>Steps</h3>
      <PlanView steps={plan.steps.map(({ summary }) => summary)} planHash={planHash} />
      {verification === null && plan.after !== undefined ? (
        <details open>
          <summary>Before, and what was to be otherwise</summary>
          <BeforeAfter before={plan.before} after={plan.after} />
        </details>
      ) : verification === null ? (
        <details>
          <summary>What was seen before</summary>
          <SeenFacts facts={plan.before} label="What was seen before" />
        </details>
      ) : (
        <details open>
          <summary>Before, and when it was looked at again</summary>
          <BeforeAfter before={plan.before} after={verification.facts} />
        </details>
      )}
    </>
  );
}

const answerTones = { go: 'good', wait: 'warn', ask: 'warn', stop: 'bad' } as const;

/** What the guard said last, check by check. */
export function GuardVerdict({ guard }: { readonly guard: RunReport['guard'] }) {
  if (guard === null) return <Empty title="The guard was not asked">There was nothing to let through.</Empty>;
  return (
    <>
      <p>
        In the end the guard said <Badge tone={answerTones[guard.answer]}>{guard.answer}</Badge>
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Checks of the guard">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Answer</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {guard.reasons.map(({ check, answer, text }, index) => (
              <tr key={index}>
                <th scope="row">{check}</th>
                <td>
                  <Badge tone={answerTones[answer]}>{answer}</Badge>
                </td>
                <td>
                  <Words text={text} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const verdictTones = { healthy: 'good', pending: 'warn', blind: 'warn', worse: 'bad' } as const;

/** What looking again told, and what was looked at. */
export function VerificationView({ run: { verification, result, plan } }: { readonly run: RunReport }) {
  if (verification === null) {
    return (
      <Empty title="Nothing was looked at again">
        {result.kind === 'applied' ? 'The resource could not be seen.' : 'Nothing had been changed.'}
      </Empty>
    );
  }
  return (
    <>
      <p>
        Looking again: <Badge tone={verdictTones[verification.verdict]}>{verification.verdict}</Badge>
      </p>
      <Reasons reasons={verification.reasons} />
      <details open={plan?.kind !== 'act'}>
        <summary>What was looked at</summary>
        <SeenFacts facts={verification.facts} label="What was looked at" />
      </details>
    </>
  );
}
