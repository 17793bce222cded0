import { subscription } from '../run/intake-world';
import { doors } from './support';

const event = (more: object = {}) =>
  JSON.stringify({
    ...{ id: 'e1', topic: `/subscriptions/${subscription}`, subject: 's', eventType: 'Test.Event', data: {} },
    eventTime: '2026-05-04T08:00:00Z',
    ...more,
  });

async function kept(source: string, body: string) {
  const door = doors();
  const { deadLetter } = await door.deadLetters.keep({
    ...{ source, reason: 'EventNotHandled', problems: [], body, receivedAt: '2026-05-04T08:00:00Z' },
  });
  return { door, replay: () => door.call('replay-dead-letter', { params: { id: deadLetter.id } }) };
}

it('gives an event that could not be handled to those who handle it now, and enters who ordered it', async () => {
  const { door, replay } = await kept('event-grid', event());
  expect(await replay()).toMatchObject({ status: 200, body: { signals: [], events: { taken: 1, ignored: 0 } } });
  expect(door.handledEvents).toEqual(['e1']);
  expect(await door.entries()).toEqual([expect.stringMatching(/^operator\.ordered /)]);
});

it('refuses an event that is as wrong as before', async () => {
  const { replay } = await kept('event-grid', event({ id: undefined }));
  expect(await replay()).toMatchObject({ status: 409, body: { problems: [{ path: 'id' }] } });
});

it('replays no webhook whose signature counts only when it comes', async () => {
  const { replay } = await kept('spacelift', '{}');
  expect(await replay()).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('spacelift') as string },
  });
});
