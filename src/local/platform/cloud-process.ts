import { join } from 'node:path';
import { startAzurite, startCloud, type RoleDefinition } from '../cloud';
import { serveUntilAsked } from './child-process';
import { timedClock } from './clock';
import type { ScaledTime } from '../../kernel/clock';

/** What the cloud's process tells when it is ready. */
export interface CloudReady {
  readonly controlEndpoint: string;
  /** Issuer and tenant of the tokens that its people get. */
  readonly issuer: string;
  readonly tenantId: string;
  /** Environment for a process that acts with Caretaker's identity. */
  readonly environment: Readonly<Record<string, string>>;
  readonly blob: { readonly connectionString: string; readonly url: string };
}

/** Runs the local cloud and Azurite until asked to stop. Entry of a process of its own. */
export async function runCloudProcess(options: {
  readonly directory: string;
  readonly time: ScaledTime;
  readonly roleDefinitions: readonly RoleDefinition[];
}): Promise<void> {
  const { directory, time, roleDefinitions } = options;
  const clock = timedClock(time);
  const cloud = await startCloud({ directory: join(directory, 'cloud'), clock, roleDefinitions: [...roleDefinitions] });
  const blob = await startAzurite({ directory: join(directory, 'blobs') });
  const ready: CloudReady = {
    controlEndpoint: cloud.controlEndpoint,
    issuer: cloud.issuer,
    tenantId: cloud.tenantId,
    environment: cloud.environment(),
    blob: { connectionString: blob.connectionString, url: blob.url },
  };
  await serveUntilAsked({ ...ready }, async () => {
    await Promise.all([cloud.stop(), blob.stop()]);
  });
}
