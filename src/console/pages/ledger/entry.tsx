import { Link, useParams } from 'wouter-preact';
import { ChevronLeft, ChevronRight } from 'lucide-preact';
import { useRead } from '../../api/queries';
import { resourceParts } from '../../ui/resource';
import { Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { kindText, rawOf } from './entries';
import { EntryLinks } from './told';
import type { LedgerPage } from './types';

/** One entry, found by its number in the chain. */
export function EntryPage() {
  const { sequence: text = '' } = useParams<{ sequence: string }>();
  const sequence = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
  return (
    <Page
      title={`Entry #${text}`}
      actions={
        sequence === undefined ? undefined : (
          <>
            {sequence > 1 ? (
              <Link class="button" href={`/ledger/${sequence - 1}`}>
                <ChevronLeft size={15} aria-hidden="true" /> #{sequence - 1}
              </Link>
            ) : null}
            <Link class="button" href={`/ledger/${sequence + 1}`}>
              #{sequence + 1} <ChevronRight size={15} aria-hidden="true" />
            </Link>
          </>
        )
      }
      intro={<Link href="/ledger">The ledger</Link>}
    >
      {sequence === undefined ? (
        <Empty title="That is no number of an entry">Entries are numbered 1, 2, 3 and so on.</Empty>
      ) : (
        <Entry key={sequence} sequence={sequence} />
      )}
    </Page>
  );
}

function Entry({ sequence }: { readonly sequence: number }) {
  const found = useRead<LedgerPage>('ledger', { cursor: sequence + 1, limit: 1 });
  return (
    <Loaded of={found} lines={10}>
      {({ entries: [entry] }) =>
        entry?.sequence !== sequence ? (
          <Empty title="There is no such entry">
            {entry === undefined
              ? 'The ledger begins later.'
              : `The newest one before it is #${entry.sequence}; this number is not taken yet.`}
          </Empty>
        ) : (
          <>
            <Section title={kindText(entry.kind)}>
              <p>{entry.sentence}</p>
              <p class="badges">
                <EntryLinks entry={entry} />
              </p>
              <Facts
                facts={[
                  ['Recorded', <Time key="at" at={entry.at} exact />],
                  ['Kind', <code key="kind">{entry.kind}</code>],
                  ['Environment', entry.environment],
                  [
                    'Subject',
                    <Link key="subject" href={`/ledger?subject=${encodeURIComponent(entry.subject)}`}>
                      {resourceParts(entry.subject).name}: everything about it
                    </Link>,
                  ],
                  ['Hash', <Id key="hash" text={entry.hash} short={20} />],
                  ['Hash of the entry before', <Id key="previous" text={entry.previous} short={20} />],
                ]}
              />
            </Section>
            <Section title="As it is in the ledger">
              <pre tabIndex={0} aria-label="The entry as JSON">
                {rawOf(entry)}
              </pre>
            </Section>
          </>
        )
      }
    </Loaded>
  );
}
