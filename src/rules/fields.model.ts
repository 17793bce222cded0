export * from '../kernel/policy-fields';
