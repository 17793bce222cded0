import type { Scene } from '../stage';
import { approval } from './approval';
import { dnsFailover } from './dns';
import { drill } from './drill';
import { hungMachine } from './hung-machine';
import { leftToPeople } from './left-to-people';
import { replaceInstance } from './replace-instance';
import { restore } from './restore';
import { rotation } from './rotation';
import { scaling } from './scaling';
import { storm } from './storm';

/** Every scene, in the order of the demo. */
export const scenes: readonly Scene[] = [
  hungMachine,
  approval,
  storm,
  scaling,
  replaceInstance,
  dnsFailover,
  rotation,
  drill,
  restore,
  leftToPeople,
];
