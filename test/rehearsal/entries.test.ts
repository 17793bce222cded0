import { ledgerKinds } from '../../src/ledger/model';
import { explainEntry } from '../../src/rehearsal';

const vm = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-web-1';

it.each([
  [
    'operator.ordered',
    'order-1',
    { order: 'run', by: 'Omar', runbook: 'restart-vm', target: vm },
    'Omar ordered restart-vm on vm-web-1.',
  ],
  [
    'operator.ordered',
    vm,
    { order: 'hold', by: 'Omar', reason: 'I look at it.', until: '2026-05-04T10:00:00Z' },
    'Omar put a hold on vm-web-1 until 2026-05-04T10:00:00Z: I look at it.',
  ],
  ['operator.ordered', 'x', { order: 'dance', by: 'Omar', reason: null }, 'Omar gave the order dance about x.'],
  [
    'kill-switch.set',
    'everything',
    { engaged: true, environment: null, rule: null, by: 'Ada', reason: 'stop' },
    'Ada engaged the kill switch of everything: stop.',
  ],
  [
    'kill-switch.set',
    'prod/disk-full',
    { engaged: false, environment: 'prod', rule: 'disk-full', by: 'Ada', reason: 'mended' },
    'Ada cleared the kill switch of rule disk-full in prod: mended.',
  ],
  [
    'run.finished',
    'r',
    { runbook: 'restart-vm', target: vm, applied: true, result: 'verified' },
    'restart-vm on vm-web-1 was applied and ended verified.',
  ],
  [
    'run.finished',
    'r',
    { runbook: 'restart-vm', target: vm, applied: false, result: 'stopped' },
    'restart-vm on vm-web-1 changed nothing (stopped).',
  ],
  [
    'incident.handed-over',
    'i',
    { target: vm, reasons: ['the ladder is used up'] },
    'The incident of vm-web-1 was handed over to people: the ladder is used up.',
  ],
  [
    'approval.answered',
    'a',
    { by: 'Ava', answer: 'reject', target: vm, reason: 'not now' },
    'Ava said no about vm-web-1: not now.',
  ],
  [
    'scaling.decided',
    vm,
    { from: 2, to: 4, reasons: ['the load is high'] },
    'vm-web-1 is to go from 2 to 4: the load is high.',
  ],
  ['backup.recorded', 'backup-1-0000', { points: [{ item: vm }] }, 'A recovery point of vm-web-1 was recorded.'],
  [
    'backup.recorded',
    'backup-1-0000',
    { points: ['a', 'b', 'c', 'd', 'e'].map((item) => ({ item })) },
    '5 recovery points of a, b, c and 2 more were recorded.',
  ],
])('%s (%s) is a sentence', (kind, subject, data, sentence) => {
  expect(explainEntry({ kind, subject, data })).toBe(sentence);
});

it.each([...ledgerKinds, 'of-a.newer-version', 'to.string'])('%s is told whatever its data is', (kind) => {
  for (const data of [null, 'text', 7, [], {}, { by: { a: 1 }, reasons: [7], target: 9 }]) {
    expect(explainEntry({ kind, subject: 'a/subject', data })).toMatch(/^\S.*[^.\s]\.$/);
  }
});
