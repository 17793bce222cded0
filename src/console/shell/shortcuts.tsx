import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { theme, zone } from '../session/preferences';
import { Dialog } from '../ui/dialog';
import { openPalette } from './palette';
import { allPlaces } from './places';

export const isShortcutsOpen = signal(false);

const general: readonly (readonly [string, string])[] = [
  ['/ or Ctrl K', 'Search everything, go anywhere'],
  ['?', 'This list'],
  ['j, k or arrows', 'Move in a list that has the focus'],
  ['Enter', 'Open what is selected'],
  ['Esc', 'Close a dialog'],
  ['Shift T', 'Light, dark, as the system has it'],
  ['Shift U', 'Times in local time or in UTC'],
];

/** Keys pressed while one types belong to the text. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** So long after `g` a letter goes to a place. Milliseconds. */
const sequenceMillis = 1_200;

/** Listens for the shortcuts of the whole console. */
export function useShortcuts(): void {
  const [, go] = useLocation();
  useEffect(() => {
    let goPressedAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (performance.now() - goPressedAt < sequenceMillis) {
        goPressedAt = Number.NEGATIVE_INFINITY;
        const place = allPlaces.find(({ key }) => key === event.key);
        if (place !== undefined) {
          event.preventDefault();
          go(place.href);
          return;
        }
      }
      if (event.key === 'g') goPressedAt = performance.now();
      if (event.key === '/') {
        event.preventDefault();
        openPalette();
      }
      if (event.key === '?') isShortcutsOpen.value = true;
      if (event.key === 'T') {
        theme.value = theme.value === 'dark' ? 'light' : theme.value === 'light' ? 'system' : 'dark';
      }
      if (event.key === 'U') zone.value = zone.value === 'utc' ? 'local' : 'utc';
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [go]);
}

/** The list of shortcuts. */
export function Shortcuts() {
  if (!isShortcutsOpen.value) return null;
  const keys = [...general, ...allPlaces.map(({ name, key }) => [`g ${key}`, name] as const)];
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (isShortcutsOpen.value = false)}>
      <dl class="shortcut-list">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
