import { PermanentError, TransientError } from '../../../src/kernel/errors';
import { classify, failureOf, startFailure } from '../../../src/adapters/azure/classify';

const answered = (statusCode: number, headers: Record<string, string> = {}, more: object = {}) =>
  Object.assign(new Error('words'), {
    name: 'RestError',
    code: 'Code',
    statusCode,
    response: { status: statusCode, headers: { get: (name: string) => headers[name] } },
    ...more,
  });

it.each([
  [undefined, 'TransientError', 'AzureUnreachable'],
  [400, 'PermanentError', 'AzureRefused'],
  [401, 'TransientError', 'AzureUnavailable'],
  [403, 'PermanentError', 'AzureDenied'],
  [404, 'PermanentError', 'AzureRefused'],
  [408, 'TransientError', 'AzureUnavailable'],
  [409, 'PermanentError', 'AzureRefused'],
  [412, 'PermanentError', 'AzureRefused'],
  [429, 'TransientError', 'AzureUnavailable'],
  [500, 'TransientError', 'AzureUnavailable'],
  [502, 'TransientError', 'AzureUnavailable'],
  [503, 'TransientError', 'AzureUnavailable'],
  [504, 'TransientError', 'AzureUnavailable'],
])('status %s', (status, name, code) => {
  const error = status === undefined ? Object.assign(new Error('cut'), { code: 'ECONNRESET' }) : answered(status);
  expect(classify(error)).toMatchObject({ name, code, cause: error });
});

it.each([
  ['17', 17],
  ['0', 0],
  ['999999', 3600],
  ['-4', undefined],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
])('reads the Retry-After %s', (header, expected) => {
  expect(failureOf(answered(429, { 'retry-after': header })).retryAfterSeconds).toBe(expected);
});

it('keeps what is ours already', () => {
  const transient = new TransientError('Mine', 'words');
  expect(classify(transient)).toBe(transient);
  expect(classify(new PermanentError('Mine', 'words'))).toMatchObject({ code: 'Mine' });
});

it.each([
  ['text', 'text', 'Unknown', 'text'],
  ['nothing', undefined, 'Unknown', 'undefined'],
  ['null', null, 'Unknown', 'null'],
  ['a bare error', new TypeError('bad'), 'TypeError', 'bad'],
  ['an inner code', answered(409, {}, { details: { error: { code: 'Inner', message: 'm' } } }), 'Inner', 'words'],
])('reads %s that was thrown', (_, thrown, code, message) => {
  expect(failureOf(thrown)).toMatchObject({ code, message });
});

it('cuts long words', () => {
  expect(failureOf(new Error('x'.repeat(5000))).message).toHaveLength(1024);
});

it('takes nothing for "not started" that may have been', () => {
  for (const error of [answered(408), answered(500), answered(503), new Error('cut')]) {
    expect(() => startFailure(error)).toThrow(TransientError);
  }
});
