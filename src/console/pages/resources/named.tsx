import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { useRead } from '../../api/queries';
import type { SearchAnswer } from '../../shell/search';
import { WordsFilter } from '../../story/filters';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { resourceHref } from '../../ui/resource';

const fewest = 2;

/** Resources that go by a name: an address that one typed, or was sent, may have no whole id. */
export function NamedPage({ name }: { readonly name: string }) {
  const [, go] = useLocation();
  const [typed] = useState(name);
  const isAsked = name.length >= fewest;
  const search = useRead<SearchAnswer>('search', { q: name }, { enabled: isAsked });
  return (
    <Page title="Resources" intro="Resources that Caretaker knows, by their names, ids and tags.">
      <div class="filters" role="search" aria-label="Resources">
        <WordsFilter
          label="Resource"
          placeholder="its name, a tag"
          value={typed}
          onChange={(value) => go(value === '' ? '/resources' : resourceHref(value), { replace: true })}
        />
      </div>
      {isAsked ? (
        <Section title="Found" id="found">
          <Loaded of={search} lines={6}>
            {({ results }) => {
              const found = results.filter(({ kind }) => kind === 'resource');
              return found.length === 0 ? (
                <Empty title="No resource is called that">
                  The inventory is read again every few minutes; a resource that is in no environment is not in it.
                </Empty>
              ) : (
                <ul class="rows">
                  {found.map(({ id, title, detail }) => (
                    <li key={id}>
                      <div class="row-head">
                        <Link href={resourceHref(id)}>{title}</Link>
                        <span class="soft">{detail}</span>
                      </div>
                    </li>
                  ))}
                </ul>
              );
            }}
          </Loaded>
        </Section>
      ) : (
        <Empty title="Type a name">A whole id leads to the resource at once.</Empty>
      )}
    </Page>
  );
}
