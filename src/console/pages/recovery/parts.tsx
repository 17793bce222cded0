import { ArrowDownToLine, Check, CircleHelp, Clock, TriangleAlert, X, type LucideIcon } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { Badge, Tabs, type Tone } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import type { Exposure, RestoreReport } from './types';

/** The page of what is protected. */
export const itemHref = (item: string, point?: string): string =>
  `/recovery/items/${encodeURIComponent(item)}${point === undefined ? '' : `?point=${encodeURIComponent(point)}`}`;

/** The page that plans a restore. */
export const restoreHref = (item: string, point?: string): string =>
  `/recovery/restore?item=${encodeURIComponent(item)}${point === undefined ? '' : `&point=${encodeURIComponent(point)}`}`;

export const drillHref = (id: string): string => `/recovery/drills/${encodeURIComponent(id)}`;
export const restoreRecordHref = (id: string): string => `/recovery/restores/${encodeURIComponent(id)}`;

/** A protected resource, leading to its points. */
export function ItemLink({ item, point }: { readonly item: string; readonly point?: string }) {
  const { name, group } = resourceParts(item);
  return (
    <Link href={itemHref(item, point)} title={`${name}${group === '' ? '' : ` in ${group}`}\n${item}`}>
      {name}
    </Link>
  );
}

/** The views of recovery. */
export function RecoveryTabs({ current }: { readonly current: string }) {
  return (
    <Tabs
      label="Views of recovery"
      current={current}
      tabs={[
        { name: 'Exposure', href: '/recovery' },
        { name: 'Drills', href: '/recovery/drills' },
        { name: 'Restores', href: '/recovery/restores' },
      ]}
    />
  );
}

interface Look {
  readonly tone: Tone;
  readonly text: string;
  readonly Icon: LucideIcon;
}

const standings: Readonly<Record<Exposure['standing'], Look>> = {
  kept: { tone: 'good', text: 'Kept', Icon: Check },
  'at-risk': { tone: 'warn', text: 'At risk', Icon: TriangleAlert },
  breached: { tone: 'bad', text: 'Broken', Icon: X },
};

function Looked({ look: { tone, text, Icon } }: { readonly look: Look }) {
  return (
    <Badge tone={tone}>
      <Icon size={13} aria-hidden="true" /> {text}
    </Badge>
  );
}

/** How a promise stands. */
export function Standing({ standing }: { readonly standing: Exposure['standing'] }) {
  return <Looked look={standings[standing]} />;
}

const drillResults: Readonly<Record<string, Look>> = {
  proven: { tone: 'good', text: 'Proven', Icon: Check },
  failed: { tone: 'bad', text: 'Failed', Icon: X },
  inconclusive: { tone: 'warn', text: 'Inconclusive', Icon: CircleHelp },
};

/** How a drill ended; `stage` says where it is while it has not. */
export function DrillResult({
  result,
  stage,
}: {
  readonly result: string | null;
  readonly stage?: string | undefined;
}) {
  if (result === null) {
    return <Looked look={{ tone: 'info', text: `Under way${stage === undefined ? '' : `: ${stage}`}`, Icon: Clock }} />;
  }
  return <Looked look={drillResults[result] ?? { tone: 'neutral', text: result, Icon: CircleHelp }} />;
}

const restoreResults: Readonly<Record<RestoreReport['result'], Look>> = {
  restored: { tone: 'good', text: 'Restored', Icon: Check },
  'rolled-back': { tone: 'warn', text: 'Went back', Icon: ArrowDownToLine },
  failed: { tone: 'bad', text: 'Failed: a person has to look', Icon: X },
  'not-applied': { tone: 'neutral', text: 'Nothing was changed', Icon: CircleHelp },
};

/** What became of a restore. */
export function RestoreResult({
  result,
  stage,
}: {
  readonly result: string | null;
  readonly stage?: string | undefined;
}) {
  if (result === null) {
    return <Looked look={{ tone: 'info', text: `Under way${stage === undefined ? '' : `: ${stage}`}`, Icon: Clock }} />;
  }
  return (
    <Looked
      look={restoreResults[result as RestoreReport['result']] ?? { tone: 'neutral', text: result, Icon: CircleHelp }}
    />
  );
}

/** Kinds of restores in words. */
export const kindTexts: Readonly<Record<string, string>> = {
  'in-place': 'In place',
  'side-by-side': 'Beside it',
  disk: 'One disk',
};

/** Whoever asked, without the id behind the name. */
export const nameOf = (text: string): string => text.replace(/\s*\([0-9a-f-]{36}\)$/i, '');

/** A size of a disk. */
export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 0)} GiB`;
