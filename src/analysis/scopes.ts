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
  readonly used: Iterable<number>;
  readonly given: Iterable<number>;
  readonly all: Iterable<number>;
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
  return { used, given, all };
}

/** Beyond this sum of blocks that variables live across, no more is forgotten than can be told so far. */
const MAX_LIVE = 2_000_000;

/** The variables to forget on entry to each block; none when that is too much to tell. */
export function forgottenOnEntry(graph: FlowGraph): readonly (readonly Variable[])[] {
  const { blocks } = graph;
  const numbering = new Numbering(graph);
  const mentions = blocks.map((block) => mentionsOf(block, numbering));
  const next = blocks.map(({ terminator }) => successors(terminator));
  const predecessors: BlockId[][] = blocks.map(() => []);
  for (const [id, after] of next.entries()) for (const to of after) predecessors[to]?.push(id);
  const forgotten: Variable[][] = blocks.map(() => []);
  const { usedIn, givenIn, mentionedIn } = byVariable(mentions, numbering.variables.length);
  // By block: the variable that was found last to get a value in it, to be live on entry to it, or to be forgotten there.
  const isGivenIn = new Int32Array(blocks.length).fill(-1);
  const isLiveIn = new Int32Array(blocks.length).fill(-1);
  const isDeadIn = new Int32Array(blocks.length).fill(-1);
  let total = 0;
  for (const [number, variable] of numbering.variables.entries()) {
    const live: BlockId[] = [];
    const pending = usedIn[number] ?? [];
    for (const block of givenIn[number] ?? []) isGivenIn[block] = number;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (isLiveIn[at] === number) continue;
      isLiveIn[at] = number;
      live.push(at);
      for (const before of predecessors[at] ?? []) if (isGivenIn[before] !== number && isLiveIn[before] !== number) pending.push(before);
    }
    total += live.length;
    if (total > MAX_LIVE) return blocks.map(() => []);
    const leave = (from: BlockId): void => {
      for (const to of next[from] ?? []) {
        if (isLiveIn[to] === number || isDeadIn[to] === number) continue;
        isDeadIn[to] = number;
        forgotten[to]?.push(variable);
      }
    };
    live.forEach(leave);
    mentionedIn[number]?.forEach(leave);
  }
  return forgotten;
}

type ByVariable = readonly BlockId[][];

/** The blocks that use each variable before they give it a value, those that give it one, and those that mention it at all. */
function byVariable(
  mentions: readonly Mentions[],
  variables: number,
): { usedIn: ByVariable; givenIn: ByVariable; mentionedIn: ByVariable } {
  const none = (): BlockId[][] => Array.from({ length: variables }, () => []);
  const [usedIn, givenIn, mentionedIn] = [none(), none(), none()];
  for (const [id, { used, given, all }] of mentions.entries()) {
    for (const variable of used) usedIn[variable]?.push(id);
    for (const variable of given) givenIn[variable]?.push(id);
    for (const variable of all) mentionedIn[variable]?.push(id);
  }
  return { usedIn, givenIn, mentionedIn };
}
