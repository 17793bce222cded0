import type { Scene } from '../stage';
import { hungMachine } from './hung-machine';

/** Every scene, in the order of the demo. */
export const scenes: readonly Scene[] = [hungMachine];
