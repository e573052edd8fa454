/** The tables against the reference runtime's own declarations: the same names, parameters, values and structures. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as runtime from '../runtime/index.js';
import { structures, type Structure } from './classes.js';
import { constants } from './constants.js';
import { contractFunctions, dispatchMembers } from './functions.js';
import { roles } from './roles.js';

const index = fileURLToPath(new URL('../runtime/index.ts', import.meta.url));
const program = ts.createProgram([index], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(index);
const module = source && checker.getSymbolAtLocation(source);
const exported = new Map(module && checker.getExportsOfModule(module).map((symbol) => [symbol.name, aliased(symbol)]));

function aliased(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The parameters of a function, function type or member; undefined when it is not exported. */
function parametersOf(symbol: ts.Symbol | undefined): string[] | undefined {
  if (symbol === undefined) return undefined;
  const type = symbol.flags & ts.SymbolFlags.TypeAlias ? checker.getDeclaredTypeOfSymbol(symbol) : checker.getTypeOfSymbol(symbol);
  return type.getCallSignatures()[0]?.parameters.map(({ name }) => name.replace(/^_/, ''));
}

describe('the runtime', () => {
  it.each(Object.entries(contractFunctions))('has %s with its parameters', (name, { parameters }) => {
    expect(parametersOf(exported.get(name))).toEqual(parameters);
  });

  it.each(Object.entries(dispatchMembers))('has %s in WSK_PROVIDER_DISPATCH', (name, { parameters }) => {
    const dispatch = exported.get('WSK_PROVIDER_DISPATCH');
    expect(parametersOf(dispatch && checker.getDeclaredTypeOfSymbol(dispatch).getProperty(name))).toEqual(parameters);
  });

  it.each(Object.entries(roles))('has the role type %s with its parameters', (name, { parameters }) => {
    expect(parametersOf(exported.get(name))).toEqual(parameters);
  });

  it('has no function of the kit without a contract', () => {
    const functions = Object.entries(runtime).filter(
      ([name, value]) => typeof value === 'function' && /^(?:Ke|Ex|Io|Ps|Wsk|Nmr|NT_)/.test(name),
    );
    expect(functions.map(([name]) => name).filter((name) => !Object.hasOwn(contractFunctions, name))).toEqual([]);
  });

  it('gives the constants the same values', () => {
    const values = Object.keys(constants).map((name) => [name, (runtime as Readonly<Record<string, unknown>>)[name]]);
    expect(Object.fromEntries(values)).toEqual(constants);
  });

  it.each(Object.entries<Structure>(structures).filter(([, { constructible }]) => constructible))('has the class %s', (name) => {
    expect((exported.get(name)?.flags ?? 0) & ts.SymbolFlags.Class).not.toBe(0);
  });
});
