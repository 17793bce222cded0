import { z } from 'zod';
import { parsePolicy, type Policy, type RunbookCatalogue } from '../../src/rules';
import { InvalidInputError } from '../../src/kernel/errors';

/** A library of two runbooks, one of which takes parameters. */
export const catalogue: RunbookCatalogue = {
  names: ['restart-vm', 'redeploy-vm'],
  has: (name) => name === 'restart-vm' || name === 'redeploy-vm',
  parameters: (name) =>
    name === 'redeploy-vm'
      ? z.strictObject({ force: z.boolean().optional(), wait: z.number().optional() })
      : z.strictObject({}),
};

/** What is wrong with a text, one line each: `line:column path: message`. */
export function problemsOf(text: string): string[] {
  try {
    parsePolicy(text, catalogue);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
    }
    throw error;
  }
  throw new Error('the policy was accepted');
}

export const subscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';

/** A policy with the given environments and rules, each as YAML in one line. */
export function policyText(rules: readonly string[], environments: readonly string[] = []): string {
  const all = environments.length > 0 ? environments : [`dev: { subscriptions: [${subscription}], ${limits} }`];
  return [
    'version: 1',
    'environments:',
    ...all.map((line) => `  ${line}`),
    'rules:',
    ...rules.map((line) => `  - ${line}`),
  ].join('\n');
}

export const limits = 'ceiling: auto, budgets: [{ name: hourly, window: 1h, maxResources: 3 }]';

/** A rule with the given match. */
export function ruleText(name: string, match: string, mode = 'auto'): string {
  return `{ name: ${name}, match: ${match}, mode: ${mode}, ladder: [{ runbook: restart-vm }] }`;
}

export function policyOf(rules: readonly string[], environments: readonly string[] = []): Policy {
  return parsePolicy(policyText(rules, environments), catalogue);
}
