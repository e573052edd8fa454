import { expect, test } from 'vitest';
import { flowIn, instructionsIn } from './testing.js';

test('while and do', () => {
  expect(flowIn('while (a()) b();')).toEqual([
    'entry -> a()',
    'a() -> a()?',
    'a()? -true-> b()',
    'a()? -false-> exit return',
    'b() -> a()',
  ]);
  expect(flowIn('do a(); while (b); c();')).toEqual(['entry -> a()', 'a() -> b', 'b -true-> a()', 'b -false-> c()', 'c() -> exit return']);
  expect(flowIn('do { if (a) continue; b(); } while (c());')).toEqual([
    'entry -> a',
    'a -true-> c()',
    'a -false-> b()',
    'b() -> c()',
    'c() -> c()?',
    'c()? -true-> a',
    'c()? -false-> exit return',
  ]);
});

test('for', () => {
  expect(flowIn('for (let i = a(); i < b; i++) c();')).toEqual([
    'entry -> a()',
    'a() -> i < b',
    'i < b -true-> c()',
    'i < b -false-> exit return',
    'c() -> i < b',
  ]);
  expect(flowIn('for (;;) { if (a) break; }')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> a']);
  expect(flowIn('for (a(); ; b()) { if (c) continue; d(); }')).toEqual([
    'entry -> a()',
    'a() -> c',
    'c -true-> b()',
    'c -false-> d()',
    'd() -> b()',
    'b() -> c',
  ]);
  expect(flowIn('for (;;) {}')).toEqual(['entry -> forever']);
  expect(instructionsIn('for (let i = 0; i < 1; i++) a(i);')).toEqual([
    'literal 0',
    'init i',
    'read i',
    'literal 1',
    'binary <',
    'test i < 1',
    'read a',
    'read i',
    'call a(i)',
    'read i',
    'literal 1',
    'binary +',
    'write i',
    'setReturn',
  ]);
});

test('for of', () => {
  expect(flowIn('for (const a of b()) c(a); d();')).toEqual([
    'entry -> b()',
    'b() -> for (const a of b())',
    'for (const a of b()) -next-> c(a)',
    'for (const a of b()) -done-> d()',
    'c(a) -> for (const a of b())',
    'c(a) -throw-> close b() on throw',
    'close b() on throw -> exit throw',
    'd() -> exit return',
  ]);
  expect(instructionsIn('for (const a of b) c(a);')).toEqual([
    'read b',
    'open values',
    'for (const a of b)',
    'init a',
    'read c',
    'read a',
    'call c(a)',
    'catch',
    'closeIterator',
    'setThrow for (const a of b) c(a);',
    'setReturn',
  ]);
});

test('for of left early closes the iterator', () => {
  expect(flowIn('for (const a of b) if (a) break; else return; c();')).toEqual([
    'entry -> for (const a of b)',
    'for (const a of b) -next-> a',
    'for (const a of b) -done-> c()',
    'a -true-> close b on break',
    'a -false-> close b on return',
    'close b on break -> c()',
    'close b on return -> exit return',
    'c() -> exit return',
  ]);
});

test('an exception closes the iterator', () => {
  expect(flowIn('try { for (const a of b) c(); } catch { d(); }')).toEqual([
    'entry -> for (const a of b)',
    'for (const a of b) -next-> c()',
    'for (const a of b) -done-> exit return',
    'for (const a of b) -throw-> d()',
    'c() -> for (const a of b)',
    'c() -throw-> close b on throw',
    'close b on throw -> d()',
    'd() -> exit return',
  ]);
});

test('for of with patterns and assignments', () => {
  expect(instructionsIn('for (const { a, b = c() } of d);')).toEqual([
    'read d',
    'open values',
    'for (const { a, b = c() } of d)',
    'get .a',
    'init a',
    'get .b',
    'unary isUndefined',
    'test isUndefined(b)',
    'read c',
    'call c()',
    'copy',
    'catch',
    'closeIterator',
    'setThrow for (const { a, b = c() } of d);',
    'copy',
    'init b',
    'setReturn',
  ]);
  expect(instructionsIn('for (a.b of c);')).toEqual(['read c', 'open values', 'for (a.b of c)', 'read a', 'set .b', 'setReturn']);
});

test('for in has nothing to close', () => {
  expect(flowIn('for (const a in b) { if (a) break; c(a); }')).toEqual([
    'entry -> for (const a in b)',
    'for (const a in b) -next-> a',
    'for (const a in b) -done-> exit return',
    'a -true-> exit return',
    'a -false-> c(a)',
    'c(a) -> for (const a in b)',
  ]);
  expect(instructionsIn('for (a in b);')).toEqual(['read b', 'open keys', 'for (a in b)', 'write a', 'setReturn']);
});

test('for await', () => {
  expect(flowIn('for await (const a of b()) await c(a);', 'async ')).toEqual([
    'entry -> b()',
    'b() -> for await (const a of b())',
    'for await (const a of b()) -next-> c(a)',
    'for await (const a of b()) -done-> exit return',
    'c(a) -> await c(a)',
    'c(a) -throw-> close b() on throw',
    'await c(a) -> for await (const a of b())',
    'await c(a) -throw-> close b() on throw',
    'close b() on throw -> exit throw',
  ]);
  expect(instructionsIn('for await (const a of b);', 'async ')).toEqual([
    'read b',
    'open asyncValues',
    'for await (const a of b)',
    'init a',
    'setReturn',
  ]);
});

test('labels', () => {
  expect(flowIn('a: for (;;) { for (;;) { if (b) continue a; if (c) break a; d(); } }')).toEqual([
    'entry -> b',
    'b -true-> b',
    'b -false-> c',
    'c -true-> exit return',
    'c -false-> d()',
    'd() -> b',
  ]);
  expect(flowIn('a: { if (b) break a; c(); } d();')).toEqual([
    'entry -> b',
    'b -true-> d()',
    'b -false-> c()',
    'c() -> d()',
    'd() -> exit return',
  ]);
  expect(flowIn('a: b: while (c) { if (d) continue a; break b; }')).toEqual([
    'entry -> c',
    'c -true-> d',
    'c -false-> exit return',
    'd -true-> c',
    'd -false-> exit return',
  ]);
  expect(flowIn('a: switch (b) { case 1: break a; default: c(); }')).toEqual([
    'entry -> case 1',
    'case 1 -true-> exit return',
    'case 1 -false-> c()',
    'c() -> exit return',
  ]);
});

test('a jump out of an inner loop closes it', () => {
  expect(flowIn('a: for (const b of c) { for (const d of e) { if (d) continue a; } }')).toEqual([
    'entry -> for (const b of c)',
    'for (const b of c) -next-> for (const d of e)',
    'for (const b of c) -done-> exit return',
    'for (const d of e) -next-> d',
    'for (const d of e) -done-> for (const b of c)',
    'for (const d of e) -throw-> close c on throw',
    'd -true-> close e on continue a',
    'd -false-> for (const d of e)',
    'close e on continue a -> for (const b of c)',
    'close c on throw -> exit throw',
  ]);
});
