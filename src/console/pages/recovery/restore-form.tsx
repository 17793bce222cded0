import { useState } from 'preact/hooks';
import { useLocation, useSearchParams } from 'wouter-preact';
import { newKey, useOrder, useRead } from '../../api/queries';
import { may } from '../../session/me';
import { Select, TextField } from '../../ui/form';
import { Empty, Page, Problem, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { relativeText } from '../../ui/time';
import { tick } from '../../session/clock';
import { ItemLink, restoreRecordHref } from './parts';
import { Plan } from './restore';
import { restoreBody, restoreFields, type RestoreFields } from './restore-body';
import type { ExposureNow, ItemDocument, Planned, Points } from './types';

const kinds = [
  { value: 'in-place', text: 'In place: the machine gets disks made from the point' },
  { value: 'side-by-side', text: 'Beside it: another machine, the old one is not touched' },
  { value: 'disk', text: 'One disk, attached to nothing' },
];

/** Plans a restore and, once its plan has been seen, orders it. What is chosen is in the address. */
export function RestoreFormPage() {
  const [params, setParams] = useSearchParams();
  const [, navigate] = useLocation();
  const fields = restoreFields(params);
  const [key, setKey] = useState(newKey);
  const exposure = useRead<ExposureNow>('backup');
  const points = useRead<Points>('backup/points', { item: fields.item }, { enabled: fields.item !== '' });
  const planning = useOrder<Planned>({});
  const ordering = useOrder<{ restoreId: string }>({
    changes: ['backup', 'approvals'],
    done: () => 'The restore is ordered.',
    then: ({ restoreId }) => navigate(restoreRecordHref(restoreId)),
  });
  const body = restoreBody(fields);
  const planned = planning.data;
  // A plan that was made for something else is not what would be ordered.
  const isOfThis = planned !== undefined && JSON.stringify(planning.variables?.body) === JSON.stringify(body);
  const set = (name: keyof RestoreFields, value: string): void => {
    setKey(newKey());
    ordering.reset();
    setParams(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        if (name === 'item') {
          before.delete('point');
          before.delete('disk');
        }
        return before;
      },
      { replace: true },
    );
  };
  const items = (exposure.data?.measurement?.resources ?? []).map(({ resource }) => resource).sort();
  const problem = (path: string): string | undefined =>
    planning.error?.problems.find((one) => one.path === path)?.message;
  return (
    <Page
      title="Plan a restore"
      intro="Planning changes nothing. What it would do, and what would be lost, is shown before it can be ordered."
    >
      <Section title="What to restore">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            planning.mutate({ method: 'POST', path: 'backup/restores/plan', body });
          }}
        >
          <div class="form-grid">
            <Select
              label="Resource"
              required
              value={fields.item}
              onInput={(value) => set('item', value)}
              problem={problem('item')}
              options={[
                { value: '', text: 'Choose one' },
                ...[...new Set([...(fields.item === '' ? [] : [fields.item]), ...items])].map((one) => ({
                  value: one,
                  text: `${resourceParts(one).name} (${resourceParts(one).group})`,
                })),
              ]}
            />
            <Select
              label="Point"
              value={fields.point}
              onInput={(value) => set('point', value)}
              problem={problem('point')}
              options={pointOptions(points.data?.document, fields.point)}
            />
            <Select
              label="How"
              required
              value={fields.kind}
              onInput={(value) => set('kind', value)}
              options={kinds}
              problem={problem('kind')}
            />
            {fields.kind === 'disk' ? (
              <Select
                label="Disk"
                required
                value={fields.disk}
                onInput={(value) => set('disk', value)}
                problem={problem('disk')}
                options={diskOptions(points.data?.document)}
              />
            ) : null}
          </div>
          {fields.kind === 'in-place' ? null : (
            <fieldset class="placement">
              <legend>Where it is put</legend>
              <div class="form-grid">
                <TextField
                  label="Resource group"
                  value={fields.resourceGroup}
                  onInput={(value) => set('resourceGroup', value)}
                  problem={problem('placement.resourceGroup')}
                  help="Its resource id; that of the source when left out."
                />
                {fields.kind === 'side-by-side' ? (
                  <TextField
                    label="Subnet"
                    value={fields.subnet}
                    onInput={(value) => set('subnet', value)}
                    problem={problem('placement.subnet')}
                    help="Resource id of the subnet that the new machine's interface is put on."
                  />
                ) : null}
                <TextField
                  label="Region"
                  value={fields.location}
                  onInput={(value) => set('location', value)}
                  problem={problem('placement.location')}
                  help="Another one that the point was copied to."
                />
                <TextField
                  label="Zone"
                  value={fields.zone}
                  onInput={(value) => set('zone', value)}
                  problem={problem('placement.zone')}
                  help="1, 2 or 3; the word none for no zone; the source's when left out."
                />
                <TextField
                  label="Name"
                  value={fields.name}
                  onInput={(value) => set('name', value)}
                  problem={problem('placement.name')}
                  help="Made from the restore's id when left out."
                />
              </div>
            </fieldset>
          )}
          {planning.error === null ? null : <Problem error={planning.error} />}
          <button type="submit" class="button primary" disabled={fields.item === '' || planning.isPending}>
            {planning.isPending ? 'Planning…' : isOfThis ? 'Plan again' : 'Plan'}
          </button>
        </form>
      </Section>
      {planned === undefined || !isOfThis ? (
        <Empty title={planned === undefined ? 'No plan yet' : 'The plan was for something else'}>
          Plan it: the platform is looked at, and every step is shown here.
        </Empty>
      ) : planned.kind === 'impossible' ? (
        <Section title="This cannot be done">
          <ul>
            {planned.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </Section>
      ) : (
        <>
          <Plan plan={planned.plan} planHash={planned.planHash} />
          <Section title="Order it">
            <p>
              In {planned.environment}, for <ItemLink item={fields.item} />.{' '}
              {fields.kind === 'in-place'
                ? 'An approver has to agree to the plan of the order before anything is touched; you may not approve your own. Its steps are these, with names of its own for what is made. If the platform changes before they answer, people are asked again.'
                : 'It disturbs nothing that is in use, so nobody is asked. What it makes stays, and costs, until a person removes it.'}
            </p>
            {ordering.error === null ? null : <Problem error={ordering.error} />}
            {may.value.operate ? (
              <button
                type="button"
                class={`button ${fields.kind === 'in-place' ? 'danger' : 'primary'}`}
                disabled={ordering.isPending || ordering.isSuccess}
                onClick={() => ordering.mutate({ method: 'POST', path: 'backup/restores', body: { ...body, key } })}
              >
                {ordering.isPending
                  ? 'Ordering…'
                  : fields.kind === 'in-place'
                    ? 'Ask for this restore'
                    : 'Begin this restore'}
              </button>
            ) : (
              <p class="soft">Ordering it needs the role Caretaker.Operator.</p>
            )}
          </Section>
        </>
      )}
    </Page>
  );
}

function pointOptions(document: ItemDocument | undefined, chosen: string): { value: string; text: string }[] {
  const points = [...(document?.points ?? [])].reverse().filter(({ state }) => state === 'complete');
  const word = (point: ItemDocument['points'][number]): string =>
    point.proof === null ? 'unproven' : point.proof.verdict === 'proven' ? 'proven' : 'a drill could not restore it';
  return [
    { value: '', text: 'The newest good one' },
    ...points.map((point) => ({
      value: point.id,
      text: `${relativeText(point.takenAt, tick.value)}: ${point.id}, ${word(point)}`,
    })),
    ...(chosen === '' || points.some(({ id }) => id === chosen) ? [] : [{ value: chosen, text: chosen }]),
  ];
}

function diskOptions(document: ItemDocument | undefined): { value: string; text: string }[] {
  const disks = new Map(
    (document?.points ?? []).flatMap(({ parts }) => parts.map((part) => [part.disk, part.place] as const)),
  );
  return [
    { value: '', text: 'Choose one' },
    ...[...disks].map(([disk, place]) => ({
      value: disk,
      text: `${resourceParts(disk).name}${place === 'os' ? ' (system disk)' : place === null ? '' : ` (data disk ${place})`}`,
    })),
  ];
}
