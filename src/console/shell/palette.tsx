import { signal } from '@preact/signals';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import uFuzzy from '@leeoniya/ufuzzy';
import { useLocation } from 'wouter-preact';
import { useRead } from '../api/queries';
import { theme, zone } from '../session/preferences';
import { Dialog } from '../ui/dialog';
import { Problem } from '../ui/parts';
import { hrefOfResult, type SearchAnswer } from './search';
import { allPlaces } from './places';

const isOpen = signal(false);

/** Opens the command palette: one field that finds places, commands and everything that Caretaker knows. */
export function openPalette(): void {
  isOpen.value = true;
}

interface Choice {
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly act: (go: (href: string) => void) => void;
}

const commands: readonly Choice[] = [
  ...allPlaces.map(({ name, href, about }): Choice => ({
    key: href,
    kind: 'go to',
    title: name,
    detail: about,
    act: (go) => go(href),
  })),
  {
    key: 'why-not',
    kind: 'go to',
    title: 'Why was nothing done?',
    detail: 'Ask about a resource and a time',
    act: (go) => go('/decisions/why-not'),
  },
  {
    key: 'restore',
    kind: 'go to',
    title: 'Restore something',
    detail: 'Plan a restore and order it',
    act: (go) => go('/recovery/restore'),
  },
  {
    key: 'rehearse',
    kind: 'go to',
    title: 'Rehearse a policy',
    detail: 'What a change would have done',
    act: (go) => go('/policy/rehearse'),
  },
  {
    key: 'theme',
    kind: 'do',
    title: 'Switch between light and dark',
    detail: '',
    act: () => (theme.value = theme.value === 'dark' ? 'light' : 'dark'),
  },
  {
    key: 'zone',
    kind: 'do',
    title: 'Show times in UTC or local time',
    detail: '',
    act: () => (zone.value = zone.value === 'utc' ? 'local' : 'utc'),
  },
];

const fuzzy = new uFuzzy({ intraMode: 1 });
const haystack = commands.map(({ title, detail }) => `${title} ${detail}`);
const typingPause = 160;

function commandsFor(text: string): readonly Choice[] {
  if (text.trim() === '') return commands;
  const order = fuzzy.search(haystack, text.trim());
  const found =
    order[2] === null || order[2] === undefined ? (order[0] ?? []) : order[2].map((index) => order[1]?.idx[index] ?? 0);
  return found.flatMap((index) => commands[index] ?? []);
}

export function Palette() {
  return isOpen.value ? <OpenPalette /> : null;
}

function OpenPalette() {
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [selected, setSelected] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), typingPause);
    return () => clearTimeout(timer);
  }, [text]);
  const search = useRead<SearchAnswer>('search', { q: asked }, { enabled: asked.length >= 2 });
  const choices = useMemo((): readonly Choice[] => {
    const found = asked.length >= 2 && asked === text.trim() ? (search.data?.results ?? []) : [];
    return [
      ...commandsFor(text),
      ...found.map((one): Choice => ({
        key: `${one.kind} ${one.id}`,
        kind: one.kind,
        title: one.title,
        detail: one.detail,
        act: (to) => to(hrefOfResult(one)),
      })),
    ];
  }, [text, asked, search.data]);
  const at = Math.min(selected, choices.length - 1);
  const close = (): void => {
    isOpen.value = false;
  };
  const take = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    close();
    choice.act(go);
  };
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <Dialog title="Search or go to" onClose={close} wide>
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label="Search or go to"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={choices.length === 0 ? undefined : `${id}-${at}`}
        placeholder="A name, an id, a place, a command"
        autoComplete="off"
        spellcheck={false}
        autofocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setSelected(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined) {
            event.preventDefault();
            setSelected((at + step + choices.length) % Math.max(1, choices.length));
          }
          if (event.key === 'Enter') {
            event.preventDefault();
            take(choices[at]);
          }
        }}
      />
      <ul class="palette-list" role="listbox" id={`${id}-list`} aria-label="Found" ref={list}>
        {choices.map((choice, index) => (
          <li
            key={choice.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => take(choice)}
            onMouseMove={() => setSelected(index)}
          >
            <span class="badge">{choice.kind}</span>
            <span class="palette-title">{choice.title}</span>
            <span class="soft palette-detail">{choice.detail}</span>
          </li>
        ))}
      </ul>
      <p class="soft" role="status">
        {choices.length === 0
          ? search.isFetching
            ? 'Searching…'
            : 'Nothing is called that.'
          : `${choices.length} found${search.isFetching ? ', still searching' : ''}`}
      </p>
      {search.error === null ? null : <Problem error={search.error} />}
    </Dialog>
  );
}
