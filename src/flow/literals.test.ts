import { expect, test } from 'vitest';
import { instructionsIn, instructionsOf } from './testing.js';

test('literals', () => {
  expect(instructionsIn('1; "a"; true; null; undefined; 1n; /a/;')).toEqual([
    'literal 1',
    'literal a',
    'literal true',
    'literal null',
    'literal undefined',
    'literal 1',
    'opaque /a/',
    'setReturn',
  ]);
});

test('templates', () => {
  expect(instructionsIn('`a`; `a${b}c${d()}`;')).toEqual([
    'literal a',
    'read b',
    'read d',
    'call d()',
    'opaque `a${b}c${d()}`',
    'setReturn',
  ]);
});

test('arrays', () => {
  expect(instructionsIn('[a, , ...b(), c];')).toEqual(['read a', 'read b', 'call b()', 'read c', 'newArray', 'setReturn']);
});

test('objects', () => {
  expect(instructionsIn('({ a, "b": c(), [d()]: e, ...f, get g() { return 1; }, set g(v) {}, h() {} });')).toEqual([
    'newObject',
    'read a',
    'define .a',
    'read c',
    'call c()',
    'define .b',
    'read d',
    'call d()',
    'read e',
    'define […]',
    'read f',
    'spreadMembers',
    'closure () { return 1; }',
    'define getter .g',
    'closure (v) {}',
    'define setter .g',
    'closure () {}',
    'define .h',
    'setReturn',
  ]);
});

test('operators', () => {
  expect(instructionsIn('a + b * c; typeof a; void 0; -a; a in b; (a, b);')).toEqual([
    'read a',
    'read b',
    'read c',
    'binary *',
    'binary +',
    'read a',
    'unary typeof',
    'literal 0',
    'unary void',
    'read a',
    'unary -',
    'read a',
    'read b',
    'binary in',
    'read a',
    'read b',
    'setReturn',
  ]);
  expect(instructionsOf('class A { #x; f(o) { return #x in o; } }', 'FunctionExpression')).toEqual([
    'parameter 0',
    'init o',
    'literal #x',
    'read o',
    'binary in',
    'setReturn return #x in o;',
  ]);
});

test('functions and arrows are values', () => {
  expect(instructionsIn('(() => a(), function g() {});')).toEqual(['closure () => a()', 'closure function g() {}', 'init g', 'setReturn']);
});

test('new.target and import.meta', () => {
  expect(instructionsIn('new.target; import.meta.url;')).toEqual(['opaque new.target', 'opaque import.meta', 'get .url', 'setReturn']);
});

test('JSX', () => {
  expect(instructionsIn('<A.B b={c()} {...d} e="f">{g()}text<div>{h}</div></A.B>;')).toEqual([
    'read A',
    'get .B',
    'read c',
    'call c()',
    'read d',
    'literal f',
    'read g',
    'call g()',
    'read h',
    'opaque <div>{h}</div>',
    'opaque <A.B b={c()} {...d} e="f">{g()}text<div>{h}</div></A.B>',
    'setReturn',
  ]);
  expect(instructionsIn('<><a />{...b}{}</>;')).toEqual(['opaque <a />', 'read b', 'opaque <><a />{...b}{}</>', 'setReturn']);
});

test('this and arguments', () => {
  expect(instructionsIn('this; arguments;')).toEqual(['this', 'arguments', 'setReturn']);
  expect(instructionsOf('() => arguments', 'ArrowFunctionExpression')).toEqual(['read arguments', 'setReturn arguments']);
});
