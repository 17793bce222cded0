export { askedToStop } from './asked-to-stop';
export { runCloudProcess, type CloudReady } from './cloud-process';
export { scaledTimeFromNow, scaledTimeText, timedClock, type TimedClock } from './clock';
export { runHostProcess, type HostReady } from './host-process';
export { appEnvironment, localWebhookSecret, startPlatform, type Platform, type PlatformOptions } from './platform';
export { roleFromInfra } from './roles';
export { startLocally } from './start';
