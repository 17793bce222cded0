import { effect, signal } from '@preact/signals';
import { readStored, writeStored } from './stored';

export type Theme = 'system' | 'light' | 'dark';
export type Zone = 'local' | 'utc';

/** Light or dark, or as the system has it. Kept in this browser. */
export const theme = signal<Theme>(readStored<Theme>('local', 'theme') ?? 'system');

/** Whether times are shown in the zone of this machine or in UTC. The other one is in the tooltip. Kept in this browser. */
export const zone = signal<Zone>(readStored<Zone>('local', 'zone') ?? 'local');

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Whether the system is dark just now: what is drawn on a canvas does not follow the style sheet by itself. */
export const isSystemDark = signal(dark.matches);

dark.addEventListener('change', ({ matches }) => {
  isSystemDark.value = matches;
});

effect(() => {
  writeStored('local', 'theme', theme.value);
  if (theme.value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
});
effect(() => writeStored('local', 'zone', zone.value));
