import { useEffect, useState } from 'preact/hooks';
import { Check, CircleDot, Minus, X } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { may } from '../../session/me';
import { Badge, Empty, Facts, Id, Loaded, Page, Section, type Tone } from '../../ui/parts';
import { ResourceLink } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';
import { Timeline } from '../../ui/timeline';
import { RotateButton } from './orders';
import { stepsOf, type Step } from './steps';
import { progressOf, secretOf, type RotationReport, type ShownRotation } from './types';
import { askedText, modeTexts, RotationEnd } from './words';

/** A rotation: where it is on its way, who uses what, and everything that happened. */
export function RotationPage({ id }: { readonly id: string }) {
  const [isOver, setOver] = useState(false);
  const rotation = useRead<ShownRotation>(pathOf`rotations/${id}`, {}, { every: isOver ? false : 2_000 });
  const { data } = rotation;
  const ended = data !== undefined && data.rotation !== null && data.live?.status !== 'Running';
  useEffect(() => setOver(ended), [ended]);
  const report = data?.rotation ?? null;
  const secret = report?.secret ?? secretOf(progressOf(data?.live?.custom).target);
  return (
    <Page
      title={secret === undefined ? 'Rotation' : `Rotation of ${secret}`}
      intro={<Id text={id} />}
      actions={
        report?.end === 'overlap-open' ? (
          <RotateButton line={{ vault: report.vault, name: report.secret }} />
        ) : undefined
      }
    >
      <Loaded of={rotation} lines={14}>
        {(shown) => <Shown rotation={shown} />}
      </Loaded>
    </Page>
  );
}

function Shown({ rotation: { rotation: report, live } }: { readonly rotation: ShownRotation }) {
  const told = progressOf(live?.custom);
  const stage = report === null ? (told.stage ?? 'observe') : null;
  const events = report?.events ?? told.events ?? [];
  const isGoingBack = events.some((event) => event.stage === 'undo');
  const vault = report?.vault ?? told.target?.replace(/\/secrets\/[^/]+$/, '');
  const secret = report?.secret ?? secretOf(told.target);
  const promotedAt = report?.promotedAt ?? told.promotedAt ?? null;
  const revokedAt = report?.revokedAt ?? told.revokedAt ?? null;
  const mode = report?.mode ?? told.mode;
  return (
    <>
      <Section title="Where it is">
        <div class="badges">
          <RotationEnd end={report?.end ?? null} stage={stage ?? undefined} />
          {report?.outcome === undefined || report.outcome === null ? null : <Badge>{report.outcome}</Badge>}
          {report?.reasons.map((reason) => (
            <span key={reason}>{reason}</span>
          ))}
        </div>
        <Steps
          steps={stepsOf(
            events,
            stage === 'undo' ? null : stage,
            report?.end ?? (stage === 'undo' ? 'rolled-back' : null),
          )}
        />
        {isGoingBack || stage === 'undo' ? (
          <p class="warn-text">It went back: consumers have what they had before.</p>
        ) : null}
        {report?.end === 'overlap-open' ? (
          <p>
            Both credentials are valid until a person decides.{' '}
            {may.value.operate
              ? 'Order to finish the overlap, or to go back.'
              : 'Whoever has the role Caretaker.Operator can finish it or go back.'}
          </p>
        ) : null}
        <Facts
          facts={[
            [
              'Secret',
              secret === undefined ? null : <Link href={`/secrets?name=${encodeURIComponent(secret)}`}>{secret}</Link>,
            ],
            ['Vault', vault === undefined ? null : <ResourceLink id={vault} portal />],
            ['Ordered', mode === undefined ? null : modeTexts[mode]],
            ['By', report === null ? undefined : askedText(report.askedBy)],
            ['Rotator', report?.rotator ?? told.runbook?.replace(/^rotate:/, '') ?? null],
            ['Owner', report === null ? undefined : report.owner],
            ['Begun', <Time key="begun" at={report?.startedAt ?? live?.since} exact />],
            ['Ended', report === null ? undefined : <Time at={report.finishedAt} exact />],
            [
              'Took',
              report === null ? undefined : (
                <Duration seconds={(Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000} />
              ),
            ],
            ['New version in use since', promotedAt === null ? undefined : <Time at={promotedAt} exact />],
            [
              'Old credential revoked',
              revokedAt === null ? (
                promotedAt === null ? undefined : (
                  'no: it is still valid'
                )
              ) : (
                <Time at={revokedAt} exact />
              ),
            ],
            ['Version before', version(report?.from ?? told.from)],
            ['Version after', version(report?.to ?? told.to)],
          ]}
        />
      </Section>
      <Consumers report={report} told={told} since={promotedAt} />
      <Section title="What happened" count={events.length}>
        {events.length === 0 ? (
          <Empty title="Nothing yet">Each step comes here as it is taken.</Empty>
        ) : (
          <>
            {report === null ? (
              <p class="soft small">The newest word of each stage; all of them are told when it is over.</p>
            ) : null}
            <Timeline
              label="Steps of the rotation"
              happenings={events.map((event) => ({
                at: event.at,
                stage: event.stage,
                tone: toneOf(event.stage, event.text),
                text: <span class="wrapped">{event.text}</span>,
              }))}
            />
          </>
        )}
      </Section>
    </>
  );
}

const version = (text: string | null | undefined) =>
  text === null || text === undefined ? undefined : <Id text={text} short={12} />;

function toneOf(stage: string, text: string): Tone {
  if (stage === 'undo') return 'warn';
  if (stage === 'guard') return text.startsWith('go') ? 'good' : text.startsWith('wait') ? 'info' : 'warn';
  if (stage === 'adoption') return text.startsWith('proven') ? 'good' : text.startsWith('failing') ? 'bad' : 'info';
  if (stage === 'test') return text.startsWith('try') ? 'warn' : 'good';
  return stage === 'observe' ? 'neutral' : 'good';
}

const stepIcons = { done: Check, here: CircleDot, failed: X, ahead: Minus, skipped: Minus } as const;
const stepWords = {
  done: 'done',
  here: 'under way',
  failed: 'not done',
  ahead: 'to come',
  skipped: 'not needed',
} as const;

function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="rotation-steps" aria-label="Stages">
      {steps.map(({ stage, name, text, state, at }) => {
        const Icon = stepIcons[state];
        return (
          <li
            key={stage}
            class={`rotation-step ${state}`}
            aria-current={state === 'here' ? 'step' : undefined}
            title={text}
          >
            <span class="rotation-sign">
              <Icon size={14} aria-hidden="true" />
            </span>
            <span class="rotation-name">{name}</span>
            <span class="soft small">{at === null || state === 'here' ? stepWords[state] : <Time at={at} />}</span>
            <span class="visually-hidden">{stepWords[state]}</span>
          </li>
        );
      })}
    </ol>
  );
}

