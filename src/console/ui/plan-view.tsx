import { factText } from './fact-text';
import { Id } from './parts';

/** Facts of a resource: before, or after, a change. */
export type PlanFacts = Readonly<Record<string, unknown>>;

/** What a plan changes, fact by fact: what was, and what will be. Facts that stay are shown without a mark. */
export function BeforeAfter({ before, after }: { readonly before: PlanFacts; readonly after: PlanFacts }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return <p class="soft">The plan names no facts that change.</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Before and after">
      <table class="table before-after">
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const isKept = !(name in after);
            const changes = !isKept && factText(before[name]) !== factText(after[name]);
            return (
              <tr key={name} class={changes ? 'changes' : undefined}>
                <th scope="row">{name}</th>
                <td>
                  {name in before ? (
                    changes ? (
                      <del>{factText(before[name])}</del>
                    ) : (
                      factText(before[name])
                    )
                  ) : (
                    <span class="soft">not there</span>
                  )}
                </td>
                <td>
                  {isKept ? (
                    <span class="soft">as before</span>
                  ) : changes ? (
                    <ins>{factText(after[name])}</ins>
                  ) : (
                    factText(after[name])
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A plan: its steps in their order, what it changes, and the hash that an answer is bound to. */
export function PlanView({
  steps,
  before,
  after,
  planHash,
}: {
  readonly steps: readonly string[];
  readonly before?: PlanFacts | undefined;
  readonly after?: PlanFacts | undefined;
  readonly planHash?: string | null | undefined;
}) {
  return (
    <div class="plan">
      <ol class="steps">
        {steps.map((step, index) => (
          <li key={index}>{step}</li>
        ))}
      </ol>
      {before === undefined && after === undefined ? null : <BeforeAfter before={before ?? {}} after={after ?? {}} />}
      {planHash === undefined || planHash === null ? null : (
        <p class="soft">
          Plan <Id text={planHash} short={16} />
        </p>
      )}
    </div>
  );
}
