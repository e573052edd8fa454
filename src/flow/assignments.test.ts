import { expect, test } from 'vitest';
import { flowIn, instructionsIn } from './testing.js';

test('the target, the value, the write', () => {
  expect(instructionsIn('a = b();')).toEqual(['read b', 'call b()', 'write a', 'setReturn']);
  expect(instructionsIn('a().b = c();')).toEqual(['read a', 'call a()', 'read c', 'call c()', 'set .b', 'setReturn']);
  expect(instructionsIn('a[b()] = c();')).toEqual(['read a', 'read b', 'call b()', 'read c', 'call c()', 'set […]', 'setReturn']);
});

test('a chain of assignments', () => {
  expect(instructionsIn('a = b.c = d();')).toEqual(['read b', 'read d', 'call d()', 'set .c', 'write a', 'setReturn']);
});

test('compound assignment reads before the right side', () => {
  expect(instructionsIn('a += b();')).toEqual(['read a', 'read b', 'call b()', 'binary +', 'write a', 'setReturn']);
  expect(instructionsIn('a.b **= c();')).toEqual(['read a', 'get .b', 'read c', 'call c()', 'binary **', 'set .b', 'setReturn']);
});

test('logical assignment', () => {
  expect(flowIn('a.b ??= c();')).toEqual([
    'entry -> isNullish(a.b)',
    'isNullish(a.b) -true-> c()',
    'isNullish(a.b) -false-> exit return',
    'c() -> exit return',
  ]);
  expect(flowIn('a ||= b();')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> b()', 'b() -> exit return']);
  expect(flowIn('a &&= b();')).toEqual(['entry -> a', 'a -true-> b()', 'a -false-> exit return', 'b() -> exit return']);
  expect(instructionsIn('a().b ??= c();')).toEqual([
    'read a',
    'call a()',
    'get .b',
    'copy',
    'unary isNullish',
    'test isNullish(a().b)',
    'read c',
    'call c()',
    'set .b',
    'copy',
    'setReturn',
  ]);
});

test('a logical assignment as a test', () => {
  expect(flowIn('if (a ||= b()) c();')).toEqual([
    'entry -> a',
    'a -true-> a ||= b()',
    'a -false-> b()',
    'b() -> a ||= b()',
    'a ||= b() -true-> c()',
    'a ||= b() -false-> exit return',
    'c() -> exit return',
  ]);
});

test('updates', () => {
  expect(instructionsIn('x = a++;')).toEqual(['read a', 'literal 1', 'binary +', 'write a', 'write x', 'setReturn']);
  expect(instructionsIn('x = --a.b;')).toEqual(['read a', 'get .b', 'literal 1', 'binary -', 'set .b', 'write x', 'setReturn']);
});

test('wrapped targets', () => {
  expect(instructionsIn('(a as any) = b; a! += 1;')).toEqual([
    'read b',
    'write a',
    'read a',
    'literal 1',
    'binary +',
    'write a',
    'setReturn',
  ]);
});
