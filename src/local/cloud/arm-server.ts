import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from './authentication';
import type { ServerCertificate } from './certificates';
import {
  ArmError,
  authorizationFailed,
  badRequest,
  invalidApiVersion,
  missingApiVersion,
  resourceGroupNotFound,
  resourceNotFound,
  subscriptionNotFound,
} from './errors';
import { tellOfChange } from './events/resource-events';
import type { ActiveFault, JournalEntry, Principal } from './model';
import { parseResourceId, sameId } from './resource-id';
import type { ArmAnswer, ArmCall, RouteMatch, Router } from './router';
import { armCallClass, armCharges, armThrottled, providerCharges, providerThrottled } from './throttling';
import { signedText } from './providers/machine-care';
import type { World } from './world';

const LARGEST_BODY = 4 * 1024 * 1024;

/** Cut the caller's connection instead of answering. */
class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

/** What is known of a call so far, for headers and journal. */
interface Progress {
  headers: Record<string, string>;
  rateLimits: Record<string, string>;
  principal?: Principal;
  match?: RouteMatch;
  fault?: ActiveFault;
}

/** The HTTPS server that stands for management.azure.com. */
export function createArmServer(world: World, router: Router, certificate: ServerCertificate): Server {
  let calls = 0;
  return createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const number = ++calls;
    serve(world, router, request, response, number).catch((error: unknown) => {
      // A defect of the cloud itself. Said aloud, and to the caller as the outage that it is.
      process.stderr.write(`local cloud: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(503, { 'Retry-After': '5' });
      response.end();
    });
  });
}

async function serve(
  world: World,
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
): Promise<void> {
  const method = request.method ?? 'GET';
  const origin = `https://${request.headers.host ?? 'localhost'}`;
  const url = new URL(`${origin}${(request.url ?? '/').replace(/^\/+/, '/')}`);
  const requestId = world.random.guid(`request ${number}`);
  const correlationId = single(request.headers['x-ms-correlation-request-id']) ?? requestId;
  const progress: Progress = {
    headers: {
      'x-ms-request-id': requestId,
      'x-ms-correlation-request-id': correlationId,
      'x-ms-routing-request-id': `LOCAL:${utcStamp(world.clock.now())}:${requestId}`,
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    },
    rateLimits: {},
  };
  const signed = method === 'GET' && url.searchParams.has('sig') ? signedText(world, url.pathname) : undefined;
  if (signed !== undefined) {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end(signed);
    return;
  }
  const at = world.clock.now();
  let answer: ArmAnswer;
  let cut = false;
  let errorCode: string | undefined;
  try {
    const body = await readBody(request);
    world.schedule.settle();
    answer = answerCall(world, router, { method, origin, url, request, body }, progress);
  } catch (error) {
    if (error instanceof ConnectionCut) {
      cut = true;
      answer = { status: 0 };
    } else if (request.destroyed && !request.complete) {
      // The caller hung up in the middle of its request: nothing was done, and nobody is there to be told.
      return;
    } else if (error instanceof ArmError) {
      errorCode = error.code;
      answer = { status: error.status, headers: error.headers, body: error.body };
    } else {
      throw error;
    }
  }
  const effect = progress.fault?.effect;
  if (effect?.kind === 'timeout-after-effect') {
    cut = true;
    answer = { status: 0 };
  }
  const clientRequestId = single(request.headers['x-ms-client-request-id']);
  const entry: Omit<JournalEntry, 'sequence'> = {
    at,
    method,
    path: url.pathname,
    query: url.search.slice(1),
    status: answer.status,
    requestId,
    correlationId,
    rateLimits: progress.rateLimits,
    ...(progress.match?.route.action === undefined ? {} : { operation: progress.match.route.action }),
    ...(progress.match === undefined ? {} : { resourceId: progress.match.resourceId }),
    ...(progress.principal === undefined ? {} : { principal: progress.principal.name }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(effect === undefined ? {} : { fault: effect.kind }),
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
  };
  world.journal.add(entry);
  tellOfChange(world, entry);
  if (effect?.kind === 'slow' && effect.delay !== undefined) await delayUnlessGone(effect.delay, response);
  if (cut) {
    request.socket.destroy();
    return;
  }
  const content = answer.body === undefined ? undefined : Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.status, {
    ...progress.headers,
    ...progress.rateLimits,
    ...answer.headers,
    ...(content === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    'Content-Length': String(content?.length ?? 0),
  });
  response.end(content);
}

interface Incoming {
  method: string;
  origin: string;
  url: URL;
  request: IncomingMessage;
  body: unknown;
}

/** The order of the checks is ARM's: who, how often, which version, where, allowed, there at all, then the provider. */
function answerCall(world: World, router: Router, incoming: Incoming, progress: Progress): ArmAnswer {
  const { method, url } = incoming;
  const principal = authenticate(world, incoming.request.headers.authorization);
  progress.principal = principal;

  const parts = parseResourceId(url.pathname);
  if (parts !== undefined) chargeArm(world, method, parts.subscriptionId, principal, progress);

  const version = url.searchParams.get('api-version');
  if (version === null || version === '') throw missingApiVersion();
  const match = findRoute(router, method, url.pathname);
  progress.match = match;
  if (!match.route.apiVersions.includes(version)) throw invalidApiVersion(version, match.route.apiVersions);

  const { subscriptionId, resourceGroup } = requireScope(world, match);
  const { action, authorizesItself } = match.route;
  if (
    action !== undefined &&
    authorizesItself === undefined &&
    !world.access.allows(principal.name, action, match.resourceId)
  ) {
    throw authorizationFailed(principal.clientId, principal.objectId, action, match.resourceId);
  }
  if (resourceGroup !== undefined && !groupExists(world, subscriptionId, resourceGroup)) {
    throw resourceGroupNotFound(resourceGroup);
  }
  if (!isLook(match)) world.locks.check(method, match.resourceId);

  const fault = world.faults.take({
    operation: action ?? `${method} ${url.pathname}`,
    resource: match.resourceId,
    principal: principal.name,
  });
  if (fault !== undefined) {
    progress.fault = fault;
    refuseByFault(fault, match);
  }
  chargeProvider(world, match, subscriptionId, progress);

  const call: ArmCall = {
    method,
    origin: incoming.origin,
    path: url.pathname,
    params: match.params,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.request.headers).map(([name, value]) => [name, single(value)])),
    body: incoming.body,
    principal,
    subscriptionId,
    resourceId: match.resourceId,
    ...(fault === undefined ? {} : { fault }),
  };
  return match.route.handle(call);
}

function chargeArm(
  world: World,
  method: string,
  subscriptionId: string,
  principal: Principal,
  progress: Progress,
): void {
  const callClass = armCallClass(method);
  const charges = armCharges(callClass, subscriptionId.toLowerCase(), principal.name);
  const taken = world.throttle.take(charges);
  const [own, whole] = charges;
  if (own !== undefined && whole !== undefined) {
    progress.rateLimits[`x-ms-ratelimit-remaining-subscription-${callClass}`] = String(world.throttle.remaining(own));
    progress.rateLimits[`x-ms-ratelimit-remaining-subscription-global-${callClass}`] = String(
      world.throttle.remaining(whole),
    );
  }
  if (!taken.ok) throw armThrottled(callClass, subscriptionId, taken.retryAfterSeconds);
}

function chargeProvider(world: World, match: RouteMatch, subscriptionId: string, progress: Progress): void {
  const { policy } = match.route;
  if (policy === undefined) return;
  const charges = providerCharges(policy, subscriptionId.toLowerCase(), 'region', match.resourceId);
  const taken = world.throttle.take(charges);
  progress.rateLimits['x-ms-ratelimit-remaining-resource'] = charges
    .map((charge) => `${charge.policy};${world.throttle.remaining(charge)}`)
    .join(',');
  if (!taken.ok) throw providerThrottled(match.route.action ?? policy.name, taken.retryAfterSeconds);
}

function findRoute(router: Router, method: string, path: string): RouteMatch {
  let match: RouteMatch | undefined;
  try {
    match = router.match(method, path);
  } catch (error) {
    if (error instanceof URIError) throw badRequest('BadRequest', 'The request path is not valid percent-encoding.');
    throw error;
  }
  if (match !== undefined) return match;
  if (router.knows(path)) {
    throw new ArmError(405, 'MethodNotAllowed', `The HTTP method '${method}' is not supported at scope '${path}'.`);
  }
  const parts = parseResourceId(path);
  throw new ArmError(
    404,
    'InvalidResourceType',
    `The resource type '${parts?.type ?? path}' could not be found. The local cloud does not have it.`,
  );
}

function requireScope(world: World, match: RouteMatch): { subscriptionId: string; resourceGroup?: string } {
  const asked = match.params['subscriptionId'];
  if (asked === undefined) return { subscriptionId: '' };
  const subscription = world.estate.subscriptions.find((each) => sameId(each.subscriptionId, asked));
  if (subscription === undefined) throw subscriptionNotFound(asked);
  const resourceGroup = match.params['resourceGroup'] ?? parseResourceId(match.resourceId)?.resourceGroup;
  return { subscriptionId: subscription.subscriptionId, ...(resourceGroup === undefined ? {} : { resourceGroup }) };
}

/** Reads that ARM takes as a POST: no lock stands in their way. */
function isLook({ route }: RouteMatch): boolean {
  return /retrieveBootDiagnosticsData/.test(route.action ?? '');
}

function groupExists(world: World, subscriptionId: string, name: string): boolean {
  return world.estate.resourceGroups.some(
    (group) => sameId(group.subscriptionId, subscriptionId) && sameId(group.name, name),
  );
}

function refuseByFault(fault: ActiveFault, match: RouteMatch): void {
  const { effect } = fault;
  if (effect.kind === 'connection-reset') throw new ConnectionCut();
  if (effect.kind === 'disappear') {
    const parts = parseResourceId(match.resourceId);
    throw resourceNotFound(parts?.type ?? '', parts?.name ?? '', parts?.resourceGroup ?? '');
  }
  if (effect.kind === 'status') {
    const retries = effect.status === 429 || effect.status === 503;
    const retryAfter = effect.retryAfterSeconds ?? (retries ? 5 : undefined);
    throw new ArmError(
      effect.status,
      effect.code ?? statusCodes[effect.status] ?? 'InternalServerError',
      effect.message ?? 'The request could not be completed.',
      retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
    );
  }
}

/** The error code ARM gives with a status when nothing more is known. */
const statusCodes: Record<number, string> = {
  400: 'BadRequest',
  401: 'AuthenticationFailed',
  403: 'AuthorizationFailed',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw new ArmError(413, 'RequestContentTooLarge', 'The request content is too large.');
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badRequest(
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: ${reason}`,
    );
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function utcStamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]/g, '').slice(0, 15) + 'Z';
}

/** Waits in real time, but not for a caller that has hung up. */
function delayUnlessGone(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
