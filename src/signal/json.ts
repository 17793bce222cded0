import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { findUnsafePath, maximumDepth } from '../kernel/pollution';
import { pathText, shown, unsafePathMessage } from './problems';

/**
 * The longest text that is read, in UTF-16 code units. Azure Monitor keeps an alert in the common schema below 256 KB
 * (Microsoft's "Common alert schema", limitations of log search alerts); twice that leaves room for its envelope.
 */
export const maximumJsonLength = 524_288;

/** So many problems are listed; a document with more is wrong as a whole. */
const maximumProblems = 50;

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainTextPattern = /[^"\\\u0000-\u001f]*/y;
const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const spacePattern = /[ \t\n\r]*/y;

/** The text stops being JSON at `offset`. */
class SyntaxProblem extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

class JsonReader {
  readonly problems: InputProblem[] = [];
  private offset = 0;

  constructor(private readonly text: string) {}

  read(): unknown {
    this.skipSpace();
    if (this.offset === this.text.length) {
      throw new SyntaxProblem(this.offset, 'the body is empty; expected a JSON document');
    }
    const value = this.value([]);
    this.skipSpace();
    if (this.offset < this.text.length) {
      throw new SyntaxProblem(this.offset, `expected the end of the document, found ${this.here()}`);
    }
    return value;
  }

  /** One-based line and column of an offset; columns count UTF-16 code units. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const before = this.text.slice(0, offset).split('\n');
    return { line: before.length, column: (before[before.length - 1] as string).length + 1 };
  }

  private report(offset: number, path: readonly PropertyKey[], message: string): void {
    if (this.problems.length < maximumProblems) {
      this.problems.push({ path: pathText(path), message, ...this.position(offset) });
    }
  }

  private value(path: readonly PropertyKey[]): unknown {
    const first = this.text[this.offset];
    if (path.length > maximumDepth && (first === '{' || first === '[')) {
      // Not read on: the rest could be nested without end.
      throw new SyntaxProblem(this.offset, unsafePathMessage(''));
    }
    switch (first) {
      case '{':
        return this.object(path);
      case '[':
        return this.array(path);
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number(path);
    }
  }

  private object(path: readonly PropertyKey[]): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.offset += 1;
    this.skipSpace();
    if (this.take('}')) {
      return result;
    }
    for (;;) {
      const keyOffset = this.offset;
      if (this.text[this.offset] !== '"') {
        throw new SyntaxProblem(this.offset, `expected a key in double quotes, found ${this.here()}`);
      }
      const key = this.string();
      this.skipSpace();
      if (!this.take(':')) {
        throw new SyntaxProblem(this.offset, `expected ":" after the key ${shown(key)}, found ${this.here()}`);
      }
      this.skipSpace();
      const keyPath = [...path, key];
      const value = this.value(keyPath);
      if (findUnsafePath({ [key]: null }) !== undefined) {
        this.report(keyOffset, keyPath, unsafePathMessage(key));
      } else if (Object.hasOwn(result, key)) {
        this.report(
          keyOffset,
          keyPath,
          'appears twice in one object; which one counts differs between readers, so keep one',
        );
      } else {
        result[key] = value;
      }
      this.skipSpace();
      if (this.take('}')) {
        return result;
      }
      if (!this.take(',')) {
        throw new SyntaxProblem(this.offset, `expected "," or "}", found ${this.here()}`);
      }
      this.skipSpace();
    }
  }

  private array(path: readonly PropertyKey[]): unknown[] {
    const result: unknown[] = [];
    this.offset += 1;
    this.skipSpace();
    if (this.take(']')) {
      return result;
    }
    for (;;) {
      result.push(this.value([...path, result.length]));
      this.skipSpace();
      if (this.take(']')) {
        return result;
      }
      if (!this.take(',')) {
        throw new SyntaxProblem(this.offset, `expected "," or "]", found ${this.here()}`);
      }
      this.skipSpace();
    }
  }

  private string(): string {
    const start = this.offset;
    let escaped = false;
    this.offset += 1;
    for (;;) {
      this.skip(plainTextPattern);
      if (this.take('"')) {
        const text = this.text.slice(start, this.offset);
        return escaped ? (JSON.parse(text) as string) : text.slice(1, -1);
      }
      if (!this.skip(escapePattern)) {
        throw new SyntaxProblem(this.offset, `a text in quotes does not go on like this: found ${this.here()}`);
      }
      escaped = true;
    }
  }

  private number(path: readonly PropertyKey[]): number {
    const start = this.offset;
    if (!this.skip(numberPattern)) {
      throw new SyntaxProblem(start, `expected a value, found ${this.here()}`);
    }
    const value = Number(this.text.slice(start, this.offset));
    if (!Number.isFinite(value)) {
      this.report(start, path, 'is a number too large to be held');
    }
    return value;
  }

  private word<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.offset)) {
      throw new SyntaxProblem(this.offset, `expected a value, found ${this.here()}`);
    }
    this.offset += word.length;
    return value;
  }

  private take(character: string): boolean {
    if (this.text[this.offset] !== character) {
      return false;
    }
    this.offset += 1;
    return true;
  }

  private skipSpace(): void {
    this.skip(spacePattern);
  }

  /** Moves past what a sticky pattern matches here; none of the patterns can backtrack. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    if (!pattern.test(this.text)) {
      return false;
    }
    this.offset = pattern.lastIndex;
    return true;
  }

  private here(): string {
    const point = this.text.codePointAt(this.offset);
    return point === undefined ? 'the end of the text' : shown(String.fromCodePoint(point));
  }
}

/**
 * Reads a JSON text more strictly than `JSON.parse`, because the document comes from outside: a key that appears twice in
 * one object, a key that reaches an object's prototype, a nesting deeper than `maximumDepth`, a number that does not fit,
 * and a text longer than {@link maximumJsonLength} are refused. A leading byte order mark is skipped.
 *
 * @throws InvalidInputError `PayloadTooLarge` for a text that is too long, `InvalidJson` for everything else; each problem
 *   with line and column. Of syntax errors the first is listed, because nothing after it can be trusted.
 */
export function readJson(text: string): unknown {
  if (text.length > maximumJsonLength) {
    throw new InvalidInputError('PayloadTooLarge', 'the body is too large', [
      { path: '', message: `the body has ${text.length} characters; at most ${maximumJsonLength} are read` },
    ]);
  }
  const reader = new JsonReader(text.startsWith('\uFEFF') ? text.slice(1) : text);
  let value: unknown;
  try {
    value = reader.read();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) {
      throw error;
    }
    reader.problems.push({ path: '', message: error.message, ...reader.position(error.offset) });
  }
  if (reader.problems.length > 0) {
    throw new InvalidInputError('InvalidJson', 'the body is not an acceptable JSON document', reader.problems);
  }
  return value;
}
