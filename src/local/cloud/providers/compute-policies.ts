import type { ProviderPolicy } from '../throttling';

/** Throttling of Compute. Source: Azure documentation, "Compute throttling limits" (tables for virtual machines). */
const policy = (
  name: string,
  perSubscription: [perMinute: number, capacity: number],
  perResource?: [perMinute: number, capacity: number],
): ProviderPolicy => ({
  name: `Microsoft.Compute/${name}`,
  perSubscription: { perMinute: perSubscription[0], capacity: perSubscription[1] },
  ...(perResource === undefined ? {} : { perResource: { perMinute: perResource[0], capacity: perResource[1] } }),
});

export const computePolicies = {
  getMachine: policy('GetVM', [8_000, 24_000], [12, 36]),
  /** Start, restart, redeploy, power off, and PATCH. */
  updateMachine: policy('UpdateVM', [500, 1_500], [4, 12]),
  /** Delete and deallocate. */
  deleteMachine: policy('DeleteVM', [500, 1_500], [4, 12]),
  /** Source: the same page, tables for virtual machine scale sets. */
  getScaleSet: policy('GetVMScaleSet', [1_000, 3_000], [12, 36]),
  updateScaleSet: policy('VMScaleSetActions', [500, 1_500], [12, 36]),
  list: policy('HighCostGet', [300, 900]),
  operationStatus: policy('GetOperation', [5_000, 15_000], [15, 45]),
} as const;
