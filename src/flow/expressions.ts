/**
 * The dispatch table of expressions, and the plain ones among them.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Temp } from './graph.js';
import type { Builder, Lower } from './builder.js';
import { lowerAssignment, lowerUpdate } from './assignments.js';
import { lowerChain, lowerDelete, lowerNew } from './calls.js';
import { lowerClass } from './classes.js';
import { lowerLogical } from './conditions.js';
import { lowerClosure } from './functions.js';
import { lowerArray, lowerElement, lowerFragment, lowerLiteral, lowerObject, lowerTemplate } from './literals.js';
import { unwrap } from './syntax.js';

type Expression = TSESTree.Expression;

const expressions: { readonly [T in Expression['type']]: Lower<Extract<Expression, { type: T }>, Temp> } = {
  ArrayExpression: lowerArray,
  ArrayPattern: unmodelled, // only in broken code; patterns.ts has the others
  ArrowFunctionExpression: lowerClosure,
  AssignmentExpression: lowerAssignment,
  AwaitExpression: lowerAwait,
  BinaryExpression: lowerBinary,
  CallExpression: lowerChain,
  ChainExpression: lowerChain,
  ClassExpression: lowerClass,
  ConditionalExpression: lowerLogical,
  FunctionExpression: lowerClosure,
  Identifier: lowerIdentifier,
  ImportExpression: lowerImport,
  JSXElement: lowerElement,
  JSXFragment: lowerFragment,
  Literal: lowerLiteral,
  LogicalExpression: lowerLogical,
  MemberExpression: lowerChain,
  MetaProperty: unmodelled, // `new.target`, `import.meta`
  NewExpression: lowerNew,
  ObjectExpression: lowerObject,
  ObjectPattern: unmodelled,
  SequenceExpression: lowerSequence,
  Super: (node, b) => b.define({ kind: 'super', target: b.temp(), node }),
  TaggedTemplateExpression: lowerChain,
  TemplateLiteral: lowerTemplate,
  ThisExpression: (node, b) => b.thisValue(node),
  TSAsExpression: lowerWrapped,
  TSInstantiationExpression: lowerWrapped,
  TSNonNullExpression: lowerWrapped,
  TSSatisfiesExpression: lowerWrapped,
  TSTypeAssertion: lowerWrapped,
  UnaryExpression: lowerUnary,
  UpdateExpression: lowerUpdate,
  YieldExpression: lowerYield,
};

export function lowerExpression(node: Expression, b: Builder): Temp {
  // A newer parser may know expressions that the table does not, and a broken file may have statements here.
  const lower = (expressions as Readonly<Record<string, Lower<Expression, Temp> | undefined>>)[node.type];
  return (lower ?? unmodelled)(node, b);
}

function unmodelled(node: Expression, b: Builder): Temp {
  return b.opaque(node);
}

function lowerWrapped(node: Expression, b: Builder): Temp {
  return b.lower(unwrap(node));
}

function lowerIdentifier(node: TSESTree.Identifier, b: Builder): Temp {
  if (node.name === 'arguments' && hasArguments(b)) return b.define({ kind: 'arguments', target: b.temp(), node });
  if (node.name === 'undefined' && b.scopes.variableOf(node) === null) return b.literal(node, undefined);
  return b.readVariable(node);
}

/** An arrow function reads the `arguments` of the function around it, as a variable. */
function hasArguments({ owner }: Builder): boolean {
  return owner.type === 'FunctionDeclaration' || owner.type === 'FunctionExpression';
}

function lowerBinary(node: TSESTree.BinaryExpression, b: Builder): Temp {
  const chain = [node];
  let first: Expression | TSESTree.PrivateIdentifier = unwrap(node.left);
  for (; first.type === 'BinaryExpression'; first = unwrap(first.left)) chain.push(first);
  let left = first.type === 'PrivateIdentifier' ? b.literal(first, `#${first.name}`) : b.lower(first);
  for (const each of chain.toReversed())
    left = b.define({ kind: 'binary', target: b.temp(), operator: each.operator, left, right: b.lower(each.right), node: each });
  return left;
}

function lowerUnary(node: TSESTree.UnaryExpression, b: Builder): Temp {
  if (node.operator === 'delete') return lowerDelete(node, b);
  return b.unary(node, node.operator, b.lower(node.argument));
}

function lowerSequence(node: TSESTree.SequenceExpression, b: Builder): Temp {
  return node.expressions.reduce((_, expression) => b.lower(expression), -1);
}

function lowerAwait(node: TSESTree.AwaitExpression, b: Builder): Temp {
  const operand = b.lower(node.argument);
  return b.invoke({ kind: 'await', target: b.temp(), operand, node });
}

function lowerYield(node: TSESTree.YieldExpression, b: Builder): Temp {
  return b.yield(node, node.argument === null ? null : b.lower(node.argument));
}

function lowerImport(node: TSESTree.ImportExpression, b: Builder): Temp {
  const operands = [b.lower(node.source), ...(node.options ? [b.lower(node.options)] : [])];
  return b.opaque(node, operands, true);
}
