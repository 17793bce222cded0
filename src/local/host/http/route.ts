/** A compiled route template. */
export interface Route {
  /** Route parameters when the path matches; undefined when not. */
  match(path: string): Record<string, string> | undefined;
  /** Sorts more specific routes before less specific ones. */
  readonly precedence: string;
}

type Check = (value: string) => boolean;

const whole = /^[-+]?\d+$/;
const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** Constraints of ASP.NET Core routing that the Functions host accepts. */
const constraints: Readonly<Record<string, (argument: string) => Check>> = {
  int: () => (value) => whole.test(value) && Math.abs(Number(value)) <= 0x7fff_ffff,
  long: () => (value) => whole.test(value) && value.length <= 20,
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => (value) => number.test(value),
  double: () => (value) => number.test(value),
  float: () => (value) => number.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  minlength: (argument) => (value) => value.length >= Number(argument),
  maxlength: (argument) => (value) => value.length <= Number(argument),
  length: (argument) => {
    const [least = 0, most = least] = argument.split(',').map(Number);
    return (value) => value.length >= least && value.length <= most;
  },
  min: (argument) => (value) => whole.test(value) && Number(value) >= Number(argument),
  max: (argument) => (value) => whole.test(value) && Number(value) <= Number(argument),
  range: (argument) => {
    const [least = 0, most = least] = argument.split(',').map(Number);
    return (value) => whole.test(value) && Number(value) >= least && Number(value) <= most;
  },
  regex: (argument) => {
    const pattern = new RegExp(argument, 'i');
    return (value) => pattern.test(value);
  },
};

interface Parameter {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly fallback: string | undefined;
}

/** Compiles a template such as `orders/{id:int}/{*rest}`. Throws an error that names the part it cannot read. */
export function compileRoute(template: string): Route {
  const parameters: Parameter[] = [];
  let pattern = '';
  let precedence = '';
  for (const segment of splitSegments(template)) {
    const parts = splitSegment(segment);
    const alone = parts.length === 1 ? parts[0] : undefined;
    if (alone?.kind === 'parameter') {
      const parameter = readParameter(alone.text, template);
      parameters.push(parameter);
      const may = parameter.optional || parameter.fallback !== undefined || parameter.catchAll;
      const value = parameter.catchAll ? '(.*)' : '([^/]+)';
      pattern += may ? `(?:/${value})?` : `/${value}`;
      precedence += parameter.catchAll ? '5' : parameter.checks.length > 0 ? '2' : '3';
      continue;
    }
    pattern += '/';
    precedence += parts.some(({ kind }) => kind === 'parameter') ? '1' : '0';
    for (const { kind, text } of parts) {
      if (kind === 'literal') pattern += text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      else {
        parameters.push(readParameter(text, template));
        pattern += '([^/]+?)';
      }
    }
  }
  const expression = new RegExp(`^${pattern}/?$`, 'i');
  return {
    precedence,
    match(path) {
      const found = expression.exec(path);
      if (!found) return undefined;
      const values: Record<string, string> = {};
      for (const [index, { name, checks, fallback }] of parameters.entries()) {
        const raw = found[index + 1];
        if (raw === undefined || raw === '') {
          if (fallback !== undefined) values[name] = fallback;
          continue;
        }
        const value = decode(raw);
        if (value === undefined || !checks.every((check) => check(value))) return undefined;
        values[name] = value;
      }
      return values;
    },
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Malformed percent-encoding matches no parameter.
    return undefined;
  }
}

/** Splits at slashes outside braces: a constraint may hold one. */
function splitSegments(template: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of template) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (char === '/' && depth === 0) {
      segments.push(current);
      current = '';
    } else current += char;
  }
  segments.push(current);
  return segments.filter((segment) => segment !== '');
}

function splitSegment(segment: string): { kind: 'literal' | 'parameter'; text: string }[] {
  const parts: { kind: 'literal' | 'parameter'; text: string }[] = [];
  let depth = 0;
  let current = '';
  const flush = (kind: 'literal' | 'parameter'): void => {
    if (current !== '' || kind === 'parameter') parts.push({ kind, text: current });
    current = '';
  };
  for (const char of segment) {
    if (char === '{' && depth++ === 0) flush('literal');
    else if (char === '}' && --depth === 0) flush('parameter');
    else current += char;
  }
  flush('literal');
  return parts;
}

function readParameter(text: string, template: string): Parameter {
  const catchAll = text.startsWith('*');
  let rest = text.replace(/^\*+/, '');
  const optional = rest.endsWith('?');
  if (optional) rest = rest.slice(0, -1);
  const [, name = '', list = '', fallback] =
    /^([A-Za-z_][\w-]*)((?::(?:[^:=(]+(?:\([^)]*(?:\)[^:=)]*)*\))?))*)(?:=(.*))?$/.exec(rest) ?? [];
  if (name === '') throw new Error(`Route "${template}": cannot read the parameter "{${text}}".`);
  const checks = [...list.matchAll(/:([A-Za-z]+)(?:\((.*?)\)(?=:|$))?/g)].map(([, kind = '', argument = '']) => {
    const build = constraints[kind.toLowerCase()];
    if (!build) {
      throw new Error(
        `Route "${template}": "${kind}" is no constraint. Use one of ${Object.keys(constraints).join(', ')}.`,
      );
    }
    return build(argument);
  });
  return { name, checks, optional, catchAll, fallback };
}
