export { durableEngine } from './durable-engine';
export { durableFences } from './durable-fences';
export { durableIncidents } from './durable-incidents';
