// @ts-check
'use strict';

/** @import { Scope, SourceCode } from 'eslint' */

/** The name of a member that can be read off the code: `a.name`, `a['name']`; `undefined` when it is computed. */
function staticName(/** @type {any} */ member) {
  if (member.type !== 'MemberExpression') {
    return undefined;
  }
  const { property, computed } = member;
  if (!computed) {
    return property.name;
  }
  if (property.type === 'TemplateLiteral' && property.expressions.length === 0) {
    return property.quasis[0].value.cooked;
  }
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

/**
 * The variable that an identifier means, looked up from where it stands.
 * @param {SourceCode} sourceCode
 * @param {any} identifier
 * @returns {Scope.Variable | undefined}
 */
function variableOf(sourceCode, identifier) {
  /** @type {Scope.Scope | null} */
  let scope = sourceCode.getScope(identifier);
  for (; scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) {
      return variable;
    }
  }
  return undefined;
}

/**
 * Whether an identifier means the global of its name, and nothing that the file declares itself.
 * @param {SourceCode} sourceCode
 * @param {any} identifier
 */
function isGlobal(sourceCode, identifier) {
  const variable = variableOf(sourceCode, identifier);
  return variable === undefined || variable.defs.length === 0;
}

/** The identifier at the start of `a.b[c].d`; `undefined` when the chain starts with something else. */
function rootOf(/** @type {any} */ node) {
  let at = node;
  while (['MemberExpression', 'TSNonNullExpression', 'TSAsExpression', 'ChainExpression'].includes(at.type)) {
    at = at.type === 'MemberExpression' ? at.object : at.expression;
  }
  return at.type === 'Identifier' ? at : undefined;
}

/** The function that a node is directly inside of; `undefined` at module level. */
function enclosingFunction(/** @type {any} */ node) {
  for (let at = node.parent; at; at = at.parent) {
    if (/Function/.test(at.type) && at.type !== 'TSFunctionType') {
      return at;
    }
  }
  return undefined;
}

/** Whether an import or a re-export is of types alone, so that nothing of it is left when the code runs. */
function isTypeOnly(/** @type {any} */ node) {
  if (node.importKind === 'type' || node.exportKind === 'type') {
    return true;
  }
  const specifiers = node.specifiers ?? [];
  return (
    specifiers.length > 0 &&
    specifiers.every((/** @type {any} */ one) => one.importKind === 'type' || one.exportKind === 'type')
  );
}

module.exports = { staticName, variableOf, isGlobal, rootOf, enclosingFunction, isTypeOnly };
