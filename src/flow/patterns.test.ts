import { expect, test } from 'vitest';
import { flowIn, flowOf, instructionsIn, instructionsOf } from './testing.js';

test('declarations', () => {
  expect(instructionsIn('let a; var b; const c = 1;')).toEqual(['literal undefined', 'init a', 'literal 1', 'init c', 'setReturn']);
});

test('objects', () => {
  expect(instructionsIn('const { a, b: c, ["d"]: e, [f()]: g, ...h } = i();')).toEqual([
    'read i',
    'call i()',
    'get .a',
    'init a',
    'get .b',
    'init c',
    'get .d',
    'init e',
    'read f',
    'call f()',
    'get […]',
    'init g',
    'rest without .a .b .d […]',
    'init h',
    'setReturn',
  ]);
});

test('arrays', () => {
  expect(instructionsIn('const [a, , [b], ...c] = d();')).toEqual([
    'read d',
    'call d()',
    'get .0',
    'init a',
    'get .2',
    'get .0',
    'init b',
    'rest from 3',
    'init c',
    'setReturn',
  ]);
});

test('defaults', () => {
  expect(flowIn('const { a = b() } = c();')).toEqual([
    'entry -> c()',
    'c() -> isUndefined(a)',
    'isUndefined(a) -true-> b()',
    'isUndefined(a) -false-> exit return',
    'b() -> exit return',
  ]);
  expect(instructionsIn('const [a = 1] = b;')).toEqual([
    'read b',
    'get .0',
    'unary isUndefined',
    'test isUndefined(a)',
    'literal 1',
    'copy',
    'copy',
    'init a',
    'setReturn',
  ]);
});

test('a default inside a default', () => {
  expect(flowIn('const { a: { b = c() } = d() } = e();')).toEqual([
    'entry -> e()',
    'e() -> isUndefined({ b = c() })',
    'isUndefined({ b = c() }) -true-> d()',
    'isUndefined({ b = c() }) -false-> isUndefined(b)',
    'd() -> isUndefined(b)',
    'isUndefined(b) -true-> c()',
    'isUndefined(b) -false-> exit return',
    'c() -> exit return',
  ]);
});

test('assignment patterns evaluate a target before its value', () => {
  expect(instructionsIn('[a().b, c] = d;')).toEqual(['read d', 'read a', 'call a()', 'get .0', 'set .b', 'get .1', 'write c', 'setReturn']);
  expect(instructionsIn('({ a: b.c, ...d.e } = f);')).toEqual([
    'read f',
    'read b',
    'get .a',
    'set .c',
    'read d',
    'rest without .a',
    'set .e',
    'setReturn',
  ]);
});

test('parameters', () => {
  expect(instructionsOf('function f(a, { b }, [c] = [], ...d) { a(); }', 'FunctionDeclaration')).toEqual([
    'parameter 0',
    'init a',
    'parameter 1',
    'get .b',
    'init b',
    'parameter 2',
    'unary isUndefined',
    'test isUndefined([c])',
    'newArray',
    'copy',
    'copy',
    'get .0',
    'init c',
    'rest parameter 3',
    'init d',
    'read a',
    'call a()',
    'setReturn',
  ]);
  expect(flowOf('function f(a = b(), c = d(a)) {}', 'FunctionDeclaration')).toEqual([
    'entry -> isUndefined(a)',
    'isUndefined(a) -true-> b()',
    'isUndefined(a) -false-> isUndefined(c)',
    'b() -> isUndefined(c)',
    'isUndefined(c) -true-> d(a)',
    'isUndefined(c) -false-> exit return',
    'd(a) -> exit return',
  ]);
});

test('a `this` parameter is none', () => {
  expect(instructionsOf('function f(this: A, b) {}', 'FunctionDeclaration')).toEqual(['parameter 0', 'init b', 'setReturn']);
});
