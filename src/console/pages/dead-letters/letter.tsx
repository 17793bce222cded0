import { RotateCcw, Trash2 } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Link, useLocation, useParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Badge, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { bodyLines, markedParts } from './body-lines';
import { bytesText, sourceText } from './sources';
import type { DeadLetter, Replayed } from './types';

/** Why a letter cannot be replayed, as far as that is known before asking. */
function notReplayable({ cut, redactions, source }: DeadLetter): string | undefined {
  if (cut || redactions > 0) {
    return 'It is not kept as it came, so it cannot be replayed: ask its sender to send it again.';
  }
  return source === 'azure-monitor' || source === 'event-grid'
    ? undefined
    : `Its signature counted only when it came, so it cannot be replayed: ask ${sourceText(source)} to send it again.`;
}

/** One refused message: what is wrong with it and where, and what can be done about it. */
export function LetterPage() {
  const { id = '' } = useParams<{ id: string }>();
  const letter = useRead<DeadLetter>(pathOf`dead-letters/${id}`);
  const [replayed, setReplayed] = useState<Replayed | undefined>(undefined);
  const [, go] = useLocation();
  const { data } = letter;
  const reason = data === undefined ? undefined : notReplayable(data);
  return (
    <Page
      title={data === undefined ? 'Dead letter' : `Refused message of ${sourceText(data.source)}`}
      intro={<Link href="/dead-letters">All dead letters</Link>}
      actions={
        data !== undefined && may.value.administer ? (
          <>
            {reason === undefined ? (
              <OrderButton<Replayed>
                label={
                  <>
                    <RotateCcw size={15} aria-hidden="true" /> Replay
                  </>
                }
                title="Replay this message?"
                text="It is taken as if it came now, under the policy and with the code of now. A signal that is known already is decided no second time. The ledger keeps that you replayed it."
                confirm="Replay"
                tone="primary"
                needsReason={false}
                order={() => ({ method: 'POST', path: pathOf`dead-letters/${id}/replay` })}
                changes={['dead-letters', 'decisions', 'ledger']}
                done={() => 'The message was taken'}
                then={setReplayed}
              />
            ) : null}
            <OrderButton
              label={
                <>
                  <Trash2 size={15} aria-hidden="true" /> Discard
                </>
              }
              title="Discard this message?"
              text="It is removed for good. The ledger keeps who discarded it, where it came from, why it was refused, and the hash of its body."
              confirm="Discard it"
              tone="danger"
              needsReason={false}
              order={() => ({ method: 'DELETE', path: pathOf`dead-letters/${id}` })}
              changes={['dead-letters', 'ledger']}
              done={() => 'The message was discarded'}
              then={() => go('/dead-letters')}
            />
          </>
        ) : undefined
      }
    >
      <Loaded of={letter} lines={12}>
        {(one) => (
          <>
            {replayed === undefined ? null : <Outcome of={replayed} />}
            <Section title="Why it was refused" count={one.problems.length}>
              <Problems of={one} />
              {may.value.administer ? (
                reason === undefined ? null : (
                  <p class="soft">{reason}</p>
                )
              ) : (
                <p class="soft">Whoever has the role Caretaker.Admin may replay or discard it.</p>
              )}
            </Section>
            <Section title="What it is">
              <Facts
                facts={[
                  ['From', sourceText(one.source)],
                  [
                    'Refused as',
                    <Badge key="reason" tone="warn">
                      {one.reason}
                    </Badge>,
                  ],
                  ['Received', <Time key="at" at={one.receivedAt} exact />],
                  ['Size', bytesText(one.bodyBytes)],
                  ['Kept', one.cut ? 'its first 256 KiB; the rest was cut off' : 'all of it'],
                  [
                    'Secrets',
                    one.redactions === 0
                      ? 'none were found'
                      : `${one.redactions} ${one.redactions === 1 ? 'place was' : 'places were'} taken out`,
                  ],
                  ['Hash of what came', <Id key="hash" text={one.bodySha256} short={20} />],
                  ['Id', <Id key="id" text={one.id} short={12} />],
                ]}
              />
            </Section>
            <BodyShown of={one} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Problems({ of: { problems } }: { readonly of: DeadLetter }) {
  if (problems.length === 0) return <p>No problem is named.</p>;
  return (
    <ol class="letter-problems">
      {problems.map(({ path, message, line, column }, index) => (
        <li key={index}>
          <a href={`#problem-${index}`}>{path === '' ? 'The document' : path}</a> {message}
          {line === undefined ? '' : `, in line ${line}${column === undefined ? '' : `, column ${column}`}`}
        </li>
      ))}
    </ol>
  );
}

function BodyShown({ of: letter }: { readonly of: DeadLetter }) {
  const { isJson, lines } = bodyLines(letter.body, letter.problems);
  return (
    <Section title="The message">
      {isJson ? null : (
        <p class="soft">{letter.cut ? 'It is no whole JSON: its end was cut off.' : 'It is no JSON.'}</p>
      )}
      <div class="letter-body" tabIndex={0} role="region" aria-label="Body of the message">
        <code>
          {lines.map(({ text, problems }, index) => (
            <div
              key={index}
              class={problems.length === 0 ? 'letter-line' : 'letter-line wrong'}
              id={problems[0] === undefined ? undefined : `problem-${problems[0]}`}
            >
              <span class="letter-number" aria-hidden="true">
                {index + 1}
              </span>
              <span class="letter-text">
                {markedParts(text).map((part, place) =>
                  part.isMark ? (
                    <mark key={place} title="A secret stood here; it was taken out before the message was kept">
                      {part.text}
                    </mark>
                  ) : (
                    part.text
                  ),
                )}
                {problems.map((problem) => (
                  <span
                    key={problem}
                    class="letter-note"
                    id={problem === problems[0] ? undefined : `problem-${problem}`}
                  >
                    <span aria-hidden="true">◂ </span>
                    {letter.problems[problem]?.path} {letter.problems[problem]?.message}
                  </span>
                ))}
              </span>
            </div>
          ))}
          {letter.cut ? <div class="letter-cut">The rest was cut off: only the first 256 KiB are kept.</div> : null}
        </code>
      </div>
    </Section>
  );
}

function Outcome({ of: { signals, events } }: { readonly of: Replayed }) {
  return (
    <Section title="Replayed">
      <ul>
        {signals.map(({ signalId, duplicate }) => (
          <li key={signalId}>
            <Link href={`/decisions/${signalId}`}>Signal {signalId.slice(0, 12)}</Link>{' '}
            {duplicate ? 'was known already and was decided no second time.' : 'was taken.'}
          </li>
        ))}
        {events === undefined ? null : (
          <li>
            {events.taken} {events.taken === 1 ? 'event was' : 'events were'} handled, {events.ignored} let pass.
          </li>
        )}
      </ul>
      <p class="soft">The letter stays until somebody discards it.</p>
    </Section>
  );
}
