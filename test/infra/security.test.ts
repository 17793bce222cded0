import {
  covers,
  exceptionSchema,
  expired,
  readExceptions,
  type Exception,
} from '../../scripts/infra/security/exceptions';
import { judge, rules } from '../../scripts/infra/security/rules';
import type { Planned, PlannedResource } from '../../scripts/infra/terraform';
import { repository } from './support';

const exception: Exception = {
  rule: 'CKV_AZURE_59',
  resource: 'azurerm_storage_account.this["events"]',
  reason: 'Event Grid delivers as a trusted service, through the exception of the firewall.',
  owner: 'platform@contoso.example',
  expires: '2027-09-30',
};

function resource(address: string, values: Record<string, unknown>): PlannedResource {
  const [type = '', name = ''] = address.split('.').slice(-2);
  return { address, module: address.split('.').slice(0, -2).join('.'), type, name: name.split('[')[0] ?? '', values };
}

function planned(...resources: PlannedResource[]): Planned {
  return { run: 'plan', resources, outputs: {} };
}

function rule(start: string): (typeof rules)[number] {
  const found = rules.find(({ name }) => name.startsWith(start));
  if (!found) throw new Error(`no rule ${start}`);
  return found;
}

describe('the security baseline', () => {
  it('names every rule once, by a public identifier, with its references', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name, references } of rules) {
      const identifier =
        /^(CKV2?_AZURE_\d+|AVD-AZU-\d{4}|CIS Azure [\d.]+|MCSB [A-Z]{2}-\d|CWE-\d+|RFC \d+|Azure Policy [0-9a-f]{8}) /.exec(
          name,
        )?.[1];
      expect([name, references[0]?.startsWith(identifier ?? 'nothing')]).toEqual([name, true]);
    }
  });

  it('covers what is asked for', () => {
    const names = rules.map(({ name }) => name).join('\n');
    for (const word of [
      'HTTPS',
      'TLS',
      'public network access',
      'denies by default',
      'purge protection',
      'encryption at host',
      'app settings: no secret',
      'outputs: no secret',
      'managed identity',
      'diagnostic setting for every',
      'alerts: one',
      'tags: every',
    ]) {
      expect(names).toContain(word);
    }
  });

  it('finds a resource without an alert, and none when there is one of its name', () => {
    const redis = resource('module.redis.azurerm_managed_redis.this', { name: 'amr-x' });
    const alert = resource('module.alerts.azurerm_monitor_metric_alert.this["redis/memory"]', {
      name: 'alert-amr-x-memory',
    });
    const alerts = rule('CIS Azure 5.2');
    expect(alerts.check(planned(redis)).map(({ address }) => address)).toEqual([redis.address]);
    expect(alerts.check(planned(redis, alert))).toEqual([]);
  });

  it('asks who watches a type of resource that it does not know', () => {
    const findings = rule('MCSB LT-3').check(planned(resource('azurerm_kubernetes_cluster.this', { name: 'aks' })));
    expect(findings).toEqual([
      {
        address: 'azurerm_kubernetes_cluster.this',
        problem: 'nobody decided what watches azurerm_kubernetes_cluster: add it to rules-estate.ts',
      },
    ]);
  });

  it('names the tags that are missing', () => {
    const group = resource('azurerm_resource_group.this', { tags: { environment: 'dev', owner: 'a@b.example' } });
    expect(rule('Azure Policy 871b6d14').check(planned(group))[0]?.problem).toBe(
      'lacks cost-center, data-class, workload, managed-by, caretaker-mode, caretaker-backup-tier, caretaker-window',
    );
  });
});

describe('exceptions', () => {
  it('are complete, and none has expired', async () => {
    const exceptions = await readExceptions(repository);
    expect(expired(exceptions, new Date().toISOString().slice(0, 10))).toEqual([]);
  });

  it('hold to their last day and not longer', () => {
    expect(expired([exception], '2027-09-30')).toEqual([]);
    expect(expired([exception], '2027-10-01')).toEqual([exception]);
  });

  it.each([{ reason: 'because' }, { expires: 'never' }, { owner: 'nobody' }, { note: 'x' }])('refuse %p', (change) => {
    expect(exceptionSchema.safeParse({ ...exception, ...change }).success).toBe(false);
  });

  it('cover their rule and resource alone', () => {
    const name = 'CKV_AZURE_59 storage: no public network access';
    expect(covers(exception, name, 'module.caretaker.azurerm_storage_account.this["events"]')).toBe(true);
    expect(covers(exception, name, 'module.caretaker.azurerm_storage_account.this["data"]')).toBe(false);
    expect(covers(exception, 'CKV_AZURE_590 something else', 'azurerm_storage_account.this["events"]')).toBe(false);
  });

  it('silence a finding and are counted as used', () => {
    const used = new Set<Exception>();
    const open = { public_network_access_enabled: true };
    const plan = planned(
      resource('module.caretaker.azurerm_storage_account.this["events"]', open),
      resource('module.caretaker.azurerm_storage_account.this["data"]', open),
    );
    expect(judge(rule('CKV_AZURE_59'), plan, [exception], used).map(({ address }) => address)).toEqual([
      'module.caretaker.azurerm_storage_account.this["data"]',
    ]);
    expect(used).toEqual(new Set([exception]));
  });
});
