import { useEffect, useRef, useState } from 'preact/hooks';
import { pathOf, type ApiProblem } from '../../api/client';
import { useOrder, useRead } from '../../api/queries';
import { Badge, Id, Loading, Problem, Section } from '../../ui/parts';
import { PlanDiff } from './plan-diff';
import type { DocumentAnswer, ZoneView } from './types';
import { Refused } from './zones';

interface Placed {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** Another document, tried: what a change of the zone would do if it were the one in use. Changes nothing. */
export function TryDocument({ zone }: { readonly zone: string }) {
  const document = useRead<DocumentAnswer>('dns/document', {}, { fresh: 60_000 });
  const [text, setText] = useState<string>();
  const area = useRef<HTMLTextAreaElement>(null);
  const trying = useOrder<ZoneView>({});
  useEffect(() => {
    if (text === undefined && document.data !== undefined) setText(document.data.text);
  }, [document.data]);
  if (text === undefined) {
    return document.error === null ? (
      <Loading lines={10} what="Loading the document" />
    ) : (
      <Problem error={document.error} again={() => void document.refetch()} />
    );
  }
  const isChanged = text !== document.data?.text;
  return (
    <>
      {document.data?.refusal == null ? null : <Refused text={document.data.refusal} />}
      <Section
        title="Try another document"
        actions={
          isChanged ? (
            <button
              type="button"
              class="button"
              onClick={() => {
                setText(document.data?.text ?? '');
                trying.reset();
              }}
            >
              Back to the one in use
            </button>
          ) : null
        }
      >
        <p class="soft">
          This is the document in use ({document.data?.revision}). Change it here and see what would happen to {zone};
          nothing is changed. To make it count, deliver it where the document is kept.
        </p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            trying.mutate({ method: 'POST', path: pathOf`dns/zones/${zone}/plan`, body: { text } });
          }}
        >
          <label class="visually-hidden" for="dns-document">
            The document
          </label>
          <textarea
            id="dns-document"
            ref={area}
            class="dns-document code"
            rows={22}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <div class="actions">
            <button type="submit" class="button primary" disabled={trying.isPending}>
              {trying.isPending ? 'Planning…' : 'What would it do?'}
            </button>
          </div>
        </form>
        {trying.error === null ? null : <Refusal error={trying.error} area={area} />}
      </Section>
      {trying.data === undefined ? null : (
        <Section title="What it would do" count={trying.data.changes.length}>
          <p>
            <Badge tone={trying.data.answer === 'go' ? 'good' : trying.data.answer === 'ask' ? 'warn' : 'bad'}>
              {trying.data.answer === 'go'
                ? 'could go'
                : trying.data.answer === 'ask'
                  ? 'would ask people'
                  : 'would be refused'}
            </Badge>{' '}
            {trying.data.summary}. <Id text={trying.data.hash} short={12} />
          </p>
          <PlanDiff view={trying.data} />
        </Section>
      )}
    </>
  );
}

/** What is wrong with the document; each problem leads to its line. */
function Refusal({
  error,
  area,
}: {
  readonly error: ApiProblem;
  readonly area: { readonly current: HTMLTextAreaElement | null };
}) {
  const problems: readonly Placed[] = error.problems;
  const placed = problems.filter(({ line }) => line !== undefined);
  if (placed.length === 0) return <Problem error={error} />;
  const goTo = (line: number): void => {
    const element = area.current;
    if (element === null) return;
    const lines = element.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    element.focus();
    element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    element.scrollTop = Math.max(0, (line - 6) * (element.scrollHeight / Math.max(1, lines.length)));
  };
  return (
    <div class="problem" role="alert">
      <div>
        <strong>The document does not hold</strong>
        <ul class="dns-problems">
          {problems.map(({ path, message, line, column }, index) => (
            <li key={index}>
              {line === undefined ? null : (
                <button type="button" class="button quiet" onClick={() => goTo(line)}>
                  line {line}
                  {column === undefined ? '' : `:${column}`}
                </button>
              )}{' '}
              {path === '' ? null : <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
