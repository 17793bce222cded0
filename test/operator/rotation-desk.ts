import { createRotationDocuments } from '../../src/ledger';
import type { Clock } from '../../src/kernel/clock';
import type { Log } from '../../src/kernel/log';
import type { Documents } from '../../src/ports/documents';
import { createRotationDesk, parseRotationPolicy } from '../../src/rotation';
import { subscription } from '../run/intake-world';
import { MemoryVault } from '../rotation/memory-vault';

const vault = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.KeyVault/vaults/kv-1`;

/** A desk over a vault in memory; its policy knows the secret `api-key`. */
export function rotationDesk(ports: { readonly documents: Documents; readonly clock: Clock; readonly log: Log }) {
  const { documents, clock, log } = ports;
  const text = `{version: 1, vaults: [{id: '${vault}', secrets: [{name: api-key, rotator: {kind: observe-only}}]}]}`;
  return createRotationDesk({
    policies: { current: async () => parseRotationPolicy(text) },
    limits: async () => ({
      environment: 'prod',
      patienceSeconds: 60,
      limits: {
        leaseSeconds: 60,
        cooldownSeconds: 0,
        budgets: [{ name: 'all', windowSeconds: 60, maxResources: 9 }],
      },
    }),
    secrets: new MemoryVault(clock),
    rotations: createRotationDocuments({ documents }),
    notifications: { tell: async () => undefined },
    clock,
    log,
  });
}
