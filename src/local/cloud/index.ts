/**
 * The local cloud: Azure over the wire, in memory. `startCloud` gives endpoints that the real SDKs talk to unchanged.
 */
export type * from './model';
export { startAzurite } from './azurite';
export type { AzuriteOptions, RunningAzurite } from './azurite';
export { createManualClock, createSystemClock } from './clock';
export type { ManualClock } from './clock';
export { connectCloudControl } from './control';
export { CloudControlError } from './errors';
export { seedEstate } from './estate';
export type { Inbox, InboxMessage } from './inbox';
export { defaultTiming, startCloud } from './start';
