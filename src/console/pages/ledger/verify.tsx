import { useEffect, useRef, useState } from 'preact/hooks';
import { ShieldCheck } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { call } from '../../api/client';
import { platformNow } from '../../session/clock';
import { Badge, Facts, Id, Page, Problem, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { LedgerTabs } from './ledger-tabs';
import type { Verification } from './types';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly since: number }
  | { readonly kind: 'done'; readonly result: Verification; readonly millis: number; readonly at: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** How long something takes already, once a second. */
function Elapsed({ since }: { readonly since: number }) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span class="number">{Math.max(0, Math.floor((now - since) / 1000))} s</span>;
}

/** Has the whole chain read and checked by the server, and tells what came of it. */
export function VerifyPage() {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const reading = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => reading.current?.abort(), []);
  const verify = (): void => {
    const abort = new AbortController();
    const since = performance.now();
    reading.current = abort;
    setState({ kind: 'reading', since });
    call<Verification>('GET', 'ledger/verify', { signal: abort.signal }).then(
      ({ body: result }) =>
        setState({
          kind: 'done',
          result,
          millis: performance.now() - since,
          at: new Date(platformNow()).toISOString(),
        }),
      (error: unknown) => setState(abort.signal.aborted ? { kind: 'idle' } : { kind: 'failed', error }),
    );
  };
  const isReading = state.kind === 'reading';
  return (
    <Page
      title="Verify the ledger"
      intro="Every entry carries the hash of the one before. Reading the whole chain finds any that was edited, removed, inserted, moved or cut off."
    >
      <LedgerTabs current="/ledger/verify" />
      <Section title="The chain">
        <div class="actions">
          <button type="button" class="button primary" disabled={isReading} onClick={verify}>
            <ShieldCheck size={16} aria-hidden="true" /> {state.kind === 'idle' ? 'Verify' : 'Verify again'}
          </button>
          {isReading ? (
            <>
              <button type="button" class="button" onClick={() => reading.current?.abort()}>
                Stop waiting
              </button>
              <span role="status">
                The server reads every segment, for <Elapsed since={state.since} /> now. A ledger of years takes
                minutes.
              </span>
            </>
          ) : null}
        </div>
        {state.kind === 'failed' ? <Problem error={state.error} again={verify} /> : null}
        {state.kind === 'done' ? <Outcome of={state.result} millis={state.millis} at={state.at} /> : null}
        {state.kind === 'idle' ? (
          <p class="soft">
            An auditor can do the same without this console, from the stored files alone:{' '}
            <code>caretaker ledger verify</code>. Only an anchor noted elsewhere shows that a whole chain was written
            anew.
          </p>
        ) : null}
      </Section>
    </Page>
  );
}

function Outcome({
  of: { valid, entries, segments, repeats, beyondHead, environment, end, problems, problemCount },
  millis,
  at,
}: {
  readonly of: Verification;
  readonly millis: number;
  readonly at: string;
}) {
  return (
    <div class="verification" role="status">
      <p>
        <Badge tone={valid ? 'good' : 'bad'}>{valid ? 'The chain holds' : 'The chain is broken'}</Badge>{' '}
        {valid
          ? `All ${entries} entries follow from one another.`
          : `${problemCount} ${problemCount === 1 ? 'thing is' : 'things are'} wrong.`}
      </p>
      <Facts
        facts={[
          ['Entries', entries],
          ['Segments', segments],
          ['Environment', environment],
          [
            'Last entry',
            <Link key="end" href={`/ledger/${end.sequence}`}>
              #{end.sequence}
            </Link>,
          ],
          ['Its hash', <Id key="hash" text={end.hash} short={20} />],
          ['Entered twice', repeats],
          ['Not acknowledged yet', beyondHead],
          ['Verified', <Time key="at" at={at} exact />],
          ['Took', `${(millis / 1000).toFixed(1)} s`],
        ]}
      />
      {problems.length === 0 ? null : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="What is wrong">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Entry</th>
                <th scope="col">What is wrong</th>
                <th scope="col">Where</th>
              </tr>
            </thead>
            <tbody>
              {problems.map(({ code, message, segment, line, sequence }, index) => (
                <tr key={index}>
                  <td class="number">{sequence === undefined ? '–' : `#${sequence}`}</td>
                  <td>
                    <code>{code}</code> {message}
                  </td>
                  <td>
                    {segment ?? ''}
                    {line === undefined ? '' : `, line ${line}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {problemCount > problems.length ? <p class="soft">The first {problems.length} are shown.</p> : null}
      <p class="soft">Note the last hash somewhere else: held against it, a chain that was written anew shows.</p>
    </div>
  );
}
