/**
 * What holds for every graph, with the code of this folder as the example; other parsers; broken and newer code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { buildGraph, createScopes, fieldInitialisers } from './build.js';
import type { BlockId, FlowGraph, Temp } from './graph.js';
import { successors } from './graph.js';
import { eachRead } from './liveness.js';
import { printFlow, printInstructions } from './print.js';
import { flowIn, graphIn, instructionsOf, parse } from './testing.js';

const folder = new URL('./', import.meta.url);
const sources = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'));
const graphs: FlowGraph[] = sources.flatMap((source) => {
  const { owners, graphOf } = parse(source);
  return owners.map(graphOf);
});

function predecessorsIn({ blocks }: FlowGraph): BlockId[][] {
  return blocks.map(({ id }) => blocks.filter((block) => successors(block.terminator).includes(id)).map((block) => block.id));
}

test('blocks are in reverse postorder, with the exits last', () => {
  for (const graph of graphs) {
    const { blocks, entry, returnExit, throwExit } = graph;
    expect(blocks.map(({ id }) => id)).toEqual([...blocks.keys()]);
    expect([entry, returnExit, throwExit]).toEqual([0, blocks.length - 2, blocks.length - 1]);
    const predecessors = predecessorsIn(graph);
    for (const { id } of blocks.slice(1, -2)) expect(predecessors[id]?.some((before) => before < id)).toBe(true);
  }
});

test('a join is entered by more than one edge', () => {
  for (const graph of graphs) {
    const edges = graph.blocks.flatMap(({ terminator }) => [...successors(terminator)]);
    for (const { id } of graph.blocks) expect(graph.isJoin[id]).toBe(edges.filter((to) => to === id).length + (id === 0 ? 1 : 0) > 1);
  }
});

test('what a block reads and does not write is live out of all blocks before it', () => {
  for (const graph of graphs) {
    const predecessors = predecessorsIn(graph);
    for (const { id, instructions, terminator } of graph.blocks) {
      const written = new Set<Temp>();
      const read = (temp: Temp): void => {
        if (!written.has(temp)) for (const before of predecessors[id] ?? []) expect(graph.liveOut[before]?.has(temp)).toBe(true);
        if (id === graph.entry) expect(written.has(temp)).toBe(true);
      };
      for (const instruction of instructions) {
        eachRead(instruction, read);
        if ('target' in instruction) written.add(instruction.target);
      }
      if (terminator.kind === 'invoke') eachRead(terminator.instruction, read);
      if (terminator.kind === 'branch') read(terminator.test);
    }
    expect(graph.liveOut[graph.returnExit]?.size).toBe(0);
  }
});

test('a value dies where it is read last', () => {
  const graph = graphIn(parse('const a = b(c()); d();'));
  expect(graph.liveOut.map((live) => live.size)).toEqual([2, 1, 0, 0, 0, 0]);
});

test('the same code has the same graph', () => {
  const [source] = sources as [string];
  expect(printFlow(graphIn(parse(source)), source)).toEqual(printFlow(graphIn(parse(source)), source));
});

test('the trees of a plain JavaScript parser', () => {
  const code = 'class A extends B { a = b(); static c = d(); e(f) { import(f); return f?.g; } } export default new A();';
  const printed: string[][] = [];
  const rule: Omit<TSESLint.RuleModule<never>, 'defaultOptions'> = {
    meta: { type: 'problem', messages: {}, schema: [], defaultOptions: [] },
    create({ sourceCode }) {
      const scopes = createScopes(sourceCode.scopeManager as TSESLint.Scope.ScopeManager);
      const print = (node: TSESTree.ClassBody | TSESTree.FunctionExpression | TSESTree.Program): void => {
        printed.push(printInstructions(buildGraph(node, scopes), code));
      };
      return { Program: print, ClassBody: print, FunctionExpression: print };
    },
  };
  const plugins = { test: { rules: { print: rule } } };
  const messages = new Linter().verify(code, { plugins, rules: { 'test/print': 'error' } } as unknown as Linter.Config);
  expect(messages).toEqual([]);
  expect(printed).toEqual([instructionsOf(code), instructionsOf(code, 'ClassBody'), instructionsOf(code, 'FunctionExpression')]);
});

test('kinds that nobody knows are values that nobody models', () => {
  const parsed = parse('a(b); c();');
  const program = parsed.owners[0] as TSESTree.Program;
  const [first] = program.body as [TSESTree.ExpressionStatement];
  const call = first.expression as TSESTree.CallExpression;
  (call.arguments[0] as { type: string }).type = 'NewerExpression';
  expect(printInstructions(parsed.graphOf(program), parsed.source)).toEqual([
    'read a',
    'opaque b',
    'call a(b)',
    'read c',
    'call c()',
    'setReturn',
  ]);
  (first as { type: string }).type = 'NewerStatement';
  expect(printInstructions(parsed.graphOf(program), parsed.source)).toEqual(['opaque a(b);', 'read c', 'call c()', 'setReturn']);
});

test('broken code has a graph too', () => {
  expect(flowIn('if (a) break; b();')).toEqual(['entry -> a', 'a -true-> exit return', 'a -false-> b()', 'b() -> exit return']);
  expect(flowIn('if (a) using b = c(); d();')).toEqual([
    'entry -> a',
    'a -true-> c()',
    'a -false-> d()',
    'c() -> d()',
    'd() -> exit return',
  ]);
  expect(flowIn('for (;;) using a = b();')).toEqual(['entry -> b()', 'b() -> b()']);
});

test('a class has field initialisers when its instances have fields', () => {
  const has = (source: string): boolean => {
    const body = parse(source).owners.find(({ type }) => type === 'ClassBody') as TSESTree.ClassBody;
    return fieldInitialisers(body.parent);
  };
  expect(has('class A { a = 1; }')).toBe(true);
  expect(has('class A { #a; }')).toBe(true);
  expect(has('class A { static a = 1; b() {} declare c: 1; }')).toBe(false);
});
