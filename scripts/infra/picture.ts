import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import { readFolder, type ModuleCall, type TerraformFolder } from './hcl';

/** A module call, ready to be drawn. */
interface Box {
  readonly call: string;
  readonly module: string;
  readonly lines: readonly string[];
  readonly uses: readonly string[];
}

/** Where a module stands in the picture. What is not listed comes last, so that a new module is never left out. */
const columns: Readonly<Record<string, readonly string[]>> = {
  'Network and names': ['hub-network', 'spoke-network', 'private-dns', 'cloudflare-dns', 'naming', 'resource-group'],
  'Machines and data': ['web-vmss', 'web-vm', 'redis', 'key-vault', 'backup-policy'],
  'Eyes and hands': ['monitoring', 'alerts', 'function-app', 'event-source', 'caretaker-role'],
};

/** What a reader wants to see of a module: its telling resources in plain words. */
const words: Readonly<Record<string, string>> = {
  azurerm_bastion_host: 'bastion',
  azurerm_firewall: 'firewall',
  azurerm_nat_gateway: 'NAT gateway',
  azurerm_private_dns_resolver: 'DNS resolver',
  azurerm_network_watcher_flow_log: 'flow logs',
  azurerm_virtual_network_peering: 'peering both ways',
  azurerm_network_security_group: 'security groups, deny by default',
  azurerm_private_dns_zone: 'private link zones',
  azurerm_management_lock: 'lock',
  azurerm_consumption_budget_resource_group: 'budget',
  azurerm_key_vault: 'Key Vault',
  azurerm_managed_redis: 'Managed Redis',
  azurerm_orchestrated_virtual_machine_scale_set: 'scale set over zones',
  azurerm_lb: 'load balancer',
  azurerm_linux_virtual_machine: 'virtual machine',
  azurerm_managed_disk: 'data disks',
  azurerm_log_analytics_workspace: 'Log Analytics',
  azurerm_monitor_action_group: 'action groups',
  azurerm_monitor_data_collection_rule: 'data collection',
  azurerm_monitor_metric_alert: 'metric alerts',
  azurerm_monitor_activity_log_alert: 'health and activity alerts',
  azurerm_monitor_private_link_scope: 'private link scope',
  azurerm_application_insights_workbook: 'workbook',
  azurerm_application_insights: 'Application Insights',
  azurerm_storage_account: 'storage',
  azurerm_storage_container_immutability_policy: 'immutable containers',
  azurerm_service_plan: 'Flex Consumption',
  azapi_resource: 'function app, Durable Task Scheduler',
  azuread_application: 'Entra application and roles',
  azurerm_user_assigned_identity: 'identities',
  azurerm_eventgrid_system_topic: 'Event Grid topic',
  azurerm_role_definition: 'custom roles',
  cloudflare_dns_record: 'records',
  cloudflare_zone_setting: 'TLS, HSTS, DNSSEC',
  cloudflare_api_token: 'token for Caretaker',
};

function usesOf(call: ModuleCall, others: readonly string[]): string[] {
  const text = JSON.stringify(call.body);
  return others.filter((other) => other !== call.name && new RegExp(`module\\.${other}\\b`).test(text)).sort();
}

function wordsOf(module: string, folder: TerraformFolder): string[] {
  const found = [...new Set(folder.resources.map(({ type }) => type))]
    .map((type) => words[type])
    .filter((word) => word !== undefined);
  if (module === 'redis') return found.filter((word) => !word.startsWith('function app'));
  return found;
}

async function boxes(project: string): Promise<Box[]> {
  const folder = await readFolder(project);
  const names = folder.calls.map(({ name }) => name);
  return Promise.all(
    folder.calls.map(async (call) => ({
      call: call.name,
      module: basename(call.source),
      lines: wordsOf(basename(call.source), await readFolder(join(project, call.source))),
      uses: usesOf(call, names),
    })),
  );
}

/** The order in which a change travels. */
const promotion = ['dev', 'qa', 'prod'];

/** Variables of each environment, straight from its file. */
async function environments(project: string): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const folder = join(project, 'environments');
  const files = (await readdir(folder))
    .filter((name) => name.endsWith('.tfvars'))
    .sort((one, other) => promotion.indexOf(one.slice(0, -7)) - promotion.indexOf(other.slice(0, -7)));
  const read = await Promise.all(
    files.map(async (name): Promise<[string, Readonly<Record<string, unknown>>]> => [
      name.slice(0, -7),
      (await parse(name, await readFile(join(folder, name), 'utf8'))) as Readonly<Record<string, unknown>>,
    ]),
  );
  return Object.fromEntries(read);
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function wrap(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= width) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines;
}

const WIDTH = 350;
const GAP = 24;

interface Drawn {
  readonly svg: string;
  readonly height: number;
}

function drawBox(box: Box, x: number, y: number): Drawn {
  const content = [
    ...wrap(box.lines, 46).map((line) => ({ line, kind: 'line' })),
    ...wrap(box.uses.length > 0 ? ['uses ' + box.uses[0], ...box.uses.slice(1)] : [], 50).map((line) => ({
      line,
      kind: 'use',
    })),
  ];
  const height = 34 + content.length * 17 + 8;
  const text = content.map(
    ({ line, kind }, index) => `<text x="${x + 14}" y="${y + 46 + index * 17}" class="${kind}">${escape(line)}</text>`,
  );
  return {
    height,
    svg: [
      `<rect x="${x}" y="${y}" width="${WIDTH}" height="${height}" rx="8" class="box"/>`,
      `<text x="${x + 14}" y="${y + 24}" class="name">${escape(box.call)}<tspan class="module" dx="8">${escape(box.module)}</tspan></text>`,
      ...text,
    ].join('\n'),
  };
}

