const hidden = '[secret]';
const inspection = Symbol.for('nodejs.util.inspect.custom');

/**
 * The value of a secret on its way between two adapters. Whatever turns a value into text by itself (a template, JSON, a log, an
 * inspection, a structured copy) gets `[secret]` or nothing; only {@link SecretValue.reveal} gives it out, so that a search for
 * that word finds every place where one can leak.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: for the request that needs it, and for nothing else. */
  reveal(): string {
    return this.#value;
  }

  /** Whether two hold the same value. */
  equals(other: SecretValue): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspection](): string {
    return hidden;
  }
}
