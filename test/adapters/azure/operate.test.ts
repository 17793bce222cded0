import type { FaultEffect } from '../../../src/local/cloud';
import { operationTicketSchema, type MachineOperation, type OperationTicket } from '../../../src/ports/machines';
import { requestId, startAzureTest, ticketOf, VM, vm, type AzureTest } from './support';

let azure: AzureTest;

beforeEach(async () => {
  azure = await startAzureTest();
});

afterEach(() => azure.stop());

const restart = 'Microsoft.Compute/virtualMachines/restart/action';
const operations = 'Microsoft.Compute/locations/operations/read';
const start = (operation: MachineOperation = 'restart') =>
  azure.machines().start(vm, operation, requestId, azure.abort());
/** Polls as another process does: with clients of its own, from the ticket as it was stored. */
const poll = (ticket: OperationTicket) =>
  azure.machines().poll(vm, operationTicketSchema.parse(JSON.parse(JSON.stringify(ticket))), azure.abort());
const effects = async () => (await azure.cloud.cloud.control.machine(VM)).effects;

it.each<[MachineOperation, number]>([
  ['restart', 30],
  ['redeploy', 90],
  ['start', 20],
])('starts %s, and other processes see it run and succeed', async (operation, seconds) => {
  if (operation === 'start') {
    await azure.cloud.cloud.control.setMachine(VM, { power: 'deallocated' });
  }
  const ticket = ticketOf(await start(operation));
  expect(ticket).toMatchObject({ operation, startedAt: '2026-05-04T08:00:00.000Z', retryAfterSeconds: 10 });
  expect(await poll(ticket)).toEqual({ kind: 'running', retryAfterSeconds: 10 });
  expect(await azure.machines().observe(vm, azure.abort())).toMatchObject({ provisioningState: 'updating' });
  azure.pass(seconds - 1);
  expect(await poll(ticket)).toEqual({ kind: 'running', retryAfterSeconds: 10 });
  azure.pass(1);
  expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
  expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
  expect(await azure.machines().observe(vm, azure.abort())).toMatchObject({
    powerState: 'running',
    provisioningState: 'succeeded',
    provisionedAt: new Date(Date.UTC(2026, 4, 4, 8, 0, seconds)).toISOString(),
  });
  expect(await effects()).toMatchObject({ [operation]: 1 });
});

it('asks once for each start and each poll, and sends the request id along', async () => {
  const ticket = ticketOf(await start());
  await poll(ticket);
  const journal = await azure.cloud.cloud.control.journal();
  expect(journal.map(({ method, operation }) => [method, operation])).toEqual([
    ['POST', restart],
    ['GET', operations],
  ]);
  expect(journal[0]).toMatchObject({ clientRequestId: requestId, correlationId: requestId });
});

it('keeps no credential in a ticket', async () => {
  const { token } = ticketOf(await start());
  expect(token).not.toMatch(/bearer|eyJ|authorization|secret/i);
});

it('starts nothing when its time was over before it began', async () => {
  await expect(azure.machines().start(vm, 'restart', requestId, AbortSignal.abort())).rejects.toMatchObject({
    name: 'TransientError',
  });
  expect(await azure.cloud.cloud.control.journal()).toEqual([]);
});

describe('what becomes of a request that is', () => {
  it.each<[string, FaultEffect, object]>([
    [
      'throttled',
      { kind: 'status', status: 429, retryAfterSeconds: 17 },
      { kind: 'later', retryAfterSeconds: 17, reason: expect.stringContaining('TooManyRequests') },
    ],
    [
      'in conflict with another',
      { kind: 'status', status: 409 },
      { kind: 'later', retryAfterSeconds: 30, reason: expect.stringContaining('Conflict') },
    ],
    [
      'without a valid token',
      { kind: 'status', status: 401 },
      { kind: 'later', retryAfterSeconds: 30, reason: expect.stringContaining('AuthenticationFailed') },
    ],
    [
      'not allowed in this state',
      { kind: 'status', status: 409, code: 'OperationNotAllowed', message: 'the VM is deallocated' },
      { kind: 'refused', refusal: { code: 'OperationNotAllowed', message: 'the VM is deallocated' } },
    ],
    [
      'denied',
      { kind: 'status', status: 403, message: 'no' },
      { kind: 'refused', refusal: { code: 'AuthorizationFailed', message: 'no' } },
    ],
    [
      'about a machine that is gone',
      { kind: 'disappear' },
      { kind: 'refused', refusal: { code: 'ResourceNotFound', message: expect.stringContaining('was not found') } },
    ],
  ])('%s', async (_, effect, expected) => {
    await azure.fault({ effect, operation: restart });
    expect(await start()).toEqual(expected);
    azure.pass(120);
    expect(await effects()).toMatchObject({ restart: 0 });
  });

  it.each<[string, FaultEffect, string, number]>([
    ['answered with 503', { kind: 'status', status: 503, retryAfterSeconds: 7 }, 'AzureUnavailable', 0],
    ['cut off before it is heard', { kind: 'connection-reset' }, 'AzureUnreachable', 0],
    ['cut off after it was heard', { kind: 'timeout-after-effect' }, 'AzureUnreachable', 1],
  ])('%s: nobody can tell, so it is thrown', async (_, effect, code, restarts) => {
    await azure.fault({ effect, operation: restart });
    await expect(start()).rejects.toMatchObject({ name: 'TransientError', code });
    azure.pass(120);
    expect(await effects()).toMatchObject({ restart: restarts });
  });

  it('answered too late: nobody can tell', async () => {
    await azure.fault({ effect: { kind: 'slow', delay: 60_000 }, operation: restart });
    const late = azure.machines().start(vm, 'restart', requestId, AbortSignal.timeout(200));
    await expect(late).rejects.toMatchObject({ name: 'TransientError', code: 'AzureUnreachable' });
    azure.pass(120);
    expect(await effects()).toMatchObject({ restart: 1 });
  });

  it('made while another operation runs: later', async () => {
    await start('redeploy');
    expect(await start()).toMatchObject({ kind: 'later' });
  });

  it('made of a machine that is off: refused', async () => {
    await azure.cloud.cloud.control.setMachine(VM, { power: 'deallocated' });
    expect(await start()).toMatchObject({ kind: 'refused', refusal: { code: 'OperationNotAllowed' } });
  });
});
