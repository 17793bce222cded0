export * from './model';
export { planScaling, unitsOf, type ScalingInput } from './plan';
export {
  flapSeconds,
  replay,
  ruleScaler,
  usualWorld,
  type RecordedLoad,
  type ReplayPoint,
  type ReplayResult,
  type ReplayScaler,
  type ReplayView,
  type ReplayWorld,
} from './replay.plan';
export { createScaler, type Scaler, type ScalingRound } from './scaler';
export { createScalingMemory, scalingKey, type ScalingMemory } from './memory';
export { scalingProcedures } from './procedures';
export { trustOf, type Trust } from './forecast.plan';
export { profileAt } from './profiles';
export { fieldsSetByScaling } from './fields.plan';
export { scalingPermissions } from './permissions';
export { createScalingDesk, scalingName, type ForecastSteps, type Recording, type ScalingDesk } from './desk';
