import { useEffect, useId, useState } from 'preact/hooks';
import { useSearchParams } from 'wouter-preact';
import { useRead } from '../../api/queries';
import { platformNow } from '../../session/clock';
import { zone } from '../../session/preferences';
import type { SearchAnswer } from '../../shell/search';
import { instantOfField, fieldOfInstant } from '../../story/field-instant';
import type { DecisionsAnswer, SaidAnswer } from '../../story/types';
import { shortName } from '../../story/words';
import { Said, Words } from '../../story/words-view';
import { TextField } from '../../ui/form';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { ResourceLink } from '../../ui/resource';

const typingPause = 200;

/** Resources whose name has these words; before one types, those that decisions were about lately. */
function useSuggestions(typed: string): readonly { readonly id: string; readonly name: string }[] {
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), typingPause);
    return () => clearTimeout(timer);
  }, [typed]);
  const isLookedFor = asked.length >= 2 && !asked.startsWith('/');
  const search = useRead<SearchAnswer>('search', { q: asked }, { enabled: isLookedFor });
  const recent = useRead<DecisionsAnswer>('decisions', { limit: 50 }, { fresh: 60_000 });
  const found = (search.data?.results ?? []).filter(({ kind }) => kind === 'resource').map(({ id }) => id);
  const lately = (recent.data?.decisions ?? []).map(({ target }) => target);
  return [...new Set([...(isLookedFor ? found : []), ...lately])].map((id) => ({ id, name: shortName(id) }));
}

/** Why nothing, or not more, was done to a resource around a time. */
export function WhyNotPage() {
  const [params, setParams] = useSearchParams();
  const resource = params.get('resource') ?? '';
  const at = params.get('at') ?? '';
  const inZone = zone.value;
  const [typed, setTyped] = useState(resource);
  const [time, setTime] = useState(() => fieldOfInstant(at === '' ? platformNow() : Date.parse(at), inZone));
  useEffect(() => setTyped(resource), [resource]);
  useEffect(() => setTime(fieldOfInstant(at === '' ? platformNow() : Date.parse(at), inZone)), [at, inZone]);
  const suggestions = useSuggestions(typed);
  const listId = useId();
  const isAsked = resource !== '' && at !== '';
  const answer = useRead<SaidAnswer>('why-not', { resource, at }, { enabled: isAsked, fresh: 30_000 });
  const instant = instantOfField(time, inZone);
  return (
    <Page
      title="Why was nothing done?"
      intro="What was taken in about a resource from a day before a time to an hour after it, what was done, and what kept it from more."
    >
      <section class="card" aria-label="The question">
        <form
          class="form-row"
          onSubmit={(event) => {
            event.preventDefault();
            if (instant !== undefined) setParams({ resource: typed.trim(), at: instant });
          }}
        >
          <TextField
            label="Resource"
            help="Its name, or its whole id."
            value={typed}
            onInput={setTyped}
            list={listId}
            maxLength={2048}
            required
          />
          <datalist id={listId}>
            {suggestions.slice(0, 30).map(({ id, name }) => (
              <option key={id} value={name}>
                {id}
              </option>
            ))}
          </datalist>
          <TextField
            label={`Time, ${inZone === 'utc' ? 'UTC' : 'local'}`}
            help="Around which it is asked."
            type="datetime-local"
            step={1}
            value={time}
            onInput={setTime}
            required
            problem={instant === undefined ? 'is no time' : undefined}
          />
          <button type="submit" class="button primary">
            Ask
          </button>
        </form>
      </section>
      {isAsked ? (
        <Section title="The answer" id="answer">
          <p class="soft">
            About {resource.startsWith('/') ? <ResourceLink id={resource} /> : <strong>{resource}</strong>} around{' '}
            <Words text={at} />
          </p>
          <Loaded of={answer} lines={8}>
            {({ said }) => <Said said={said} />}
          </Loaded>
        </Section>
      ) : (
        <Empty title="Ask about a resource and a time">
          That nothing was taken in is an answer too: then the alert did not fire, or did not reach the door.
        </Empty>
      )}
    </Page>
  );
}
