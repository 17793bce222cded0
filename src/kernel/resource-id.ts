/**
 * An Azure resource id in one spelling: lower case, no trailing slash. Azure compares ids without regard to case and its
 * own services spell them differently (alerts lower the case, ARM keeps it), so ids are compared only in this form.
 */
export type ResourceId = string & { readonly __brand: 'resource-id' };

/** The parts of a resource id, all in lower case. */
export interface ResourceIdParts {
  readonly subscriptionId: string;
  /** Empty for a resource of the subscription itself. */
  readonly resourceGroup: string;
  /** Full type, such as `microsoft.compute/virtualmachines`; empty for a resource group or a subscription. */
  readonly type: string;
  /** Last name in the id. */
  readonly name: string;
}

const subscriptionPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const segmentPattern = /^[^\s/\\?#%<>"|^`\u0000-\u001f\u007f]{1,260}$/;

/**
 * Reads a resource id. Returns `undefined` when the text is not one: wrong shape, unknown characters (so that an id can be
 * put into a URL without surprises), `.` or `..` as a name, or a length above 2,048.
 */
export function parseResourceId(
  text: string,
): { readonly id: ResourceId; readonly parts: ResourceIdParts } | undefined {
  if (text.length > 2048) {
    return undefined;
  }
  const id = text.toLowerCase().replace(/\/$/, '');
  const segments = id.split('/').slice(1);
  if (!id.startsWith('/') || !segments.every((part) => segmentPattern.test(part) && part !== '.' && part !== '..')) {
    return undefined;
  }
  const [subscriptions, subscriptionId, ...rest] = segments;
  if (subscriptions !== 'subscriptions' || subscriptionId === undefined || !subscriptionPattern.test(subscriptionId)) {
    return undefined;
  }
  let resourceGroup = '';
  let tail = rest;
  if (tail[0] === 'resourcegroups') {
    if (tail[1] === undefined) {
      return undefined;
    }
    resourceGroup = tail[1];
    tail = tail.slice(2);
  }
  if (tail.length === 0) {
    return {
      id: id as ResourceId,
      parts: { subscriptionId, resourceGroup, type: '', name: resourceGroup || subscriptionId },
    };
  }
  // providers/<namespace>/<type>/<name>[/<type>/<name>...], and for an extension resource the same once more for what it
  // extends. Every part has to be whole: two spellings of one resource would have two leases.
  const provided = partsOf(tail);
  const named = provided?.at(-1);
  if (named === undefined) {
    return undefined;
  }
  const [namespace, ...pairs] = named;
  const types = pairs.filter((_, index) => index % 2 === 0);
  return {
    id: id as ResourceId,
    parts: {
      subscriptionId,
      resourceGroup,
      type: [namespace, ...types].join('/'),
      name: pairs[pairs.length - 1] as string,
    },
  };
}

/**
 * Splits `providers/a/b/c/providers/d/e/f` into `[[a, b, c], [d, e, f]]`; `undefined` when one of them is not a namespace with
 * pairs of type and name. `providers` counts as the word only where a type would stand, so that it can be a name.
 */
function partsOf(tail: readonly string[]): string[][] | undefined {
  const found: string[][] = [];
  let at = 0;
  while (at < tail.length) {
    if (tail[at] !== 'providers' || tail[at + 1] === undefined) {
      return undefined;
    }
    const named = [tail[at + 1] as string];
    at += 2;
    while (at < tail.length && tail[at] !== 'providers') {
      const [type, name] = [tail[at], tail[at + 1]];
      if (type === undefined || name === undefined) {
        return undefined;
      }
      named.push(type, name);
      at += 2;
    }
    if (named.length < 3) {
      return undefined;
    }
    found.push(named);
  }
  return found;
}
