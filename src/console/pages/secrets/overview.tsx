import { useMemo, useState } from 'preact/hooks';
import { Link, useSearchParams } from 'wouter-preact';
import { now } from '../../api/now';
import { useRead } from '../../api/queries';
import { may } from '../../session/me';
import { Select, TextField } from '../../ui/form';
import { Badge, Empty, Facts, Loaded, Page, Section } from '../../ui/parts';
import { ResourceLink } from '../../ui/resource';
import { Time } from '../../ui/time';
import { ExpiryAxisFigure } from './expiry-axis';
import { LeakButton, RotateButton } from './orders';
import { progressOf, vaultName, type SecretLine, type SecretsAnswer } from './types';
import { RotationEnd, SecretsTabs } from './words';

const ranges = [
  { value: '90', text: 'The next 90 days' },
  { value: '365', text: 'The next year' },
];
const shownAtFirst = 60;

/** When secrets expire, who owns them, what is missing, and orders about them. */
export function OverviewPage() {
  const secrets = useRead<SecretsAnswer>('secrets', {}, { every: 15_000 });
  return (
    <Page
      title="Secrets"
      intro="What expires first comes first. No value of a secret is ever shown here, or known to this page."
    >
      <SecretsTabs current="/secrets" />
      <Loaded of={secrets} lines={14}>
        {(data) => <Shown answer={data} />}
      </Loaded>
    </Page>
  );
}

