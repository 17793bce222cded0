import { Link } from 'wouter-preact';
import type { Now } from '../../api/types';
import { Empty, Section } from '../../ui/parts';
import { withoutIds } from '../../ui/people';
import { Time } from '../../ui/time';
import { subjectHref } from './standing';

/** What changed in the last hour, newest first, each with the entry of the ledger that it is taken from. */
export function Changes({ changes }: { readonly changes: Now['changes'] }) {
  if (changes === null) return null;
  return (
    <Section title="The last hour" count={changes.length} actions={<Link href="/ledger">Ledger</Link>}>
      {changes.length === 0 ? (
        <Empty title="Nothing has changed">Changes, orders and answers of the last hour appear here.</Empty>
      ) : (
        <ol class="now-changes" reversed>
          {changes.map((change) => {
            const { sequence, at, sentence } = change;
            const href = subjectHref(change);
            return (
              <li key={sequence}>
                <span class="soft">
                  <Time at={at} />
                </span>
                <span>
                  {href === undefined ? withoutIds(sentence) : <Link href={href}>{withoutIds(sentence)}</Link>}
                </span>
                <Link
                  href={`/ledger/${sequence}`}
                  class="soft now-entry"
                  aria-label={`Entry ${sequence} of the ledger`}
                >
                  #{sequence}
                </Link>
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
