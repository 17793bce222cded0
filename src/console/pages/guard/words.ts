import type { KillSwitch } from '../../api/types';
import { personName } from '../../ui/people';

/** What counts together under a key of the guard: a budget or a group, and the part of it that counts by itself. */
export interface CountedTogether {
  readonly kind: 'budget' | 'group' | 'other';
  readonly name: string;
  /** Of which rule, resource group or tag; undefined for a whole environment. */
  readonly of: string | undefined;
}

/** Takes a key of the guard apart: `budget rule-daily of rule web-vm-unavailable`, `group web`. */
export function countedTogether(key: string): CountedTogether {
  const match = /^(budget|group) (\S+)(?: of (.+))?$/.exec(key);
  if (match === null) return { kind: 'other', name: key, of: undefined };
  const [, kind, name = '', of] = match;
  return { kind: kind === 'budget' ? 'budget' : 'group', name, of: of === undefined ? undefined : placeName(of) };
}

/** A resource group's id by its name; everything else as it is. */
function placeName(of: string): string {
  return of.startsWith('/') ? (of.split('/').pop() ?? of) : of.replace(/^(?:rule|tag) /, '');
}

/** A budget by its name: `hourly`, `rule-daily · web-vm-unavailable`. */
export function budgetName(key: string): string {
  const { name, of } = countedTogether(key);
  return of === undefined ? name : `${name} · ${of}`;
}

const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

/** A number as a place in a line: `1st`. */
export const ordinal = (place: number): string => `${place}${endings[ordinals.select(place)] ?? 'th'}`;

/** Where somebody stands in a line: `2nd for budget burst`. */
export function lineText({ key, position }: { readonly key: string; readonly position: number }): string {
  const { kind, name, of } = countedTogether(key);
  return `${ordinal(position)} for ${kind === 'other' ? name : `${kind} ${name}`}${of === undefined ? '' : ` · ${of}`}`;
}

/** What the breaker lets a runbook do, in words. */
export const breakerText = (mode: 'auto' | 'suggest' | 'observe'): string =>
  mode === 'auto' ? 'acts' : mode === 'suggest' ? 'a person is asked' : 'nothing is done';

interface Used {
  readonly key: string;
  readonly used: number;
  readonly limit: number;
}

/** From which share on a budget that counts only a part of an environment is worth a line of its own. */
const nearlyUsed = 0.75;

/** The budgets that matter at a look: those of the whole environment, and the others that are nearly used up; and how many are left out. */
export function budgetsAtALook<Budget extends Used>(
  budgets: readonly Budget[],
): { readonly shown: readonly Budget[]; readonly others: number } {
  const shown = budgets.filter(
    ({ key, used, limit }) => countedTogether(key).of === undefined || used >= limit * nearlyUsed,
  );
  return { shown, others: budgets.length - shown.length };
}

/** Whose switch it is: everything's, an environment's, or one rule's in an environment. */
export interface SwitchScope {
  readonly environment: string | null;
  readonly rule: string | null;
}

/** A scope as the object of a sentence: `everything`, `prod`, `rule dns-ttl in prod`. */
export const scopeText = ({ environment, rule }: SwitchScope): string =>
  environment === null ? 'everything' : rule === null ? environment : `rule ${rule} in ${environment}`;

/** The route of a switch, below `/api/operator/`. */
export function switchPath({ environment, rule }: SwitchScope): string {
  const part = encodeURIComponent;
  if (environment === null) return 'kill-switch';
  const base = `environments/${part(environment)}`;
  return rule === null ? `${base}/kill-switch` : `${base}/rules/${part(rule)}/kill-switch`;
}

/** How a switch stands, in one sentence without the time. */
export function switchText({ engaged, by, reason, at }: KillSwitch): string {
  if (at === null) return engaged ? 'It is engaged.' : 'It has never been engaged.';
  return `${personName(by)} ${engaged ? 'engaged' : 'cleared'} it: ${reason}`;
}

/** What holds a lease or waits for one: an incident's run, a rotation, a restore, a drill, or a run that somebody ordered; and its page. */
export function holderPage(holder: string): { readonly kind: string; readonly href: string } {
  const part = encodeURIComponent(holder);
  const [prefix] = holder.split('-');
  switch (prefix) {
    case 'incident':
      return { kind: 'run of an incident', href: `/runs/${part}` };
    case 'rotation':
      return { kind: 'rotation', href: `/secrets/rotations/${part}` };
    case 'restore':
      return { kind: 'restore', href: `/recovery/restores/${part}` };
    case 'drill':
      return { kind: 'drill', href: `/recovery/drills/${part}` };
    default:
      return { kind: 'run', href: `/runs/${part}` };
  }
}
