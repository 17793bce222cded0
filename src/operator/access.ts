import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { Bearer, Tokens } from '../ports/tokens';
import { appServicePrincipal, principalHeader, type AppServiceAuthentication } from './app-service';
import { problem, unavailable } from './door';

/** App roles of the operator API, as tokens carry them. */
export const operatorRoles = [
  'Caretaker.Reader',
  'Caretaker.Operator',
  'Caretaker.Approver',
  'Caretaker.Admin',
] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/**
 * Who may do what asks for a role. Whoever acts may look; approving is none of an operator's, and starting none of an
 * approver's, so that two people stay two people.
 */
const enough: Readonly<Record<OperatorRole, readonly OperatorRole[]>> = {
  'Caretaker.Reader': operatorRoles,
  'Caretaker.Operator': ['Caretaker.Operator', 'Caretaker.Admin'],
  'Caretaker.Approver': ['Caretaker.Approver', 'Caretaker.Admin'],
  'Caretaker.Admin': ['Caretaker.Admin'],
};

const holdsRole = (roles: readonly string[], role: OperatorRole): boolean =>
  enough[role].some((one) => roles.includes(one));

/** What somebody may do beyond looking, from the table that requests are let through by. */
export interface May {
  /** Give orders: whatever asks for `Caretaker.Operator`. */
  readonly operate: boolean;
  /** Answer approvals. What one has asked for oneself is still somebody else's to answer. */
  readonly approve: boolean;
  /** Whatever asks for `Caretaker.Admin`. */
  readonly administer: boolean;
}

/** See {@link May}. Nobody but a person answers approvals, whatever the roles are. */
export function mayOf({ kind, roles }: Pick<Caller, 'kind' | 'roles'>): May {
  return {
    operate: holdsRole(roles, 'Caretaker.Operator'),
    approve: isPerson({ kind }) && holdsRole(roles, 'Caretaker.Approver'),
    administer: holdsRole(roles, 'Caretaker.Admin'),
  };
}

/** Whether it is known to be a person: a key or an application says nothing of who decides. */
export function isPerson({ kind }: Pick<Caller, 'kind'>): boolean {
  return kind === 'person';
}

/** Azure Monitor's own application, and the role that an action group's secure webhook is given on ours. */
const azureMonitor = { applicationId: '461e8683-5575-4561-ac7f-899cc907d62a', role: 'ActionGroupsSecureWebhook' };

/** Event Grid's own application, and the role that it is given on ours (Microsoft Learn, "Secure webhook delivery with Entra ID"). */
const eventGrid = {
  applicationId: '4962773b-9cdb-44cf-a8bf-237846a00ab7',
  role: 'AzureEventGridSecureWebhookSubscriber',
};

/** Who calls. */
export interface Caller {
  /** Object id in Entra, or `function-key` for whoever holds one. */
  readonly id: string;
  readonly kind: Bearer['kind'] | 'key';
  readonly roles: readonly string[];
  /** Groups that the token lists; `undefined` when they are too many to be listed. */
  readonly groups: readonly string[] | undefined;
  /** What people call them: at most 120 characters, no control characters; the id where there is no name. */
  readonly name: string;
  /** For records and people: name and id, at most 200 characters, no control characters. */
  readonly text: string;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly answer: HttpResponseInit };

/** Decides who may pass a door. */
export interface Access {
  /** `function-key`: the host has asked for a key before the door is reached. `token`: the door itself asks for a token. */
  readonly kind: 'function-key' | 'token';
  /** Whether the caller has a role that is enough. Never throws: keys that cannot be fetched are a 503. */
  operator(request: HttpRequest, role: OperatorRole): Promise<Admission>;
  /** Whether the caller may hand in alerts of Azure Monitor: its secure webhook, or somebody who may start runbooks anyway. */
  alertSender(request: HttpRequest): Promise<Admission>;
  /** Whether the caller may hand in events of the platform: Event Grid, or somebody who may start runbooks anyway. */
  eventSender(request: HttpRequest): Promise<Admission>;
}

const keyHolder: Caller = {
  id: 'function-key',
  kind: 'key',
  roles: operatorRoles,
  groups: [],
  name: 'function-key',
  text: 'function-key',
};

