import type { RestoreRequest } from './types';

/** Fields of the form as the address carries them; empty where nothing is chosen. */
export interface RestoreFields {
  readonly item: string;
  readonly point: string;
  readonly kind: RestoreRequest['kind'];
  readonly disk: string;
  readonly resourceGroup: string;
  readonly subnet: string;
  readonly zone: string;
  readonly location: string;
  readonly name: string;
}

const kinds: readonly RestoreRequest['kind'][] = ['in-place', 'side-by-side', 'disk'];

/** What the address says. An unknown kind is in place, which people are asked about. */
export function restoreFields(params: URLSearchParams): RestoreFields {
  const text = (name: string): string => params.get(name) ?? '';
  const kind = kinds.find((one) => one === text('kind')) ?? 'in-place';
  return {
    ...{ item: text('item'), point: text('point'), kind, disk: text('disk'), zone: text('zone') },
    ...{ resourceGroup: text('resourceGroup'), subnet: text('subnet'), location: text('location'), name: text('name') },
  };
}

/** The body that is planned and ordered: only what is chosen, and only what its kind takes. */
export function restoreBody(fields: RestoreFields): Record<string, unknown> {
  const { item, point, kind, disk, zone } = fields;
  const given = (values: Readonly<Record<string, string>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(values)
        .map(([name, value]) => [name, value.trim()] as const)
        .filter(([, value]) => value !== ''),
    );
  const { resourceGroup, subnet, location, name } = fields;
  const placement = {
    ...given({ resourceGroup, location, name, ...(kind === 'side-by-side' ? { subnet } : {}) }),
    ...(zone.trim() === '' ? {} : { zone: zone.trim().toLowerCase() === 'none' ? null : zone.trim() }),
  };
  return {
    kind,
    item,
    ...given({ point, ...(kind === 'disk' ? { disk } : {}) }),
    ...(kind === 'in-place' || Object.keys(placement).length === 0 ? {} : { placement }),
  };
}
