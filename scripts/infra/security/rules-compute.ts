import { at, azapi, each, wants, type Rule } from './model';

const set = { root: 'infra/modules/web-vmss', file: 'infra/modules/web-vmss/main.tf' };
const machine = { root: 'infra/modules/web-vm', file: 'infra/modules/web-vm/main.tf' };
const hub = { root: 'infra/modules/hub-network', file: 'infra/modules/hub-network/main.security.tf' };
const spoke = { root: 'infra/modules/spoke-network', file: 'infra/modules/spoke-network/main.security.tf' };
const app = { root: 'infra/modules/function-app', file: 'infra/modules/function-app/main.app.tf' };

const everyone = ['*', '0.0.0.0/0', '::/0', 'Internet', 'Any'];

/** Whether a setting is empty, or has the address of a vault's secret in the place of its value, for the platform or for us. */
const isReference = (value = ''): boolean =>
  /^(?:@Microsoft\.KeyVault\([^)]+\)|https:\/\/[a-z0-9.-]+\/secrets\/[0-9A-Za-z-]+)?$/.test(value);

function sources(values: Readonly<Record<string, unknown>>): string[] {
  return [values['source_address_prefix'], ...((values['source_address_prefixes'] as unknown[] | null) ?? [])]
    .filter((source) => typeof source === 'string')
    .map(String);
}

