import { randomUuid, type Random } from '../random';

/** What binding expressions are resolved with. */
export interface ExpressionContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: Random;
  /** Epoch milliseconds. */
  now(): number;
}

/**
 * Fills in `%SETTING%`, `{rand-guid}`, `{DateTime}` and `{name}` or `{path.to.value}` from the trigger. Throws an error that names what
 * is missing.
 */
export function resolveExpression(
  text: string,
  values: Readonly<Record<string, unknown>>,
  context: ExpressionContext,
): string {
  const settled = text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = context.env[name];
    if (value === undefined) throw new Error(`"${text}" names the setting '${name}', which is not set.`);
    return value;
  });
  return settled.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const lower = name.toLowerCase();
    if (lower === 'rand-guid') return randomUuid(context.random);
    if (lower === 'datetime') {
      return new Date(context.now())
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replace(/:/g, '-');
    }
    const value = lookUp(values, name.split('.'));
    if (value === undefined || value === null) {
      throw new Error(`"${text}" needs {${name}}, which the trigger does not give.`);
    }
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function lookUp(values: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return values;
  if (typeof values !== 'object' || values === null) return undefined;
  const found = Object.entries(values).find(([name]) => name.toLowerCase() === first.toLowerCase());
  return found && lookUp(found[1], rest);
}
