import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { parseResourceId } from '../kernel/resource-id';
import type { Signal } from '../signal';

/**
 * What an expression can name. All are texts, but for `facts`, which maps names to texts, numbers and booleans, and `tags`, which maps
 * names in lower case to texts.
 */
export const expressionNames = [
  'source',
  'kind',
  'alertRule',
  'severity',
  'resourceType',
  'resourceGroup',
  'resource',
  'subscription',
  'summary',
  'facts',
  'tags',
] as const;

/** The longest expression, in UTF-16 code units. */
export const maximumExpressionLength = 1024;

/**
 * An expression may go through lists and maps so many times. One within another costs the product of their lengths, which are
 * at most some hundred; a third would make one signal cost seconds.
 */
const maximumComprehensions = 2;

/**
 * The standard functions and nothing beside: no clock, no network, no function of ours. Regular expressions are RE2, whose time grows with
 * the text and never explodes.
 */
const environment = celEnv({});

type Parsed = ReturnType<typeof parse>;
type Node = Parsed['expr'];

/** What an expression says about a signal. `unanswered`: it could not be evaluated, so nobody knows. */
export type ExpressionAnswer =
  { readonly kind: 'yes' } | { readonly kind: 'no' } | { readonly kind: 'unanswered'; readonly why: string };

/** An expression that can be asked; in place of the tags may stand why nobody knows them. Pure. */
export type Expression = (signal: Signal, tags: ReadonlyMap<string, string> | string) => ExpressionAnswer;

interface Used {
  readonly names: Set<string>;
  readonly functions: Set<string>;
  comprehensions: number;
}

/** Collects what a part of an expression uses; `own` are the names that the expression gives itself (`x` in `exists(x, ...)`). */
function collect(node: Node | undefined, own: ReadonlySet<string>, used: Used): void {
  const kind = node?.exprKind;
  switch (kind?.case) {
    case 'identExpr':
      if (!own.has(kind.value.name)) {
        used.names.add(kind.value.name);
      }
      return;
    case 'selectExpr':
      collect(kind.value.operand, own, used);
      return;
    case 'callExpr':
      used.functions.add(kind.value.function);
      for (const part of [kind.value.target, ...kind.value.args]) {
        collect(part, own, used);
      }
      return;
    case 'listExpr':
      kind.value.elements.forEach((element) => collect(element, own, used));
      return;
    case 'structExpr':
      for (const { keyKind, value } of kind.value.entries) {
        collect(keyKind.case === 'mapKey' ? keyKind.value : undefined, own, used);
        collect(value, own, used);
      }
      return;
    case 'comprehensionExpr': {
      const { iterVar, iterVar2, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
      used.comprehensions += 1;
      collect(iterRange, own, used);
      collect(accuInit, own, used);
      const inside = new Set([...own, iterVar, iterVar2, accuVar]);
      for (const part of [loopCondition, loopStep, result]) {
        collect(part, inside, used);
      }
      return;
    }
    default:
  }
}

function parsed(text: string): { readonly parsed: Parsed } | { readonly problem: string } {
  if (text.length > maximumExpressionLength) {
    return { problem: `is longer than ${maximumExpressionLength} characters` };
  }
  try {
    return { parsed: parse(text) };
  } catch (error) {
    // The parser says where: `<input>:1:5: ...`; the first number is the line within the expression.
    const said = error instanceof Error ? error.message.replace(/^<input>:\d+:/, 'at character ') : 'unreadable';
    return { problem: `is no CEL expression: ${said}` };
  }
}

/** What is wrong with an expression, as the end of a sentence about it; `undefined` when it can be used. */
export function expressionProblem(text: string): string | undefined {
  const read = parsed(text);
  if ('problem' in read) {
    return read.problem;
  }
  const used: Used = { names: new Set(), functions: new Set(), comprehensions: 0 };
  collect(read.parsed.expr, new Set(), used);
  const known: readonly string[] = expressionNames;
  // Names of types (`string`, `int`) are values in CEL, and are of use in `type(x) == string` alone.
  const types = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);
  const name = [...used.names].find((one) => !known.includes(one) && !types.has(one));
  if (name !== undefined) {
    return `names "${name.slice(0, 80)}", which is not known; there are ${known.join(', ')}`;
  }
  // Operators have names with underscores and signs; a macro is no call any more once it is parsed.
  const called = [...used.functions].find(
    (one) => /^[A-Za-z]\w*$/.test(one) && environment.funcs.find(one) === undefined,
  );
  if (called !== undefined) {
    return `calls "${called.slice(0, 80)}", which is no function of standard CEL`;
  }
  if (used.comprehensions > maximumComprehensions) {
    return `goes through lists ${used.comprehensions} times (all, exists, map, filter); at most ${maximumComprehensions}`;
  }
  const { exprKind } = read.parsed.expr;
  const isNoCondition =
    exprKind.case === 'listExpr' ||
    exprKind.case === 'structExpr' ||
    (exprKind.case === 'constExpr' && exprKind.value.constantKind.case !== 'boolValue');
  return isNoCondition ? 'is a value and no condition; it must say true or false' : undefined;
}

function bindings(signal: Signal, tags: ReadonlyMap<string, string>) {
  const parts = parseResourceId(signal.target)?.parts;
  return {
    source: signal.source,
    kind: signal.kind,
    alertRule: signal.rule,
    severity: signal.severity,
    resourceType: parts?.type ?? '',
    resourceGroup: parts?.resourceGroup ?? '',
    resource: parts?.name ?? '',
    subscription: parts?.subscriptionId ?? '',
    summary: signal.summary,
    facts: new Map(Object.entries(signal.facts)),
    tags,
  } satisfies Record<(typeof expressionNames)[number], unknown>;
}

/**
 * Prepares an expression that {@link expressionProblem} found nothing wrong with.
 * @throws Error for one that is no CEL.
 */
export function compileExpression(text: string): Expression {
  const read = parse(text);
  const evaluate = plan(environment, read);
  const used: Used = { names: new Set(), functions: new Set(), comprehensions: 0 };
  collect(read.expr, new Set(), used);
  const asksTags = used.names.has('tags');
  return (signal, tags) => {
    if (asksTags && typeof tags === 'string') {
      return { kind: 'unanswered', why: `the tags cannot be told: ${tags}` };
    }
    const value = evaluate(bindings(signal, typeof tags === 'string' ? new Map<string, string>() : tags));
    if (isCelError(value)) {
      return { kind: 'unanswered', why: value.message.slice(0, 200) };
    }
    if (typeof value !== 'boolean') {
      return { kind: 'unanswered', why: 'it gives a value that is neither true nor false' };
    }
    return { kind: value ? 'yes' : 'no' };
  };
}
