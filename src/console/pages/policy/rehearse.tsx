import { useEffect, useId, useState } from 'preact/hooks';
import { Check, CircleAlert, FlaskConical, Undo2 } from 'lucide-preact';
import { useSearchParams } from 'wouter-preact';
import { useOrder } from '../../api/queries';
import { platformNow } from '../../session/clock';
import { readStored, writeStored } from '../../session/stored';
import { Select } from '../../ui/form';
import { Empty, Problem, Section } from '../../ui/parts';
import { Editor, type Jump } from './editor';
import { HowToChange } from './how-to-change';
import { PolicyFrame } from './policy-frame';
import { Outcome } from './rehearsal-outcome';
import type { PolicyAnswer, RehearsalAnswer, TextProblem } from './types';
import { useValidation, type Checked } from './validation';

/** What one has typed, and the version it was made from: kept in this tab, so that going elsewhere loses nothing. */
interface Draft {
  readonly text: string;
  readonly of: string | null;
}
const draftName = 'policy-draft';

const times = [
  { value: '1d', text: 'The last day', days: 1 },
  { value: '7d', text: 'The last 7 days', days: 7 },
  { value: '30d', text: 'The last 30 days', days: 30 },
] as const;

/** A copy of the policy to change, checked while one types, and put through the signals that were recorded. Nothing is changed. */
export function RehearsePage() {
  return (
    <PolicyFrame title="Rehearse a change of the policy" current="/policy/rehearse">
      {(answer) => <Rehearsing policy={answer} />}
    </PolicyFrame>
  );
}

function Rehearsing({ policy: { text: current = '', status } }: { readonly policy: PolicyAnswer }) {
  const [address, setAddress] = useSearchParams();
  const [draft, setDraft] = useState<Draft>(
    () => readStored<Draft>('session', draftName) ?? { text: current, of: status.version },
  );
  const [jump, setJump] = useState<Jump | undefined>(undefined);
  const problemsId = useId();
  const isChanged = draft.text !== current;
  useEffect(() => writeStored('session', draftName, isChanged ? draft : undefined), [draft, isChanged]);
  const checked = useValidation(draft.text);
  const rehearsing = useOrder<RehearsalAnswer>({});
  const chosen = times.find(({ value }) => value === address.get('since')) ?? times[1];
  const problems = checked.result?.problems ?? [];
  const change = (next: Draft): void => {
    setDraft(next);
    rehearsing.reset();
  };
  return (
    <>
      <HowToChange />
      <Section
        title="The document to try"
        actions={
          isChanged && current !== '' ? (
            <button type="button" class="button" onClick={() => change({ text: current, of: status.version })}>
              <Undo2 size={15} aria-hidden="true" /> Start over from the one in use
            </button>
          ) : undefined
        }
      >
        {draft.of !== status.version && isChanged ? (
          <p role="alert">
            The policy in use has changed since you began; your text was made from an older one. It is compared with the
            one in use.
          </p>
        ) : null}
        {current === '' && draft.text === '' ? (
          <p class="soft">The text of the policy in use is not at hand; paste a document here.</p>
        ) : null}
        <Editor
          label="Policy document (YAML)"
          value={draft.text}
          onInput={(text) => change({ ...draft, text })}
          problems={problems}
          jump={jump}
          describedBy={problemsId}
        />
        <div id={problemsId} class="editor-problems">
          <CheckedText checked={checked} isChanged={isChanged} isEmpty={draft.text.trim() === ''} />
          <ProblemList problems={problems} onJump={setJump} />
        </div>
        <div class="form-row">
          <Select
            label="Signals of"
            value={chosen.value}
            onInput={(since) => {
              setAddress({ since }, { replace: true });
              rehearsing.reset();
            }}
            options={times}
            required
          />
          <button
            type="button"
            class="button primary"
            disabled={checked.result?.valid !== true || checked.isChecking || rehearsing.isPending}
            onClick={() =>
              rehearsing.mutate({
                method: 'POST',
                path: 'policy/rehearse',
                body: {
                  text: draft.text,
                  since: new Date(platformNow() - chosen.days * 86_400_000).toISOString(),
                },
              })
            }
          >
            <FlaskConical size={16} aria-hidden="true" /> {rehearsing.isPending ? 'Rehearsing…' : 'Rehearse'}
          </button>
        </div>
        {rehearsing.error === null ? null : <Problem error={rehearsing.error} />}
      </Section>
      {rehearsing.data === undefined ? (
        <Empty title="What would have been different shows here">
          The recorded signals are decided under both policies, and compared. Nothing is done and nothing is changed.
        </Empty>
      ) : (
        <Outcome of={rehearsing.data} />
      )}
    </>
  );
}

function CheckedText({
  checked: { isChecking, result, error },
  isChanged,
  isEmpty,
}: {
  readonly checked: Checked;
  readonly isChanged: boolean;
  readonly isEmpty: boolean;
}) {
  if (error !== undefined) return <Problem error={error} />;
  const text = isEmpty
    ? 'There is nothing to check.'
    : isChecking || result === undefined
      ? 'Checking…'
      : result.valid
        ? `It is a policy${isChanged ? '' : ', the one in use'}: version ${result.version?.slice(0, 12) ?? ''}.`
        : `It would be refused: ${result.problems.length} ${result.problems.length === 1 ? 'problem' : 'problems'}.`;
  const isGood = !isChecking && result?.valid === true;
  const isBad = !isChecking && result?.valid === false;
  return (
    <p class={isGood ? 'checked good' : isBad ? 'checked bad' : 'checked'} role="status">
      {isGood ? <Check size={15} aria-hidden="true" /> : null}
      {isBad ? <CircleAlert size={15} aria-hidden="true" /> : null}
      {text}
    </p>
  );
}

function ProblemList({
  problems,
  onJump,
}: {
  readonly problems: readonly TextProblem[];
  readonly onJump: (jump: Jump) => void;
}) {
  return (
    <ul class="text-problems">
      {problems.map(({ path, message, line, column = 1 }, index) => (
        <li key={index}>
          {line === undefined ? null : (
            <button type="button" class="button quiet number" onClick={() => onJump({ line, column })}>
              Line {line}:{column}
            </button>
          )}
          <span>
            {path === '' ? null : <code>{path}</code>} {message}
          </span>
        </li>
      ))}
    </ul>
  );
}
