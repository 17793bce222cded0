import { Copy } from 'lucide-preact';
import { Empty, Section } from '../../ui/parts';
import { toast } from '../../ui/toast';
import { HowToChange } from './how-to-change';
import { PolicyFrame } from './policy-frame';

/** The document as it was read, with its lines numbered; a line has an address. */
export function DocumentPage() {
  return (
    <PolicyFrame title="The policy's document" current="/policy/document">
      {({ text = '' }) =>
        text === '' ? (
          <Empty title="The text is not at hand">
            The rules and environments beside this show what was read from it.
          </Empty>
        ) : (
          <>
            <HowToChange />
            <Section
              title="The document"
              actions={
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    void navigator.clipboard.writeText(text).then(() => toast({ tone: 'good', text: 'Copied' }));
                  }}
                >
                  <Copy size={14} aria-hidden="true" /> Copy
                </button>
              }
            >
              <div class="document" tabIndex={0} role="region" aria-label="Text of the policy">
                {text.split('\n').map((line, index) => (
                  <div key={index} id={`L${index + 1}`} class="document-line">
                    <a href={`#L${index + 1}`} aria-label={`Line ${index + 1}`} tabIndex={-1}>
                      {index + 1}
                    </a>
                    <code>{line === '' ? ' ' : line}</code>
                  </div>
                ))}
              </div>
            </Section>
          </>
        )
      }
    </PolicyFrame>
  );
}
