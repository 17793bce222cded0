import type { z } from 'zod';
import { expressionProblem } from './expression';
import { globCovers, globsOverlap } from './glob';
import { environmentSchema, matchSchema, policySchema, ruleSchema, type Match } from './model';

type Path = readonly PropertyKey[];

/** What a policy may call: names of runbooks and the schemas of their parameters. */
export interface RunbookCatalogue {
  has(runbook: string): boolean;
  parameters(runbook: string): z.ZodType | undefined;
  /** All names, for a better message about a wrong one. */
  readonly names?: readonly string[];
}

/** Takes one problem with a policy; `onKey` when it is about the key that ends the path. */
export type Report = (path: Path, message: string, onKey?: boolean) => void;

export interface CheckTools {
  readonly report: Report;
  readonly reportFindings: (error: z.ZodError, schema: z.ZodType, base: Path) => void;
  readonly withSuggestion: (message: string, name: unknown, candidates: readonly string[]) => string;
  /** One-based line of a part of the document, to point from one problem to the other place it is about. */
  readonly lineOf: (path: Path) => number;
}

/** Each environment is compared with each other one. */
const maximumEnvironments = 64;

type Members = Readonly<Record<string, unknown>>;

const environmentNameSchema: z.ZodType<string> = policySchema.shape.environments.keyType;
const verificationSchema = ruleSchema.shape.verification;

function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A part of the document as its schema reads it; `undefined` when it does not, which is reported elsewhere. */
function part<Output>(schema: z.ZodType<Output>, value: unknown): Output | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/**
 * Checks what the schema cannot see. Works on the document as written, part by part, so that a mistake in one rule does not
 * hide those of the others.
 */
export function checkPolicy(document: unknown, catalogue: RunbookCatalogue, tools: CheckTools): void {
  const { defaults, calendars, approvals, notifications, environments, rules } = membersOf(document);
  checkVerification(membersOf(defaults)['verification'], ['defaults', 'verification'], tools);
  checkEnvironments(membersOf(environments), isMembers(environments), tools);
  checkCalendars(membersOf(environments), Object.keys(membersOf(calendars)), tools);
  const entries = listOf(rules).slice(0, 1000);
  checkNames(entries, ['rules'], tools);
  entries.forEach((entry, index) => {
    const rule = membersOf(entry);
    checkVerification(rule['verification'], ['rules', index, 'verification'], tools);
    checkLadder(listOf(rule['ladder']), ['rules', index, 'ladder'], catalogue, tools);
  });
  checkMatches(entries, tools);
  checkApprovals(membersOf(environments), entries, Object.keys(membersOf(approvals)), tools);
  checkChannels(membersOf(notifications), membersOf(approvals), tools);
}

/** A channel that a route or a person names has to be there: what is told nowhere is not told. */
function checkChannels(notifications: Members, approvals: Members, tools: CheckTools): void {
  const known = Object.keys(membersOf(notifications['channels']));
  const check = (name: unknown, path: Path): void => {
    if (typeof name === 'string' && !known.includes(name)) {
      const message = `there is no channel "${name.slice(0, 80)}" under notifications.channels`;
      tools.report(path, tools.withSuggestion(message, name, known));
    }
  };
  listOf(notifications['routes']).forEach((route, index) => {
    listOf(membersOf(route)['to']).forEach((name, at) => check(name, ['notifications', 'routes', index, 'to', at]));
  });
  for (const [name, terms] of Object.entries(approvals)) {
    listOf(membersOf(terms)['stages']).forEach((stage, index) => {
      listOf(membersOf(stage)['need']).forEach((need, at) => {
        listOf(membersOf(need)['people']).forEach((person, number) => {
          const path = ['approvals', name, 'stages', index, 'need', at, 'people', number, 'channel'];
          check(membersOf(person)['channel'], path);
        });
      });
    });
  }
}

