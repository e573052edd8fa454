/**
 * Tests: `!`, `&&`, `||`, `??`, `?:`, `?.` and constants become edges, not values. The same walk makes the value of a logical or
 * conditional expression: then each operand that may be the result is copied on its way.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { BlockId, Temp } from './graph.js';
import type { Builder } from './builder.js';
import { lowerChain } from './calls.js';
import { isWrapper, unwrap } from './syntax.js';

type Expression = TSESTree.Expression;

interface Test {
  readonly node: Expression;
  /** The block in which the test begins; null for where the walk is. */
  readonly at: BlockId | null;
  /** Is the value truthy, or is it `null` or `undefined`? */
  readonly asks: 'truthy' | 'nullish';
  readonly whenTrue: BlockId;
  readonly whenFalse: BlockId;
  /** Where the value is copied to; null when only the answer is wanted. */
  readonly into: Temp | null;
  /** The value, when it was evaluated before. */
  readonly known?: Temp;
}

/** Goes to `whenTrue` or `whenFalse`. Operands may stand in chains of any length. */
export function branchOn(b: Builder, node: Expression, whenTrue: BlockId, whenFalse: BlockId): void {
  walk(b, { node, at: null, asks: 'truthy', whenTrue, whenFalse, into: null });
}

export function lowerLogical(node: TSESTree.ConditionalExpression | TSESTree.LogicalExpression, b: Builder): Temp {
  const end = b.block();
  const into = b.temp();
  walk(b, { node, at: null, asks: 'truthy', whenTrue: end, whenFalse: end, into });
  b.start(end);
  return into;
}

function walk(b: Builder, whole: Test): void {
  const pending = [whole];
  for (let test = pending.pop(); test !== undefined; test = pending.pop()) {
    if (test.at !== null) b.start(test.at);
    pending.push(...partsOf(b, test).toReversed());
  }
}

/** The tests that a test consists of, in order; none when it has been written. */
function partsOf(b: Builder, test: Test): readonly Test[] {
  const { node, into } = test;
  if (test.known !== undefined) return decide(b, test, test.known);
  if (isWrapper(node)) return [{ ...test, at: null, node: unwrap(node) }];
  switch (node.type) {
    case 'LogicalExpression':
      return partsOfLogical(b, test, node);
    case 'ConditionalExpression':
      return partsOfConditional(b, test, node);
    case 'SequenceExpression':
      return partsOfSequence(b, test, node);
    case 'ChainExpression':
      return decideChain(b, test, node);
    case 'Literal':
      return decideLiteral(b, test, node);
    case 'UnaryExpression':
      if (node.operator !== '!' || into !== null || test.asks !== 'truthy') break;
      return [{ ...test, at: null, node: node.argument, whenTrue: test.whenFalse, whenFalse: test.whenTrue }];
  }
  return decide(b, test, b.lower(node));
}

function partsOfLogical(b: Builder, test: Test, node: TSESTree.LogicalExpression): readonly Test[] {
  const { left, right, operator } = node;
  if (operator === '??') return partsOfNullish(b, test, node);
  // Only parentheses bring `&&` or `||` below `??`.
  if (test.asks === 'nullish') return decide(b, test, lowerLogical(node, b));
  const next = b.block();
  const first = { ...test, at: null, node: left, ...(operator === '&&' ? { whenTrue: next } : { whenFalse: next }) };
  return [first, { ...test, at: next, node: right }];
}

function partsOfNullish(b: Builder, test: Test, { left, right }: TSESTree.LogicalExpression): readonly Test[] {
  const next = b.block();
  const last: Test = { ...test, at: next, node: right };
  if (test.asks === 'nullish' || test.whenTrue === test.whenFalse)
    return [{ ...test, at: null, asks: 'nullish', node: left, whenTrue: next }, last];
  const present = b.block();
  const into = test.into ?? b.temp();
  const first: Test = { at: null, asks: 'nullish', node: left, whenTrue: next, whenFalse: present, into };
  return [first, { ...test, at: present, into: null, node: left, known: into }, last];
}

function partsOfConditional(b: Builder, test: Test, node: TSESTree.ConditionalExpression): readonly Test[] {
  const [yes, no] = [b.block(), b.block()];
  return [
    { node: node.test, at: null, asks: 'truthy', whenTrue: yes, whenFalse: no, into: null },
    { ...test, at: yes, node: node.consequent },
    { ...test, at: no, node: node.alternate },
  ];
}

function partsOfSequence(b: Builder, test: Test, { expressions }: TSESTree.SequenceExpression): readonly Test[] {
  for (const expression of expressions.slice(0, -1)) b.lower(expression);
  return expressions.slice(-1).map((last) => ({ ...test, at: null, node: last }));
}

function decideChain(b: Builder, test: Test, node: TSESTree.ChainExpression): readonly Test[] {
  const shortcut = b.block();
  decide(b, test, lowerChain(node, b, { shortcut }));
  b.start(shortcut);
  if (test.into !== null) b.copy(node, test.into, b.literal(node, undefined));
  b.goto(test.asks === 'nullish' ? test.whenTrue : test.whenFalse);
  return [];
}

function decideLiteral(b: Builder, test: Test, node: TSESTree.Literal): readonly Test[] {
  const { value } = node;
  const isRegExp = 'regex' in node;
  if (test.into !== null) b.copy(node, test.into, b.lower(node));
  const answer = test.asks === 'nullish' ? value === null && node.raw === 'null' : isRegExp || Boolean(value);
  b.goto(answer ? test.whenTrue : test.whenFalse);
  return [];
}

function decide(b: Builder, { node, asks, whenTrue, whenFalse, into }: Test, value: Temp): readonly Test[] {
  if (into !== null) b.copy(node, into, value);
  if (whenTrue === whenFalse) b.goto(whenTrue);
  else b.branch(asks === 'nullish' ? b.unary(node, 'isNullish', value) : value, node, whenTrue, whenFalse);
  return [];
}
