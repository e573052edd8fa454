/**
 * Large functions: no crash, and blocks in proportion. The parser itself crashes on trees this deep, so they are put together here from the
 * statements of a flat program, each put into the next.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { expect, test } from 'vitest';
import { GraphTooLarge } from './build.js';
import { graphIn, parse } from './testing.js';

type Put<N> = (inner: N, outer: N) => void;

const repeat = (count: number, piece: (index: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join(separator);

const blocksOf = (source: string): number => graphIn(parse(source)).blocks.length;

function expectLinear(blocks: (count: number) => number, count: number): void {
  const [small, large] = [blocks(count / 10), blocks(count)];
  expect(large).toBeLessThan(12 * small);
  expect(large).toBeGreaterThan(count / 10);
}

/** The blocks of a program of `count` copies of the statement, each put into the next. */
function blocksOfNest(statement: string, count: number, put: Put<TSESTree.Statement>): number {
  const parsed = parse(repeat(count, () => statement));
  const program = parsed.owners.find((owner) => owner.type === 'Program') as TSESTree.Program;
  const [first, ...others] = program.body as TSESTree.Statement[];
  let nest = first as TSESTree.Statement;
  for (const outer of others) {
    put(nest, outer);
    nest = outer;
  }
  program.body = [nest];
  return parsed.graphOf(program).blocks.length;
}

const expressionOf = (statement: TSESTree.Statement): TSESTree.Expression => (statement as TSESTree.ExpressionStatement).expression;

/** A chain that grows to the left, like `a + b + c`. */
const putLeft: Put<TSESTree.Statement> = (inner, outer) => {
  (expressionOf(outer) as TSESTree.LogicalExpression).left = expressionOf(inner);
};

test('10,000 statements', () => {
  expectLinear((count) => blocksOf(repeat(count, (i) => `const x${i} = f(${i});`)), 10_000);
  expectLinear((count) => blocksOf(repeat(count, (i) => `if (a) f(${i});`)), 10_000);
  expectLinear((count) => blocksOf(`try { ${repeat(count, (i) => `f(${i});`)} } finally { g(); }`), 10_000);
});

test('4,000 else ifs', () => {
  const putElse: Put<TSESTree.Statement> = (inner, outer) => {
    (outer as TSESTree.IfStatement).alternate = inner;
  };
  expectLinear((count) => blocksOfNest('if (a()) f(); else g();', count, putElse), 4_000);
});

test('4,000 cases', () => {
  expectLinear((count) => blocksOf(`switch (a) { ${repeat(count, (i) => `case ${i}: f(); break;`)} }`), 4_000);
});

test('chains of 5,000 operands', () => {
  for (const operator of ['+', '&&', '||', '??']) expectLinear((count) => blocksOfNest(`a ${operator} f();`, count, putLeft), 5_000);
  expectLinear((count) => blocksOf(`x = (${repeat(count, () => 'f()', ',')});`), 500);
});

test('chains of 5,000 operands as a test', () => {
  for (const operators of [['&&'], ['||'], ['&&', '||'], ['??']])
    expectLinear((count) => {
      const parsed = parse(`if (a) f(); ${repeat(count, (i) => `a ${operators[i % operators.length] ?? ''} b;`)}`);
      const program = parsed.owners.find((owner) => owner.type === 'Program') as TSESTree.Program;
      const [branch, ...chain] = program.body as [TSESTree.IfStatement, ...TSESTree.Statement[]];
      for (const [index, outer] of chain.entries()) if (index > 0) putLeft(chain[index - 1] as TSESTree.Statement, outer);
      branch.test = expressionOf(chain.at(-1) as TSESTree.Statement);
      program.body = [branch];
      return parsed.graphOf(program).blocks.length;
    }, 5_000);
});

test('chains of 5,000 links', () => {
  const putCallee: Put<TSESTree.Statement> = (inner, outer) => {
    ((expressionOf(outer) as TSESTree.CallExpression).callee as TSESTree.MemberExpression).object = expressionOf(inner);
  };
  const putObject: Put<TSESTree.Statement> = (inner, outer) => {
    (expressionOf(outer) as TSESTree.MemberExpression).object = expressionOf(inner);
  };
  const putAs: Put<TSESTree.Statement> = (inner, outer) => {
    (expressionOf(outer) as TSESTree.TSAsExpression).expression = expressionOf(inner);
  };
  expectLinear((count) => blocksOfNest('a.b();', count, putCallee), 5_000);
  expect(blocksOfNest('a.b;', 5_000, putObject)).toBe(3);
  expect(blocksOfNest('a as b;', 5_000, putAs)).toBe(3);
});

test('10,000 elements, properties and arguments', () => {
  expectLinear((count) => blocksOf(`x = [${repeat(count, () => 'f()', ',')}];`), 10_000);
  expectLinear((count) => blocksOf(`x = {${repeat(count, (i) => `a${i}: f()`, ',')}};`), 10_000);
  expect(blocksOf(`x = [${repeat(10_000, String, ',')}];`)).toBe(3);
  expect(blocksOf(`f(${repeat(10_000, String, ',')});`)).toBe(4);
});

test('blocks, loops and tries, 2,000 deep', () => {
  const putInBody: Put<TSESTree.Statement> = (inner, outer) => {
    (outer as TSESTree.BlockStatement).body.unshift(inner);
  };
  const putInLoop: Put<TSESTree.Statement> = (inner, outer) => {
    (outer as TSESTree.WhileStatement).body = inner;
  };
  const putInTry: Put<TSESTree.Statement> = (inner, outer) => {
    (outer as TSESTree.TryStatement).block.body.unshift(inner);
  };
  expectLinear((count) => blocksOfNest('{ f(); }', count, putInBody), 2_000);
  expectLinear((count) => blocksOfNest('while (a) f();', count, putInLoop), 2_000);
  expectLinear((count) => blocksOfNest('for (const a of b()) f();', count, putInLoop), 500);
  expectLinear((count) => blocksOfNest('try { f(); } catch { g(); }', count, putInTry), 2_000);
  expectLinear((count) => blocksOfNest('try { f(); } finally { g(); }', count, putInTry), 2_000);
});

test('a conditional expression with 500 arms', () => {
  expectLinear((count) => blocksOf(`x = ${repeat(count, (i) => `a${i} ? f() : `, '')} g();`), 500);
});

test('finally bodies that multiply have no graph', () => {
  const nest = (depth: number): string => (depth === 0 ? 'f();' : `try { f(); } finally { ${nest(depth - 1)} }`);
  expect(blocksOf(nest(4))).toBeLessThan(100);
  expect(() => blocksOf(nest(20))).toThrow(GraphTooLarge);
});

test('values that live across too many calls have no graph', () => {
  expect(() => blocksOf(`x(${repeat(10_000, () => 'f()', ',')});`)).toThrow(GraphTooLarge);
});
