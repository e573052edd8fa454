/** What the text of a graph tells once and for all of its runs. */
import type { FlowGraph, Instruction, Temp, Variable } from '../flow/graph.js';
import { eachRead } from '../flow/liveness.js';
import { forgottenOnEntry } from './scopes.js';

/** Where each temporary of a graph gets its value, and whether anything reads it. */
export interface GraphIndex {
  readonly graph: FlowGraph;
  /** Null for one that several instructions write. */
  readonly definitions: readonly (Instruction | null | undefined)[];
  readonly isRead: readonly boolean[];
  /** What its loops ask for elements. */
  readonly iterators: readonly Temp[];
  /** Variables that the graph sets to a boolean, number or imported constant, or counts with, here and sets to something else there. */
  readonly flags: readonly Variable[];
  /** Variables that the graph sets to what one variable or member holds here, and another there, and hands to a call. */
  readonly selections: readonly Variable[];
  /** What a `?:` or the like picks, and a call is handed or a variable is set to. */
  readonly choices: readonly Temp[];
  /** Arrays that the graph takes elements off, iterators that it asks for the next one: the variables, or members of `this`, that hold them. */
  readonly stacks: readonly (Variable | string)[];
  /** Variables that nothing looks at any more, by the block on entry to which that is so. */
  readonly forgotten: readonly (readonly Variable[])[];
  /** Some `return` has a value. */
  readonly returnsValue: boolean;
  /** Those of `return` statements after which code of the function still runs: `finally`, disposal. */
  readonly earlyReturns: ReadonlySet<Instruction>;
}

export function indexGraph(graph: FlowGraph): GraphIndex {
  const definitions: (Instruction | null | undefined)[] = [];
  const isRead: boolean[] = [];
  const iterators: Temp[] = [];
  const used = new Set<Temp>();
  let returnsValue = false;
  const earlyReturns = new Set<Instruction>();
  const define = (target: Temp, by: Instruction): void => {
    definitions[target] = definitions[target] === undefined ? by : null;
  };
  const read = (temp: Temp | null): void => {
    if (temp !== null) isRead[temp] = true;
  };
  for (const { instructions, terminator } of graph.blocks) {
    for (const instruction of instructions) {
      if ('target' in instruction) define(instruction.target, instruction);
      if (instruction.kind === 'writeVariable') used.add(instruction.value);
      // `void x` looks at nothing.
      if (instruction.kind !== 'unary' || instruction.operator !== 'void') eachRead(instruction, read);
      if (instruction.kind !== 'setReturn' || instruction.value === null) continue;
      returnsValue = true;
      if (terminator.kind !== 'goto' || graph.blocks[terminator.to]?.terminator.kind !== 'exit') earlyReturns.add(instruction);
    }
    if (terminator.kind === 'invoke') {
      define(terminator.instruction.target, terminator.instruction);
      if (terminator.instruction.kind === 'call') for (const { value } of terminator.instruction.args) used.add(value);
      eachRead(terminator.instruction, read);
    } else if (terminator.kind === 'branch') {
      read(terminator.test);
    } else if (terminator.kind === 'iterate') {
      read(terminator.iterator);
      iterators.push(terminator.iterator);
    } else if (terminator.kind === 'yield') {
      read(terminator.value);
    }
  }
  return {
    graph,
    definitions,
    isRead,
    iterators,
    returnsValue,
    earlyReturns,
    flags: flagsOf(graph, definitions),
    selections: selectionsOf(graph, definitions, used),
    choices: [...used].filter((temp) => definitions[temp] === null),
    stacks: stacksOf(graph, definitions),
    forgotten: forgottenOnEntry(graph),
  };
}

const taking = new Set(['pop', 'shift', 'splice', 'length', 'next']);

function stacksOf(graph: FlowGraph, definitions: GraphIndex['definitions']): readonly (Variable | string)[] {
  const stacks = new Set<Variable | string>();
  for (const { instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'readMember' || instruction.key.kind !== 'name' || !taking.has(instruction.key.name)) continue;
      const holder = definitions[instruction.object];
      if (holder?.kind === 'readVariable' && holder.variable !== null) stacks.add(holder.variable);
      if (holder?.kind === 'readMember' && holder.key.kind !== 'computed' && definitions[holder.object]?.kind === 'this')
        stacks.add(holder.key.kind === 'private' ? `#${holder.key.name}` : holder.key.name);
    }
  }
  return [...stacks].slice(0, MAX_FLAGS);
}

const isFlagLiteral = (by: Instruction | null | undefined): boolean =>
  by?.kind === 'literal' && (typeof by.value === 'boolean' || typeof by.value === 'number');

/** `status = STATUS_SUCCESS`: what is imported may be a constant. */
const isImported = (by: Instruction | null | undefined): boolean =>
  by?.kind === 'readVariable' && by.variable?.defs[0]?.type === 'ImportBinding';

/** More flags than this are data. */
const MAX_FLAGS = 12;

function flagsOf(graph: FlowGraph, definitions: GraphIndex['definitions']): readonly Variable[] {
  const writes = new Map<Variable, { times: number; literals: number }>();
  for (const { instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'writeVariable' || instruction.variable === null) continue;
      const of = writes.get(instruction.variable) ?? { times: 0, literals: 0 };
      const definition = definitions[instruction.value];
      const isFlag =
        isFlagLiteral(definition) ||
        isImported(definition) ||
        (definition?.kind === 'binary' && isFlagLiteral(definitions[definition.right]));
      writes.set(instruction.variable, { times: of.times + 1, literals: of.literals + (isFlag ? 1 : 0) });
    }
  }
  return [...writes]
    .filter(([, { times, literals }]) => times > 1 && literals > 0)
    .map(([variable]) => variable)
    .slice(0, MAX_FLAGS);
}

const holding = new Set<Instruction['kind']>(['readVariable', 'readMember', 'construct']);

function selectionsOf(graph: FlowGraph, definitions: GraphIndex['definitions'], used: ReadonlySet<Temp>): readonly Variable[] {
  const writes = new Map<Variable, number>();
  for (const { instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'writeVariable' || instruction.variable === null) continue;
      const source = definitions[instruction.value];
      if (source && holding.has(source.kind)) writes.set(instruction.variable, (writes.get(instruction.variable) ?? 0) + 1);
    }
  }
  const handed = new Set<Variable | null>();
  for (const temp of used) {
    const source = definitions[temp];
    if (source?.kind === 'readVariable') handed.add(source.variable);
  }
  return [...writes]
    .filter(([variable, times]) => times > 1 && handed.has(variable))
    .map(([variable]) => variable)
    .slice(0, MAX_FLAGS);
}
