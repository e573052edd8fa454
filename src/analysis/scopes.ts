/**
 * Which local variables nothing looks at any more, by basic block: states forget them there, so that a state is as large as what is in use
 * and not as long as the function. Found by walking back from each use to the declaration that gives the value.
 */
import type { BlockId, FlowGraph, Variable } from '../flow/graph.js';
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

/** The blocks that use a variable before they give it a value, those that give it one, and those that mention it at all, in ascending order. */
interface Blocks {
  readonly using: BlockId[];
  readonly giving: BlockId[];
  readonly mentioning: BlockId[];
}

/** What blocks do with the variables that only the graph reads and writes. */
function findBlocks(graph: FlowGraph): Map<Variable, Blocks> {
  const found = new Map<Variable, Blocks>();
  const others = new Set<Variable>();
  const blocksOf = (variable: Variable): Blocks | undefined => {
    let blocks = found.get(variable);
    if (blocks !== undefined || others.has(variable)) return blocks;
    if (!isOwn(variable, graph)) {
      others.add(variable);
      return undefined;
    }
    found.set(variable, (blocks = { using: [], giving: [], mentioning: [] }));
    return blocks;
  };
  const note = (list: BlockId[], id: BlockId): void => {
    if (list.at(-1) !== id) list.push(id);
  };
  for (const { id, instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if ((instruction.kind !== 'readVariable' && instruction.kind !== 'writeVariable') || instruction.variable === null) continue;
      const blocks = blocksOf(instruction.variable);
      if (blocks === undefined) continue;
      note(blocks.mentioning, id);
      // An assignment looks at what it overwrites: that may be the last reference to something registered.
      if (instruction.kind === 'writeVariable' && instruction.initializes) note(blocks.giving, id);
      else if (blocks.giving.at(-1) !== id) note(blocks.using, id);
    }
  }
  return found;
}

/** Beyond this sum of blocks that variables live across, no more is forgotten than can be told so far. */
const MAX_LIVE = 2_000_000;

/** The variables to forget on entry to each block; none when that is too much to tell. */
export function forgottenOnEntry(graph: FlowGraph): readonly (readonly Variable[])[] {
  const { blocks } = graph;
  const next = blocks.map(({ terminator }) => successors(terminator));
  const previous = blocks.map((): BlockId[] => []);
  for (const [id, after] of next.entries()) for (const to of after) previous[to]?.push(id);
  const forgotten = blocks.map((): Variable[] => []);
  // By block: the variable, by its number, that was found last to get a value in it, to be live on entry to it, or to be forgotten there.
  const isGivenIn = new Int32Array(blocks.length).fill(-1);
  const isLiveIn = new Int32Array(blocks.length).fill(-1);
  const isDeadIn = new Int32Array(blocks.length).fill(-1);
  let [number, total] = [0, 0];
  for (const [variable, { using, giving, mentioning }] of findBlocks(graph)) {
    const own = number++;
    const live: BlockId[] = [];
    for (const block of giving) isGivenIn[block] = own;
    for (let at = using.pop(); at !== undefined; at = using.pop()) {
      if (isLiveIn[at] === own) continue;
      isLiveIn[at] = own;
      live.push(at);
      for (const before of previous[at] ?? []) if (isGivenIn[before] !== own && isLiveIn[before] !== own) using.push(before);
    }
    total += live.length;
    if (total > MAX_LIVE) return blocks.map(() => []);
    const leave = (from: BlockId): void => {
      for (const to of next[from] ?? []) {
        if (isLiveIn[to] === own || isDeadIn[to] === own) continue;
        isDeadIn[to] = own;
        forgotten[to]?.push(variable);
      }
    };
    live.forEach(leave);
    mentioning.forEach(leave);
  }
  return forgotten;
}
