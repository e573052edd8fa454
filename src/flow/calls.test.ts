import { expect, test } from 'vitest';
import { flowIn, instructionsIn, instructionsOf } from './testing.js';

test('the object, the member, the arguments, the call', () => {
  expect(instructionsIn('a.b(c, ...d);')).toEqual(['read a', 'get .b', 'read c', 'read d', 'call a.b(c, ...d)', 'setReturn']);
});

test('keys that are constant are names', () => {
  expect(instructionsIn("a['b'][0][`c`][Symbol.iterator][d()].#e;")).toEqual([
    'read a',
    'get .b',
    'get .0',
    'get .c',
    'get .@@iterator',
    'read d',
    'call d()',
    'get […]',
    'get .#e',
    'setReturn',
  ]);
});

test('an own variable named Symbol makes no well-known symbols', () => {
  expect(instructionsOf('const Symbol = {}; a[Symbol.x];')).toEqual([
    'newObject',
    'init Symbol',
    'read a',
    'read Symbol',
    'get .x',
    'get […]',
    'setReturn',
  ]);
});

test('an optional chain is left as a whole', () => {
  expect(flowIn('a?.b.c(d()).e();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> d()',
    'd() -> a?.b.c(d())',
    'a?.b.c(d()) -> a?.b.c(d()).e()',
    'a?.b.c(d()).e() -> exit return',
  ]);
  expect(instructionsIn('x = a?.b;')).toEqual([
    'read a',
    'unary isNullish',
    'test isNullish(a)',
    'literal undefined',
    'copy',
    'get .b',
    'copy',
    'write x',
    'setReturn',
  ]);
});

test('an optional call', () => {
  expect(flowIn('a.b?.(c());')).toEqual([
    'entry -> isNullish(a.b)',
    'isNullish(a.b) -true-> exit return',
    'isNullish(a.b) -false-> c()',
    'c() -> a.b?.(c())',
    'a.b?.(c()) -> exit return',
  ]);
});

test('chains in chains', () => {
  expect(flowIn('(a?.b)();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> (a?.b)()',
    'isNullish(a) -false-> (a?.b)()',
    '(a?.b)() -> exit return',
  ]);
  expect(flowIn('a?.[b?.c()]();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> isNullish(b)',
    'isNullish(b) -true-> a?.[b?.c()]()',
    'isNullish(b) -false-> b?.c()',
    'b?.c() -> a?.[b?.c()]()',
    'a?.[b?.c()]() -> exit return',
  ]);
  expect(instructionsIn('(a?.b)();')).toEqual([
    'read a',
    'unary isNullish',
    'test isNullish(a)',
    'literal undefined',
    'copy',
    'copy',
    'get .b',
    'copy',
    'copy',
    'call (a?.b)()',
    'setReturn',
  ]);
});

test('a chain with !', () => {
  expect(flowIn('a?.b!.c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> a?.b!.c()',
    'a?.b!.c() -> exit return',
  ]);
});

test('wrapped callees keep their receiver', () => {
  expect(instructionsIn('(a.b as Function)();')).toEqual(['read a', 'get .b', 'call (a.b as Function)()', 'setReturn']);
});

test('new', () => {
  expect(flowIn('new A(b(), c());')).toEqual(['entry -> b()', 'b() -> c()', 'c() -> new A(b(), c())', 'new A(b(), c()) -> exit return']);
  expect(instructionsIn('new a.B(...c);')).toEqual(['read a', 'get .B', 'read c', 'construct new a.B(...c)', 'setReturn']);
});

test('a tagged template is a call', () => {
  expect(instructionsIn('a.tag`x${b()}y`;')).toEqual([
    'read a',
    'get .tag',
    'opaque `x${b()}y`',
    'read b',
    'call b()',
    'call a.tag`x${b()}y`',
    'setReturn',
  ]);
});

test('super', () => {
  expect(instructionsOf('class A extends B { constructor() { super(a()); super.b(); super.c = d; } }', 'FunctionExpression')).toEqual([
    'read a',
    'call a()',
    'superCall super(a())',
    'super',
    'get .b',
    'this',
    'call super.b()',
    'super',
    'read d',
    'set .c',
    'setReturn',
  ]);
});

test('delete', () => {
  expect(instructionsIn('delete a.b; delete a[c()]; delete a?.b; delete a;')).toEqual([
    'read a',
    'delete .b',
    'read a',
    'read c',
    'call c()',
    'delete […]',
    'read a',
    'unary isNullish',
    'test isNullish(a)',
    'literal undefined',
    'copy',
    'delete .b',
    'copy',
    'read a',
    'literal true',
    'setReturn',
  ]);
});

test('import() hands over its operands', () => {
  expect(instructionsIn('import(a(), b);')).toEqual(['read a', 'call a()', 'read b', 'opaque import(a(), b)', 'setReturn']);
});
