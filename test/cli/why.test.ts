import { Command } from 'commander';
import { whyCommands } from '../../src/cli/why';
import type { Terminal } from '../../src/cli/operator';
import { doors } from '../operator/support';
import { alertText } from '../run/intake-world';

async function run(argv: readonly string[], fetch: typeof globalThis.fetch, env: Record<string, string>) {
  const ended = { out: '', err: '', exit: 0 };
  const terminal: Terminal = {
    env,
    fetch,
    out: (text) => void (ended.out += text),
    err: (text) => void (ended.err += text),
    exit: (code) => void (ended.exit = code),
    isScreen: false,
    pause: async () => false,
  };
  const program = new Command('caretaker');
  whyCommands(terminal).forEach((one) => program.addCommand(one));
  await program.parseAsync(argv, { from: 'user' });
  return ended;
}

/** The API's own answers to GET, without a network. */
function fetchFrom(door: ReturnType<typeof doors>): typeof fetch {
  return async (given) => {
    const { pathname, searchParams } = new URL(given as string);
    const [name = '', id = ''] = pathname.replace('/api/operator/', '').split('/');
    const { status = 0, body } = await door.call(name, { params: { id }, query: Object.fromEntries(searchParams) });
    return new Response(JSON.stringify(body), { status });
  };
}

const place = { CARETAKER_URL: 'https://caretaker.example', CARETAKER_TOKEN: 'x', CARETAKER_ENVIRONMENT: 'prod' };

it('ask Caretaker where its address is known, and tell each sentence with its record', async () => {
  const door = doors();
  const taken = await door.alert(alertText('metric-fired'));
  const [signal] = taken.body['signals'] as unknown as { signalId: string }[];
  const id = signal?.signalId ?? '';
  const why = await run(['why', id], fetchFrom(door), place);
  expect(why.out).toMatch(new RegExp(`an incident is opened that tries .+\\[decisions/${id}\\]\\n`));
  const whyNot = await run(['why-not', 'vm-web-1', '--at', '2026-05-04T08:00:00Z'], fetchFrom(door), place);
  expect(whyNot.out).toMatch(/^1 alert about vm-web-1 taken in/);
  const json = await run(['why', id, '--json'], fetchFrom(door), place);
  expect(JSON.parse(json.out)).toContainEqual({ text: expect.any(String), from: `decisions/${id}` });
});

it('what is not known ends in 1, with one line', async () => {
  const ended = await run(['why', 'none'], fetchFrom(doors()), place);
  expect(ended).toMatchObject({ exit: 1, out: '', err: expect.stringMatching(/^caretaker: .+not known here\n$/) });
});
