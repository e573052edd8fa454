/**
 * Which variable a name stands for. Built once per file from ESLint's scope manager; knows nothing of values.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Node, Variable } from './graph.js';

/** What may name a variable; a string only as the name of an enum member. */
export type NameNode = TSESTree.Identifier | TSESTree.JSXIdentifier | TSESTree.StringLiteral;

export interface Scopes {
  /** The declared variable that a reference or a declared name stands for; null for a global and for what is no variable. */
  variableOf(name: NameNode): Variable | null;
  /** The variables that the node itself declares: parameters, the name of a class inside and outside of it. */
  declaredVariables(node: Node): readonly Variable[];
  /** What importers know the value of an `export default` by, which has no name in its own module. */
  defaultExport(node: TSESTree.ExportDefaultDeclaration): Variable;
}

/** Whether an `export default` gives a value that its own module has no name for. */
export function isNameless({ declaration }: TSESTree.ExportDefaultDeclaration): boolean {
  return declaration.type !== 'Identifier' && !('id' in declaration && declaration.id?.type === 'Identifier');
}

export function createScopes(scopeManager: TSESLint.Scope.ScopeManager): Scopes {
  const variables = new Map<object, Variable>();
  let nameless: Variable | undefined;
  for (const scope of scopeManager.scopes)
    for (const { identifier, resolved } of scope.references) if (resolved && isDeclared(resolved)) variables.set(identifier, resolved);
  // Outer scopes come first: the name of a class or enum denotes the variable around it, not the one inside it.
  for (const scope of scopeManager.scopes)
    for (const variable of scope.variables) for (const { name } of variable.defs) if (!variables.has(name)) variables.set(name, variable);

  return {
    variableOf: (name) => variables.get(name) ?? null,
    declaredVariables: (node) => scopeManager.getDeclaredVariables(node),
    defaultExport: (node) => (nameless ??= namelessVariable(node, scopeManager)),
  };
}

/** A variable that no reference names. */
function namelessVariable(node: TSESTree.ExportDefaultDeclaration, { scopes }: TSESLint.Scope.ScopeManager): Variable {
  return {
    name: 'default',
    scope: scopes.find(({ type }) => type === 'module') ?? scopes[0],
    defs: [{ type: 'Variable', name: node, node: node.declaration, parent: node }],
    identifiers: [],
    references: [],
  } as unknown as Variable;
}

/** Library and configured globals are variables without a definition, and so is `arguments`, which belongs to its function. */
function isDeclared(variable: Variable): boolean {
  return variable.defs.length > 0 || (variable.name === 'arguments' && variable.scope.type === 'function');
}
