import type { HostOptions, RunningHost } from './api';

/** Starts a host. */
export function startHost(_options: HostOptions): Promise<RunningHost> {
  return Promise.reject(new Error('startHost is not available yet'));
}
