import { resourceHref } from '../ui/resource';

/** `GET search`. */
export interface SearchAnswer {
  readonly results: readonly SearchResult[];
  /** Sources that could not be asked. */
  readonly missing?: readonly { readonly part: string; readonly reason: string }[];
}

export interface SearchResult {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly at: string | null;
}

/** The page of what was found. */
export function hrefOfResult({ kind, id }: Pick<SearchResult, 'kind' | 'id'>): string {
  const part = encodeURIComponent(id);
  const [zone = '', ...rest] = id.split('/');
  switch (kind) {
    case 'resource':
      return resourceHref(id);
    case 'incident':
      return `/incidents/${part}`;
    case 'run':
      return `/runs/${part}`;
    case 'approval':
      return `/approvals/${part}`;
    case 'runbook':
      return `/runbooks/${part}`;
    case 'rule':
      return `/policy/rules/${part}`;
    case 'secret':
      return `/secrets?name=${part}`;
    case 'zone':
      return `/dns/${part}`;
    case 'record':
      return `/dns/${encodeURIComponent(zone)}?record=${encodeURIComponent(rest.join('/'))}`;
    case 'stack':
      return `/stacks/${part}`;
    case 'scalable':
      return `/scaling/${part}`;
    case 'drill':
      return `/recovery/drills/${part}`;
    case 'restore':
      return `/recovery/restores/${part}`;
    case 'rotation':
      return `/secrets/rotations/${part}`;
    case 'decision':
      return `/decisions/${part}`;
    case 'dead-letter':
      return `/dead-letters/${part}`;
    case 'ledger':
      return `/ledger/${encodeURIComponent(id.replace(/^#/, ''))}`;
    default:
      return '/';
  }
}