/** Rules over machines, networks and rights. */
export const computeRules: readonly Rule[] = [
  {
    name: 'CKV_AZURE_97 scale set: encryption at host',
    references: ['CKV_AZURE_97', 'Azure Policy fc4d8e41-e223-45ea-9bf5-eada37891d87'],
    scope: 'resource',
    check: wants('azurerm_orchestrated_virtual_machine_scale_set', 'encryption_at_host_enabled', true),
    broken: { ...set, find: /encryption_at_host_enabled( *)= true/, replace: 'encryption_at_host_enabled$1= false' },
  },
  {
    name: 'Azure Policy fc4d8e41 machine: encryption at host',
    references: ['Azure Policy fc4d8e41-e223-45ea-9bf5-eada37891d87'],
    scope: 'resource',
    check: wants('azurerm_linux_virtual_machine', 'encryption_at_host_enabled', true),
    broken: {
      ...machine,
      find: /encryption_at_host_enabled( *)= true/,
      replace: 'encryption_at_host_enabled$1= false',
    },
  },
  {
    name: 'CKV_AZURE_49 scale set: SSH keys, no passwords',
    references: ['CKV_AZURE_49', 'AVD-AZU-0039'],
    scope: 'resource',
    check: wants(
      'azurerm_orchestrated_virtual_machine_scale_set',
      'os_profile.linux_configuration.disable_password_authentication',
      true,
    ),
    broken: {
      ...set,
      find: /disable_password_authentication = true/,
      replace: 'disable_password_authentication = false',
    },
  },
  {
    name: 'CKV_AZURE_1 machine: SSH keys, no passwords',
    references: ['CKV_AZURE_1', 'CKV_AZURE_178', 'AVD-AZU-0039'],
    scope: 'resource',
    check: wants('azurerm_linux_virtual_machine', 'disable_password_authentication', true),
    broken: {
      ...machine,
      find: /disable_password_authentication( *)= true/,
      replace: 'disable_password_authentication$1= false',
    },
  },
  {
    name: 'MCSB PV-3 machine: secure boot and virtual TPM',
    references: ['MCSB PV-3', 'Azure Policy 1c30f9cd-b84c-49cc-aa2c-9288447cc3b3'],
    scope: 'resource',
    check: each(['azurerm_linux_virtual_machine'], ({ values }) =>
      values['secure_boot_enabled'] === true && values['vtpm_enabled'] === true
        ? undefined
        : 'trusted launch is not complete',
    ),
    broken: { ...machine, find: /secure_boot_enabled( *)= true/, replace: 'secure_boot_enabled$1= false' },
  },
  {
    name: 'MCSB IM-3 machines and apps: a managed identity',
    references: ['MCSB IM-3', 'CKV_AZURE_71'],
    scope: 'resource',
    check: (planned) => [
      ...each(
        [
          'azurerm_orchestrated_virtual_machine_scale_set',
          'azurerm_linux_virtual_machine',
          'azurerm_eventgrid_system_topic',
        ],
        ({ values }) => (at(values, 'identity.type') === undefined ? 'has no managed identity' : undefined),
      )(planned),
      ...azapi('Microsoft.Web/sites', (_body, { values }) =>
        at(values, 'identity.type') === undefined ? 'has no managed identity' : undefined,
      )(planned),
    ],
    broken: {
      ...machine,
      find: /identity \{\s*type {9}= "UserAssigned"\s*identity_ids = \[[^\]]*\]\s*\}/,
      replace: '',
    },
  },
  {
    name: 'CKV_AZURE_251 disks: not downloadable',
    references: ['CKV_AZURE_251', 'Azure Policy 8405fdab-1faf-48aa-b702-999c9c172094'],
    scope: 'resource',
    check: each(['azurerm_managed_disk'], ({ values }) =>
      values['public_network_access_enabled'] === false && values['network_access_policy'] === 'DenyAll'
        ? undefined
        : 'can be downloaded over a network',
    ),
    broken: {
      ...machine,
      find: /network_access_policy( *)= "DenyAll"/,
      replace: 'network_access_policy$1= "AllowAll"',
    },
  },
  {
    name: 'CKV_AZURE_119 network interfaces: no public address',
    references: ['CKV_AZURE_119', 'Azure Policy 83a86a26-fd1f-447c-b59d-e51f44264114'],
    scope: 'resource',
    check: each(['azurerm_network_interface'], ({ values }) =>
      ((values['ip_configuration'] as Readonly<Record<string, unknown>>[] | null) ?? []).some(
        (configuration) => configuration['public_ip_address_id'],
      )
        ? 'has a public address'
        : undefined,
    ),
    broken: {
      ...machine,
      find: /private_ip_address_allocation = "Dynamic"/,
      replace:
        'private_ip_address_allocation = "Dynamic"\n    public_ip_address_id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-test/providers/Microsoft.Network/publicIPAddresses/pip"',
    },
  },
  {
    name: 'CKV_AZURE_118 network interfaces: no forwarding',
    references: ['CKV_AZURE_118'],
    scope: 'resource',
    check: wants('azurerm_network_interface', 'ip_forwarding_enabled', false),
    broken: { ...machine, find: /ip_forwarding_enabled( *)= false/, replace: 'ip_forwarding_enabled$1= true' },
  },
  {
    name: 'AVD-AZU-0047 security rules: nothing comes in from everywhere',
    references: [
      'AVD-AZU-0047',
      'AVD-AZU-0050',
      'CKV_AZURE_9',
      'CKV_AZURE_10',
      'CKV_AZURE_160',
      'CIS Azure 6.1',
      'CIS Azure 6.2',
    ],
    scope: 'resource',
    check: each(['azurerm_network_security_rule'], ({ values }) =>
      values['direction'] === 'Inbound' &&
      values['access'] === 'Allow' &&
      sources(values).some((source) => everyone.includes(source))
        ? `admits ${sources(values).join(', ')}`
        : undefined,
    ),
    broken: {
      ...hub,
      find: /source = try\(var\.bastion\.allowed_source_prefixes, \[\]\)/,
      replace: 'source = ["Internet"]',
    },
  },
  {
    name: 'MCSB NS-1 security groups: the last rule denies by default, in and out',
    references: ['MCSB NS-1'],
    scope: 'resource',
    check: (planned) =>
      planned.resources
        .filter(({ type }) => type === 'azurerm_network_security_group')
        .flatMap((group) =>
          ['Inbound', 'Outbound']
            .filter(
              (direction) =>
                !planned.resources.some(
                  ({ type, module, values }) =>
                    type === 'azurerm_network_security_rule' &&
                    module === group.module &&
                    values['network_security_group_name'] === group.values['name'] &&
                    values['direction'] === direction &&
                    values['access'] === 'Deny' &&
                    values['priority'] === 4096 &&
                    sources(values).includes('*') &&
                    values['destination_port_range'] === '*' &&
                    values['protocol'] === '*',
                ),
            )
            .map((direction) => ({
              address: group.address,
              problem: `does not end in a denial of everything ${direction.toLowerCase()}`,
            })),
        ),
    broken: { ...spoke, find: /for direction in \["Inbound", "Outbound"\]/, replace: 'for direction in ["Outbound"]' },
  },
  {
    name: 'CKV2_AZURE_31 subnets: a security group each',
    references: ['CKV2_AZURE_31', 'MCSB NS-1'],
    scope: 'resource',
    check: (planned) =>
      planned.resources
        .filter(({ type, values }) => type === 'azurerm_subnet' && values['name'] !== 'AzureFirewallSubnet')
        .filter((subnet) => {
          const beside = planned.resources.filter(({ module }) => module === subnet.module);
          const guarded = beside.filter(
            ({ type }) => type === 'azurerm_subnet_network_security_group_association',
          ).length;
          const all = beside.filter(
            ({ type, values }) => type === 'azurerm_subnet' && values['name'] !== 'AzureFirewallSubnet',
          ).length;
          return guarded < all;
        })
        .map(({ address }) => ({ address, problem: 'or one of its neighbours has no security group' })),
    broken: {
      ...spoke,
      find: /resource "azurerm_subnet_network_security_group_association" "this" \{\s*for_each = var\.subnets/,
      replace:
        'resource "azurerm_subnet_network_security_group_association" "this" {\n  for_each = { for key, subnet in var.subnets : key => subnet if key == "web" }',
    },
  },
  {
    name: 'MCSB NS-2 subnets: no service endpoints and no implicit way out',
    references: ['MCSB NS-2', 'Azure Policy 7bca8353-aa3b-429b-904a-9229c4385837'],
    scope: 'resource',
    check: each(['azurerm_subnet'], ({ values }) => {
      if (['AzureFirewallSubnet', 'AzureBastionSubnet'].includes(String(values['name']))) return undefined;
      if (((values['service_endpoints'] as unknown[] | null) ?? []).length > 0) return 'has service endpoints';
      return values['default_outbound_access_enabled'] === false ? undefined : "uses Azure's implicit way out";
    }),
    broken: {
      root: spoke.root,
      file: 'infra/modules/spoke-network/main.tf',
      find: /default_outbound_access_enabled( *)= false/,
      replace: 'default_outbound_access_enabled$1= true',
    },
  },
  {
    name: 'CKV_AZURE_12 networks: flow logs for 90 days',
    references: ['CKV_AZURE_12', 'AVD-AZU-0049', 'CIS Azure 6.5'],
    scope: 'resource',
    check: (planned) =>
      planned.resources
        .filter(({ type }) => type === 'azurerm_virtual_network')
        .filter(
          (network) =>
            !planned.resources.some(
              ({ type, module, values }) =>
                type === 'azurerm_network_watcher_flow_log' &&
                module === network.module &&
                values['enabled'] === true &&
                at(values, 'retention_policy.enabled') === true &&
                Number(at(values, 'retention_policy.days')) >= 90,
            ),
        )
        .map(({ address }) => ({ address, problem: 'has no flow log that is kept for 90 days' })),
    broken: {
      root: hub.root,
      file: 'infra/modules/hub-network/main.diagnostics.tf',
      find: /enabled( *)= true\n( *)version/,
      replace: 'enabled$1= false\n$2version',
    },
  },
  {
    name: 'CKV_AZURE_216 firewall: threat intelligence denies',
    references: ['CKV_AZURE_216', 'CKV_AZURE_220'],
    scope: 'resource',
    check: each(['azurerm_firewall_policy'], ({ values }) => {
      if (values['threat_intelligence_mode'] !== 'Deny') return 'threat intelligence does not deny';
      return values['sku'] !== 'Premium' || at(values, 'intrusion_detection.mode') === 'Deny'
        ? undefined
        : 'intrusion detection does not deny';
    }),
    broken: {
      root: hub.root,
      file: 'infra/modules/hub-network/main.egress.tf',
      find: /threat_intelligence_mode = "Deny"/,
      replace: 'threat_intelligence_mode = "Alert"',
    },
  },
  {
    name: 'CKV_AZURE_39 roles: no wildcard and no right over rights',
    references: ['CKV_AZURE_39', 'AVD-AZU-0030', 'CIS Azure 1.23'],
    scope: 'resource',
    check: each(['azurerm_role_definition'], ({ values }) => {
      const operations = [at(values, 'permissions.actions'), at(values, 'permissions.data_actions')].flatMap(
        (list) => (list as string[] | null) ?? [],
      );
      const bad = operations.filter(
        // Reading locks is no right over rights: who respects a lock has to see it.
        (operation) => operation.includes('*') || /^microsoft\.authorization\/(?!locks\/read$)/i.test(operation),
      );
      return bad.length === 0 ? undefined : `holds ${bad.join(', ')}`;
    }),
    broken: {
      root: 'infra/modules/caretaker-role',
      file: 'infra/modules/caretaker-role/main.tf',
      find: /actions {6}= local\.actions\[each\.key\]/,
      replace: 'actions = ["*"]',
    },
  },
  {
    name: 'MCSB IM-8 app settings: no secret',
    references: ['MCSB IM-8', 'CWE-312'],
    scope: 'resource',
    check: azapi('Microsoft.Web/sites', (body) => {
      const settings =
        (at(body, 'properties.siteConfig.appSettings') as { name: string; value?: string }[] | undefined) ?? [];
      const leaking = settings.filter(
        ({ name, value }) =>
          name === 'AzureWebJobsStorage' ||
          (!isReference(value) && /AccountKey=|SharedAccessKey=|sig=|password|secret/i.test(`${name} ${value ?? ''}`)),
      );
      return leaking.length === 0 ? undefined : `${leaking.map(({ name }) => name).join(', ')} looks like a secret`;
    }),
    broken: {
      root: app.root,
      file: 'infra/modules/function-app/main.settings.tf',
      find: /FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR = "true"/,
      replace:
        'FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR = "true"\n      AzureWebJobsStorage = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=y"',
    },
  },
  {
    name: 'CWE-200 outputs: no secret',
    references: ['CWE-200', 'MCSB IM-8'],
    scope: 'resource',
    check: (planned) =>
      Object.entries(planned.outputs)
        .filter(
          ([name, sensitive]) => sensitive || /(^|_)(password|secret|token|access_key|connection_string)$/.test(name),
        )
        .map(([name]) => ({
          address: `output.${name}`,
          problem: 'is sensitive or named like a secret: put the value into a vault and give out its address',
        })),
    broken: {
      root: 'infra/modules/cloudflare-dns',
      file: 'infra/modules/cloudflare-dns/outputs.tf',
      find: /$/,
      replace:
        '\noutput "caretaker_token" {\n  description = "x"\n  sensitive   = true\n  value       = try(cloudflare_api_token.caretaker["this"].value, null)\n}\n',
    },
  },
  {
    name: 'RFC 9325 Cloudflare: TLS 1.2, strict to the origin, HTTPS always, HSTS',
    references: ['RFC 9325 3.1.1', 'RFC 6797'],
    scope: 'resource',
    check: (planned) => {
      const wanted: Readonly<Record<string, string>> = {
        min_tls_version: '1.2',
        ssl: 'strict',
        always_use_https: 'on',
      };
      return each(['cloudflare_zone_setting'], ({ values }) => {
        const name = String(values['setting_id']);
        if (name === 'security_header') {
          return at(values, 'value.strict_transport_security.enabled') === true ? undefined : 'HSTS is off';
        }
        return wanted[name] === undefined || values['value'] === wanted[name]
          ? undefined
          : `${name} is ${String(values['value'])}`;
      })(planned);
    },
    broken: {
      root: 'infra/modules/cloudflare-dns',
      file: 'infra/modules/cloudflare-dns/main.tf',
      find: /min_tls_version( *)= "1\.2"/,
      replace: 'min_tls_version$1= "1.0"',
    },
  },
];