function drawProject(title: string, note: string, content: readonly Box[], y: number): Drawn {
  const parts: string[] = [];
  const listed = Object.values(columns).flat();
  let tallest = 0;
  Object.entries(columns).forEach(([heading, modules], index) => {
    const x = 48 + index * (WIDTH + GAP);
    const last = index === Object.keys(columns).length - 1;
    const mine = [
      ...modules.flatMap((module) => content.filter((box) => box.module === module)),
      ...(last ? content.filter((box) => !listed.includes(box.module)) : []),
    ];
    parts.push(`<text x="${x}" y="${y + 78}" class="heading">${escape(heading)}</text>`);
    let top = y + 92;
    for (const box of mine) {
      const drawn = drawBox(box, x, top);
      parts.push(drawn.svg);
      top += drawn.height + 12;
    }
    tallest = Math.max(tallest, top - y);
  });
  const width = 48 + 3 * (WIDTH + GAP) - GAP + 24;
  return {
    height: tallest + 14,
    svg: [
      `<rect x="24" y="${y}" width="${width}" height="${tallest + 8}" rx="14" class="frame"/>`,
      `<text x="48" y="${y + 32}" class="title">${escape(title)}</text>`,
      `<text x="48" y="${y + 52}" class="note">${escape(note)}</text>`,
      ...parts,
    ].join('\n'),
  };
}

/** The platform as SVG, from the two projects, the modules that they call and the variables of their environments. */
export async function renderPicture(repository: string): Promise<string> {
  const environment = join(repository, 'infra/projects/environment');
  const unit = join(repository, 'infra/projects/business-unit');
  const variables = await environments(environment);
  const facts = Object.entries(variables).map(([name, values]) => {
    const egress = values['egress'] as { kind?: string };
    const network = values['network'] as { hub_address_space?: string };
    return `${name}: ${(values['zones'] as unknown[]).length} zone(s), ${egress.kind ?? ''}, hub ${network.hub_address_space ?? ''}`;
  });
  const width = 48 + 3 * (WIDTH + GAP) - GAP + 72;
  const visitors = `<text x="${width / 2}" y="40" class="big">Visitors → Cloudflare → business unit's web tier → its cache and vault</text><text x="${width / 2}" y="62" class="small">Azure Monitor and Event Grid → Caretaker → the estate (observe, plan, guard, apply, verify, record)</text>`;
  const first = drawProject(
    'environment (the foundation, one per environment)',
    facts.join(' · '),
    await boxes(environment),
    84,
  );
  const second = 84 + first.height + 70;
  const units = Object.keys(
    (Object.values(variables)[0]?.['network'] as { unit_address_spaces?: object } | undefined)?.unit_address_spaces ??
      {},
  );
  const other = drawProject(
    'business-unit (one per unit and environment)',
    `units in the address plan: ${units.join(', ')} · isolated from each other, one state per stack`,
    await boxes(unit),
    second,
  );
  const height = second + other.height + 24;
  const arrowX = width / 2;
  const arrow = [
    `<path d="M ${arrowX} ${84 + first.height + 4} V ${second - 8}" class="arrow" marker-end="url(#head)"/>`,
    ...[
      'output foundation → variable foundation:',
      "hub, private DNS, logs, action groups, Caretaker's roles and event sink",
    ].map(
      (line, index) =>
        `<text x="${arrowX + 16}" y="${84 + first.height + 30 + index * 18}" class="flow">${escape(line)}</text>`,
    ),
  ];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The platform: environment and business unit projects with their modules">`,
    // No double hyphen: XML allows none within a comment.
    '<!-- generated from infra/projects by scripts/infra/picture.ts -->',
    '<style>',
    'text { font-family: "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1b2733 }',
    '.page { fill: #ffffff } .frame { fill: #f3f6fa; stroke: #9fb3c8 } .box { fill: #ffffff; stroke: #c6d3e0 }',
    '.title { font-size: 20px; font-weight: 600 } .note, .small { font-size: 13px; fill: #52667a } .heading { font-size: 13px; font-weight: 600; fill: #2f6690 }',
    '.name { font-size: 15px; font-weight: 600 } .module { font-size: 12px; font-weight: 400; fill: #7a8ca0 } .line { font-size: 12.5px } .use { font-size: 12px; fill: #7a8ca0 }',
    '.big { font-size: 17px; font-weight: 600; text-anchor: middle } .small { text-anchor: middle } .flow { font-size: 13px; fill: #2f6690 } .arrow { stroke: #2f6690; stroke-width: 2; fill: none }',
    '</style>',
    '<defs><marker id="head" markerWidth="9" markerHeight="9" refX="7" refY="4.5" orient="auto"><path d="M0 0 L9 4.5 L0 9 z" fill="#2f6690"/></marker></defs>',
    `<rect width="${width}" height="${height}" class="page"/>`,
    visitors,
    first.svg,
    ...arrow,
    other.svg,
    '</svg>',
  ].join('\n')}\n`;
}

/** Compares (or, with `write`, redraws) `docs/img/platform.svg`. */
export async function checkPicture(repository: string, write: boolean): Promise<string[]> {
  const path = join(repository, 'docs', 'img', 'platform.svg');
  const wanted = await renderPicture(repository);
  if (write) {
    await writeFile(path, wanted);
    return [];
  }
  const found = await readFile(path, 'utf8').catch(() => '');
  return found === wanted
    ? []
    : ['docs/img/platform.svg is not what the configuration says; run: npm run infra -- picture --write'];
}
