import { Link } from 'wouter-preact';
import { useRead } from '../../api/queries';
import { Badge, Empty, Loaded, Page, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import type { ScalingTarget } from './types';
import { ActionBadge, Bounds, Conditions, unitsText } from './words';

export const scalableHref = ({ name, key }: ScalingTarget, all: readonly ScalingTarget[]): string =>
  `/scaling/${encodeURIComponent(all.filter((one) => one.name === name).length > 1 ? key : name)}`;

/** `/scaling`: everything that is scaled. */
export function ScalablesPage() {
  const read = useRead<{ targets: readonly ScalingTarget[] }>('scaling', {}, { every: 10_000 });
  return (
    <Page
      title="Scaling"
      intro="Scale sets and caches that are kept as large as their load takes. Each is looked at once a minute."
    >
      <Section title="What is scaled" {...(read.data === undefined ? {} : { count: read.data.targets.length })}>
        <Loaded of={read} lines={6}>
          {({ targets }) =>
            targets.length === 0 ? (
              <Empty title="Nothing is scaled">
                What a rule of the policy&apos;s section <code>scaling</code> fits appears here a minute later. See{' '}
                <Link href="/policy">the policy</Link>.
              </Empty>
            ) : (
              <Targets targets={targets} />
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}

function Targets({ targets }: { readonly targets: readonly ScalingTarget[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Scale sets and caches">
      <table class="table scaling-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="number">
              Now
            </th>
            <th scope="col" class="number">
              Target
            </th>
            <th scope="col">Bounds</th>
            <th scope="col">Measured</th>
            <th scope="col">Last decision</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => {
            const { last, policy, environment, rule } = target;
            return (
              <tr key={target.key}>
                <th scope="row">
                  <Link href={scalableHref(target, targets)}>{target.name}</Link>
                  <div class="soft">
                    {environment} · {rule}
                  </div>
                  <Conditions target={target} />
                </th>
                <td class="number scaling-number">{last === null ? '–' : unitsText(policy, last.from)}</td>
                <td class="number scaling-number">{last === null ? '–' : unitsText(policy, last.to)}</td>
                <td>
                  <Bounds target={target} />
                </td>
                <td>
                  <Measured target={target} />
                </td>
                <td class="scaling-why">
                  {last === null ? (
                    <span class="soft">none yet</span>
                  ) : (
                    <>
                      <ActionBadge decision={last} /> <Time at={last.at} />
                      <div class="soft">{last.reasons.at(-1)}</div>
                    </>
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

/** The metrics of the last look beside their targets. */
export function Measured({ target: { last } }: { readonly target: ScalingTarget }) {
  if (last === null || last.measured.length === 0) return <span class="soft">–</span>;
  return (
    <ul class="scaling-measured">
      {last.measured.map(({ metric, value, target }) => (
        <li key={metric}>
          {value === null ? <Badge tone="warn">not known</Badge> : <strong class="number">{value}</strong>}{' '}
          <span class="soft">
            of {target}, {metric}
          </span>
        </li>
      ))}
    </ul>
  );
}
