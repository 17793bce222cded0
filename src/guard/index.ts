export * from './model';
export { applyGuardOperation } from './entity';
export { emptyGuard, fenceProblem } from './plan';
