import type { FaultEffect } from '../../../src/local/cloud';
import { operationTicketSchema, type OperationTicket } from '../../../src/ports/machines';
import { requestId, startAzureTest, ticketOf, VM, vm, type AzureTest } from './support';

let azure: AzureTest;

beforeEach(async () => {
  azure = await startAzureTest();
});

afterEach(() => azure.stop());

const restart = 'Microsoft.Compute/virtualMachines/restart/action';
const operations = 'Microsoft.Compute/locations/operations/read';
const start = () => azure.machines().start(vm, 'restart', requestId, azure.abort());
/** Polls as another process does: with clients of its own, from the ticket as it was stored. */
const poll = (ticket: OperationTicket) =>
  azure.machines().poll(vm, operationTicketSchema.parse(JSON.parse(JSON.stringify(ticket))), azure.abort());
const effects = async () => (await azure.cloud.cloud.control.machine(VM)).effects;

describe('an operation that was accepted and', () => {
  it('does nothing: succeeds by the word of the platform', async () => {
    await azure.fault({ effect: { kind: 'accept-and-do-nothing' }, operation: restart });
    const ticket = ticketOf(await start());
    expect(await poll(ticket)).toEqual({ kind: 'running', retryAfterSeconds: 10 });
    azure.pass(30);
    expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
    expect(await effects()).toMatchObject({ restart: 0 });
  });

  it.each<[string, FaultEffect, object]>([
    [
      'fails late',
      { kind: 'fail-late', code: 'VMAgentStatusCommunicationError', message: 'the agent does not answer' },
      { code: 'VMAgentStatusCommunicationError', message: 'the agent does not answer' },
    ],
    [
      'finds no capacity',
      { kind: 'allocation-failed' },
      { code: 'ZonalAllocationFailed', message: expect.stringContaining('in this zone') },
    ],
  ])('%s: with code and message', async (_, effect, refusal) => {
    await azure.fault({ effect, operation: restart });
    const ticket = ticketOf(await start());
    azure.pass(30);
    expect(await poll(ticket)).toEqual({ kind: 'failed', refusal });
    expect(await poll(ticket)).toEqual({ kind: 'failed', refusal });
    expect(await azure.machines().observe(vm, azure.abort())).toMatchObject({ provisioningState: 'failed' });
  });

  it('is slow: runs for as long as it takes', async () => {
    await azure.fault({ effect: { kind: 'slow', factor: 10 }, operation: restart });
    const ticket = ticketOf(await start());
    azure.pass(299);
    expect(await poll(ticket)).toMatchObject({ kind: 'running' });
    azure.pass(1);
    expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
  });
});

describe('polling that is', () => {
  it('throttled: the operation runs, and the wait is the one asked for', async () => {
    const ticket = ticketOf(await start());
    await azure.fault({ effect: { kind: 'status', status: 429, retryAfterSeconds: 44 }, operation: operations });
    expect(await poll(ticket)).toEqual({ kind: 'running', retryAfterSeconds: 44 });
  });

  it.each<[FaultEffect, string, string]>([
    [{ kind: 'status', status: 503 }, 'TransientError', 'AzureUnavailable'],
    [{ kind: 'status', status: 500 }, 'TransientError', 'AzureUnavailable'],
    [{ kind: 'status', status: 401 }, 'TransientError', 'AzureUnavailable'],
    [{ kind: 'connection-reset' }, 'TransientError', 'AzureUnreachable'],
    [{ kind: 'status', status: 403 }, 'PermanentError', 'AzureDenied'],
  ])('answered with %j says nothing about the operation', async (effect, name, code) => {
    const ticket = ticketOf(await start());
    const fault = await azure.fault({ effect, operation: operations });
    await expect(poll(ticket)).rejects.toMatchObject({ name, code });
    azure.pass(30);
    await expect(poll(ticket)).rejects.toMatchObject({ name, code });
    await azure.cloud.cloud.control.removeFault(fault);
    expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
  });

  it('cut off when the result is fetched is repeated', async () => {
    const ticket = ticketOf(await start());
    azure.pass(30);
    // The status is answered, the result behind it is not.
    await azure.fault({ effect: { kind: 'status', status: 503 }, operation: operations, skip: 1, times: 1 });
    await expect(poll(ticket)).rejects.toMatchObject({ name: 'TransientError' });
    expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
  });

  it('about an operation that is forgotten, or whose address is not known: the machine tells', async () => {
    const ticket = ticketOf(await start());
    const fault = await azure.fault({ effect: { kind: 'status', status: 404 }, operation: operations });
    const unknown = { ...ticket, token: '' };
    expect(await poll(ticket)).toEqual({ kind: 'running', retryAfterSeconds: 10 });
    expect(await poll(unknown)).toEqual({ kind: 'running', retryAfterSeconds: 10 });
    azure.pass(30);
    expect(await poll(ticket)).toEqual({ kind: 'succeeded' });
    expect(await poll(unknown)).toEqual({ kind: 'succeeded' });

    await azure.fault({ effect: { kind: 'fail-late' }, operation: restart });
    await start();
    azure.pass(30);
    const failed = { kind: 'failed', refusal: { code: 'failed', message: 'the provisioning state is failed' } };
    expect(await poll(ticket)).toEqual(failed);
    expect(await poll(unknown)).toEqual(failed);

    await azure.cloud.cloud.control.removeFault(fault);
    await azure.fault({ effect: { kind: 'disappear' }, operation: 'Microsoft.Compute/virtualMachines/read' });
    expect(await poll(unknown)).toEqual({ kind: 'succeeded' });
  });
});
