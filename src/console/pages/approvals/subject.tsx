import { Link } from 'wouter-preact';
import type { ShownApproval } from '../../api/types';
import { ResourceLink } from '../../ui/resource';
import { askerOf } from './asks';

/** What an approval is about, leading to its page: a resource, a zone, a stack. */
export function SubjectLink({
  approval,
  portal = false,
}: {
  readonly approval: ShownApproval;
  readonly portal?: boolean;
}) {
  const { subject } = approval;
  if (subject.startsWith('/')) return <ResourceLink id={subject} portal={portal} />;
  const asker = askerOf(approval);
  return asker === undefined ? <span>{subject}</span> : <Link href={asker.href}>{subject}</Link>;
}
