import { bodyLines, markedParts, redacted } from '../../src/console/pages/dead-letters/body-lines';
import { parseAzureMonitorAlert } from '../../src/signal';
import type { InvalidInputError } from '../../src/kernel/errors';

const problem = (path: string, message = 'is wrong', more: object = {}) => ({ path, message, ...more });
/** The lines that have problems, with their numbers. */
const marked = (body: string, problems: Parameters<typeof bodyLines>[1]) =>
  bodyLines(body, problems).lines.flatMap(({ text, problems: at }, index) =>
    at.length === 0 ? [] : [`${index + 1} ${text.trim()} <- ${at.join(',')}`],
  );

test('JSON is written anew, and reads as what came', () => {
  const value = { a: [1, { 'b c': null }, [], {}], text: 'line\nbreak', deep: { er: true } };
  const { isJson, lines } = bodyLines(JSON.stringify(value), []);
  expect(isJson).toBe(true);
  expect(lines.map(({ text }) => text).join('\n')).toBe(JSON.stringify(value, null, 2));
});

test('a problem stands at its value, or at what should contain it', () => {
  const body = JSON.stringify({ data: { essentials: { ids: ['x', 'y'], 'odd name': 1 } } });
  expect(
    marked(body, [
      problem('data.essentials.ids[1]'),
      problem('data.essentials.firedDateTime', 'is missing'),
      problem('data.essentials["odd name"]'),
      problem('schemaId', 'is missing'),
      problem('data.essentials.ids[7].deeper'),
      problem(''),
    ]),
  ).toEqual(['1 { <- 3,5', '3 "essentials": { <- 1', '4 "ids": [ <- 4', '6 "y" <- 0', '8 "odd name": 1 <- 2']);
});

test('what is no JSON is shown as it came, with problems at their lines', () => {
  expect(bodyLines('{"a": 1,\n oops\n}', []).isJson).toBe(false);
  expect(
    marked('{"a": 1,\n oops\n}', [problem('', 'is no JSON', { line: 2, column: 2 }), problem('', 'x', { line: 99 })]),
  ).toEqual(['2 oops <- 0', '3 } <- 1']);
  expect(bodyLines('', [problem('')]).lines).toEqual([{ text: '', problems: [0] }]);
});

test('the problems of a real alert are all found in it', () => {
  const body = JSON.stringify({
    schemaId: 'azureMonitorCommonAlertSchema',
    data: { essentials: { severity: 'Sev9', alertTargetIDs: ['vm-1'] } },
  });
  let problems: InvalidInputError['problems'] = [];
  try {
    parseAzureMonitorAlert(JSON.parse(body), { subscriptions: new Set() });
  } catch (error) {
    problems = (error as InvalidInputError).problems;
  }
  expect(problems.length).toBeGreaterThan(2);
  const shown = bodyLines(body, problems).lines.flatMap((line) => line.problems);
  expect([...shown].sort((left, right) => left - right)).toEqual(problems.map((_, index) => index));
  expect(marked(body, problems).join('\n')).toContain('"severity": "Sev9"');
});

test('what was taken out is marked, and nothing else', () => {
  expect(markedParts(`"password": "${redacted}", "a": "${redacted}${redacted}"`)).toEqual([
    { text: '"password": "', isMark: false },
    { text: redacted, isMark: true },
    { text: '", "a": "', isMark: false },
    { text: redacted, isMark: true },
    { text: redacted, isMark: true },
    { text: '"', isMark: false },
  ]);
  expect(markedParts('plain')).toEqual([{ text: 'plain', isMark: false }]);
});
