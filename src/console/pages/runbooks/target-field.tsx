import { useEffect, useId, useState } from 'preact/hooks';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import type { SearchAnswer } from '../../shell/search';
import { Field } from '../../ui/form';
import { ResourceLink, resourceParts } from '../../ui/resource';
import { shortType } from './impact';

const typingPause = 200;
const mostShown = 8;

/** Resources of these types among what was found. */
function suitable(answer: SearchAnswer | undefined, types: readonly string[]): SearchAnswer['results'] {
  return (answer?.results ?? [])
    .filter(({ kind, id }) => kind === 'resource' && types.includes(resourceParts(id).type.toLowerCase()))
    .slice(0, mostShown);
}

/** The id of a resource; what is typed is searched for among those of the right types. Any id can be given, also of what is not there yet. */
export function TargetField({
  value,
  onInput,
  types,
  problem,
}: {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly types: readonly string[];
  readonly problem: string | undefined;
}) {
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [asked, setAsked] = useState('');
  const listId = useId();
  const isId = value.startsWith('/');
  useEffect(() => {
    // With nothing typed, whatever is of a fitting type is offered.
    const query = isId ? value.split('/').at(-1) : value.trim();
    const timer = setTimeout(() => setAsked(query || (types[0]?.split('/').at(-1) ?? '')), typingPause);
    return () => clearTimeout(timer);
  }, [value]);
  const search = useRead<SearchAnswer>(pathOf`search`, { q: asked }, { enabled: isOpen && asked.length >= 2 });
  const found = suitable(search.data, types);
  const shown = isOpen && found.length > 0;
  const selected = Math.min(at, found.length - 1);
  const take = (id: string): void => {
    onInput(id);
    setOpen(false);
  };
  const names = types.map(shortType).join(', ');
  return (
    <Field
      label="Target"
      required
      problem={problem}
      help={
        isId ? (
          <>
            <ResourceLink id={value} /> {resourceParts(value).type}
          </>
        ) : (
          `The resource to work on (${names}): its name to search, or its whole id.`
        )
      }
    >
      {({ id, describedBy }) => (
        <div class="target-field">
          <input
            id={id}
            type="text"
            role="combobox"
            aria-expanded={shown}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={shown ? `${listId}-${selected}` : undefined}
            aria-describedby={describedBy}
            aria-invalid={problem !== undefined}
            autoComplete="off"
            spellcheck={false}
            required
            placeholder="vm-web-…"
            value={value}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onInput={(event) => {
              onInput(event.currentTarget.value);
              setOpen(true);
              setAt(0);
            }}
            onKeyDown={(event) => {
              const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (step !== undefined) {
                event.preventDefault();
                setOpen(true);
                setAt((selected + step + found.length) % Math.max(1, found.length));
              }
              const one = found[selected];
              if (event.key === 'Enter' && shown && one !== undefined) {
                event.preventDefault();
                take(one.id);
              }
              if (event.key === 'Escape' && shown) {
                event.preventDefault();
                setOpen(false);
              }
            }}
          />
          <ul class="target-list" role="listbox" id={listId} aria-label="Suitable resources" hidden={!shown}>
            {found.map((one, index) => (
              <li
                key={one.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === selected}
                // The field would lose the focus, and the list close, before the click arrives.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(one.id)}
                onMouseMove={() => setAt(index)}
              >
                <strong>{one.title}</strong> <span class="soft">{one.detail}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Field>
  );
}
