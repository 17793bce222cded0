import { CloudOptions, RunningCloud } from './model';

export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  throw new Error(`the local cloud at ${options.directory} cannot start yet`);
}
