import { describe, expect, it } from 'vitest';
import { parse } from './parse.testing.js';

const read = (code: string, name = 'f') => {
  const { resolver, fn } = parse(code, 'untyped');
  return resolver.annotationsOf(fn(name));
};

describe('IRQL annotations', () => {
  it('are read from the doc comment', () => {
    expect(
      read(
        '/**\n * Does it.\n *\n * @irqlRequiresMin APC_LEVEL\n * @irqlRequiresMax DISPATCH_LEVEL - as the lock is held\n * @irqlSaves\n */\nfunction f() {}',
      ),
    ).toEqual({
      requires: { min: 'APC_LEVEL', max: 'DISPATCH_LEVEL' },
      saves: true,
      restores: false,
      problems: [],
    });
    expect(read('/** @irqlRequires DISPATCH_LEVEL */ function f() {}')?.requires).toEqual({ min: 'DISPATCH_LEVEL', max: 'DISPATCH_LEVEL' });
    expect(read('/** @irqlRaises DISPATCH_LEVEL @irqlRestores */ function f() {}')?.raises).toBe('DISPATCH_LEVEL');
    expect(read('/** @irqlRestores */ function f() {}')).toEqual({ saves: false, restores: true, problems: [] });
  });

  it.each([
    'export function f() {}',
    'export default function f() {}',
    'export const f = () => {};',
    'const f = (function () {}) as () => void;',
    'f = () => {};',
    'async function f() {}',
  ])('stand before %s', (code) => {
    expect(read(`/** @irqlRequiresMax APC_LEVEL */\n${code}`)?.requires).toEqual({ max: 'APC_LEVEL' });
    expect(read(`/** @irqlRequiresMax APC_LEVEL */\n// a remark\n${code}`)?.requires).toEqual({ max: 'APC_LEVEL' });
  });

  it.each([
    'class A { /** @irqlSaves */ f() {} }',
    'class A { /** @irqlSaves */ static f = () => {}; }',
    'const a = { /** @irqlSaves */ f() {}, g: 1 };',
    'const a = { /** @irqlSaves */ f: () => {} };',
  ])('stand before members: %s', (code) => {
    expect(read(code)?.saves).toBe(true);
  });

  it.each([
    '/** @irqlSaves */ function f(a: string): void; function f(a: unknown) {}',
    'function f(a: string): void; /** @irqlSaves */ export function f(a: number): void; export function f(a: unknown) {}',
    'class A { /** @irqlSaves */ f(a: string): void; f(a: unknown) {} }',
  ])('stand before an overload: %s', (code) => {
    expect(read(code)?.saves).toBe(true);
  });

  it('of an overload belong to no other function', () => {
    expect(read('/** @irqlSaves */ declare function g(): void; function f() {}')).toBeUndefined();
    expect(read('/** @irqlSaves */ function g() {} function f() {}')).toBeUndefined();
    expect(read('/** @irqlSaves */ function f(a: string): void; /** @irqlRestores */ function f(a: unknown) {}')?.saves).toBe(false);
  });

  it('belong to one function', () => {
    expect(read('/** @irqlSaves */ const f = () => {}, g = () => {};', 'g')).toBeUndefined();
    expect(read('/** @irqlSaves */ function f() { return () => {}; } function g() {}', 'g')).toBeUndefined();
    expect(read('/* @irqlSaves */ function f() {}')).toBeUndefined();
    expect(read('/** Says @irqlSaves in prose. {@irqlSaves} */ function f() {}')).toBeUndefined();
    expect(read('/** @param x its context */ function f(x) {}')).toBeUndefined();
  });

  it.each([
    ['@irqlRequires', '@irqlRequires names no level: write one of PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL after it.'],
    [
      '@irqlRequires DISPATCH',
      '@irqlRequires names `DISPATCH`, which is no level: write one of PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL after it.',
    ],
    [
      '@irqlRequired APC_LEVEL',
      '@irqlRequired does not exist: the tags are @irqlRequires, @irqlRequiresMin, @irqlRequiresMax, @irqlRaises, @irqlSaves, @irqlRestores.',
    ],
    [
      '@irqlRequiresMin DISPATCH_LEVEL @irqlRequiresMax APC_LEVEL',
      '@irqlRequiresMax APC_LEVEL contradicts the other levels of this comment: no level satisfies them all.',
    ],
    [
      '@irqlRequires DISPATCH_LEVEL @irqlRaises APC_LEVEL',
      '@irqlRaises APC_LEVEL is below the level that this function requires: name the level at which it returns.',
    ],
    ['@irqlRaises APC_LEVEL @irqlRaises APC_LEVEL', '@irqlRaises stands here twice: keep one.'],
  ])('that say %s are a problem', (tags, message) => {
    expect(read(`/** ${tags} */ function f() {}`)?.problems.map((problem) => problem.message)).toEqual([message]);
  });

  it('tell where a problem stands', () => {
    expect(read('/**\n * @irqlRequires NOWHERE\n */\nfunction f() {}')?.problems[0]?.loc).toEqual({
      start: { line: 2, column: 3 },
      end: { line: 2, column: 24 },
    });
  });
});