/** For a host that has asked for a function key: whoever comes this far may do everything, and nobody knows who it is. */
export function keyAccess(): Access {
  const admitted: Admission = { kind: 'admitted', caller: keyHolder };
  return {
    kind: 'function-key',
    operator: async () => admitted,
    alertSender: async () => admitted,
    eventSender: async () => admitted,
  };
}

/** Sent with whatever changes something on the strength of a browser's session. */
const requestHeader = 'x-caretaker-request';

/** Bearer tokens of Entra, and, where that is configured, who App Service authentication says has signed in. Nothing else. */
export function tokenAccess({
  tokens,
  log,
  appService,
}: {
  readonly tokens: Tokens;
  readonly log: Log;
  /** Given only where App Service authentication stands in front of every request. */
  readonly appService?: AppServiceAuthentication & { readonly clock: Clock };
}): Access {
  async function admit(request: HttpRequest, allowed: (bearer: Bearer) => boolean, needed: string): Promise<Admission> {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.get('authorization')?.trim() ?? '')?.[1];
    const principal = appService === undefined ? null : request.headers.get(principalHeader);
    if (token === undefined && (appService === undefined || principal === null)) {
      const detail = 'Send an access token of Entra in the header Authorization: Bearer <token>.';
      return refuse(401, 'Unauthenticated', 'A token is needed', detail, 'Bearer realm="caretaker"');
    }
    // A signed-in browser sends its session along with a request that another site makes; this header no other site can send.
    const isBrowser = token === undefined;
    if (isBrowser && request.method !== 'GET' && request.headers.get(requestHeader) === null) {
      const detail = `A request that changes something, made with a browser's session, needs the header ${requestHeader}.`;
      return refuse(403, 'CrossSite', 'The request may come from another site', detail, 'Bearer realm="caretaker"');
    }
    let verdict;
    try {
      verdict =
        token === undefined && appService !== undefined
          ? appServicePrincipal(principal ?? '', appService, appService.clock.now())
          : await tokens.check(token ?? '');
    } catch (error) {
      return { kind: 'refused', answer: unavailable(error, log) };
    }
    if (verdict.kind === 'refused') {
      log.warn('token refused', { reason: verdict.reason });
      const challenge = `Bearer realm="caretaker", error="invalid_token", error_description="${verdict.reason}"`;
      return refuse(401, 'InvalidToken', 'The token is not valid', verdict.reason, challenge);
    }
    const { bearer } = verdict;
    const caller = {
      id: bearer.objectId,
      kind: bearer.kind,
      roles: bearer.roles,
      groups: bearer.groups,
      name: nameOf(bearer),
      text: textOf(bearer),
    };
    if (!allowed(bearer)) {
      log.warn('caller lacks the role', { caller: caller.id, needed });
      const detail = `This needs the app role ${needed}; the token has ${bearer.roles.join(', ') || 'none'}.`;
      const challenge = 'Bearer realm="caretaker", error="insufficient_scope"';
      return refuse(403, 'Forbidden', 'The role is not enough', detail, challenge);
    }
    return { kind: 'admitted', caller };
  }

  const holds = (bearer: Bearer, role: OperatorRole): boolean => holdsRole(bearer.roles, role);
  const admitSender = (
    request: HttpRequest,
    { applicationId, role }: typeof azureMonitor,
    name: string,
  ): Promise<Admission> =>
    admit(
      request,
      (bearer) =>
        (bearer.kind === 'application' && bearer.applicationId === applicationId && bearer.roles.includes(role)) ||
        holds(bearer, 'Caretaker.Operator'),
      `${role} (of ${name}) or Caretaker.Operator`,
    );
  return {
    kind: 'token',
    operator: (request, role) => admit(request, (bearer) => holds(bearer, role), role),
    alertSender: (request) => admitSender(request, azureMonitor, 'Azure Monitor'),
    eventSender: (request) => admitSender(request, eventGrid, 'Event Grid'),
  };
}

function refuse(status: number, code: string, title: string, detail: string, challenge: string): Admission {
  const answer = problem(status, code, title, detail);
  return { kind: 'refused', answer: { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } } };
}

function nameOf({ name, objectId }: Bearer): string {
  const plain = name.replace(/\p{C}/gu, ' ').trim().slice(0, 120);
  return plain === '' ? objectId : plain;
}

function textOf(bearer: Bearer): string {
  const name = nameOf(bearer);
  return name === bearer.objectId ? name : `${name} (${bearer.objectId})`;
}
