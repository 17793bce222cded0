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
      for (const [index, { name, checks, optional, fallback }] of parameters.entries()) {
        const raw = found[index + 1];
        const value = raw === undefined || raw === '' ? fallback : decode(raw);
        if (value === undefined) {
          // Nothing there, which a constraint lets pass only where the parameter may be missing; or nothing that can be decoded.
          if (raw !== undefined && raw !== '') return undefined;
          if (checks.length > 0 && !optional) return undefined;
          continue;
        }
        if (!checks.every((check) => check(value))) return undefined;
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

/** Reads the inside of a parameter's braces, where braces that are meant are written twice. */
function readParameter(text: string, template: string): Parameter {
  const inside = text.replaceAll('{{', '{').replaceAll('}}', '}');
  const catchAll = inside.startsWith('*');
  let rest = inside.replace(/^\*{1,2}/, '');
  const optional = rest.endsWith('?');
  if (optional) rest = rest.slice(0, -1);
  const name = /^[A-Za-z_][\w-]*/.exec(rest)?.[0] ?? '';
  const { policies, end } = readPolicies(rest, name.length);
  if (name === '' || (end < rest.length && rest[end] !== '=')) {
    throw new Error(`Route "${template}": cannot read the parameter "{${text}}".`);
  }
  const fallback = end < rest.length ? rest.slice(end + 1) : undefined;
  if (optional && (catchAll || fallback !== undefined)) {
    const what = catchAll ? 'A parameter for the whole rest' : 'A parameter with a default value';
    throw new Error(`Route "${template}": ${what} cannot be optional: "{${text}}".`);
  }
  const checks = policies.map((policy) => {
    const [, kind = '', argument = ''] = /^([^(]*)(?:\((.*)\))?$/s.exec(policy) ?? [];
    const build = Object.hasOwn(constraints, kind.toLowerCase()) ? constraints[kind.toLowerCase()] : undefined;
    if (!build) {
      throw new Error(
        `Route "${template}": "${kind}" is no constraint. Use one of ${Object.keys(constraints).join(', ')}.`,
      );
    }
    return build(argument);
  });
  return { name, checks, optional, catchAll, fallback };
}

/**
 * The constraints of a parameter, from the colon after its name on, and where they end. As ASP.NET Core reads them
 * (RouteParameterParser): an argument ends at a closing parenthesis that the end, a colon or an equals sign follows, and a colon or
 * an equals sign inside of it takes everything to the next closing parenthesis along. So an argument may have parentheses.
 */
function readPolicies(text: string, start: number): { readonly policies: readonly string[]; readonly end: number } {
  const policies: string[] = [];
  let at = start;
  while (text[at] === ':') {
    const begin = (at += 1);
    while (at < text.length && !':=('.includes(text[at] as string)) at += 1;
    if (text[at] === '(') at = endOfArgument(text, at + 1);
    if (at > begin) policies.push(text.slice(begin, at));
  }
  return { policies, end: at };
}

/** The place behind the parenthesis that closes an argument. */
function endOfArgument(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const next = text[at + 1];
    if (text[at] === ')' && (next === undefined || next === ':' || next === '=')) return at + 1;
    if (text[at] === ':' || text[at] === '=') {
      const closing = text.indexOf(')', at + 1);
      if (closing === -1) return at;
      at = closing;
    }
  }
  return text.length;
}
