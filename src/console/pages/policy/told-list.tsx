import { Prose } from '../../ui/prose';
import type { Told } from './sentences';

/** A number stays on the line of its unit. */
const kept = (text: string): string => text.replace(/(\d) (s|min|h|d|%)(?![a-z])/g, '$1\u00a0$2');

/** Sides of a rule or an environment, each with its sentences. */
export function ToldList({ of }: { readonly of: readonly Told[] }) {
  return (
    <dl class="told-list">
      {of.map(({ about, sentences }) => (
        <div key={about}>
          <dt>{about}</dt>
          <dd>
            {sentences.length < 2 ? (
              <Prose text={kept(sentences[0] ?? '')} />
            ) : (
              <ul>
                {sentences.map((sentence) => (
                  <li key={sentence}>
                    <Prose text={kept(sentence)} />
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
