import { RotateCw } from 'lucide-preact';
import { pathOf } from '../../api/client';
import { useOrder, useRead } from '../../api/queries';
import { may } from '../../session/me';
import { Badge, Empty, Loaded, Page, Problem, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { LetterTabs } from './letter-tabs';
import type { NotificationsAnswer } from './types';

const kinds = { teams: 'Teams', slack: 'Slack', webhook: 'webhook' } as const;

/** How the channels stand by which people are told, and what did not reach them. */
export function NotificationsPage() {
  const notifications = useRead<NotificationsAnswer>('notifications', {}, { every: 10_000 });
  const retry = useOrder({
    changes: ['notifications'],
    done: () => 'It will be sent again',
  });
  return (
    <Page
      title="Notifications given up"
      intro="What people were to be told and were not. A channel that fails is tried again for a day; then its messages land here."
    >
      <LetterTabs current="/dead-letters/notifications" />
      <Loaded of={notifications} lines={8}>
        {({ channels, undelivered }) => (
          <>
            <Section title="Channels" count={channels.length}>
              {channels.length === 0 ? (
                <Empty title="Nobody is told anything">
                  The section notifications of the policy names channels and routes.
                </Empty>
              ) : (
                <div class="table-scroll" tabIndex={0} role="region" aria-label="State of the channels">
                  <table class="table">
                    <thead>
                      <tr>
                        <th scope="col">Channel</th>
                        <th scope="col">State</th>
                        <th scope="col" class="number">
                          Waiting
                        </th>
                        <th scope="col" class="number">
                          Failures in a row
                        </th>
                        <th scope="col">Next try</th>
                      </tr>
                    </thead>
                    <tbody>
                      {channels.map(({ name, kind, waiting, failures, problem, retryAt }) => (
                        <tr key={name}>
                          <th scope="row">
                            {name} <span class="soft">{kinds[kind]}</span>
                          </th>
                          <td>
                            <Badge tone={problem === null ? 'good' : 'bad'}>
                              {problem === null ? 'works' : 'fails'}
                            </Badge>{' '}
                            {problem}
                          </td>
                          <td class="number">{waiting}</td>
                          <td class="number">{failures}</td>
                          <td>
                            <Time at={retryAt} />
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
            </Section>
            <Section title="Given up" count={undelivered.length}>
              {retry.error === null ? null : <Problem error={retry.error} />}
              {undelivered.length === 0 ? (
                <Empty title="Everything reached its channel" />
              ) : (
                <ul class="rows">
                  {undelivered.map(({ id, channel, title, reason, keptAt, gaveUpAt }) => (
                    <li key={id}>
                      <div class="row-head">
                        <strong>{title}</strong>
                        <Badge>{channel}</Badge>
                        <span class="soft row-end">
                          from <Time at={keptAt} />, given up <Time at={gaveUpAt} />
                        </span>
                      </div>
                      <div class="letter-why">{reason}</div>
                      {may.value.operate ? (
                        <button
                          type="button"
                          class="button"
                          disabled={retry.isPending}
                          onClick={() => retry.mutate({ method: 'POST', path: pathOf`notifications/${id}/retry` })}
                        >
                          <RotateCw size={14} aria-hidden="true" /> Send again
                          <span class="visually-hidden">: {title}</span>
                        </button>
                      ) : null}
                    </li>
                  ))}
                </ul>
              )}
              {undelivered.length > 0 && !may.value.operate ? (
                <p class="soft">Whoever has the role Caretaker.Operator may have them sent again.</p>
              ) : null}
              {undelivered.length >= 200 ? <p class="soft">The first 200 are shown.</p> : null}
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
