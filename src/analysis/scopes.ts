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

/** What a block does with variables: those it uses before giving them a value, gives a value, mentions at all. */
interface Mentions {
  readonly used: ReadonlySet<Variable>;
  readonly given: ReadonlySet<Variable>;
  readonly all: ReadonlySet<Variable>;
}

function mentionsOf({ instructions }: BasicBlock, own: (variable: Variable) => boolean): Mentions {
  const used = new Set<Variable>();
  const given = new Set<Variable>();
  const all = new Set<Variable>();
  for (const instruction of instructions) {
    if ((instruction.kind !== 'readVariable' && instruction.kind !== 'writeVariable') || instruction.variable === null) continue;
    const { variable } = instruction;
    if (!own(variable)) continue;
    all.add(variable);
    // An assignment looks at what it overwrites: that may be the last reference to something registered.
    if (instruction.kind === 'writeVariable' && instruction.initializes) given.add(variable);
    else if (!given.has(variable)) used.add(variable);
  }
  return { used, given, all };
}

/** Beyond this sum of blocks that variables live across, no more is forgotten than can be told so far. */
const MAX_LIVE = 2_000_000;

/** The variables to forget on entry to each block. */
export function forgottenOnEntry(graph: FlowGraph): readonly (readonly Variable[])[] {
  const { blocks } = graph;
  const ownVariables = new Map<Variable, boolean>();
  const own = (variable: Variable): boolean => {
    let answer = ownVariables.get(variable);
    if (answer === undefined) ownVariables.set(variable, (answer = isOwn(variable, graph)));
    return answer;
  };
  const mentions = blocks.map((block) => mentionsOf(block, own));
  const predecessors: BlockId[][] = blocks.map(() => []);
  for (const { id, terminator } of blocks) for (const to of successors(terminator)) predecessors[to]?.push(id);

  const liveIn = blocks.map(() => new Set<Variable>());
  let total = 0;
  for (const { id } of blocks) {
    for (const variable of mentions[id]?.used ?? []) {
      const pending = [id];
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        if (liveIn[at]?.has(variable) !== false) continue;
        liveIn[at]?.add(variable);
        if (++total > MAX_LIVE) return blocks.map(() => []);
        for (const before of predecessors[at] ?? []) if (mentions[before]?.given.has(variable) !== true) pending.push(before);
      }
    }
  }
  return blocks.map(({ id }) => {
    const dead = new Set<Variable>();
    for (const before of predecessors[id] ?? []) {
      for (const variable of [...(mentions[before]?.all ?? []), ...(liveIn[before] ?? [])])
        if (liveIn[id]?.has(variable) !== true) dead.add(variable);
    }
    return [...dead];
  });
}
