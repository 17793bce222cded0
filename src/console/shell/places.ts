import {
  Activity,
  Archive,
  BookOpen,
  Globe,
  History,
  KeyRound,
  Layers,
  Mail,
  Play,
  ScrollText,
  Scale,
  Shield,
  Siren,
  Stamp,
  TrendingUp,
  type LucideIcon,
} from 'lucide-preact';

/** A place of the console, as the navigation, the palette and the keyboard know it. */
export interface Place {
  readonly name: string;
  readonly href: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly icon: LucideIcon;
  readonly about: string;
}

/** Groups of places, in the order of the navigation. */
export const places: readonly { readonly group: string; readonly places: readonly Place[] }[] = [
  {
    group: 'Watch',
    places: [
      { name: 'Now', href: '/', key: 'n', icon: Activity, about: 'What is open, what waits for you, what changed' },
      { name: 'Incidents', href: '/incidents', key: 'i', icon: Siren, about: 'Open and past incidents' },
      {
        name: 'Approvals',
        href: '/approvals',
        key: 'a',
        icon: Stamp,
        about: 'Plans that wait for a yes, and answers given',
      },
      { name: 'Runs', href: '/runs', key: 'r', icon: Play, about: 'Every run of a runbook' },
      { name: 'Guard', href: '/guard', key: 'g', icon: Shield, about: 'Switches, holds, queue, budgets, breakers' },
    ],
  },
  {
    group: 'Look after',
    places: [
      {
        name: 'Recovery',
        href: '/recovery',
        key: 'b',
        icon: Archive,
        about: 'Exposure, recovery points, drills, restores',
      },
      { name: 'Secrets', href: '/secrets', key: 'k', icon: KeyRound, about: 'Expiry and rotations' },
      { name: 'DNS', href: '/dns', key: 'd', icon: Globe, about: 'Zones, plans, failover' },
      {
        name: 'Scaling',
        href: '/scaling',
        key: 's',
        icon: TrendingUp,
        about: 'Instances, targets, decisions, forecast',
      },
    ],
  },
  {
    group: 'Decide',
    places: [
      { name: 'Runbooks', href: '/runbooks', key: 'o', icon: BookOpen, about: 'The library; plan and start' },
      { name: 'Policy', href: '/policy', key: 'p', icon: Scale, about: 'Rules, their modes, rehearsal' },
      { name: 'Stacks', href: '/stacks', key: 't', icon: Layers, about: 'Terraform stacks, drift, promotion' },
    ],
  },
  {
    group: 'Account',
    places: [
      { name: 'Decisions', href: '/decisions', key: 'w', icon: History, about: 'Why, and why not' },
      { name: 'Ledger', href: '/ledger', key: 'l', icon: ScrollText, about: 'Search, verify, export' },
      { name: 'Dead letters', href: '/dead-letters', key: 'x', icon: Mail, about: 'Messages that were refused' },
    ],
  },
];

/** All places, in the order of the navigation. */
export const allPlaces: readonly Place[] = places.flatMap((group) => group.places);

/** The place that an address belongs to. */
export function placeOf(path: string): Place | undefined {
  return allPlaces.find(({ href }) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)));
}
