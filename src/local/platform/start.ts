import { access } from 'node:fs/promises';
import { askedToStop } from './asked-to-stop';
import { scaledTimeFromNow } from './clock';
import { startPlatform } from './platform';

/** Runs the local platform until the process is asked to stop, and says where things are. */
export async function startLocally(options: {
  readonly port: number;
  readonly speed: number;
  readonly directory: string;
  readonly policy: string;
  readonly root: string;
}): Promise<void> {
  const { port, speed, directory, policy, root } = options;
  await access(policy).catch(() => {
    throw new Error(`there is no policy document at ${policy}; give one with --policy`);
  });
  const platform = await startPlatform({
    directory,
    root,
    policyFile: policy,
    port,
    time: scaledTimeFromNow(speed),
    onLine: (source, line) => {
      process.stderr.write(`[${source}] ${line}\n`);
    },
  });
  const machines = (await platform.control.machines()).map(({ name }) => name);
  process.stdout.write(
    [
      `The console: http://localhost:${new URL(platform.url).port}/ (or ${platform.url}/)`,
      'It asks who you are: Rae reads, Omar operates, Ava approves, Ada may do everything.',
      `The API: ${platform.url}/api`,
      `Functions: ${platform.functions.map(({ name }) => name).join(', ')}`,
      `Machines of the local cloud: ${machines.join(', ')}`,
      'Break one and watch it being repaired:',
      `  curl -X POST -H 'content-type: application/json' ${platform.controlEndpoint}/_local/breakMachine -d '["vm-web-dev-weu-01", {"kind": "guest-hung", "healedBy": "restart"}]'`,
      'Be Ada in a terminal, for the next 12 hours:',
      `  export CARETAKER_URL=${platform.url} CARETAKER_TOKEN=${await platform.token('ada')}`,
      `  curl -H "authorization: Bearer $CARETAKER_TOKEN" $CARETAKER_URL/api/operator/incidents`,
      `Alerts from outside: POST ${platform.url}/api/alerts/azure-monitor/key?code=${platform.key}`,
      `State: ${directory}. Stop with Ctrl+C.`,
      '',
    ].join('\n'),
  );
  const stop = askedToStop();
  await stop.asked;
  stop.dispose();
  await platform.stop();
}
