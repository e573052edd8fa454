import { expect, test } from 'vitest';
import type { PlainInstruction } from './graph.js';
import { graphIn, parse } from './testing.js';

/** `name -> where its variable is declared`, for each read and write of a variable in the module. */
function variablesIn(source: string): string[] {
  return graphIn(parse(source)).blocks.flatMap(({ instructions }) => instructions.flatMap((instruction) => describe(instruction)));
}

function describe(instruction: PlainInstruction): string[] {
  if (instruction.kind !== 'readVariable' && instruction.kind !== 'writeVariable') return [];
  const { name, variable } = instruction;
  return [`${name} -> ${variable === null ? 'global' : `${variable.scope.type} ${variable.defs[0]?.type ?? ''}`}`];
}

test('references and declarations of a name have one variable', () => {
  expect(variablesIn('const a = 1; { let a; a = 2; } a;')).toEqual([
    'a -> module Variable',
    'a -> block Variable',
    'a -> block Variable',
    'a -> module Variable',
  ]);
});

test('globals, libraries and undeclared names have none', () => {
  expect(variablesIn('console; Promise; Symbol; a = b;')).toEqual([
    'console -> global',
    'Promise -> global',
    'Symbol -> global',
    'b -> global',
    'a -> global',
  ]);
});

test('a class has its name inside and outside', () => {
  expect(variablesIn('class A { static a = A; } A;')).toEqual([
    'A -> module ClassName',
    'A -> class ClassName',
    'A -> class ClassName',
    'A -> module ClassName',
  ]);
});

test('enum members are variables inside the enum', () => {
  expect(variablesIn('enum A { B, C = B } A;')).toEqual([
    'A -> module TSEnumName',
    'B -> tsEnum TSEnumMemberName',
    'B -> tsEnum TSEnumMemberName',
    'C -> tsEnum TSEnumMemberName',
    'A -> module TSEnumName',
  ]);
});

test('imports, exports and types do not stand in the way', () => {
  expect(variablesIn('import a from "a"; type b = typeof a; const c = a; export { c, type b };')).toEqual([
    'a -> module ImportBinding',
    'c -> module Variable',
  ]);
});
