import type { StepFailure } from './model';

/**
 * Codes with which Compute says that there is no room for a machine, as it was asked for, where it was asked for. Another size or
 * another zone may have room (Microsoft Learn, "Troubleshoot allocation failures"; "Resolve errors for SKU not available").
 */
const codes: ReadonlySet<string> = new Set([
  'AllocationFailed',
  'ZonalAllocationFailed',
  'OverconstrainedAllocationRequest',
  'OverconstrainedZonalAllocationRequest',
  'SkuNotAvailable',
]);

/** Whether a step failed for want of room. */
export function isAllocationFailure({ code }: StepFailure): boolean {
  return codes.has(code);
}
