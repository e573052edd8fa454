import { expect, test } from 'vitest';
import { flowIn, instructionsIn } from './testing.js';

test('each call in a try may go to the handler', () => {
  expect(flowIn('try { a(); b(); } catch (e) { c(e); } d();')).toEqual([
    'entry -> a()',
    'a() -> b()',
    'a() -throw-> c(e)',
    'b() -> d()',
    'b() -throw-> c(e)',
    'c(e) -> d()',
    'd() -> exit return',
  ]);
  expect(instructionsIn('try { a(); } catch ({ message }) { b(message); }')).toEqual([
    'read a',
    'call a()',
    'catch',
    'get .message',
    'init message',
    'read b',
    'read message',
    'call b(message)',
    'setReturn',
  ]);
});

test('a handler that nothing throws to is not in the graph', () => {
  expect(flowIn('try { a; } catch { b(); } c();')).toEqual(['entry -> c()', 'c() -> exit return']);
});

test('throw goes to the handler', () => {
  expect(flowIn('try { throw a; } catch { b(); }')).toEqual(['entry -> b()', 'b() -> exit return']);
  expect(flowIn('try { throw a(); } catch (e) { throw e; }')).toEqual(['entry -> a()', 'a() -> exit throw', 'a() -throw-> exit throw']);
});

test('finally runs on both ways out', () => {
  expect(flowIn('try { return a(); } finally { b(); }')).toEqual([
    'entry -> a()',
    'a() -> b() on return',
    'a() -throw-> b() on throw',
    'b() on return -> exit return',
    'b() on throw -> exit throw',
  ]);
});

test('finally runs on the normal way too', () => {
  expect(flowIn('try { a(); } finally { b(); } c();')).toEqual([
    'entry -> a()',
    'a() -> b()',
    'a() -throw-> b() on throw',
    'b() -> c()',
    'c() -> exit return',
    'b() on throw -> exit throw',
  ]);
  expect(instructionsIn('try { return a; } finally { b(); }')).toEqual(['read a', 'setReturn return a;', 'read b', 'call b()']);
});

test('finally runs for each break and continue', () => {
  expect(flowIn('for (;;) { try { if (a) break; if (b) continue; if (c) return; } finally { d(); } e(); }')).toEqual([
    'entry -> a',
    'a -true-> d() on break',
    'a -false-> b',
    'd() on break -> exit return',
    'b -true-> d() on continue',
    'b -false-> c',
    'd() on continue -> a',
    'c -true-> d() on return',
    'c -false-> d()',
    'd() on return -> exit return',
    'd() -> e()',
    'e() -> a',
  ]);
  expect(flowIn('a: for (;;) for (;;) try { if (b) break a; else break; } finally { c(); }')).toEqual([
    'entry -> b',
    'b -true-> c() on break a',
    'b -false-> c() on break',
    'c() on break a -> exit return',
    'c() on break -> b',
  ]);
});

test('catch and finally', () => {
  expect(flowIn('try { a(); } catch { b(); } finally { c(); }')).toEqual([
    'entry -> a()',
    'a() -> c()',
    'a() -throw-> b()',
    'b() -> c()',
    'b() -throw-> c() on throw',
    'c() -> exit return',
    'c() on throw -> exit throw',
  ]);
  expect(flowIn('try { a(); } catch { return; } finally { c(); } d();')).toEqual([
    'entry -> a()',
    'a() -> c()',
    'a() -throw-> c() on return',
    'c() -> d()',
    'd() -> exit return',
    'c() on return -> exit return',
  ]);
});

test('finally in finally', () => {
  expect(flowIn('try { a(); } finally { try { b(); } finally { c(); } }')).toEqual([
    'entry -> a()',
    'a() -> b()',
    'a() -throw-> b() on throw',
    'b() -> c()',
    'b() -throw-> c() on throw',
    'c() -> exit return',
    'c() on throw -> exit throw',
    'b() on throw -> c() on throw#2',
    'b() on throw -throw-> c() on throw, throw',
    'c() on throw#2 -> exit throw',
    'c() on throw, throw -> exit throw',
  ]);
});