/** Terms that an environment or a rule names have to be there: nobody could be asked by others. */
function checkApprovals(
  environments: Members,
  rules: readonly unknown[],
  known: readonly string[],
  tools: CheckTools,
): void {
  const check = (name: unknown, path: Path): void => {
    if (typeof name === 'string' && !known.includes(name)) {
      const message = `there are no terms "${name.slice(0, 80)}" under approvals`;
      tools.report(path, tools.withSuggestion(message, name, known));
    }
  };
  for (const [name, environment] of Object.entries(environments).slice(0, maximumEnvironments)) {
    const { terms } = membersOf(membersOf(environment)['approval']);
    check(terms, ['environments', name, 'approval', 'terms']);
  }
  rules.forEach((rule, index) => check(membersOf(rule)['approval'], ['rules', index, 'approval']));
}

function checkNames(entries: readonly unknown[], base: Path, { report, lineOf }: CheckTools): void {
  const seen = new Map<string, number>();
  entries.forEach((entry, index) => {
    const name = membersOf(entry)['name'];
    if (typeof name !== 'string') {
      return;
    }
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, index);
    } else {
      const line = lineOf([...base, first, 'name']);
      report([...base, index, 'name'], `"${name}" is taken already (line ${line}); give each its own name`);
    }
  });
}

function checkVerification(value: unknown, path: Path, { report }: CheckTools): void {
  const verification = part(verificationSchema, value);
  if (verification !== undefined && verification.every > verification.within) {
    report([...path, 'every'], 'is longer than "within", so nobody would look in time; make it shorter');
  }
}

function checkLadder(ladder: readonly unknown[], base: Path, catalogue: RunbookCatalogue, tools: CheckTools): void {
  ladder.forEach((entry, index) => {
    const { runbook, parameters } = membersOf(entry);
    if (typeof runbook !== 'string') {
      return;
    }
    const path = [...base, index];
    if (!catalogue.has(runbook)) {
      const message = `there is no runbook "${runbook.slice(0, 80)}"`;
      tools.report([...path, 'runbook'], tools.withSuggestion(message, runbook, catalogue.names ?? []));
      return;
    }
    const schema = catalogue.parameters(runbook);
    const given = parameters === undefined ? {} : parameters;
    if (schema === undefined || given === null || typeof given !== 'object' || Array.isArray(given)) {
      return;
    }
    const parsed = schema.safeParse(given);
    if (!parsed.success) {
      tools.reportFindings(parsed.error, schema, [...path, 'parameters']);
    }
  });
}

function checkEnvironments(environments: Members, given: boolean, tools: CheckTools): void {
  const names = Object.keys(environments);
  if (given && names.length === 0) {
    tools.report(['environments'], 'must have at least 1 entry; without one every resource is left alone', true);
  }
  if (names.length > maximumEnvironments) {
    tools.report(['environments'], `must have at most ${maximumEnvironments} entries, not ${names.length}`, true);
    return;
  }
  const scopes = names.map((name) => {
    const environment = membersOf(environments[name]);
    const parsed = environmentSchema.safeParse(environments[name]);
    if (!parsed.success && part(environmentNameSchema, name) === undefined) {
      // A record whose key is refused does not look at the value.
      tools.reportFindings(parsed.error, environmentSchema, ['environments', name]);
    }
    checkNames(listOf(environment['budgets']), ['environments', name, 'budgets'], tools);
    checkNames(listOf(environment['groups']), ['environments', name, 'groups'], tools);
    const subscriptions = part(environmentSchema.shape.subscriptions, environment['subscriptions']) ?? [];
    const groups = part(environmentSchema.shape.resourceGroups, environment['resourceGroups']);
    const isWhole = environment['resourceGroups'] === undefined;
    return {
      name,
      subscriptions: subscriptions.map((id) => id.toLowerCase()),
      groups: isWhole ? ['*'] : (groups ?? []),
    };
  });
  scopes.forEach((scope, index) => {
    for (const earlier of scopes.slice(0, index)) {
      const subscription = scope.subscriptions.find((id) => earlier.subscriptions.includes(id));
      const pair = firstOverlap(scope.groups, earlier.groups);
      if (subscription !== undefined && pair !== undefined) {
        const line = tools.lineOf(['environments', earlier.name]);
        tools.report(
          ['environments', scope.name],
          `overlaps the environment "${earlier.name}" (line ${line}) in subscription ${subscription}: resource groups ` +
            `"${pair[0]}" and "${pair[1]}" can be the same; keep environments apart`,
          true,
        );
      }
    }
  });
}

