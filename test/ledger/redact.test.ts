import { redactSecrets } from '../../src/ledger/redact';

const secret = 's3cr3tV4lue';

test.each([
  ['a member', `{"password":"${secret}","name":"vm"}`, `{"password":"[redacted]","name":"vm"}`],
  ['a member with a longer name', `{"ClientSecret" : "${secret}"}`, `{"ClientSecret" : "[redacted]"}`],
  ['a member with quotes in its value', `{"token":"a\\"${secret}"}`, `{"token":"[redacted]"}`],
  ['a member that is a number', `{"key":1234567}`, `{"key":"[redacted]"}`],
  ['a member that is a list', `{"secrets":["${secret}",{"a":"]"}],"b":1}`, `{"secrets":"[redacted]","b":1}`],
  ['a name written with escapes', `{"pass\\u0077ord":"${secret}"}`, `{"pass\\u0077ord":"[redacted]"}`],
  ['a member in JSON that is cut off', `{"a":1,"apiKey":"${secret}`, `{"a":1,"apiKey":"[redacted]"`],
  ['a member in broken JSON', `{{"a",,"token":"${secret}" oops`, `{{"a",,"token":"[redacted]" oops`],
  [
    'a member inside of a string',
    `{"inner":"{\\"token\\":\\"${secret}\\",\\"b\\":1}"}`,
    `{"inner":"{\\"token\\":\\"[redacted]\\",\\"b\\":1}"}`,
  ],
  [
    'a shared access signature',
    `"https://x/?sv=2024&sig=${secret}%3D&se=1"`,
    `"https://x/?sv=2024&sig=[redacted]&se=1"`,
  ],
  ['a function key in a URL', `https://f/api/alerts?code=${secret}==`, `https://f/api/alerts?code=[redacted]`],
  ['a header', `Authorization: Bearer ${secret}.x-y_z`, `Authorization: Bearer [redacted]`],
  ['a connection string', `AccountName=a;AccountKey=${secret}+/==;X=1`, `AccountName=a;AccountKey=[redacted];X=1`],
  ['a web token', `x eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.${secret} y`, `x [redacted] y`],
  [
    'a private key',
    `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END`,
    `-----BEGIN PRIVATE KEY-----[redacted]-----END`,
  ],
])('replaces %s', (_, text, expected) => {
  expect(redactSecrets(text)).toEqual({ text: expected, count: 1 });
});

test.each([
  '{"schemaId":"azureMonitorCommonAlertSchema","data":{"essentials":{"severity":"Sev1","monitorCondition":"Fired"}}}',
  '{"password":null,"token":"","secure":true,"author":"kim"}',
  'the code is 404, the monkey sleeps',
  '',
])('leaves %j as it is', (text) => {
  expect(redactSecrets(text)).toEqual({ text, count: 0 });
});

test('what was replaced once is not counted again', () => {
  const once = redactSecrets(`{"password":"${secret}"} sig=${secret}`);
  expect(once.count).toBe(2);
  expect(redactSecrets(once.text).text).toBe(once.text);
});

// Each would take minutes with a pattern that is not linear; the test's time limit is what fails it.
test.each([
  ['backslashes', '\\'],
  ['quotes', '"'],
  ['opened lists under a telling name', '"key":['],
  ['beginnings of tokens', 'eyJ-'],
  ['names without an end', '\\"token\\":'],
  ['key beginnings', '-----BEGIN '],
  ['spaces after a name', 'AccountKey   '],
])('a quarter of a megabyte of %s is read', (_, piece) => {
  const text = piece.repeat(Math.floor((256 * 1024) / piece.length));
  expect(redactSecrets(text).text).toEqual(expect.any(String));
});