test('try in try', () => {
  expect(flowIn('try { try { a(); } finally { b(); } } catch { c(); }')).toEqual([
    'entry -> a()',
    'a() -> b()',
    'a() -throw-> b() on throw',
    'b() -> exit return',
    'b() -throw-> c()',
    'b() on throw -> c()',
    'b() on throw -throw-> c()',
    'c() -> exit return',
  ]);
});

test('a jump out of finally forgets the exception', () => {
  expect(flowIn('for (;;) try { a(); } finally { break; }')).toEqual(['entry -> a()', 'a() -> exit return', 'a() -throw-> exit return']);
  expect(flowIn('try { return a(); } finally { return b(); }')).toEqual([
    'entry -> a()',
    'a() -> b() on return',
    'a() -throw-> b() on throw',
    'b() on return -> exit return',
    'b() on throw -> exit return',
  ]);
});

test('await in a try', () => {
  expect(flowIn('try { await a(); } catch { b(); }', 'async ')).toEqual([
    'entry -> a()',
    'a() -> await a()',
    'a() -throw-> b()',
    'await a() -> exit return',
    'await a() -throw-> b()',
    'b() -> exit return',
  ]);
});

test('a loop in a try', () => {
  expect(flowIn('try { for (const a of b) c(a); } finally { d(); }')).toEqual([
    'entry -> for (const a of b)',
    'for (const a of b) -next-> c(a)',
    'for (const a of b) -done-> d()',
    'for (const a of b) -throw-> d() on throw',
    'c(a) -> for (const a of b)',
    'c(a) -throw-> close b on throw',
    'close b on throw -> d() on throw',
    'd() -> exit return',
    'd() on throw -> exit throw',
  ]);
});

test('using is disposed of at the end of its scope', () => {
  expect(flowIn('{ using a = b(); c(a); } d();')).toEqual([
    'entry -> b()',
    'b() -> c(a)',
    'c(a) -> isNullish(a)',
    'c(a) -throw-> isNullish(a) on throw',
    'isNullish(a) -true-> d()',
    'isNullish(a) -false-> dispose a',
    'dispose a -> d()',
    'd() -> exit return',
    'isNullish(a) on throw -true-> exit throw',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> exit throw',
  ]);
  expect(instructionsIn('using a = b; c(a);')).toEqual([
    'read b',
    'init a',
    'read c',
    'read a',
    'call c(a)',
    'unary isNullish',
    'test isNullish(a)',
    'get .@@dispose',
    'call dispose a',
    'setReturn',
    'catch',
    'unary isNullish',
    'test isNullish(a)',
    'get .@@dispose',
    'call dispose a',
    'setThrow a',
  ]);
});

test('using on every way out', () => {
  expect(flowIn('using a = b(); if (c) return; throw d;')).toEqual([
    'entry -> b()',
    'b() -> c',
    'c -true-> isNullish(a) on return',
    'c -false-> isNullish(a) on throw',
    'isNullish(a) on return -true-> exit return',
    'isNullish(a) on return -false-> dispose a on return',
    'dispose a on return -> exit return',
    'isNullish(a) on throw -true-> exit throw',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> exit throw',
  ]);
});

test('the last resource goes first', () => {
  expect(flowIn('using a = b(), c = d();')).toEqual([
    'entry -> b()',
    'b() -> d()',
    'd() -> isNullish(c)',
    'd() -throw-> isNullish(a) on throw',
    'isNullish(c) -true-> isNullish(a)',
    'isNullish(c) -false-> dispose c',
    'dispose c -> isNullish(a)',
    'dispose c -throw-> isNullish(a) on throw',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> dispose a',
    'dispose a -> exit return',
    'isNullish(a) on throw -true-> exit throw',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> exit throw',
  ]);
  expect(instructionsIn('using a = 1; using b = 2;')).toEqual([
    'literal 1',
    'init a',
    'literal 2',
    'init b',
    'unary isNullish',
    'test isNullish(b)',
    'get .@@dispose',
    'call dispose b',
    'unary isNullish',
    'test isNullish(a)',
    'get .@@dispose',
    'call dispose a',
    'setReturn',
    'catch',
    'unary isNullish',
    'test isNullish(a)',
    'get .@@dispose',
    'call dispose a',
    'setThrow a',
  ]);
});

