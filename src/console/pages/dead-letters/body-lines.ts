/**
 * The body of a refused message as lines to read, each with what is wrong there. Pure. JSON is written anew with one value a line, and
 * each line knows the path that a problem would name; what is no JSON is shown as it came.
 */

export interface PlacedProblem {
  /** Where it is, as the API names it: `data.essentials.alertTargetIDs[0]`. */
  readonly path: string;
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export interface BodyLine {
  readonly text: string;
  /** Indexes into the problems that belong to this line. */
  readonly problems: readonly number[];
}

export interface Body {
  /** Whether it is JSON, and therefore written anew. */
  readonly isJson: boolean;
  readonly lines: readonly BodyLine[];
}

interface Written {
  readonly text: string;
  /** Of the value that begins here. */
  readonly path: string;
}

const pathOf = (path: string, key: string): string =>
  /^[\w$-]+$/.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`;

/** A value as lines; what stands before and after it on its lines is given. */
function written(value: unknown, path: string, indent: string, before: string, after: string): Written[] {
  if (typeof value !== 'object' || value === null) {
    return [{ text: `${indent}${before}${JSON.stringify(value)}${after}`, path }];
  }
  const members: readonly (readonly [string, string, unknown])[] = Array.isArray(value)
    ? value.map((one: unknown, index) => ['', `${path}[${index}]`, one])
    : Object.entries(value).map(([key, one]) => [`${JSON.stringify(key)}: `, pathOf(path, key), one]);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return [{ text: `${indent}${before}${open}${close}${after}`, path }];
  return [
    { text: `${indent}${before}${open}`, path },
    ...members.flatMap(([name, at, one], index) =>
      written(one, at, `${indent}  `, name, index === members.length - 1 ? '' : ','),
    ),
    // The line that closes a value is the place of nothing.
    { text: `${indent}${close}${after}`, path: '\n' },
  ];
}

/** Paths from the one that is named to the whole document, the nearest first. */
function outwards(path: string): readonly string[] {
  const shorter = path.replace(/(?:\.[\w$-]+|\[(?:\d+|"(?:[^"\\]|\\.)*")\]|^[\w$-]+)$/, '');
  return path === '' || shorter === path ? [path, ''] : [path, ...outwards(shorter)];
}

/** Where a problem is shown: at its path, or at what would contain it when it is missing; by its line in what is no JSON. */
function lineOf(problem: PlacedProblem, lines: readonly Written[], isJson: boolean): number {
  if (!isJson) return Math.min(Math.max((problem.line ?? 1) - 1, 0), lines.length - 1);
  for (const path of outwards(problem.path)) {
    const index = lines.findIndex((line) => line.path === path);
    if (index !== -1) return index;
  }
  return 0;
}

/** The body as lines, with the problems at their places. */
export function bodyLines(body: string, problems: readonly PlacedProblem[]): Body {
  let lines: readonly Written[];
  let isJson = true;
  try {
    lines = written(JSON.parse(body), '', '', '', '');
  } catch {
    isJson = false;
    lines = body.split('\n').map((text) => ({ text, path: '\n' }));
  }
  const at = problems.map((problem) => lineOf(problem, lines, isJson));
  return {
    isJson,
    lines: lines.map(({ text }, index) => ({
      text,
      problems: at.flatMap((line, problem) => (line === index ? [problem] : [])),
    })),
  };
}

/** What stands in the place of a secret that was taken out. */
export const redacted = '[redacted]';

/** A text cut at what was taken out of it: every second part is the mark. */
export function markedParts(text: string): readonly { readonly text: string; readonly isMark: boolean }[] {
  return text
    .split(redacted)
    .flatMap((part, index) => [
      ...(index === 0 ? [] : [{ text: redacted, isMark: true }]),
      { text: part, isMark: false },
    ])
    .filter((part) => part.text !== '');
}
