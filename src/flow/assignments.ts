/**
 * `=`, `+=` and the like, `&&=`, `||=`, `??=`, `++` and `--`. The target's object and key are evaluated once, before the right side.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Temp } from './graph.js';
import type { Builder } from './builder.js';
import { prepare, prepareReference } from './patterns.js';

type Operator = TSESTree.AssignmentExpression['operator'];
type LogicalOperator = '&&=' | '??=' | '||=';

const binaryOperators: { readonly [O in Exclude<Operator, LogicalOperator | '='>]: TSESTree.BinaryExpression['operator'] } = {
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '**=': '**',
  '<<=': '<<',
  '>>=': '>>',
  '>>>=': '>>>',
  '&=': '&',
  '|=': '|',
  '^=': '^',
};

export function lowerAssignment(node: TSESTree.AssignmentExpression, b: Builder): Temp {
  switch (node.operator) {
    case '=':
      return assign(b, node);
    case '&&=':
    case '||=':
    case '??=':
      return assignUnlessDecided(b, node, node.operator);
    default:
      return assignCompound(b, node, binaryOperators[node.operator]);
  }
}

function assign(b: Builder, node: TSESTree.AssignmentExpression): Temp {
  const write = prepare(b, node.left, false);
  const value = b.lower(node.right);
  write(value);
  return value;
}

function assignCompound(b: Builder, node: TSESTree.AssignmentExpression, operator: TSESTree.BinaryExpression['operator']): Temp {
  const { read, write } = prepareReference(b, node.left);
  const left = read();
  const value = b.define({ kind: 'binary', target: b.temp(), operator, left, right: b.lower(node.right), node });
  write(value);
  return value;
}

function assignUnlessDecided(b: Builder, node: TSESTree.AssignmentExpression, operator: LogicalOperator): Temp {
  const { read, write } = prepareReference(b, node.left);
  const [result, assigns, end] = [b.temp(), b.block(), b.block()];
  const old = read();
  b.copy(node, result, old);
  const test = operator === '??=' ? b.unary(node.left, 'isNullish', old) : old;
  b.branch(test, node.left, operator === '||=' ? end : assigns, operator === '||=' ? assigns : end);
  b.start(assigns);
  const value = b.lower(node.right);
  write(value);
  b.copy(node, result, value);
  b.goto(end);
  b.start(end);
  return result;
}

export function lowerUpdate(node: TSESTree.UpdateExpression, b: Builder): Temp {
  const { read, write } = prepareReference(b, node.argument);
  const old = read();
  const right = b.literal(node, 1);
  const operator = node.operator === '++' ? '+' : '-';
  const value = b.define({ kind: 'binary', target: b.temp(), operator, left: old, right, node });
  write(value);
  return node.prefix ? value : old;
}
