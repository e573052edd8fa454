/**
 * Questions about syntax that several lowerings ask.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from './graph.js';

/** TypeScript around an expression that is gone at run time. */
export type Wrapper =
  | TSESTree.TSAsExpression
  | TSESTree.TSInstantiationExpression
  | TSESTree.TSNonNullExpression
  | TSESTree.TSSatisfiesExpression
  | TSESTree.TSTypeAssertion;

const wrappers: { readonly [T in Wrapper['type']]: true } = {
  TSAsExpression: true,
  TSInstantiationExpression: true,
  TSNonNullExpression: true,
  TSSatisfiesExpression: true,
  TSTypeAssertion: true,
};

export function isWrapper(node: Node): node is Wrapper {
  return Object.hasOwn(wrappers, node.type);
}

export function unwrap<N extends Node>(node: N): Exclude<N, Wrapper> | TSESTree.Expression {
  let inner: Node = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner as Exclude<N, Wrapper> | TSESTree.Expression;
}

export function isUsing(node: Node): boolean {
  return node.type === 'VariableDeclaration' && (node.kind === 'using' || node.kind === 'await using');
}
