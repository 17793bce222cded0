import { createHash } from 'node:crypto';
import type { Principal } from '../model';
import type { Reply } from '../reply';

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --paper: #ffffff; --edge: #8c959f; --hover: #f1f4f7; --focus: #0550ae; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --quiet: #9aa4af; --paper: #14181d; --edge: #6e7781; --hover: #21272f; --focus: #79b8ff; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 12vh auto 2rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
p, li { overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
ul.people { list-style: none; margin: 1.5rem 0; padding: 0; display: grid; gap: .5rem; }
button { width: 100%; padding: .75rem 1rem; text-align: left; font: inherit; color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: .5rem; cursor: pointer; }
button:hover { background: var(--hover); }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
button strong, button span { display: block; }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** A page that runs nothing and loads nothing. `target`: the one other origin that its form may lead to. */
function page(status: number, title: string, body: string, target?: string): Reply {
  const forms = target === undefined ? "'none'" : `'self' ${target}`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${forms}; base-uri 'none'; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main>
<h1>${escaped(title)}</h1>
${body}
</main></body>
</html>
`,
  };
}

/** Who to be. Choosing sends `fields`, which are what was asked for, with the name of the person. */
export function choicePage(options: {
  readonly application: string;
  readonly people: readonly Principal[];
  readonly action: string;
  readonly fields: readonly (readonly [string, string])[];
  /** Where the choice leads. */
  readonly target: URL;
}): Reply {
  const { application, people, action, fields, target } = options;
  const hidden = fields.map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const buttons = people.map(({ name, displayName, appRoles = [] }) => {
    const roles = appRoles.length === 0 ? 'no role' : appRoles.join(', ');
    return `<li><button name="person" value="${escaped(name)}"><strong>${escaped(displayName ?? name)}</strong> <span class="quiet">${escaped(roles)}</span></button></li>`;
  });
  return page(
    200,
    'Who do you want to be?',
    `<p>You sign in to ${escaped(application)} at ${escaped(target.host)}.</p>
<form method="post" action="${escaped(action)}">
${hidden.join('\n')}
<ul class="people">
${buttons.join('\n')}
</ul>
</form>
<p class="quiet">This page stands in for Microsoft Entra on this machine. There are no passwords, and these people exist here only.</p>`,
    target.origin,
  );
}

/** What is wrong with a request. Nobody is sent anywhere. */
export function problemPage(status: number, title: string, problems: readonly string[]): Reply {
  const items = problems.map((problem) => `<li>${escaped(problem)}</li>`);
  return page(status, title, `<ul>\n${items.join('\n')}\n</ul>`);
}

export function signedOutPage(): Reply {
  return page(200, 'You are signed out', '<p>You can close this page.</p>');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
