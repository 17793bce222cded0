import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seconds } from '../../src/kernel/duration';
import { silentLog } from '../../src/kernel/log';
import {
  createDeadLetters,
  createDecisionRecords,
  createIncidentDocuments,
  createLedger,
  createRunDocuments,
} from '../../src/ledger';
import type { Documents } from '../../src/ports/documents';
import type { Incidents } from '../../src/ports/incidents';
import type { LedgerLogs } from '../../src/ports/ledger-logs';
import type { PolicySource } from '../../src/ports/policy-source';
import { createPolicyStore } from '../../src/rules';
import { createInventory } from '../../src/inventory';
import type { ListedResource } from '../../src/ports/resource-group';
import { createCorrelations, createIntake, createRecords } from '../../src/run';
import { catalogue } from '../../src/runbooks';
import { parseAzureMonitorAlert, type Signal } from '../../src/signal';
import { MemoryStorage } from '../support/memory-storage';
import { Breaker, HandClock } from './fixture';

/** The subscription of the alert fixtures. */
export const subscription = '3f1d6c52-8c1e-4b7a-9d55-0a6f3c2b7e11';

export const policyText = `
version: 1
environments:
  prod:
    subscriptions: [${subscription}]
    resourceGroups: ['rg-web-*']
    ceiling: auto
    budgets: [{ name: hourly, window: 1h, maxResources: 2 }]
rules:
  - name: other-alerts
    match: { alertRule: ['cpu-*'] }
    mode: observe
    ladder: [{ runbook: restart-vm }]
  - name: vm-unavailable
    match: { alertRule: ['vm-unavailable'] }
    mode: auto
    ladder: [{ runbook: restart-vm }, { runbook: redeploy-vm }]
`;

/** A real alert in the common alert schema, as text. */
export function alertText(name: string): string {
  return readFileSync(join(__dirname, '../fixtures/signals/azure-monitor', `${name}.json`), 'utf8');
}

/** The one signal of a real alert. */
export function signalOf(name: string): Signal {
  const [signal] = parseAzureMonitorAlert(JSON.parse(alertText(name)), { subscriptions: new Set([subscription]) });
  return signal as Signal;
}

/** Incidents as the durable engine keeps them: an id is opened once. */
export class RememberedIncidents implements Incidents {
  readonly orders = new Map<string, unknown>();
  readonly told: { readonly id: string; readonly signalId: string }[] = [];

  /** Incidents that are over. */
  readonly ended = new Set<string>();

  constructor(private readonly breaker: Breaker) {}

  state(id: string): Promise<'running' | 'ended' | 'none'> {
    return this.breaker.act('state', async () =>
      this.ended.has(id) ? 'ended' : this.orders.has(id) ? 'running' : 'none',
    );
  }

  open(id: string, order: unknown): Promise<'opened' | 'exists'> {
    return this.breaker.act('open', async () => {
      if (this.orders.has(id)) {
        return 'exists';
      }
      this.orders.set(id, order);
      return 'opened';
    });
  }

  resolve(id: string, news: { readonly signalId: string }): Promise<'told' | 'none'> {
    return this.breaker.act('resolve', async () => {
      if (!this.orders.has(id)) {
        return 'none';
      }
      this.told.push({ id, signalId: news.signalId });
      return 'told';
    });
  }
}

/** Everything that a door stands on, over storage in memory whose every operation is an act of the breaker. */
export function intakeWorld(
  source: PolicySource = { read: async () => ({ kind: 'document', text: policyText, etag: '1' }) },
) {
  /** What there is in every resource group. */
  const resources: ListedResource[] = [];
  const clock = new HandClock();
  const breaker = new Breaker();
  const storage = new MemoryStorage();
  const documents: Documents = breaker.around(storage.documents);
  const logs: LedgerLogs = {
    append: (path, text, length) => breaker.act('append', () => storage.ledgerLogs.append(path, text, length)),
    read: (path, range) => breaker.act('read', () => storage.ledgerLogs.read(path, range)),
    list: (prefix) => storage.ledgerLogs.list(prefix),
  };
  const runs = createRunDocuments({ documents });
  const incidentReports = createIncidentDocuments({ documents });
  const decisions = createDecisionRecords({ documents, clock });
  const deadLetters = createDeadLetters({ documents });
  const policies = createPolicyStore({ source, catalogue, log: silentLog, clock, maxAge: seconds(30) });
  const incidents = new RememberedIncidents(breaker);
  /** As a new process begins: nothing in memory but what is stored. */
  const start = (inUse = policies) => {
    const ledger = createLedger({ logs, documents, clock, environment: 'test' });
    const records = createRecords({ documents, ledger, runs, incidents: incidentReports, clock });
    const correlations = createCorrelations({ documents, clock });
    const inventory = createInventory({
      groups: { list: async () => resources },
      documents: storage.documents,
      clock,
      log: silentLog,
    });
    const ports = { policies: inUse, catalogue, decisions, ledger, records, documents, inventory, correlations, clock };
    const intake = createIntake({ ...ports, log: silentLog });
    return { intake, records, ledger };
  };
  /** Entries of the ledger by kind and subject, as its readers see them: a repeat after a crash is dropped. */
  const entries = async (): Promise<string[]> => {
    const seen: string[] = [];
    for await (const { kind, subject } of start().ledger.read()) {
      seen.push(`${kind} ${subject}`);
    }
    return seen;
  };
  return {
    resources,
    clock,
    breaker,
    storage,
    logs,
    documents,
    decisions,
    deadLetters,
    policies,
    runs,
    incidentReports,
    incidents,
    start,
    entries,
  };
}