const sightings: Readonly<Record<string, { readonly tone: Tone; readonly text: string }>> = {
  adopted: { tone: 'good', text: 'uses the new version' },
  lagging: { tone: 'warn', text: 'lags' },
  failing: { tone: 'bad', text: 'fails with it' },
  unknown: { tone: 'neutral', text: 'not known' },
};

function Consumers({
  report,
  told,
  since,
}: {
  readonly report: RotationReport | null;
  readonly told: ReturnType<typeof progressOf>;
  readonly since: string | null;
}) {
  const seen = report === null ? (told.seen ?? null) : (report.adoption?.consumers ?? null);
  const usage = report === null ? (told.usage ?? null) : (report.adoption?.usage ?? null);
  const names = seen?.map(({ name }) => name) ?? told.told ?? [];
  const lagging = seen?.filter(({ kind }) => kind !== 'adopted') ?? [];
  return (
    <Section title="Consumers" count={names.length}>
      {names.length === 0 ? (
        <Empty
          title={
            seen !== null || told.told !== undefined
              ? 'The policy names no consumer'
              : report === null
                ? 'No consumer is known yet'
                : 'Consumers were not looked at'
          }
        >
          {report === null
            ? undefined
            : 'It ended before the new version was given to anybody, or none is named in the policy.'}
        </Empty>
      ) : (
        <>
          {seen === null ? (
            <p class="soft">They are looked at when they were told of the new version.</p>
          ) : lagging.length === 0 ? (
            <p>Each of them uses the new version.</p>
          ) : (
            <p class="warn-text">
              {lagging.length === 1 ? 'One lags' : `${lagging.length} lag`}: the old credential stays valid for them
              {since === null ? '' : ', and the new version is out since '}
              {since === null ? null : <Time at={since} />}.
            </p>
          )}
          <ul class="rows">
            {names.map((name) => {
              const one = seen?.find((each) => each.name === name);
              const says =
                one === undefined
                  ? { tone: 'neutral' as const, text: 'not looked at yet' }
                  : (sightings[one.kind] ?? { tone: 'neutral' as const, text: one.kind });
              return (
                <li key={name} class="row-head">
                  <strong>{name}</strong>
                  <Badge tone={says.tone}>{says.text}</Badge>
                  {one === undefined || one.reason === '' ? null : <span class="wrapped">{one.reason}</span>}
                  {one !== undefined && one.kind !== 'adopted' && since !== null ? (
                    <span class="row-end soft">
                      since <Time at={since} />
                    </span>
                  ) : null}
                </li>
              );
            })}
          </ul>
          {usage === null ? null : (
            <p class="soft small">
              The old credential{' '}
              {usage.kind === 'unused'
                ? 'is not used any more, as the provider tells'
                : usage.kind === 'used'
                  ? 'is still used, as the provider tells'
                  : 'may be in use: the provider does not tell'}
              {usage.lastUsedAt === null ? (
                '.'
              ) : (
                <>
                  ; last seen in use <Time at={usage.lastUsedAt} />.
                </>
              )}
            </p>
          )}
        </>
      )}
    </Section>
  );
}
