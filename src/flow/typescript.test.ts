import { expect, test } from 'vitest';
import { instructionsIn, instructionsOf } from './testing.js';

test('enums count on from the last number', () => {
  expect(instructionsOf('enum A { B, C = 4, D, "E", F = D | 1, G }')).toEqual([
    'newObject',
    'init A',
    'literal 0',
    'define .B',
    'init B',
    'literal 4',
    'define .C',
    'init C',
    'literal 5',
    'define .D',
    'init D',
    'literal 6',
    'define .E',
    'init E',
    'read D',
    'literal 1',
    'binary |',
    'define .F',
    'init F',
    'literal 1',
    'binary +',
    'define .G',
    'init G',
    'setReturn',
  ]);
});

test('const and declared enums are the same', () => {
  expect(instructionsOf('const enum A { B = "b" } declare enum C { D }')).toEqual([
    'newObject',
    'init A',
    'literal b',
    'define .B',
    'init B',
    'newObject',
    'init C',
    'literal 0',
    'define .D',
    'init D',
    'setReturn',
  ]);
});

test('an enum declared twice is one object', () => {
  expect(instructionsOf('enum A { B } enum A { C = 1 }')).toEqual([
    'newObject',
    'init A',
    'literal 0',
    'define .B',
    'init B',
    'read A',
    'literal 1',
    'define .C',
    'init C',
    'setReturn',
  ]);
});

test('an enum member access is a member access', () => {
  expect(instructionsOf('enum A { B } a(A.B);')).toEqual([
    'newObject',
    'init A',
    'literal 0',
    'define .B',
    'init B',
    'read a',
    'read A',
    'get .B',
    'call a(A.B)',
    'setReturn',
  ]);
});

test('namespaces', () => {
  expect(instructionsOf('namespace A { export const b = c(), { d } = e; const g = 1; export function h() {} export class K {} }')).toEqual([
    'closure function h() {}',
    'init h',
    'read c',
    'call c()',
    'init b',
    'read e',
    'get .d',
    'init d',
    'literal 1',
    'init g',
    'class K',
    'init K',
    'init K',
    'newObject',
    'init A',
    'read b',
    'define .b',
    'read d',
    'define .d',
    'read h',
    'define .h',
    'read K',
    'define .K',
    'setReturn',
  ]);
  expect(instructionsOf('namespace A.B { export const c = 1; }')).toEqual([
    'literal 1',
    'init c',
    'newObject',
    'init A',
    'newObject',
    'define .B',
    'read c',
    'define .c',
    'setReturn',
  ]);
});

test('a namespace adds to its function', () => {
  expect(instructionsOf('function a() {} namespace a { export const b = 1; }')).toEqual([
    'closure function a() {}',
    'init a',
    'literal 1',
    'init b',
    'read a',
    'read b',
    'define .b',
    'setReturn',
  ]);
});

test('namespaces of types, and declared ones, are nothing', () => {
  expect(
    instructionsOf(
      'namespace A { export interface B {} } declare namespace C { const d: 1; } declare module "e" { const g: 1; } declare global { var h: 1; }',
    ),
  ).toEqual(['setReturn']);
});

test('import = and export =', () => {
  expect(instructionsOf('import a = b.c.d; import e = require("e"); export = a();')).toEqual([
    'read b',
    'get .c',
    'get .d',
    'init a',
    'read a',
    'call a()',
    'opaque export = a();',
    'setReturn',
  ]);
});

test('wrappers are transparent', () => {
  expect(instructionsIn('f(a as B, <unknown>c, d!, e satisfies F, g<H>);')).toEqual([
    'read f',
    'read a',
    'read c',
    'read d',
    'read e',
    'read g',
    'call f(a as B, <unknown>c, d!, e satisfies F, g<H>)',
    'setReturn',
  ]);
});