/** An environment's calendar has to be one of the policy: one that is not there would leave it open. */
function checkCalendars(environments: Members, known: readonly string[], tools: CheckTools): void {
  for (const [name, environment] of Object.entries(environments).slice(0, maximumEnvironments)) {
    const calendar = membersOf(environment)['calendar'];
    if (typeof calendar === 'string' && !known.includes(calendar)) {
      const message = `there is no calendar "${calendar.slice(0, 80)}" under calendars`;
      tools.report(['environments', name, 'calendar'], tools.withSuggestion(message, calendar, known));
    }
  }
}

function firstOverlap(left: readonly string[], right: readonly string[]): readonly [string, string] | undefined {
  for (const one of left) {
    const other = right.find((candidate) => globsOverlap(one, candidate));
    if (other !== undefined) {
      return [one, other];
    }
  }
  return undefined;
}

function checkMatches(entries: readonly unknown[], { report, lineOf }: CheckTools): void {
  const matches = entries.map((entry) => part(matchSchema, membersOf(entry)['match']));
  const sound = (match: Match): boolean => match.condition === 'fired' && isLimited(match);
  matches.forEach((match, index) => {
    if (match === undefined) {
      return;
    }
    const path = ['rules', index, 'match'];
    const problem = match.when === undefined ? undefined : expressionProblem(match.when);
    if (problem !== undefined) {
      report([...path, 'when'], problem);
    }
    if (match.tags !== undefined && Object.keys(match.tags).length === 0) {
      report([...path, 'tags'], 'names no tag; name one, or leave it out', true);
    }
    if (match.condition !== 'fired') {
      report([...path, 'condition'], 'must be fired: the end of an alert is told to its incident and starts nothing');
    }
    if (!isLimited(match)) {
      report(
        path,
        'would take every alert; say which it is about with resourceType, alertRule, resource, resourceGroup or tags',
        true,
      );
      return;
    }
    const earlier = matches.findIndex(
      (other, at) => at < index && other !== undefined && sound(other) && covers(other, match),
    );
    if (earlier >= 0) {
      const name = String(membersOf(entries[earlier])['name']).slice(0, 80);
      report(
        path,
        `can never be chosen: the rule "${name}" (line ${lineOf(['rules', earlier])}) comes first and fits whatever this one fits`,
        true,
      );
    }
  });
}

/** Whether a match says which resources or alerts it is about. */
function isLimited(match: Match): boolean {
  const globs = [match.resourceType, match.alertRule, match.resource, match.resourceGroup];
  return [...globs, ...Object.values(match.tags ?? {})].some(isNarrow);
}

/** Whether a list of globs leaves anything out. */
function isNarrow(globs: readonly string[] | undefined): boolean {
  return globs !== undefined && !globs.some((glob) => /^\*+$/.test(glob));
}

/** Whether every signal that fits `narrow` fits `wide`. Never wrongly yes; see {@link globCovers} for where it may be no. */
function covers(wide: Match, narrow: Match): boolean {
  const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
  return (
    listCovers(wide.source, narrow.source, same) &&
    listCovers(wide.kind, narrow.kind, same) &&
    listCovers(wide.severity, narrow.severity, same) &&
    listCovers(wide.resourceType, narrow.resourceType, same) &&
    listCovers(wide.alertRule, narrow.alertRule, globCovers) &&
    listCovers(wide.resourceGroup, narrow.resourceGroup, globCovers) &&
    listCovers(wide.resource, narrow.resource, globCovers) &&
    tagsCover(wide.tags ?? {}, narrow.tags ?? {}) &&
    (wide.when === undefined || wide.when === narrow.when)
  );
}

/** Whether whatever carries the narrow tags carries the wide ones. Names are compared as they are written, so never wrongly yes. */
function tagsCover(wide: NonNullable<Match['tags']>, narrow: NonNullable<Match['tags']>): boolean {
  return Object.entries(wide).every(([name, globs]) => listCovers(globs, narrow[name], globCovers));
}

function listCovers(
  wide: readonly string[] | undefined,
  narrow: readonly string[] | undefined,
  one: (wide: string, narrow: string) => boolean,
): boolean {
  if (wide === undefined) {
    return true;
  }
  return narrow !== undefined && narrow.every((entry) => wide.some((candidate) => one(candidate, entry)));
}
