/**
 * Which local variables nothing looks at any more, by basic block: states forget them there, so that a state is as large as what is in use
 * and not as long as the function. Found by walking back from each use to the declaration that gives the value.
 */
import type { BasicBlock, BlockId, FlowGraph, Variable } from '../flow/graph.js';
import { successors } from '../flow/graph.js';

/** A variable that only this graph reads and writes. */
function isOwn(variable: Variable, graph: FlowGraph): boolean {
  const { variableScope } = variable.scope;
  return (
    variableScope.block === graph.owner &&
    variableScope.type === 'function' &&
    variable.references.every(({ from }) => from.variableScope === variableScope)
  );
}

/** What a block does with variables, by their numbers: those it uses before giving them a value, gives a value, mentions at all. */
interface Mentions {
  readonly used: readonly number[];
  readonly given: ReadonlySet<number>;
  readonly all: readonly number[];
}

/** Numbers the variables that only the graph reads and writes. */
class Numbering {
  readonly #graph: FlowGraph;
  readonly #numbers = new Map<Variable, number>();
  readonly variables: Variable[] = [];

  constructor(graph: FlowGraph) {
    this.#graph = graph;
  }

  /** -1 for any other variable. */
  of(variable: Variable): number {
    let number = this.#numbers.get(variable);
    if (number === undefined) {
      number = isOwn(variable, this.#graph) ? this.variables.push(variable) - 1 : -1;
      this.#numbers.set(variable, number);
    }
    return number;
  }
}

function mentionsOf({ instructions }: BasicBlock, numbering: Numbering): Mentions {
  const used = new Set<number>();
  const given = new Set<number>();
  const all = new Set<number>();
  for (const instruction of instructions) {
    if ((instruction.kind !== 'readVariable' && instruction.kind !== 'writeVariable') || instruction.variable === null) continue;
    const number = numbering.of(instruction.variable);
    if (number < 0) continue;
    all.add(number);
    // An assignment looks at what it overwrites: that may be the last reference to something registered.
    if (instruction.kind === 'writeVariable' && instruction.initializes) given.add(number);
    else if (!given.has(number)) used.add(number);
  }
  return { used: [...used], given, all: [...all] };
}

/** Beyond this sum of blocks that variables live across, no more is forgotten than can be told so far. */
const MAX_LIVE = 2_000_000;

/** The variables to forget on entry to each block. */
export function forgottenOnEntry(graph: FlowGraph): readonly (readonly Variable[])[] {
  const { blocks } = graph;
  const numbering = new Numbering(graph);
  const mentions = blocks.map((block) => mentionsOf(block, numbering));
  const predecessors: BlockId[][] = blocks.map(() => []);
  for (const { id, terminator } of blocks) for (const to of successors(terminator)) predecessors[to]?.push(id);
  const liveIn = liveOnEntry(mentions, predecessors, numbering.variables.length);
  if (liveIn === null) return blocks.map(() => []);
  // The block for which a variable was found to be live, or to be forgotten, last.
  const isLiveIn = new Int32Array(numbering.variables.length).fill(-1);
  const isDeadIn = new Int32Array(numbering.variables.length).fill(-1);
  return blocks.map(({ id }) => {
    for (const variable of liveIn[id] ?? []) isLiveIn[variable] = id;
    const dead: Variable[] = [];
    const forget = (variable: number): void => {
      if (isLiveIn[variable] === id || isDeadIn[variable] === id) return;
      isDeadIn[variable] = id;
      dead.push(numbering.variables[variable] as Variable);
    };
    for (const before of predecessors[id] ?? []) {
      mentions[before]?.all.forEach(forget);
      liveIn[before]?.forEach(forget);
    }
    return dead;
  });
}

/** The variables that something looks at from the entry to each block on; null when that is too much to tell. */
function liveOnEntry(mentions: readonly Mentions[], predecessors: readonly BlockId[][], variables: number): number[][] | null {
  const liveIn: number[][] = mentions.map(() => []);
  const usedIn: BlockId[][] = Array.from({ length: variables }, () => []);
  mentions.forEach(({ used }, id) => {
    for (const variable of used) usedIn[variable]?.push(id);
  });
  // The last variable that was found to be live in a block.
  const last = new Int32Array(mentions.length).fill(-1);
  let total = 0;
  for (const [variable, pending] of usedIn.entries()) {
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (last[at] === variable) continue;
      last[at] = variable;
      liveIn[at]?.push(variable);
      if (++total > MAX_LIVE) return null;
      for (const before of predecessors[at] ?? []) if (mentions[before]?.given.has(variable) !== true) pending.push(before);
    }
  }
  return liveIn;
}
