import { useRef, useState } from 'preact/hooks';
import { Play, ScanEye } from 'lucide-preact';
import { useLocation, useSearchParams } from 'wouter-preact';
import { ApiProblem, pathOf } from '../../api/client';
import { newKey, useOrder } from '../../api/queries';
import { may } from '../../session/me';
import { Problem, Section } from '../../ui/parts';
import { ParameterField } from './parameter-field';
import { PlanShown } from './plan-shown';
import { filled, formOf, problemsAt, typedFrom } from './schema-form';
import { TargetField } from './target-field';
import type { PlanAnswer, RunbookDetail } from './types';

/** Parameters that an address brings; what is no object of JSON is told and left alone. */
function parametersIn(text: string | null): {
  readonly given: Readonly<Record<string, unknown>>;
  readonly problem?: string;
} {
  if (text === null || text === '') return { given: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { given: value as Record<string, unknown> };
    }
  } catch {
    // Told below.
  }
  return { given: {}, problem: 'The parameters in the address are no JSON object; the form was left as it is.' };
}

/** What stands in the form, as it is sent: a plan is one for exactly this. */
interface Asked {
  readonly target: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}
const sameAs = (left: Asked | undefined, right: Asked): boolean => JSON.stringify(left) === JSON.stringify(right);

/**
 * A target and parameters, the plan for them, and only then the start. The plan changes nothing; a form that was changed after it has
 * to be planned anew. What was planned is in the address.
 */
export function OrderForm({ runbook }: { readonly runbook: RunbookDetail }) {
  const [address, setAddress] = useSearchParams();
  const [, go] = useLocation();
  const form = formOf(runbook.parameters);
  const [fromAddress] = useState(() => parametersIn(address.get('parameters')));
  const [target, setTarget] = useState(address.get('target') ?? '');
  const [typed, setTyped] = useState(() => typedFrom(form, fromAddress.given));
  const [local, setLocal] = useState<Readonly<Record<string, string>>>({});
  const [planned, setPlanned] = useState<Asked | undefined>(undefined);
  // The same order given twice is one run; another order has another key.
  const key = useRef({ text: newKey(), of: '' });

  const planning = useOrder<PlanAnswer>({});
  const starting = useOrder<{ readonly runId: string }>({
    changes: ['runs'],
    done: () => `${runbook.name} was ordered`,
    then: ({ runId }) => go(`/runs/${encodeURIComponent(runId)}`),
  });

  const { parameters, problems } = filled(form, typed);
  const asked: Asked = { target: target.trim(), parameters };
  const isCurrent = sameAs(planned, asked) && planning.data !== undefined;
  const refused = starting.error ?? planning.error;
  const at = problemsAt(form, refused?.problems ?? []);
  const isAllAtFields = refused !== null && refused.problems.length > 0 && at.rest.length === 0;
  const unknown = Object.keys(fromAddress.given).filter((name) => form.every((field) => field.name !== name));

  const changed = (): void => {
    setLocal({});
    planning.reset();
    starting.reset();
  };
  const plan = (): void => {
    setLocal(problems);
    starting.reset();
    if (Object.keys(problems).length > 0) return;
    setPlanned(asked);
    setAddress(
      (before) => {
        const next = new URLSearchParams(before);
        next.set('target', asked.target);
        next.set('parameters', JSON.stringify(asked.parameters));
        if (Object.keys(asked.parameters).length === 0) next.delete('parameters');
        return next;
      },
      { replace: true },
    );
    planning.mutate({ method: 'POST', path: pathOf`runbooks/${runbook.name}/plan`, body: asked });
  };
  const start = (): void => {
    const of = JSON.stringify(asked);
    if (key.current.of !== of) key.current = { text: key.current.of === '' ? key.current.text : newKey(), of };
    starting.mutate({
      method: 'POST',
      path: 'runs',
      body: { runbook: runbook.name, ...asked },
      headers: { 'idempotency-key': key.current.text },
    });
  };

  return (
    <Section title="Plan and start">
      {fromAddress.problem === undefined ? null : <p role="alert">{fromAddress.problem}</p>}
      {unknown.length === 0 ? null : (
        <p role="alert">The address names parameters that this runbook does not have: {unknown.join(', ')}.</p>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          plan();
        }}
      >
        <TargetField
          value={target}
          onInput={(value) => {
            setTarget(value);
            changed();
          }}
          types={runbook.resourceTypes}
          problem={at.target}
        />
        {form.map((field) => (
          <ParameterField
            key={field.name}
            field={field}
            value={typed[field.name] ?? ''}
            onInput={(value) => {
              setTyped((before) => ({ ...before, [field.name]: value }));
              changed();
            }}
            problem={local[field.name] ?? at.fields[field.name]}
          />
        ))}
        {form.length === 0 ? <p class="soft">It takes no parameters.</p> : null}
        {refused === null ? null : (
          <Problem
            error={
              isAllAtFields
                ? new ApiProblem(refused.status, refused.code, refused.title, 'See the fields that are marked.')
                : refused
            }
          />
        )}
        <div class="actions">
          <button type="submit" class={`button ${isCurrent ? '' : 'primary'}`} disabled={planning.isPending}>
            <ScanEye size={16} aria-hidden="true" />
            {planning.isPending ? 'Looking…' : isCurrent ? 'Look again' : 'Plan'}
          </button>
          <span class="soft">Looks at the resource and changes nothing.</span>
        </div>
      </form>
      <div aria-live="polite">
        {isCurrent && planning.data !== undefined ? (
          <PlanShown answer={planning.data}>
            {may.value.operate ? (
              <>
                <p class="soft">
                  The guard answers this order as it answers every run: it may let it go, let it wait, ask somebody, or
                  stop it. The plan is made anew then.
                </p>
                <button type="button" class="button primary" disabled={starting.isPending} onClick={start}>
                  <Play size={16} aria-hidden="true" /> {starting.isPending ? 'Starting…' : `Start ${runbook.name}`}
                </button>
              </>
            ) : (
              <p class="soft">Whoever has the role Caretaker.Operator may start it; you may look at its plan.</p>
            )}
          </PlanShown>
        ) : null}
      </div>
    </Section>
  );
}
