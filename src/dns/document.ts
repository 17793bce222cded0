import { LineCounter, parseDocument, isNode } from 'yaml';
import { z } from 'zod';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { findUnsafePath } from '../kernel/pollution';
import { sha256 } from '../kernel/hash';
import { findingsOf, pathText } from '../signal';
import { clashesOf, recordsOf } from './desired.plan';
import {
  dnsDocumentSchema,
  writtenRecordSchema,
  type FailoverGroup,
  type WrittenDocument,
  type WrittenZone,
} from './document.model';
import type { DesiredRecord } from './model';
import { normalHost, normalName } from './normal.plan';

/** A document that holds: every record in it can be made. */
export interface DnsDocument extends WrittenDocument {
  /** Identity of its text. */
  readonly revision: string;
  /** As it was read. */
  readonly text: string;
}

/** The longest document, in UTF-16 code units. */
const maximumLength = 2 * 1024 * 1024;

/** Where the published schema is found. */
const dnsSchemaId = 'urn:caretaker:dns:1';

/** The JSON Schema (draft 2020-12) of the document as people write it, for editors; the document's own checks see more. */
export function dnsJsonSchema(): Record<string, unknown> {
  const generated = z.toJSONSchema(dnsDocumentSchema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' });
  return { $id: dnsSchemaId, title: 'DNS of Caretaker', ...generated };
}

/**
 * Reads a document.
 * @throws InvalidInputError `BadDnsDocument` with every problem, each with its line and column.
 */
export function parseDnsDocument(text: string): DnsDocument {
  if (text.length > maximumLength) {
    throw refused([{ path: '', message: `has ${text.length} characters; at most ${maximumLength} are read` }]);
  }
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    merge: false,
    stringKeys: true,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (yaml.errors.length > 0) {
    throw refused(
      yaml.errors
        .slice(0, 20)
        .map(({ message, pos }) => ({ path: '', message: `is not YAML here: ${message}`, ...at(pos[0]) })),
    );
  }
  const located = ({ path, message }: InputProblem, keys: readonly PropertyKey[]): InputProblem => {
    for (let length = keys.length; length >= 0; length -= 1) {
      const node = length === 0 ? yaml.contents : yaml.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range !== undefined && node.range !== null) {
        return { path, message, ...at(node.range[0]) };
      }
    }
    return { path, message };
  };
  const value: unknown = yaml.toJS({ maxAliasCount: 0 });
  const unsafe = findUnsafePath(value);
  if (unsafe !== undefined) {
    throw refused([located({ path: unsafe, message: 'has a key or a depth that is not allowed' }, [])]);
  }
  const parsed = dnsDocumentSchema.safeParse(value);
  if (!parsed.success) {
    throw refused(
      findingsOf(parsed.error, value).map(({ path, message }) => located({ path: pathText(path), message }, path)),
    );
  }
  const problems: InputProblem[] = [];
  const zones = parsed.data.zones.map((zone, index) => {
    const checked = checkedZone(zone);
    problems.push(
      ...checked.problems.map(({ path, message }) =>
        located({ path: `zones[${index}].${path}`, message }, ['zones', index, ...keysOf(path)]),
      ),
    );
    return checked.zone;
  });
  const names = zones.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) {
      problems.push(located({ path: `zones[${index}].name`, message: 'names a zone twice' }, ['zones', index]));
    }
  });
  if (problems.length > 0) {
    throw refused(problems);
  }
  return { ...parsed.data, zones, revision: sha256(text).slice(0, 16), text };
}

/** `records[3].content` as keys. */
function keysOf(path: string): PropertyKey[] {
  return [...path.matchAll(/([^.[\]]+)/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
}

function refused(problems: readonly InputProblem[]): InvalidInputError {
  const lines = problems
    .slice(0, 20)
    .map(({ path, message, line, column }) => `${line ?? 1}:${column ?? 1} ${path || 'the document'} ${message}`);
  return new InvalidInputError(
    'BadDnsDocument',
    `the DNS document has ${problems.length} problem(s): ${lines.join('; ')}`,
    problems,
  );
}

function checkedZone(written: WrittenZone): { readonly zone: WrittenZone; readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const name = normalHost(written.name);
  if (name === undefined || !name.includes('.') || name.includes('*')) {
    return { zone: written, problems: [{ path: 'name', message: 'is not the name of a zone, such as example.com' }] };
  }
  const zone: WrittenZone = { ...written, name };
  const all: { readonly record: DesiredRecord; readonly path: string }[] = [];
  zone.records.forEach((record, index) => {
    const path = `records[${index}]`;
    const made = recordsOf(name, record, { policy: zone.policy, source: null });
    problems.push(...made.problems.map((one) => ({ ...one, path: `${path}.${one.path}` })));
    all.push(...made.records.map((one) => ({ record: one, path })));
  });
  zone.failover.forEach((group, index) => {
    const { made, problems: found } = checkedGroup(name, group, `failover[${index}]`);
    problems.push(...found);
    all.push(...made);
  });
  const groups = zone.failover.map((group) => group.name);
  groups.forEach((group, index) => {
    if (groups.indexOf(group) !== index) {
      problems.push({ path: `failover[${index}].name`, message: 'names a group twice' });
    }
  });
  problems.push(...clashesOf(name, all));
  return { zone, problems };
}

function checkedGroup(zone: string, group: FailoverGroup, path: string) {
  const problems: InputProblem[] = [];
  const record = normalName(zone, group.record);
  const made = group.origins.flatMap(({ content }, index) => {
    const written = writtenRecordSchema.parse({
      name: group.record,
      type: group.type,
      content,
      proxied: group.proxied,
    });
    const one = recordsOf(zone, written, { policy: 'upsert-only', source: `failover/${group.name}` });
    problems.push(
      ...one.problems.map(({ path: field, message }) => ({
        path:
          field === 'content' ? `${path}.origins[${index}].content` : `${path}.${field === 'name' ? 'record' : field}`,
        message,
      })),
    );
    return one.records;
  });
  const names = group.origins.map(({ name }) => name);
  if (new Set(names).size < names.length || new Set(made.map(({ value }) => value)).size < made.length) {
    problems.push({ path: `${path}.origins`, message: 'names one origin twice, by name or by content' });
  }
  if (record === undefined) {
    problems.push({ path: `${path}.record`, message: 'is not a name that DNS can carry' });
  }
  if (group.ttl.watchful > group.ttl.steady) {
    problems.push({ path: `${path}.ttl.watchful`, message: 'is longer than steady; it is meant to be shorter' });
  }
  for (const [check, origin] of Object.entries(group.notifications)) {
    if (!names.includes(origin)) {
      problems.push({
        path: `${path}.notifications`,
        message: `${check} speaks for ${origin}, which is no origin here`,
      });
    }
  }
  // One of them is enough to see clashes with other records.
  return { made: made.slice(0, 1).map((one) => ({ record: one, path })), problems };
}
