import { expect, test } from 'vitest';
import { flowIn, instructionsIn, instructionsOf } from './testing.js';

test('a function', () => {
  expect(flowIn('')).toEqual(['entry -> exit return']);
  expect(flowIn('a(); b();')).toEqual(['entry -> a()', 'a() -> b()', 'b() -> exit return']);
  expect(instructionsIn('a();')).toEqual(['read a', 'call a()', 'setReturn']);
});

test('an arrow with an expression returns it', () => {
  expect(instructionsOf('() => a()', 'ArrowFunctionExpression')).toEqual(['read a', 'call a()', 'setReturn a()']);
  expect(instructionsOf('() => { a(); }', 'ArrowFunctionExpression')).toEqual(['read a', 'call a()', 'setReturn']);
});

test('return and throw', () => {
  expect(flowIn('if (a) return b(); throw c();')).toEqual([
    'entry -> a',
    'a -true-> b()',
    'a -false-> c()',
    'b() -> exit return',
    'c() -> exit throw',
  ]);
  expect(instructionsIn('return a;')).toEqual(['read a', 'setReturn return a;']);
  expect(instructionsIn('throw a;')).toEqual(['read a', 'setThrow throw a;']);
});

test('code that is never reached is not in the graph', () => {
  expect(flowIn('return a(); b();')).toEqual(['entry -> a()', 'a() -> exit return']);
  expect(flowIn('throw a; b();')).toEqual(['entry -> exit throw']);
  expect(flowIn('while (true) a(); b();')).toEqual(['entry -> a()', 'a() -> a()']);
  expect(flowIn('for (;;) { break; a(); } b();')).toEqual(['entry -> b()', 'b() -> exit return']);
});

test('functions are there from the start of their scope', () => {
  expect(instructionsIn('a(); { g(); function g() {} } function h() {}')).toEqual([
    'closure function h() {}',
    'init h',
    'read a',
    'call a()',
    'closure function g() {}',
    'init g',
    'read g',
    'call g()',
    'setReturn',
  ]);
  expect(instructionsIn('return g; function g() {}')).toEqual(['closure function g() {}', 'init g', 'read g', 'setReturn return g;']);
  expect(instructionsOf('export function a() {} export default function b() {}')).toEqual([
    'closure function a() {}',
    'init a',
    'closure function b() {}',
    'init b',
    'setReturn',
  ]);
  expect(instructionsIn('if (a) function g() {}')).toEqual(['read a', 'test a', 'closure function g() {}', 'init g', 'setReturn']);
});

test('switch', () => {
  expect(flowIn('switch (a()) { case 1: b(); case c(): d(); break; default: e(); } g();')).toEqual([
    'entry -> a()',
    'a() -> case 1',
    'case 1 -true-> b()',
    'case 1 -false-> c()',
    'b() -> d()',
    'c() -> case c()',
    'case c() -true-> d()',
    'case c() -false-> e()',
    'd() -> g()',
    'e() -> g()',
    'g() -> exit return',
  ]);
  expect(flowIn('switch (a) { default: b(); case 1: c(); } d();')).toEqual([
    'entry -> case 1',
    'case 1 -true-> c()',
    'case 1 -false-> b()',
    'b() -> c()',
    'c() -> d()',
    'd() -> exit return',
  ]);
  expect(flowIn('switch (a) {} b();')).toEqual(['entry -> b()', 'b() -> exit return']);
  expect(instructionsIn('switch (a) { case b: g(); function g() {} }')).toEqual([
    'read a',
    'closure function g() {}',
    'init g',
    'read b',
    'binary ===',
    'test case b',
    'read g',
    'call g()',
    'setReturn',
  ]);
});

test('using in a case', () => {
  expect(flowIn('switch (a) { case 1: using b = c(); break; default: d(); }')).toEqual([
    'entry -> case 1',
    'case 1 -true-> c()',
    'case 1 -false-> d()',
    'c() -> isNullish(b) on break',
    'isNullish(b) on break -true-> exit return',
    'isNullish(b) on break -false-> dispose b on break',
    'dispose b on break -> exit return',
    'd() -> exit return',
  ]);
});

test('a switch in a loop', () => {
  expect(flowIn('while (a) switch (b) { case 1: continue; case 2: break; default: return; }')).toEqual([
    'entry -> a',
    'a -true-> case 1',
    'a -false-> exit return',
    'case 1 -true-> a',
    'case 1 -false-> case 2',
    'case 2 -true-> a',
    'case 2 -false-> exit return',
  ]);
});

test('modules', () => {
  expect(
    instructionsOf('import a, { b } from "c"; export const d = a(); export { d as e }; export * from "g"; export default b();'),
  ).toEqual(['read a', 'call a()', 'init d', 'read b', 'call b()', 'init default', 'setReturn']);
  expect(instructionsOf('export default class {}')).toEqual(['class ', 'init default', 'setReturn']);
  expect(instructionsOf('export default () => {}')).toEqual(['closure () => {}', 'init default', 'setReturn']);
});

test('a switch over true branches on its tests', () => {
  const tests = instructionsIn('switch (true) { case a > 1: b(); break; case c: d(); }').filter((each) => each.startsWith('binary'));
  expect(tests).toHaveLength(2);
});

test('with, debugger and nothing', () => {
  expect(instructionsIn('debugger; ; { }')).toEqual(['setReturn']);
});

test('statements that are only types', () => {
  expect(
    instructionsOf(
      'interface A {} type B = A; declare function c(): void; declare const d: 1; declare class E {} export type { A }; function g(): void; function g() {}',
    ),
  ).toEqual(['closure function g() {}', 'init g', 'setReturn']);
});

test('await', () => {
  expect(flowIn('await a(); b(await c());', 'async ')).toEqual([
    'entry -> a()',
    'a() -> await a()',
    'await a() -> c()',
    'c() -> await c()',
    'await c() -> b(await c())',
    'b(await c()) -> exit return',
  ]);
});

test('yield', () => {
  expect(flowIn('const a = yield b(); yield;', '*')).toEqual([
    'entry -> b()',
    'b() -> yield b()',
    'yield b() -> yield',
    'yield b() -abandon-> exit return',
    'yield -> exit return',
    'yield -abandon-> exit return',
  ]);
  expect(flowIn('yield* a();', '*')).toEqual([
    'entry -> a()',
    'a() -> yield* a()',
    'yield* a() -> exit return',
    'yield* a() -abandon-> exit return',
  ]);
  expect(flowIn('try { yield a; } finally { b(); }', '*')).toEqual([
    'entry -> yield a',
    'yield a -> b()',
    'yield a -abandon-> b() on return',
    'yield a -throw-> b() on throw',
    'b() -> exit return',
    'b() on return -> exit return',
    'b() on throw -> exit throw',
  ]);
});
