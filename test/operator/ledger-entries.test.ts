import { subscription } from '../run/intake-world';
import { doors } from './support';

const machine = `/subscriptions/${subscription}/resourcegroups/rg-web-prod/providers/microsoft.compute/virtualmachines/vm-web-1`;

type Entry = { readonly sequence: number; readonly kind: string; readonly sentence: string };
const entriesOf = ({ body }: { body: Record<string, unknown> }) => body['entries'] as readonly Entry[];

test('every entry comes with a sentence, and is found by its sequence', async () => {
  const door = doors();
  for (const reason of ['looking at the disk', 'still looking']) {
    await door.call('place-hold', { body: { target: machine, reason, for: '2h' } });
  }
  const [newest, older] = entriesOf(await door.call('ledger', {}));
  expect(newest?.sentence).toMatch(/^function-key put a hold on vm-web-1 .*: still looking[.]$/);

  const sequence = older?.sequence ?? 0;
  const one = entriesOf(await door.call('ledger', { query: { cursor: String(sequence + 1), limit: '1' } }));
  expect(one).toEqual([older]);
  expect(one[0]?.sentence).toContain('looking at the disk');
});
