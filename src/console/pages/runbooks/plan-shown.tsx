import type { ComponentChildren } from 'preact';
import { factText } from '../../ui/fact-text';
import { ResourceLink } from '../../ui/resource';
import { Badge, type Tone } from '../../ui/parts';
import { durationText, Time } from '../../ui/time';
import type { Plan, PlanAnswer } from './types';

const kinds: Readonly<Record<Plan['kind'], readonly [Tone, string]>> = {
  act: ['info', 'It would act'],
  'nothing-to-do': ['good', 'Nothing to do'],
  busy: ['warn', 'Somebody else is changing it'],
  impossible: ['bad', 'It cannot help here'],
};

/** What a runbook would do now, or why it would do nothing; `children` follow only where it would act. */
export function PlanShown({
  answer: { plan, environment, target },
  children,
}: {
  readonly answer: PlanAnswer;
  readonly children: ComponentChildren;
}) {
  const [tone, text] = kinds[plan.kind];
  return (
    <div class="plan-shown">
      <div class="row-head">
        <h3>The plan</h3>
        <Badge tone={tone}>{text}</Badge>
        <span class="soft row-end">
          <ResourceLink id={target} portal /> in {environment}
        </span>
      </div>
      {plan.kind === 'act' ? <p>{plan.summary}</p> : null}
      {plan.reasons.length === 0 ? null : (
        <>
          <h4>Because</h4>
          <ul>
            {plan.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      {plan.kind === 'busy' ? (
        <p>
          It says to look again in {durationText(plan.retryAfterSeconds)}; a run that is ordered waits for that by
          itself.
        </p>
      ) : null}
      {plan.kind === 'act' ? (
        <>
          <h4>Step by step</h4>
          <ol class="steps">
            {plan.steps.map(({ id, summary, effect, arguments: given = {} }) => (
              <li key={id}>
                {summary}
                <div class="soft">
                  <code>{effect}</code>
                  {Object.entries(given).map(([name, value]) => (
                    <span key={name} class="plan-argument">
                      {name} <code>{String(value)}</code>
                    </span>
                  ))}
                </div>
              </li>
            ))}
          </ol>
          <h4>{plan.after === undefined ? 'How it is now' : 'How it is now, and what is to be otherwise'}</h4>
          <dl class="plan-before">
            {Object.entries({ ...plan.after, ...plan.before }).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  {name in plan.before ? <Fact name={name} value={value} /> : <span class="soft">not there</span>}
                  <Becomes name={name} before={plan.before} after={plan.after} />
                </dd>
              </div>
            ))}
          </dl>
          {children}
        </>
      ) : null}
    </div>
  );
}

/** What a fact is to become, where the plan says so and it is not so already. */
function Becomes({
  name,
  before,
  after,
}: {
  readonly name: string;
  readonly before: Values;
  readonly after: Values | undefined;
}) {
  const value = after?.[name];
  if (value === undefined || value === before[name]) return null;
  return (
    <>
      {' '}
      <span aria-hidden="true">→</span>
      <span class="visually-hidden">becomes</span>{' '}
      <ins>
        <Fact name={name} value={value} />
      </ins>
    </>
  );
}

type Values = Readonly<Record<string, string | number | boolean | null>>;

/** A fact as people read it; names of instants end with `At`. */
function Fact({ name, value }: { readonly name: string; readonly value: string | number | boolean | null }) {
  if (value === null) return <span class="soft">nothing</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' && name.endsWith('At') && !Number.isNaN(Date.parse(value))) {
    return <Time at={value} exact />;
  }
  return factText(value);
}
