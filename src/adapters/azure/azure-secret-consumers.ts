import { z } from 'zod';
import { PermanentError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { Adoption, SettingReferences, TellableMachines } from '../../ports/consumers';
import { armBody } from './arm-body';
import type { AzureClients } from './azure-clients';

/** Stable versions of Microsoft.Web and Microsoft.Compute (Azure REST API specifications). */
const webVersion = '2023-12-01';
const computeVersion = '2025-04-01';

const referenceSchema = z.object({
  properties: z.object({ status: z.string(), activeVersion: z.string().nullish(), secretName: z.string().nullish() }),
});

/** App settings that refer to secrets. App Service resolves references once a day; asked to, at once. */
export function createAzureSettingReferences({ arm }: AzureClients): SettingReferences {
  const base = (site: ResourceId): string => `${site}/config/configreferences/appsettings`;
  return {
    async refresh(site, abort) {
      await armBody(arm, 'post', `${base(site)}/refresh`, webVersion, z.unknown(), abort);
    },
    async adoption(site, setting, wanted, abort): Promise<Adoption> {
      const path = `${base(site)}/${encodeURIComponent(setting)}`;
      const { properties } = await armBody(arm, 'get', path, webVersion, referenceSchema, abort);
      const { status, activeVersion } = properties;
      if (status !== 'Resolved') {
        return { kind: 'failing', reason: `App Service says ${status.slice(0, 60)} of the setting ${setting}` };
      }
      return activeVersion === wanted.version
        ? { kind: 'adopted' }
        : { kind: 'lagging', reason: `the setting ${setting} is still at version ${activeVersion ?? 'unknown'}` };
    },
  };
}

/** Name of the managed run command by which a machine is told of a secret: one for a machine, replaced each time. */
const commandName = 'caretaker-secret';

const machineSchema = z.object({
  id: z.string(),
  location: z.string(),
  properties: z.object({ virtualMachineScaleSet: z.object({ id: z.string() }).nullish() }),
});
const machinesSchema = z.object({ value: z.array(machineSchema), nextLink: z.string().nullish() });
const commandSchema = z.object({
  properties: z.object({
    instanceView: z
      .object({ executionState: z.string(), exitCode: z.number().nullish(), output: z.string().nullish() })
      .nullish(),
  }),
});

/** Machines, and scale sets of flexible orchestration, told by a managed run command. */
export function createAzureTellableMachines({ arm }: AzureClients): TellableMachines {
  return {
    async machines(target, abort) {
      if (parseResourceId(target)?.parts.type !== 'microsoft.compute/virtualmachinescalesets') {
        return [target];
      }
      const group = target.slice(0, target.indexOf('/providers/'));
      const found: ResourceId[] = [];
      let path: string | null = `${group}/providers/Microsoft.Compute/virtualMachines`;
      while (path !== null) {
        const page: z.infer<typeof machinesSchema> = await armBody(
          arm,
          'get',
          path,
          computeVersion,
          machinesSchema,
          abort,
        );
        for (const { id, properties } of page.value) {
          const parsed = parseResourceId(id);
          if (parsed !== undefined && properties.virtualMachineScaleSet?.id.toLowerCase() === target) {
            found.push(parsed.id);
          }
        }
        path = page.nextLink?.replace(/^https:\/\/[^/]+/, '') ?? null;
      }
      return found;
    },
    async tell(machine, script, { name, version }, abort) {
      const { location } = await armBody(arm, 'get', machine, computeVersion, machineSchema, abort);
      const parameters = [
        { name: 'SECRET_NAME', value: name },
        { name: 'SECRET_VERSION', value: version },
      ];
      const body = {
        location,
        properties: { source: { script }, parameters, asyncExecution: false, timeoutInSeconds: 300 },
      };
      await armBody(arm, 'put', `${machine}/runCommands/${commandName}`, computeVersion, z.unknown(), abort, body);
    },
    async adoption(machine, wanted, abort): Promise<Adoption> {
      let view;
      try {
        const path = `${machine}/runCommands/${commandName}?$expand=instanceView`;
        view = (await armBody(arm, 'get', path, computeVersion, commandSchema, abort)).properties.instanceView;
      } catch (error) {
        if (error instanceof PermanentError && error.details['status'] === 404) {
          return { kind: 'lagging', reason: 'it was not told yet' };
        }
        throw error;
      }
      if (view?.executionState === 'Failed' || (view?.exitCode ?? 0) !== 0) {
        return { kind: 'failing', reason: `its script ended with code ${view?.exitCode ?? 'unknown'}` };
      }
      const used = /^version=([0-9a-f]{32})\s*$/m.exec(view?.output ?? '')?.[1];
      return used === wanted.version
        ? { kind: 'adopted' }
        : { kind: 'lagging', reason: `its script says version ${used ?? 'none'}` };
    },
  };
}
