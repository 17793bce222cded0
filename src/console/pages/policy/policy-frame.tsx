import type { UseQueryResult } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { TriangleAlert } from 'lucide-preact';
import type { ApiProblem } from '../../api/client';
import { useRead } from '../../api/queries';
import { Id, Loaded, Page, Tabs } from '../../ui/parts';
import { Time } from '../../ui/time';
import type { PolicyAnswer, PolicyStatus } from './types';

const tabs = [
  { name: 'Rules', href: '/policy' },
  { name: 'Environments', href: '/policy/environments' },
  { name: 'Document', href: '/policy/document' },
  { name: 'Rehearse a change', href: '/policy/rehearse' },
];

/** The policy in use, read again now and then: a new document is taken within minutes. */
export function usePolicy(): UseQueryResult<PolicyAnswer, ApiProblem> {
  return useRead<PolicyAnswer>('policy', {}, { every: 30_000, fresh: 10_000 });
}

/** A page about the policy: which version is in use, and what is wrong with a newer one. */
export function PolicyFrame({
  title,
  current,
  children,
}: {
  readonly title: string;
  readonly current: string;
  readonly children: (answer: PolicyAnswer) => ComponentChildren;
}) {
  const policy = usePolicy();
  const status = policy.data?.status;
  return (
    <Page
      title={title}
      intro={
        status === undefined ? (
          'The policy in use'
        ) : (
          <>
            Version <Id text={status.version ?? ''} short={12} /> in use since <Time at={status.loadedAt} />, looked for
            a newer one <Time at={status.checkedAt} />
          </>
        )
      }
    >
      <Tabs label="Policy" tabs={tabs} current={current} />
      {status === undefined ? null : <Trouble status={status} />}
      <Loaded of={policy} lines={14}>
        {children}
      </Loaded>
    </Page>
  );
}

/** Why what is in use is not the newest: the newest is refused, or cannot be read. */
function Trouble({ status: { refused, unreachable } }: { readonly status: PolicyStatus }) {
  return (
    <>
      {refused === null ? null : (
        <div class="problem" role="alert">
          <TriangleAlert size={20} aria-hidden="true" />
          <div>
            <strong>The newest document is refused; the one before stays in use</strong>
            <p>
              Found <Time at={refused.since} />. These are its problems:
            </p>
            <ul>
              {refused.problems.map(({ path, message, line, column }, index) => (
                <li key={index}>
                  {line === undefined ? null : (
                    <span class="number">
                      Line {line}
                      {column === undefined ? '' : `:${column}`}:{' '}
                    </span>
                  )}
                  {path === '' ? null : <code>{path}</code>} {message}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {unreachable === null ? null : (
        <div class="problem" role="alert">
          <TriangleAlert size={20} aria-hidden="true" />
          <div>
            <strong>The document cannot be read; the last one stays in use</strong>
            <p>
              Since <Time at={unreachable.since} />: {unreachable.reason}
            </p>
          </div>
        </div>
      )}
    </>
  );
}
