/**
 * The local cloud: Azure over the wire, in memory. `startCloud` gives endpoints that the real SDKs talk to unchanged.
 */
export * from './model';
export { startCloud } from './start';
