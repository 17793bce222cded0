import type { Router } from '../router';
import type { World } from '../world';

const apiVersions = ['2020-05-01', '2016-09-01'] as const;

/** Microsoft.Authorization/locks: what is locked, seen from any scope. Locks are made by the lever, as by somebody with more rights. */
export function registerLocks(router: Router, world: World): void {
  router.add({
    method: 'GET',
    template: '{+scope}/providers/Microsoft.Authorization/locks',
    action: 'Microsoft.Authorization/locks/read',
    apiVersions,
    handle(call) {
      const value = world.locks.over(call.params['scope'] ?? '').map(({ scope, level, name }) => ({
        id: `${scope}/providers/Microsoft.Authorization/locks/${name}`,
        type: 'Microsoft.Authorization/locks',
        name,
        properties: { level },
      }));
      return { status: 200, body: { value } };
    },
  });
}
