import { ExternalLink } from 'lucide-preact';
import { Link } from 'wouter-preact';

/** A resource id taken apart, as far as people need it. */
export interface ResourceParts {
  readonly name: string;
  readonly type: string;
  readonly group: string;
}

/** Name, type and resource group of a resource id; for anything else the text itself is the name. */
export function resourceParts(id: string): ResourceParts {
  const match = /^\/subscriptions\/[^/]+\/resourcegroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i.exec(id);
  if (match === null) return { name: id, type: '', group: '' };
  const [, group = '', provider = '', rest = ''] = match;
  const parts = rest.split('/');
  const types = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  return { name: names.join('/'), type: [provider, ...types].join('/'), group };
}

/** The page of a resource in this console. */
export const resourceHref = (id: string): string => `/resources/${encodeURIComponent(id)}`;

/** Where the Azure portal shows a resource; undefined for what is none. */
export function portalHref(id: string): string | undefined {
  return /^\/subscriptions\//i.test(id) ? `https://portal.azure.com/#resource${id}` : undefined;
}

/** The name of a resource, leading to its page here; `portal` adds the way to the Azure portal. */
export function ResourceLink({ id, portal = false }: { readonly id: string; readonly portal?: boolean }) {
  const { name, type } = resourceParts(id);
  const away = portal ? portalHref(id) : undefined;
  return (
    <span class="resource">
      <Link href={resourceHref(id)} title={`${name}${type === '' ? '' : ` (${type})`}\n${id}`}>
        {name}
      </Link>
      {away === undefined ? null : (
        <a href={away} target="_blank" rel="noreferrer" class="icon-button" aria-label={`${name} in the Azure portal`}>
          <ExternalLink size={13} aria-hidden="true" />
        </a>
      )}
    </span>
  );
}
