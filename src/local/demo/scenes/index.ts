import type { Scene } from '../stage';
import { dnsFailover } from './dns';
import { hungMachine } from './hung-machine';
import { scaling } from './scaling';
import { storm } from './storm';

/** Every scene, in the order of the demo. */
export const scenes: readonly Scene[] = [hungMachine, storm, scaling, dnsFailover];
