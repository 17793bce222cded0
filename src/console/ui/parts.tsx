import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Check, CircleAlert, Copy, Inbox, RefreshCw } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { ApiProblem } from '../api/client';
import { tick } from '../session/clock';
import type { Tone } from './tone';

export type { Tone };

/** A page: title of the document, its one heading, and what one can do on it. Moves the focus to the heading when one comes from elsewhere. */
export function Page({
  title,
  heading,
  intro,
  actions,
  children,
}: {
  /** Of the document, plain text. */
  readonly title: string;
  /** Shown instead of the title, where it is more than text. */
  readonly heading?: ComponentChildren;
  readonly intro?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Caretaker`;
  }, [title]);
  useEffect(() => {
    // Screen readers and the keyboard follow to the new page; on the first one the browser starts at the top anyway.
    if (navigated) ref.current?.focus({ preventScroll: true });
    navigated = true;
  }, []);
  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1} ref={ref}>
            {heading ?? title}
          </h1>
          {intro === undefined ? null : <p class="soft">{intro}</p>}
        </div>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}
let navigated = false;

/** A part of a page with a heading of its own. `id` makes it a place to link to. */
export function Section({
  title,
  id,
  count,
  actions,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly id?: string;
  readonly count?: number | string;
  readonly actions?: ComponentChildren;
  /** Spans the page in a grid of sections. */
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`card${wide ? ' wide' : ''}`} id={id} aria-label={title}>
      <header class="card-head">
        <h2>
          {title}
          {count === undefined ? null : <span class="count">{count}</span>}
        </h2>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** A word with a colour. */
export function Badge({ tone = 'neutral', children }: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}

/** Pairs of a name and a value. Pairs whose value is `undefined` are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === null ? <span class="soft">–</span> : value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** There is nothing, which may be good: says what would be here and, if so, what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Inbox size={22} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        {children === undefined ? null : <div class="soft">{children}</div>}
      </div>
    </div>
  );
}

/** Grey lines in the place of what is still being read, as high as what will come, so that nothing jumps. */
export function Loading({ lines = 3, what = 'Loading' }: { readonly lines?: number; readonly what?: string }) {
  return (
    <div class="loading" role="status" aria-label={what}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class="bone" />
      ))}
    </div>
  );
}

/** What went wrong, in the API's words, with every field that it names and what to do next. */
export function Problem({ error, again }: { readonly error: unknown; readonly again?: () => void }) {
  const known = error instanceof ApiProblem ? error : undefined;
  const title = known?.title ?? 'Something in this page failed';
  const detail = error instanceof Error ? error.message : String(error);
  return (
    <div class="problem" role="alert">
      <CircleAlert size={20} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <p>{detail}</p>
        {known === undefined || known.problems.length === 0 ? null : (
          <ul>
            {known.problems.map(({ path, message }) => (
              <li key={path + message}>
                {path === '' ? null : <code>{path}</code>} {message}
              </li>
            ))}
          </ul>
        )}
        {known?.status === 403 ? (
          <p class="soft">Your roles decide this; whoever administers Caretaker can change them.</p>
        ) : null}
        {again === undefined ? null : (
          <button type="button" class="button" onClick={again}>
            <RefreshCw size={14} aria-hidden="true" /> Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** What a query has: its data, or that it is being read, or why it could not be. */
export function Loaded<Data>({
  of: { data, error, isPending, refetch },
  lines,
  children,
}: {
  readonly of: {
    readonly data: Data | undefined;
    readonly error: unknown;
    readonly isPending: boolean;
    readonly refetch: () => unknown;
  };
  readonly lines?: number;
  readonly children: (data: Data) => ComponentChildren;
}) {
  if (data !== undefined) {
    return (
      <>
        {error === null || error === undefined ? null : <Stale error={error} />}
        {children(data)}
      </>
    );
  }
  if (error !== null && error !== undefined && !isPending) {
    return <Problem error={error} again={() => void refetch()} />;
  }
  return <Loading {...(lines === undefined ? {} : { lines })} />;
}

/** What is shown is not the newest: the last look failed. */
export function Stale({ error }: { readonly error: unknown }) {
  return (
    <p class="stale" role="status">
      <CircleAlert size={14} aria-hidden="true" /> This may be out of date:{' '}
      {error instanceof Error ? error.message : 'the last look failed'}
    </p>
  );
}

/** A text that can be copied: an id, a hash. `short` shows its beginning only. */
export function Id({ text, short = 0 }: { readonly text: string; readonly short?: number }) {
  const [copied, setCopied] = useState(false);
  return (
    <span class="id">
      <code title={text}>{short > 0 && text.length > short ? `${text.slice(0, short)}…` : text}</code>
      <button
        type="button"
        class="icon-button"
        aria-label={copied ? 'Copied' : `Copy ${text}`}
        onClick={() => {
          void navigator.clipboard?.writeText(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 1500);
          });
        }}
      >
        {copied ? <Check size={13} aria-hidden="true" /> : <Copy size={13} aria-hidden="true" />}
      </button>
    </span>
  );
}

/** A row of links that are the views of one thing; each view has an address. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly { readonly name: string; readonly href: string; readonly count?: number | undefined }[];
  readonly current: string;
}) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ name, href, count }) => (
        <Link key={href} href={href} aria-current={href === current ? 'page' : undefined}>
          {name}
          {count === undefined ? null : <span class="count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** A share of a whole as a bar, with its text. `used` and `limit` in the same unit. */
export function Meter({
  label,
  used,
  limit,
  text,
}: {
  readonly label: string;
  readonly used: number;
  readonly limit: number;
  readonly text?: string;
}) {
  const share = limit <= 0 ? 1 : Math.min(1, used / limit);
  const tone = share >= 1 ? 'bad' : share >= 0.75 ? 'warn' : 'good';
  return (
    <div class="meter">
      <div class="meter-text">
        <span>{label}</span>
        <span class="number">{text ?? `${used} of ${limit}`}</span>
      </div>
      <div
        class={`meter-bar tone-${tone}`}
        role="meter"
        aria-label={label}
        aria-valuenow={used}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuetext={text ?? `${used} of ${limit}`}
      >
        <span style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </div>
    </div>
  );
}

/** Says whether an instant has passed, by the platform's clock. */
export const isPast = (at: string): boolean => Date.parse(at) <= tick.value;
