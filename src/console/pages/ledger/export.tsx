import { useEffect, useRef, useState } from 'preact/hooks';
import { Download, X } from 'lucide-preact';
import { call } from '../../api/client';
import { me } from '../../session/me';
import { useFilters } from '../../ui/address';
import { Select } from '../../ui/form';
import { InstantField } from '../../ui/instant-field';
import { Page, Problem, Section } from '../../ui/parts';
import { exportedParts, exportName, type ExportFormat, type ExportProgress } from './export-pages';
import { LedgerTabs } from './ledger-tabs';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly progress: ExportProgress }
  | { readonly kind: 'done'; readonly progress: ExportProgress; readonly name: string }
  | { readonly kind: 'cancelled'; readonly progress: ExportProgress }
  | { readonly kind: 'failed'; readonly error: unknown };

const nothing: ExportProgress = { entries: 0, pages: 0, size: 0 };
const types = { ndjson: 'application/x-ndjson', json: 'application/json' } as const;

/** Hands a text to the browser as a file to keep. */
function save(parts: readonly string[], name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const sizeText = (characters: number): string =>
  characters < 1_000_000 ? `${Math.ceil(characters / 1000)} kB` : `${(characters / 1_000_000).toFixed(1)} MB`;

const progressText = ({ entries, pages, size }: ExportProgress): string =>
  `${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'} in ${pages} ${pages === 1 ? 'page' : 'pages'}, ${sizeText(size)}`;

/** The ledger of a time as a file: every entry as it is in the chain, oldest first. */
export function ExportPage() {
  const [{ since, until, format: chosen }, set] = useFilters('since', 'until', 'format');
  const [state, setState] = useState<State>({ kind: 'idle' });
  const reading = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => reading.current?.abort(), []);
  const format: ExportFormat = chosen === 'json' ? 'json' : 'ndjson';

  const begin = async (): Promise<void> => {
    const abort = new AbortController();
    reading.current = abort;
    let progress = nothing;
    setState({ kind: 'reading', progress });
    try {
      const parts = await exportedParts(
        format,
        async (after) => {
          const { body, headers } = await call<string | undefined>('GET', 'ledger/export', {
            query: { since, until, after },
            signal: abort.signal,
          });
          return { text: body ?? '', next: headers.get('x-caretaker-next') ?? undefined };
        },
        (one) => {
          progress = one;
          setState({ kind: 'reading', progress });
        },
      );
      const name = exportName(me.value?.environment, format, { since, until });
      save(parts, name, types[format]);
      setState({ kind: 'done', progress, name });
    } catch (error) {
      setState(abort.signal.aborted ? { kind: 'cancelled', progress } : { kind: 'failed', error });
    }
  };
  const isReading = state.kind === 'reading';
  return (
    <Page title="Export the ledger" intro="Every entry of a time as a file, as it is in the chain, with its hash.">
      <LedgerTabs current="/ledger/export" />
      <Section title="What to export">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          <div class="form-row">
            <InstantField label="Since" value={since} onInput={(value) => set('since', value)} />
            <InstantField label="Until" value={until} onInput={(value) => set('until', value)} />
            <Select
              label="Format"
              value={format}
              onInput={(value) => set('format', value === 'json' ? value : '')}
              options={[
                { value: 'ndjson', text: 'One entry a line (NDJSON)' },
                { value: 'json', text: 'One list (JSON)' },
              ]}
              required
            />
          </div>
          <div class="actions">
            <button type="submit" class="button primary" disabled={isReading}>
              <Download size={16} aria-hidden="true" /> Export
            </button>
            {isReading ? (
              <button type="button" class="button" onClick={() => reading.current?.abort()}>
                <X size={16} aria-hidden="true" /> Cancel
              </button>
            ) : null}
            <span role="status">
              {state.kind === 'reading' ? `Reading: ${progressText(state.progress)}` : null}
              {state.kind === 'done' ? `${state.name} was saved: ${progressText(state.progress)}.` : null}
              {state.kind === 'cancelled'
                ? `Cancelled after ${progressText(state.progress)}; nothing was saved.`
                : null}
            </span>
          </div>
        </form>
        {isReading ? <progress class="export-progress" aria-label="Exporting" /> : null}
        {state.kind === 'failed' ? <Problem error={state.error} again={() => void begin()} /> : null}
      </Section>
    </Page>
  );
}
