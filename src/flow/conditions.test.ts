import { expect, test } from 'vitest';
import { flowIn, instructionsIn } from './testing.js';

test('if and else', () => {
  expect(flowIn('if (a) b(); else c(); d();')).toEqual([
    'entry -> a',
    'a -true-> b()',
    'a -false-> c()',
    'b() -> d()',
    'c() -> d()',
    'd() -> exit return',
  ]);
  expect(flowIn('if (a) return; b();')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> b()', 'b() -> exit return']);
});

test('else if', () => {
  expect(flowIn('if (a) x(); else if (b) y(); else z();')).toEqual([
    'entry -> a',
    'a -true-> x()',
    'a -false-> b',
    'x() -> exit return',
    'b -true-> y()',
    'b -false-> z()',
    'y() -> exit return',
    'z() -> exit return',
  ]);
});

test('negations, && and || are edges in a test', () => {
  expect(flowIn('if (!(a && b)) c();')).toEqual([
    'entry -> a',
    'a -true-> b',
    'a -false-> c()',
    'b -true-> exit return',
    'b -false-> c()',
    'c() -> exit return',
  ]);
  expect(flowIn('if (a || (b && !c)) d(); else e();')).toEqual([
    'entry -> a',
    'a -true-> d()',
    'a -false-> b',
    'b -true-> c',
    'b -false-> e()',
    'c -true-> e()',
    'c -false-> d()',
    'd() -> exit return',
    'e() -> exit return',
  ]);
  expect(instructionsIn('if (!(a && b)) c();')).toEqual(['read a', 'test a', 'read b', 'test b', 'read c', 'call c()', 'setReturn']);
});

test('a conditional and a comma as a test', () => {
  expect(flowIn('if (a ? b : c) d();')).toEqual([
    'entry -> a',
    'a -true-> b',
    'a -false-> c',
    'b -true-> d()',
    'b -false-> exit return',
    'c -true-> d()',
    'c -false-> exit return',
    'd() -> exit return',
  ]);
  expect(flowIn('if (a(), b) c();')).toEqual(['entry -> a()', 'a() -> b', 'b -true-> c()', 'b -false-> exit return', 'c() -> exit return']);
});

test('TypeScript wrappers disappear from a test', () => {
  expect(flowIn('if (!(a as boolean)!) b();')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> b()', 'b() -> exit return']);
});

test('a literal decides a test without a branch', () => {
  expect(flowIn('if (true) a(); else b();')).toEqual(['entry -> a()', 'a() -> exit return']);
  expect(flowIn('while (1) a();')).toEqual(['entry -> a()', 'a() -> a()']);
  expect(flowIn('if (a && false) b();')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> exit return']);
});

test('a call that is tested', () => {
  expect(flowIn('if (a()) b();')).toEqual([
    'entry -> a()',
    'a() -> a()?',
    'a()? -true-> b()',
    'a()? -false-> exit return',
    'b() -> exit return',
  ]);
});

test('?? in a test', () => {
  expect(flowIn('if (a ?? b) c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> b',
    'isNullish(a) -false-> a',
    'b -true-> c()',
    'b -false-> exit return',
    'a -true-> c()',
    'a -false-> exit return',
    'c() -> exit return',
  ]);
});

test('an optional chain in a test goes to the false edge when it is cut short', () => {
  expect(flowIn('if (a?.b()) c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> a?.b()',
    'a?.b() -> a?.b()?',
    'a?.b()? -true-> c()',
    'a?.b()? -false-> exit return',
    'c() -> exit return',
  ]);
  expect(flowIn('if (!a?.b) c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> c()',
    'isNullish(a) -false-> a?.b',
    'a?.b -true-> exit return',
    'a?.b -false-> c()',
    'c() -> exit return',
  ]);
});

test('&& and || as values', () => {
  expect(flowIn('x = a() && b() || c(); d();')).toEqual([
    'entry -> a()',
    'a() -> a()?',
    'a()? -true-> b()',
    'a()? -false-> c()',
    'b() -> b()?',
    'b()? -true-> d()',
    'b()? -false-> c()',
    'c() -> d()',
    'd() -> exit return',
  ]);
  expect(instructionsIn('x = a && b;')).toEqual(['read a', 'copy', 'test a', 'read b', 'copy', 'write x', 'setReturn']);
});

test('! as a value', () => {
  expect(instructionsIn('x = !(a && b);')).toEqual(['read a', 'copy', 'test a', 'read b', 'copy', 'unary !', 'write x', 'setReturn']);
});

test('?? as a value', () => {
  expect(flowIn('x = a ?? b() ?? c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> b()',
    'isNullish(a) -false-> exit return',
    'b() -> isNullish(b())',
    'isNullish(b()) -true-> c()',
    'isNullish(b()) -false-> exit return',
    'c() -> exit return',
  ]);
  expect(instructionsIn('x = a ?? b;')).toEqual([
    'read a',
    'copy',
    'unary isNullish',
    'test isNullish(a)',
    'read b',
    'copy',
    'write x',
    'setReturn',
  ]);
  expect(flowIn('x = (a && b()) ?? c();')).toEqual([
    'entry -> a',
    'a -true-> b()',
    'a -false-> isNullish(a && b())',
    'b() -> isNullish(a && b())',
    'isNullish(a && b()) -true-> c()',
    'isNullish(a && b()) -false-> exit return',
    'c() -> exit return',
  ]);
});

test('?: as a value', () => {
  expect(flowIn('x = a ? b() : c ? d() : e();')).toEqual([
    'entry -> a',
    'a -true-> b()',
    'a -false-> c',
    'b() -> exit return',
    'c -true-> d()',
    'c -false-> e()',
    'd() -> exit return',
    'e() -> exit return',
  ]);
  expect(instructionsIn('x = a ? b : c;')).toEqual(['read a', 'test a', 'read b', 'copy', 'read c', 'copy', 'write x', 'setReturn']);
});

test('a cut-short chain takes the right side of ??', () => {
  expect(flowIn('x = a?.b() ?? c();')).toEqual([
    'entry -> isNullish(a)',
    'isNullish(a) -true-> c()',
    'isNullish(a) -false-> a?.b()',
    'a?.b() -> isNullish(a?.b())',
    'isNullish(a?.b()) -true-> c()',
    'isNullish(a?.b()) -false-> exit return',
    'c() -> exit return',
  ]);
});
