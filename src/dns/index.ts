/** DNS as a transaction: what zones shall hold, the plan to get there, failover between origins. See docs/dns.md. */
export * from './model';
export { dnsActivities, type DnsActivities, type DnsActivityPorts } from './activities';
export { batchesOf } from './batch.plan';
export { applyContract, concludeContract, planContract, restoreContract, verifyContract } from './contract';
export { comparedRecordSchema, type ComparedRecord, type Said } from './compare.plan';
export { createDnsDesk, zoneTarget, type DnsDesk, type GroupView, type LimitsFor, type ZoneView } from './desk';
export { dnsJsonSchema, parseDnsDocument, type DnsDocument } from './document';
export { writtenRecordSchema } from './document.model';
export type { FailoverState, OriginState } from './failover.model';
export { createDnsDocuments, type DnsDocuments } from './documents';
export { isFromCloudflare, readNotification } from './notification';
export { dnsChangeOrchestrator, dnsChangeOrchestratorName } from './orchestrator';
export { dnsPermissions } from './permissions';
export { planZone, type PlanInput } from './plan';
export { createDnsStore, type DnsStore } from './store';
export { createDnsWatch, type DnsWatch } from './watch';