test('using in a try', () => {
  expect(flowIn('try { using a = b(); c(); } catch { d(); }')).toEqual([
    'entry -> b()',
    'b() -> c()',
    'b() -throw-> d()',
    'c() -> isNullish(a)',
    'c() -throw-> isNullish(a) on throw',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> dispose a',
    'dispose a -> exit return',
    'dispose a -throw-> d()',
    'isNullish(a) on throw -true-> d()',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> d()',
    'dispose a on throw -throw-> d()',
    'd() -> exit return',
  ]);
});

test('using in loops', () => {
  expect(flowIn('for (using a of b) c(a);')).toEqual([
    'entry -> for (using a of b)',
    'for (using a of b) -next-> c(a)',
    'for (using a of b) -done-> exit return',
    'c(a) -> isNullish(a)',
    'c(a) -throw-> isNullish(a) on throw',
    'isNullish(a) -true-> for (using a of b)',
    'isNullish(a) -false-> dispose a',
    'dispose a -> for (using a of b)',
    'dispose a -throw-> close b on throw',
    'isNullish(a) on throw -true-> close b on throw',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> close b on throw',
    'dispose a on throw -throw-> close b on throw',
    'close b on throw -> exit throw',
  ]);
  expect(flowIn('for (using a = b(); c;) d();')).toEqual([
    'entry -> b()',
    'b() -> c',
    'c -true-> d()',
    'c -false-> isNullish(a)',
    'd() -> c',
    'd() -throw-> isNullish(a) on throw',
    'isNullish(a) on throw -true-> exit throw',
    'isNullish(a) on throw -false-> dispose a on throw',
    'dispose a on throw -> exit throw',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> dispose a',
    'dispose a -> exit return',
  ]);
  expect(flowIn('for (;;) { using a = b(); if (c) break; }')).toEqual([
    'entry -> b()',
    'b() -> c',
    'c -true-> isNullish(a) on break',
    'c -false-> isNullish(a)',
    'isNullish(a) on break -true-> exit return',
    'isNullish(a) on break -false-> dispose a on break',
    'dispose a on break -> exit return',
    'isNullish(a) -true-> b()',
    'isNullish(a) -false-> dispose a',
    'dispose a -> b()',
  ]);
});

test('await using', () => {
  expect(flowIn('await using a = b(); c();', 'async ')).toEqual([
    'entry -> b()',
    'b() -> c()',
    'c() -> isNullish(a)',
    'c() -throw-> isNullish(a) on throw',
    'isNullish(a) -true-> exit return',
    'isNullish(a) -false-> isNullish(a)#2',
    'isNullish(a)#2 -true-> dispose a',
    'isNullish(a)#2 -false-> dispose a',
    'dispose a -> await dispose a',
    'await dispose a -> exit return',
    'isNullish(a) on throw -true-> exit throw',
    'isNullish(a) on throw -false-> isNullish(a) on throw#2',
    'isNullish(a) on throw#2 -true-> dispose a on throw',
    'isNullish(a) on throw#2 -false-> dispose a on throw',
    'dispose a on throw -> await dispose a on throw',
    'await dispose a on throw -> exit throw',
  ]);
});

test('using at the end of a try with return', () => {
  expect(flowIn('try { using a = b(); return a; } finally { c(); }')).toEqual([
    'entry -> b()',
    'b() -> isNullish(a) on return',
    'b() -throw-> c() on throw',
    'isNullish(a) on return -true-> c() on return',
    'isNullish(a) on return -false-> dispose a on return',
    'dispose a on return -> c() on return',
    'dispose a on return -throw-> c() on throw',
    'c() on return -> exit return',
    'c() on throw -> exit throw',
  ]);
});
