import type { Clock } from '../../kernel/clock';
import type { Documents } from '../../ports/documents';
import type { Evidence } from '../../ports/evidence';
import { createArmRequests } from './arm-requests';
import { createAzureCaches } from './azure-caches';
import type { AzureClients } from './azure-clients';
import { createAzureDiagnosed } from './azure-diagnosed';
import { createAzureGrowingDisks } from './azure-growing-disks';
import { createAzureGuestScripts } from './azure-guest-scripts';
import { createAzureInstances } from './azure-instances';
import { createAzureIsolation } from './azure-isolation';
import { createAzureLocks } from './azure-locks';
import { createAzureMachines } from './azure-machines';
import { createAzureDnsLinks, createAzurePrivateEndpoints } from './azure-private-links';

/** Everything on Azure that the library of runbooks works on. `endpoint` is ARM's address. */
export function createAzureLibrary(options: {
  readonly clients: AzureClients;
  readonly endpoint: string;
  readonly documents: Documents;
  readonly evidence: Evidence;
  readonly clock: Clock;
}) {
  const { clients, endpoint, documents, evidence, clock } = options;
  const arm = createArmRequests({ arm: clients.arm, endpoint, clock });
  const machines = createAzureMachines({ clients, clock });
  const locks = createAzureLocks({ arm });
  return {
    machines,
    instances: createAzureInstances({ clients, arm, machines, locks, clock }),
    scripts: createAzureGuestScripts({ arm, evidence }),
    disks: createAzureGrowingDisks({ clients, arm, clock }),
    caches: createAzureCaches({ clients, arm, clock }),
    endpoints: createAzurePrivateEndpoints({ arm, documents, clock }),
    dnsLinks: createAzureDnsLinks({ arm, clock }),
    isolation: createAzureIsolation({ arm, machines, locks, clock }),
    diagnosed: createAzureDiagnosed({ clients, arm, evidence, clock }),
  };
}
