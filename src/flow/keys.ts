/**
 * Member names: constant keys and well-known symbols become names, all others are evaluated.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { MemberKey } from './graph.js';
import type { Builder } from './builder.js';
import type { Scopes } from './scopes.js';
import { unwrap } from './syntax.js';

type KeyNode = TSESTree.Expression | TSESTree.PrivateIdentifier;

/** The key of a member access, property or class element; evaluates it when it is not constant. */
export function keyOf(b: Builder, { computed, key }: { readonly computed: boolean; readonly key: KeyNode }): MemberKey {
  return constantKey(b.scopes, computed, key) ?? { kind: 'computed', key: b.lower(key as TSESTree.Expression) };
}

/** Null when the name is only known at run time. */
export function constantKey(scopes: Scopes, computed: boolean, key: KeyNode): MemberKey | null {
  if (key.type === 'PrivateIdentifier') return { kind: 'private', name: key.name };
  if (!computed && key.type === 'Identifier') return { kind: 'name', name: key.name };
  const name = constantName(scopes, unwrap(key));
  return name === null ? null : { kind: 'name', name };
}

function constantName(scopes: Scopes, key: KeyNode): string | null {
  switch (key.type) {
    case 'Literal':
      return typeof key.value === 'string' || typeof key.value === 'number' || typeof key.value === 'bigint' ? String(key.value) : null;
    case 'TemplateLiteral':
      return key.expressions.length === 0 ? (key.quasis[0]?.value.cooked ?? null) : null;
    case 'MemberExpression':
      return wellKnownSymbol(scopes, key);
    case 'Identifier':
      return ownSymbol(scopes, key);
    default:
      return null;
  }
}

/** The name of a symbol that a module keeps in a constant: there is one of it, made where the constant is declared. */
function ownSymbol(scopes: Scopes, key: TSESTree.Identifier): string | null {
  const variable = scopes.variableOf(key);
  const [definition] = variable?.defs ?? [];
  if (definition?.type !== 'Variable' || definition.parent.kind !== 'const' || !['module', 'global'].includes(variable?.scope.type ?? ''))
    return null;
  const { init } = definition.node;
  const isSymbol =
    init?.type === 'CallExpression' &&
    init.callee.type === 'Identifier' &&
    init.callee.name === 'Symbol' &&
    scopes.variableOf(init.callee) === null;
  return isSymbol ? `@@${key.name}:${definition.node.range[0]}` : null;
}

function wellKnownSymbol(scopes: Scopes, { computed, object, property }: TSESTree.MemberExpression): string | null {
  if (computed || object.type !== 'Identifier' || object.name !== 'Symbol' || property.type !== 'Identifier') return null;
  return scopes.variableOf(object) === null ? `@@${property.name}` : null;
}
