import { startJobServer, world } from './crash-patterns';
import { HostBench } from './support';

import '../../conformance/apps/patterns/functions/durable.js';

describe('callHttp', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('starts a job once and asks for it at the times and the place that the answers name', async () => {
    const jobs = await startJobServer();
    try {
      const host = await bench.start();
      world.now = () => host.clock.now();
      const id = await host.startOrchestration('jobPolling');
      await host.runToQuiescence();
      expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Completed', output: [200, 'done'] });
      expect(jobs.requests).toEqual([
        'POST /jobs at 0s',
        'GET /jobs/1 at 10s',
        'GET /jobs/1 at 20s',
        'GET /jobs/1 at 30s',
      ]);
    } finally {
      await jobs.close();
    }
  });

  it('asks nowhere when the answer is a refusal', async () => {
    const jobs = await startJobServer();
    try {
      const host = await bench.start();
      world.now = () => host.clock.now();
      const id = await host.startOrchestration('jobPolling', { input: `${world.jobs}/none` });
      await host.runToQuiescence();
      expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Completed', output: [404, 'no such job'] });
      expect(jobs.requests).toEqual(['POST /jobs/none at 0s']);
    } finally {
      await jobs.close();
    }
  });
});
