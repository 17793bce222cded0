// Asks a deployed Caretaker whether it does its work: sends one synthetic alert and looks for the decision about it.
//   CARETAKER_URL=https://... CARETAKER_TOKEN=... node scripts/pipeline/smoke.mjs <subscription id>
// The alert is about a machine that cannot exist, in a resource group that no policy lets act, so nothing is done about it.
import { randomUUID } from 'node:crypto';

const [subscription] = process.argv.slice(2);
const { CARETAKER_URL: url, CARETAKER_TOKEN: token, CARETAKER_KEY: key } = process.env;
if (subscription === undefined || url === undefined || token === undefined) {
  console.error('give the subscription, and CARETAKER_URL and CARETAKER_TOKEN in the environment');
  process.exit(1);
}
const firedDateTime = new Date().toISOString();
const alertId = `/subscriptions/${subscription}/providers/Microsoft.AlertsManagement/alerts/${randomUUID()}`;
const target = `/subscriptions/${subscription}/resourceGroups/caretaker-smoke/providers/Microsoft.Compute/virtualMachines/synthetic`;
const alert = {
  schemaId: 'azureMonitorCommonAlertSchema',
  data: {
    essentials: {
      alertId,
      alertRule: 'caretaker-smoke',
      severity: 'Sev4',
      signalType: 'Metric',
      monitorCondition: 'Fired',
      monitoringService: 'Platform',
      alertTargetIDs: [target],
      firedDateTime,
      description: 'Synthetic alert of a deployment.',
    },
    alertContext: {},
  },
};
const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${token}`,
  ...(key === undefined ? {} : { 'x-functions-key': key }),
};

/** Calls until it is answered as expected: a new instance takes a while to come up. */
async function call(method, path, body, accepted, deadline) {
  for (;;) {
    let said;
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (accepted.includes(response.status)) {
        return JSON.parse(text);
      }
      said = `${response.status} ${text.slice(0, 300)}`;
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > deadline) {
      console.error(`${method} ${path}: ${said}`);
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
}

const deadline = Date.now() + 300_000;
const taken = await call('POST', '/api/alerts/azure-monitor', alert, [202], deadline);
const [first] = taken.signals;
const [second] = (await call('POST', '/api/alerts/azure-monitor', alert, [202], deadline)).signals;
const problems = [];
if (first?.action === 'open-incident') {
  problems.push('the synthetic alert opened an incident; no policy may act on the resource group caretaker-smoke');
}
if (first?.signalId === undefined || second?.signalId !== first.signalId || second.duplicate !== true) {
  problems.push(`the same alert twice is not one signal: ${JSON.stringify([first, second])}`);
}
if (problems.length === 0) {
  const decision = await call('GET', `/api/operator/decisions/${first.signalId}`, undefined, [200], deadline);
  console.log(
    JSON.stringify({
      signal: first.signalId,
      action: first.action,
      sentence: first.sentence,
      recorded: decision !== null,
    }),
  );
}
problems.forEach((problem) => console.error(problem));
process.exit(problems.length === 0 ? 0 : 1);
