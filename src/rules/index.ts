export { admissionSchema, admit, dedupeKey, windowSchema, type Admission, type Window } from './dedupe';
export { policyJsonSchema, policySchemaId } from './json-schema';
export { environmentOf, limitsOf, type EnvironmentLimits } from './limits';
export { compilePolicy, decide, type CompiledPolicy } from './matching';
export * from './model';
export { parsePolicy, policyVersion } from './policy';
export type { RunbookCatalogue } from './policy-checks';
export { createPolicyStore, type PolicyStatus, type PolicyStore, type PolicyStoreOptions } from './policy-store';
export { maximumPolicyLength, readPolicyText, type PolicyText } from './policy-text';
