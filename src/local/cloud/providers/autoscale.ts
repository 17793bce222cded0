import { z } from 'zod';
import type { AutoscaleSetting } from '../autoscale';
import { badRequest, resourceNotFound } from '../errors';
import { sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import type { World } from '../world';
import { page } from './listing';

const type = 'Microsoft.Insights/autoscaleSettings';
const apiVersions = ['2022-10-01', '2021-05-01-preview', '2015-04-01'] as const;
const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Insights';
const count = z.string().regex(/^\d{1,4}$/);

const bodySchema = z.looseObject({
  location: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.looseObject({
    enabled: z.boolean().default(false),
    targetResourceUri: z.string(),
    profiles: z
      .array(
        z.looseObject({
          name: z.string(),
          capacity: z.looseObject({ minimum: count, maximum: count, default: count }),
          rules: z.array(
            z.looseObject({
              metricTrigger: z.looseObject({
                metricName: z.string(),
                metricResourceUri: z.string(),
                timeWindow: z.string(),
                operator: z.string(),
                threshold: z.number(),
              }),
              scaleAction: z.looseObject({
                direction: z.enum(['Increase', 'Decrease']),
                type: z.string(),
                value: z.string(),
                cooldown: z.string(),
              }),
            }),
          ),
        }),
      )
      .min(1)
      .max(20),
  }),
});

/** Microsoft.Insights: settings of autoscale. */
export function registerAutoscale(router: Router, world: World): void {
  const { settings } = world.autoscale;
  const list = (call: ArmCall, scope: string): ArmAnswer =>
    page(
      call,
      world.pageSize,
      [...settings.values()].filter(({ id }) => withinScope(id, scope)),
      show,
    );
  const read: Pick<ArmRoute, 'method' | 'action' | 'apiVersions'> = {
    method: 'GET',
    action: `${type}/read`,
    apiVersions,
  };
  router.add(
    {
      ...read,
      template: `${inGroup}/autoscaleSettings/{settingName}`,
      handle(call) {
        const found = settings.get(call.resourceId.toLowerCase());
        if (found !== undefined) return { status: 200, body: show(found) };
        throw resourceNotFound(type, call.params['settingName'] ?? '', call.params['resourceGroup'] ?? '');
      },
    },
    {
      ...read,
      template: `${inGroup}/autoscaleSettings`,
      handle: (call) =>
        list(call, `/subscriptions/${call.subscriptionId}/resourceGroups/${call.params['resourceGroup']}`),
    },
    {
      ...read,
      template: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/autoscaleSettings',
      handle: (call) => list(call, `/subscriptions/${call.subscriptionId}`),
    },
    {
      method: 'PUT',
      template: `${inGroup}/autoscaleSettings/{settingName}`,
      action: `${type}/write`,
      apiVersions,
      handle(call) {
        const parsed = bodySchema.safeParse(call.body);
        if (!parsed.success) {
          const [problem] = parsed.error.issues;
          throw badRequest('InvalidAutoscaleSetting', `${problem?.path.join('.') ?? ''}: ${problem?.message ?? ''}`);
        }
        const { location, tags = {}, properties } = parsed.data;
        const known = [...settings.values()].find(
          (each) =>
            sameId(each.properties.targetResourceUri, properties.targetResourceUri) &&
            !sameId(each.id, call.resourceId),
        );
        if (known !== undefined) {
          throw badRequest(
            'ResourceHasAutoscaleSetting',
            `The resource has the autoscale setting ${known.name} already.`,
          );
        }
        for (const { capacity, name } of properties.profiles) {
          if (Number(capacity.minimum) > Number(capacity.maximum)) {
            throw badRequest('InvalidAutoscaleSetting', `Profile ${name}: the minimum is above the maximum.`);
          }
        }
        const before = settings.get(call.resourceId.toLowerCase());
        const setting: AutoscaleSetting = {
          id: before?.id ?? call.path,
          name: call.params['settingName'] ?? '',
          location,
          tags,
          properties,
        };
        if (call.fault?.effect.kind !== 'accept-and-do-nothing') settings.set(setting.id.toLowerCase(), setting);
        return { status: before === undefined ? 201 : 200, body: show(setting) };
      },
    },
  );
}

function show(setting: AutoscaleSetting): Record<string, unknown> {
  return { ...setting, type };
}
