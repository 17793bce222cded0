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
  // providers/<namespace>/<type>/<name>[/<type>/<name>...]; an extension resource has a second `providers` part.
  const last = tail.lastIndexOf('providers');
  const named = tail.slice(last + 2);
  const namespace = tail[last + 1];
  if (tail[0] !== 'providers' || namespace === undefined || named.length === 0 || named.length % 2 !== 0) {
    return undefined;
  }
  const types = named.filter((_, index) => index % 2 === 0);
  return {
    id: id as ResourceId,
    parts: {
      subscriptionId,
      resourceGroup,
      type: [namespace, ...types].join('/'),
      name: named[named.length - 1] as string,
    },
  };
}
