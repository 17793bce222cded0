import { badRequest, conflict, resourceNotFound } from '../errors';
import type { Machine } from '../machines';
import type { OperationError } from '../operations';
import { sameId } from '../resource-id';
import type { ArmCall, Router } from '../router';
import type { World } from '../world';
import { computeApiVersions, operationHeaders } from './compute';
import { computePolicies } from './compute-policies';

const machine =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{vmName}';
const activityVersions = ['2015-04-01'] as const;

/** What is done to a machine beside its power: a fresh system disk, its boot diagnostics, and the log of what was done to it. */
export function registerMachineCare(router: Router, world: World): void {
  const find = (call: ArmCall): Machine => {
    const found = world.machines.byId(call.resourceId);
    if (found !== undefined) return found;
    const { vmName = '', resourceGroup = '' } = call.params;
    throw resourceNotFound('Microsoft.Compute/virtualMachines', vmName, resourceGroup);
  };
  router.add(
    {
      method: 'POST',
      template: `${machine}/reimage`,
      action: 'Microsoft.Compute/virtualMachines/reimage/action',
      apiVersions: computeApiVersions,
      policy: computePolicies.updateMachine,
      handle(call) {
        const found = find(call);
        if (world.operations.runningOn(found.id) !== undefined) throw conflict();
        const now = world.clock.now();
        const effect = call.fault?.effect;
        const endsAt = now + Math.round(world.timing.reimage * (effect?.kind === 'slow' ? (effect.factor ?? 1) : 1));
        const error: OperationError | undefined =
          effect?.kind === 'fail-late'
            ? { code: effect.code ?? 'InternalExecutionError', message: effect.message ?? 'An error occurred.' }
            : effect?.kind === 'allocation-failed'
              ? {
                  code: 'ZonalAllocationFailed',
                  message: 'Allocation failed. There is not enough capacity in this zone.',
                }
              : undefined;
        if (error !== undefined) world.machines.failLate(found, endsAt, error);
        else if (effect?.kind === 'accept-and-do-nothing') world.machines.pretend(found, endsAt);
        else world.machines.reimage(found, endsAt);
        const record = world.operations.start({
          provider: 'Microsoft.Compute',
          subscriptionId: call.subscriptionId,
          location: found.seed.location,
          action: 'reimage',
          principal: call.principal.name,
          resourceId: found.id,
          startedAt: now,
          endsAt,
          ...(error === undefined ? {} : { error }),
        });
        return { status: 202, headers: operationHeaders(world, call, record) };
      },
    },
    {
      method: 'POST',
      template: `${machine}/retrieveBootDiagnosticsData`,
      action: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
      apiVersions: computeApiVersions,
      policy: computePolicies.getMachine,
      handle(call) {
        const found = find(call);
        const at = `${call.origin}/_storage/boot/${found.vmId}`;
        // The signature stands for the one with which Azure lets the holder of the address read for a while.
        return {
          status: 200,
          body: {
            consoleScreenshotBlobUri: `${at}/screenshot.bmp?sig=local`,
            serialConsoleLogBlobUri: `${at}/serialconsole.log?sig=local`,
          },
        };
      },
    },
    {
      method: 'GET',
      template: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values',
      action: 'Microsoft.Insights/eventtypes/management/values/read',
      apiVersions: activityVersions,
      handle(call) {
        const filter = call.query.get('$filter') ?? '';
        const since = /eventTimestamp ge '([^']+)'/.exec(filter)?.[1];
        const resource = /resourceUri eq '([^']+)'/.exec(filter)?.[1];
        if (since === undefined) {
          throw badRequest('BadRequest', "The $filter must begin with eventTimestamp ge '<time>'.");
        }
        const value = world.journal
          .list()
          .filter(
            ({ at, method, resourceId, operation }) =>
              method !== 'GET' &&
              operation !== undefined &&
              at >= Date.parse(since) &&
              (resource === undefined || sameId(resourceId ?? '', resource)),
          )
          .map(({ at, operation, principal, status, resourceId, correlationId }) => ({
            eventTimestamp: new Date(at).toISOString(),
            operationName: { value: operation },
            caller: principal,
            status: { value: status < 400 ? 'Accepted' : 'Failed' },
            resourceId,
            correlationId,
          }));
        return { status: 200, body: { value } };
      },
    },
  );
}

/** What is kept behind signed addresses: readable without a token, as blobs with a signature are. */
export function signedText(world: World, path: string): string | undefined {
  const [, vmId] = /^\/_storage\/boot\/([^/]+)\/serialconsole\.log$/.exec(path) ?? [];
  const found = world.machines.all().find((each) => each.vmId === vmId);
  if (found === undefined) return undefined;
  const lines = found.history.map(({ at, power, breakage }) => {
    const stamp = Number.isFinite(at) ? new Date(at).toISOString() : new Date(found.createdAt).toISOString();
    return `[${stamp}] ${found.seed.name}: ${power}${breakage === undefined ? '' : ` (${breakage.kind})`}`;
  });
  // Programs write to the console what they should keep to themselves; whoever keeps a copy must take it out.
  return [...lines, 'app[611]: starting with DB_PASSWORD=hunter2-not-for-logs', ''].join('\n');
}