function Shown({ answer: { secrets, unread } }: { readonly answer: SecretsAnswer }) {
  const [params, setParams] = useSearchParams();
  const set = (values: Readonly<Record<string, string | null>>): void => {
    setParams(
      (before) => {
        for (const [name, value] of Object.entries(values)) {
          if (value === null || value === '') before.delete(name);
          else before.set(name, value);
        }
        return before;
      },
      { replace: true },
    );
  };
  const days = params.get('days') === '365' ? 365 : 90;
  const show = params.get('show') ?? 'all';
  const text = (params.get('find') ?? '').toLowerCase();
  const name = params.get('name');
  const vault = params.get('vault');
  const chosen = secrets.find((one) => one.name === name && (vault === null || one.vault === vault));
  const open = useMemo(
    () =>
      new Map(
        (now.value?.rotations ?? []).flatMap(({ id, custom }) => {
          const { target, stage } = progressOf(custom);
          return target === undefined ? [] : [[target.toLowerCase(), { id, stage }] as const];
        }),
      ),
    [now.value],
  );
  const shown = secrets.filter(
    (one) =>
      (text === '' || one.name.toLowerCase().includes(text) || (one.owner ?? '').toLowerCase().includes(text)) &&
      (show === 'all' || (show === 'gaps' ? one.gaps.length > 0 : show === 'policy' ? one.rotator !== null : one.due)),
  );
  const choose = (line: SecretLine): void =>
    set({ name: line.name, vault: secrets.filter((one) => one.name === line.name).length > 1 ? line.vault : null });
  return (
    <>
      {unread.length === 0 ? null : (
        <div class="problem" role="alert">
          <div>
            <strong>
              {unread.length === 1 ? 'A vault could not be read' : `${unread.length} vaults could not be read`}
            </strong>
            <p>What is in them is missing below; it does not mean that it is in order.</p>
            <ul>
              {unread.map((one) => (
                <li key={one}>
                  <ResourceLink id={one} portal />
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <Section
        title="Expiry"
        id="expiry"
        actions={
          <Select
            label="Time"
            required
            value={String(days)}
            onInput={(value) => set({ days: value === '90' ? null : value })}
            options={ranges}
          />
        }
      >
        {secrets.length === 0 ? (
          <Empty title="There are no secrets">Secrets of the vaults of the rotation policy come here.</Empty>
        ) : (
          <ExpiryAxisFigure secrets={secrets} days={days} chosen={chosen?.name ?? null} choose={choose} />
        )}
      </Section>
      {name === null ? null : chosen === undefined ? (
        <Section title={name}>
          <p>No vault that is looked at has a secret of this name.</p>
        </Section>
      ) : (
        <Chosen
          key={`${chosen.vault}/${chosen.name}`}
          line={chosen}
          open={open.get(`${chosen.vault}/secrets/${chosen.name}`.toLowerCase())}
        />
      )}
      <Section title="Secrets" id="secrets" count={shown.length}>
        <div class="form-row secrets-form">
          <TextField
            label="Find"
            type="search"
            value={params.get('find') ?? ''}
            onInput={(value) => set({ find: value })}
            placeholder="name or owner"
          />
          <Select
            label="Show"
            required
            value={show}
            onInput={(value) => set({ show: value === 'all' ? null : value })}
            options={[
              { value: 'all', text: 'All' },
              { value: 'due', text: 'Due for rotation' },
              { value: 'policy', text: 'In the rotation policy' },
              { value: 'gaps', text: 'With something missing' },
            ]}
          />
        </div>
        <List lines={shown} chosen={chosen} choose={choose} open={open} />
      </Section>
    </>
  );
}

type Open = ReadonlyMap<string, { readonly id: string; readonly stage: string | undefined }>;

function List({
  lines,
  chosen,
  choose,
  open,
}: {
  readonly lines: readonly SecretLine[];
  readonly chosen: SecretLine | undefined;
  readonly choose: (line: SecretLine) => void;
  readonly open: Open;
}) {
  const [all, setAll] = useState(false);
  if (lines.length === 0) return <Empty title="No secret fits">Look for another name, or show all.</Empty>;
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Secrets by expiry">
        <table class="table secrets-table">
          <thead>
            <tr>
              <th scope="col">Secret</th>
              <th scope="col">Expires</th>
              <th scope="col">Owner</th>
              <th scope="col" class="number">
                Age
              </th>
              <th scope="col">Last rotated</th>
              <th scope="col">Rotator</th>
              <th scope="col">What is missing</th>
            </tr>
          </thead>
          <tbody>
            {(all ? lines : lines.slice(0, shownAtFirst)).map((line) => (
              <tr key={`${line.vault}/${line.name}`} class={line === chosen ? 'changes' : undefined}>
                <th scope="row">
                  <button type="button" class="link-button" aria-pressed={line === chosen} onClick={() => choose(line)}>
                    {line.name}
                  </button>
                  <div class="soft small">{vaultName(line.vault)}</div>
                </th>
                <td>
                  <Expires line={line} />
                </td>
                <td>{line.owner ?? <span class="bad-text">nobody</span>}</td>
                <td class="number">{line.ageDays === null ? '–' : `${line.ageDays} d`}</td>
                <td>
                  <LastRotated line={line} underWay={open.get(`${line.vault}/secrets/${line.name}`.toLowerCase())} />
                </td>
                <td>{line.rotator ?? <span class="soft">none</span>}</td>
                <td>{line.gaps.length === 0 ? <span class="soft">nothing</span> : line.gaps.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > shownAtFirst ? (
        <button type="button" class="button quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${lines.length}`}
        </button>
      ) : null}
    </>
  );
}

function Expires({ line }: { readonly line: SecretLine }) {
  if (!line.enabled) return <Badge>disabled</Badge>;
  if (line.expiresAt === null) return <span class="soft">never</span>;
  return (
    <>
      <Time at={line.expiresAt} />{' '}
      {(line.daysLeft ?? 0) < 0 ? <Badge tone="bad">expired</Badge> : line.due ? <Badge tone="warn">due</Badge> : null}
    </>
  );
}

function LastRotated({
  line,
  underWay,
}: {
  readonly line: SecretLine;
  readonly underWay: { readonly id: string; readonly stage: string | undefined } | undefined;
}) {
  if (underWay !== undefined) {
    return (
      <Link href={`/secrets/rotations/${encodeURIComponent(underWay.id)}`}>
        <RotationEnd end={null} stage={underWay.stage} />
      </Link>
    );
  }
  if (line.lastRotatedAt === null) return <span class="soft">not by Caretaker</span>;
  return line.rotationId === null ? (
    <Time at={line.lastRotatedAt} />
  ) : (
    <Link href={`/secrets/rotations/${encodeURIComponent(line.rotationId)}`}>
      <Time at={line.lastRotatedAt} />
    </Link>
  );
}

function Chosen({
  line,
  open,
}: {
  readonly line: SecretLine;
  readonly open: { readonly id: string; readonly stage: string | undefined } | undefined;
}) {
  const isByHand = line.rotator === 'observe-only';
  const canRotate = line.rotator !== null;
  return (
    <Section
      title={line.name}
      id="secret"
      actions={
        canRotate ? (
          <>
            {isByHand ? null : <RotateButton line={line} />}
            {isByHand ? null : <LeakButton line={line} />}
          </>
        ) : undefined
      }
    >
      <Facts
        facts={[
          ['Vault', <ResourceLink key="vault" id={line.vault} portal />],
          ['Owner', line.owner ?? 'nobody'],
          ['Expires', <Expires key="expires" line={line} />],
          ['On', line.expiresAt === null ? undefined : <Time at={line.expiresAt} exact />],
          ['Age', line.ageDays === null ? null : `${line.ageDays} days`],
          ['Last rotated', <LastRotated key="last" line={line} underWay={open} />],
          ['Rotator', line.rotator],
          ['What is missing', line.gaps.length === 0 ? 'nothing' : line.gaps.join(', ')],
        ]}
      />
      <p class="soft small">
        {!canRotate
          ? 'It is not in the rotation policy, so Caretaker only watches its expiry. Adding it there is a change of policy/rotation.yaml.'
          : isByHand
            ? 'People rotate it by hand: when they made a new version, its consumers are told and looked at.'
            : may.value.operate
              ? 'Rotating disturbs nobody: the old credential dies only after every consumer was seen with the new one.'
              : 'Rotating it, or reporting a leak, needs the role Caretaker.Operator.'}
      </p>
    </Section>
  );
}
