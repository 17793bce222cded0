import type { z } from 'zod';
import { maximumDepth } from '../kernel/pollution';

/** One thing a schema did not like: where, in keys and indices, and what, for people. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether the finding is about the key that ends the path, and not about its value. */
  readonly onKey: boolean;
  /** The values that are allowed, when there is a list of them. */
  readonly allowed?: readonly string[];
}

/** A path as people write it: `data.essentials.alertTargetIDs[0]`; keys that need it are quoted. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    const key = String(part);
    if (!/^[\w$-]+$/.test(key)) {
      return `${text}[${shown(key)}]`;
    }
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** A value as a message quotes it: short, on one line, never a whole document. */
export function shown(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  if (typeof value !== 'string') {
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- objects were told apart above
    return String(value);
  }
  const text = value.length > 80 ? `${value.slice(0, 79)}…` : value;
  return JSON.stringify(text);
}

/** What to say of a path that `findUnsafePath` found: a key that reaches a prototype, or too many levels. */
export function unsafePathMessage(path: string): string {
  const key = /(?:^|\.)([^.[\]]+)$/.exec(path)?.[1];
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
    ? `the key "${key}" is not allowed; remove it`
    : `is nested deeper than ${maximumDepth} levels; flatten it`;
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** How a value is called when it is not what was expected. */
function nounOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  return nouns[typeof value] ?? typeof value;
}

/** The value at a path; `undefined` when there is none. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) {
      return undefined;
    }
    return (value as Record<PropertyKey, unknown>)[part];
  }, root);
}

function sizeSentence(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  const limit = `${small ? 'at least' : 'at most'} ${bound}`;
  switch (issue.origin) {
    case 'string':
      return small && bound === 1 ? 'must not be empty' : `must have ${limit} characters`;
    case 'array':
      return `must have ${limit} ${bound === 1 ? 'entry' : 'entries'}`;
    default:
      return `must be ${issue.inclusive === false ? (small ? 'more than' : 'less than') : small ? 'at least' : 'at most'} ${bound}`;
  }
}

/** A message that a schema gives itself is kept; zod's own start with "Invalid". */
function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) {
        return `is missing; expected ${nouns[issue.expected] ?? issue.expected}`;
      }
      if (!issue.message.startsWith('Invalid ')) {
        return issue.message;
      }
      return `must be ${nouns[issue.expected] ?? issue.expected}, not ${typeof value === 'number' && issue.expected === 'int' ? value : nounOf(value)}`;
    case 'invalid_value': {
      const allowed = issue.values.map((one) => String(one)).join(', ');
      const expected = issue.values.length === 1 ? `must be ${allowed}` : `must be one of ${allowed}`;
      return value === undefined ? `is missing; it ${expected}` : `${expected}; got ${shown(value)}`;
    }
    case 'too_small':
    case 'too_big':
      return sizeSentence(issue);
    case 'invalid_format':
      return issue.message.startsWith('Invalid ')
        ? `is not a valid ${issue.format}; got ${shown(value)}`
        : `${issue.message}; got ${shown(value)}`;
    case 'invalid_union':
      return `fits none of the forms it may have; got ${shown(value)}`;
    default:
      return issue.message;
  }
}

/** What zod found, one finding for each thing that is wrong, with sentences for people. `root` is what was parsed. */
export function findingsOf(error: z.ZodError, root: unknown): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a known field', onKey: true }));
    }
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
      const key = issue.path[issue.path.length - 1];
      return issue.issues.map((inner) => ({ path: issue.path, message: sentence(inner, key), onKey: true }));
    }
    const finding = { path: issue.path, message: sentence(issue, valueAt(root, issue.path)), onKey: false };
    return [issue.code === 'invalid_value' ? { ...finding, allowed: issue.values.map((one) => String(one)) } : finding];
  });
}
