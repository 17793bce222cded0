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
