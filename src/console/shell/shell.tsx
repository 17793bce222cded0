import { useIsFetching } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { CircleUser, Clock, Keyboard, LogOut, Menu, Moon, OctagonX, Search, Sun, SunMoon } from 'lucide-preact';
import { meProblem, now, nowProblem } from '../api/now';
import { me } from '../session/me';
import { theme, zone } from '../session/preferences';
import { signOut } from '../session/session';
import { tick } from '../session/clock';
import { Dialog } from '../ui/dialog';
import { Badge } from '../ui/parts';
import { instantText } from '../ui/time';
import { Toasts } from '../ui/toast';
import { openPalette, Palette } from './palette';
import { isShortcutsOpen, Shortcuts, useShortcuts } from './shortcuts';
import { placeOf, places } from './places';

/** What waits, beside the place where one finds it. */
function countOf(href: string): number {
  const value = now.value;
  if (href === '/incidents') return value?.incidents?.length ?? 0;
  if (href === '/approvals') return value?.approvals?.length ?? 0;
  if (href === '/dead-letters') return value?.counts.deadLetters?.count ?? 0;
  return 0;
}

function Navigation({ onGo }: { readonly onGo?: () => void }) {
  const [path] = useLocation();
  const here = placeOf(path);
  return (
    <nav class="nav" aria-label="Places">
      {places.map(({ group, places: inGroup }) => (
        <div key={group} class="nav-group">
          <div class="nav-title" aria-hidden="true">
            {group}
          </div>
          {inGroup.map(({ name, href, icon: Icon }) => {
            const count = countOf(href);
            return (
              <Link key={href} href={href} onClick={onGo} aria-current={here?.href === href ? 'page' : undefined}>
                <Icon size={17} aria-hidden="true" />
                <span>{name}</span>
                {count === 0 ? null : <span class="count hot">{count}</span>}
              </Link>
            );
          })}
        </div>
      ))}
    </nav>
  );
}

/** Whether what is shown is kept up to date, as a word and a dot. */
function Live() {
  const problem = nowProblem.value;
  const known = now.value !== undefined;
  const [tone, text] =
    problem !== undefined ? ['bad', 'Not live'] : known ? ['good', 'Live'] : ['neutral', 'Connecting'];
  return (
    <span class={`live tone-${tone}`} title={problem?.message} role="status">
      <span class="live-dot" aria-hidden="true" /> {text}
    </span>
  );
}

/** Says, wherever one is, that something is switched off. */
function SwitchedOff() {
  const value = now.value;
  if (value === undefined) return null;
  const off = [
    ...(value.killSwitch?.engaged === true ? ['everything'] : []),
    ...(value.environments ?? []).filter(({ killSwitch }) => killSwitch.engaged).map(({ name }) => name),
    ...(value.environments ?? []).flatMap(({ name, rulesOff }) =>
      rulesOff.filter(({ killSwitch }) => killSwitch.engaged).map(({ rule }) => `rule ${rule} in ${name}`),
    ),
  ];
  return off.length === 0 ? null : (
    <Link href="/guard" class="switched-off" title={off.join(', ')}>
      <OctagonX size={16} aria-hidden="true" /> Kill switch: {off.length > 2 ? `${off.length} engaged` : off.join(', ')}
    </Link>
  );
}

const themes = { system: 'light', light: 'dark', dark: 'system' } as const;
const themeIcons = { system: SunMoon, light: Sun, dark: Moon } as const;

function Preferences() {
  const chosen = theme.value;
  const Icon = themeIcons[chosen];
  return (
    <>
      <button
        type="button"
        class="button quiet wide-only"
        title={instantText(tick.value, zone.value === 'local' ? 'utc' : 'local')}
        onClick={() => (zone.value = zone.value === 'local' ? 'utc' : 'local')}
      >
        <Clock size={15} aria-hidden="true" />
        <span class="visually-hidden">Times are shown in </span>
        {zone.value === 'utc' ? 'UTC' : 'Local time'}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={`Theme: ${chosen}. Change to ${themes[chosen]}`}
        onClick={() => (theme.value = themes[chosen])}
      >
        <Icon size={17} aria-hidden="true" />
      </button>
      <button
        type="button"
        class="icon-button wide-only"
        aria-label="Keyboard shortcuts"
        onClick={() => (isShortcutsOpen.value = true)}
      >
        <Keyboard size={17} aria-hidden="true" />
      </button>
    </>
  );
}

function Person() {
  const [open, setOpen] = useState(false);
  const who = me.value;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={who === undefined ? 'You' : `You: ${who.name}`}
        onClick={() => setOpen(true)}
      >
        <CircleUser size={19} aria-hidden="true" />
      </button>
      {open ? (
        <Dialog title={who?.name ?? 'You'} onClose={() => setOpen(false)}>
          <p class="badges">
            {(who?.roles ?? []).map((role) => (
              <Badge key={role} tone="info">
                {role.replace('Caretaker.', '')}
              </Badge>
            ))}
          </p>
          <p class="soft">
            {who === undefined
              ? 'Who you are has not been read yet.'
              : [
                  'You may look at everything',
                  ...(who.may.operate ? ['start runbooks and stop automation'] : []),
                  ...(who.may.approve ? ['approve plans of others'] : []),
                  ...(who.may.administer ? ['clear kill switches and handle dead letters'] : []),
                ].join(', ') + '.'}
          </p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={() => void signOut()}>
              <LogOut size={15} aria-hidden="true" /> Sign out
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

/** The page proper. It is busy until everything on it was read once: assistive technology waits for that. */
function Main({ children }: { readonly children: ComponentChildren }) {
  const reading = useIsFetching({ predicate: ({ state }) => state.status === 'pending' });
  const isBusy = reading > 0 || (me.value === undefined && meProblem.value === undefined);
  return (
    <main class="main" id="main" tabIndex={-1} aria-busy={isBusy}>
      {children}
    </main>
  );
}

/** What surrounds every page. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const [menu, setMenu] = useState(false);
  const [path] = useLocation();
  useShortcuts();
  useEffect(() => {
    setMenu(false);
    document.querySelector('.main')?.scrollTo(0, 0);
    scrollTo(0, 0);
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top">
        <button type="button" class="icon-button narrow-only" aria-label="Places" onClick={() => setMenu(true)}>
          <Menu size={20} aria-hidden="true" />
        </button>
        <Link href="/" class="brand">
          <img src="/icon.svg" alt="" width="22" height="22" /> <span>Caretaker</span>
          {me.value === undefined ? null : <span class="environment">{me.value.environment}</span>}
        </Link>
        <button type="button" class="search-button" aria-label="Search or go to" onClick={openPalette}>
          <Search size={15} aria-hidden="true" /> <span>Search or go to…</span> <kbd>/</kbd>
        </button>
        <div class="top-end">
          <SwitchedOff />
          <Live />
          <Preferences />
          <Person />
        </div>
      </header>
      <aside class="side">
        <Navigation />
      </aside>
      <Main>{children}</Main>
      {menu ? (
        <Dialog title="Places" onClose={() => setMenu(false)}>
          <Navigation onGo={() => setMenu(false)} />
          <button
            type="button"
            class="button quiet"
            onClick={() => (zone.value = zone.value === 'local' ? 'utc' : 'local')}
          >
            <Clock size={15} aria-hidden="true" /> Times in {zone.value === 'utc' ? 'UTC' : 'local time'}
          </button>
        </Dialog>
      ) : null}
      <Palette />
      <Shortcuts />
      <Toasts />
    </div>
  );
}
