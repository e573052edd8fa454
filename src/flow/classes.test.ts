import { expect, test } from 'vitest';
import { flowIn, flowOf, instructionsIn, instructionsOf } from './testing.js';

test('a class', () => {
  expect(instructionsIn('class A extends b() {}')).toEqual(['read b', 'call b()', 'class A', 'init A', 'init A', 'setReturn']);
  expect(instructionsIn('x = class {};')).toEqual(['class ', 'write x', 'setReturn']);
  expect(instructionsIn('x = class A {};')).toEqual(['class A', 'init A', 'write x', 'setReturn']);
});

test('keys, static fields and static blocks in order', () => {
  expect(instructionsIn('class A { static a = b(); [c()]() {} static { d(this); } static e; static [g()] = h; k = l(); }')).toEqual([
    'read c',
    'call c()',
    'read g',
    'call g()',
    'class A',
    'init A',
    'init A',
    'read b',
    'call b()',
    'define .a',
    'read d',
    'call d(this)',
    'literal undefined',
    'define .e',
    'read h',
    'define […]',
    'setReturn',
  ]);
  expect(flowIn('class A { static { if (a) b(); } static c = d(); }')).toEqual([
    'entry -> a',
    'a -true-> b()',
    'a -false-> d()',
    'b() -> d()',
    'd() -> exit return',
  ]);
});

test('`this` in a static initialiser is the class', () => {
  expect(instructionsIn('class A { static a = this.b; }')).toEqual(['class A', 'init A', 'init A', 'get .b', 'define .a', 'setReturn']);
});

test('decorators are evaluated first and called last', () => {
  expect(instructionsIn('@a @b() class C { @d e = 1; @g() h(@k l) {} }')).toEqual([
    'read a',
    'read b',
    'call b()',
    'read d',
    'read g',
    'call g()',
    'read k',
    'class C',
    'init C',
    'init C',
    'call @d',
    'call @k',
    'call @g()',
    'call @b()',
    'call @a',
    'setReturn',
  ]);
  expect(flowIn('@a() class C { static b = c(); }')).toEqual(['entry -> a()', 'a() -> c()', 'c() -> @a()', '@a() -> exit return']);
});

test('instance fields are a graph of their own', () => {
  expect(
    instructionsOf('class A { a = b(); #c; static d = e(); accessor g = h; "k" = this.a; [l()] = 1; declare m: 1; n() {} }', 'ClassBody'),
  ).toEqual([
    'this',
    'read b',
    'call b()',
    'define .a',
    'literal undefined',
    'define .#c',
    'read h',
    'define .g',
    'this',
    'get .a',
    'define .k',
    'opaque l()',
    'literal 1',
    'define […]',
    'setReturn',
  ]);
  expect(instructionsOf('class A {}', 'ClassBody')).toEqual(['setReturn']);
  expect(flowOf('class A { a = b ? c() : d(); }', 'ClassBody')).toEqual([
    'entry -> b',
    'b -true-> c()',
    'b -false-> d()',
    'c() -> exit return',
    'd() -> exit return',
  ]);
});

test('abstract members and overloads are nothing', () => {
  expect(instructionsIn('abstract class A { abstract a; abstract [b()](): void; c(): void; c() {} [key: string]: unknown; }')).toEqual([
    'class A',
    'init A',
    'init A',
    'setReturn',
  ]);
  expect(instructionsOf('abstract class A { abstract a; }', 'ClassBody')).toEqual(['setReturn']);
});

test('parameter properties', () => {
  expect(instructionsOf('class A { constructor(private a, readonly b = c()) { d(); } }', 'FunctionExpression')).toEqual([
    'parameter 0',
    'init a',
    'parameter 1',
    'unary isUndefined',
    'test isUndefined(b)',
    'read c',
    'call c()',
    'copy',
    'copy',
    'init b',
    'read a',
    'this',
    'set .a',
    'read b',
    'this',
    'set .b',
    'read d',
    'call d()',
    'setReturn',
  ]);
  expect(instructionsOf('class A extends B { constructor(private a) { b(); super(); c(); } }', 'FunctionExpression')).toEqual([
    'parameter 0',
    'init a',
    'read b',
    'call b()',
    'superCall super()',
    'read a',
    'this',
    'set .a',
    'read c',
    'call c()',
    'setReturn',
  ]);
});
