/**
 * Makes the finished graph of the blocks that were written: empty blocks are skipped, a block and its only successor become one, what
 * control cannot reach is left out, and the rest is numbered in reverse postorder with the exits last.
 */
import type { BasicBlock, BlockId, FlowGraph, Terminator } from './graph.js';
import { successors } from './graph.js';
import type { Builder, OpenBlock } from './builder.js';
import { liveOut } from './liveness.js';

interface ClosedBlock extends OpenBlock {
  terminator: Terminator;
}

export function finish({ blocks: open, owner, returnExit, throwExit, temps }: Builder): FlowGraph {
  const written = open as readonly ClosedBlock[];
  const entry = blockAt(written, 0);
  skipEmpty(written, entry);
  mergeChains(written, entry, countEdges(written, entry));
  const order = [...reversePostorder(written, entry), blockAt(written, returnExit), blockAt(written, throwExit)];
  const ids = new Int32Array(written.length).fill(NONE);
  for (const [index, { id }] of order.entries()) ids[id] = index;
  const blocks = order.map((block, id) => renumber(block, id, ids));
  return {
    owner,
    blocks,
    entry: 0,
    returnExit: blocks.length - 2,
    throwExit: blocks.length - 1,
    temps,
    isJoin: edgesInto(blocks).map((edges) => edges > 1),
    liveOut: liveOut(blocks, temps),
  };
}

/** No block has this number. */
const NONE = -1;

function blockAt<B>(blocks: readonly B[], id: BlockId): B {
  const block = blocks[id];
  if (block === undefined) throw new Error(`flow: no block ${id}`);
  return block;
}

function reachable(blocks: readonly ClosedBlock[], entry: ClosedBlock): ClosedBlock[] {
  const seen = new Uint8Array(blocks.length);
  seen[entry.id] = 1;
  const found = [entry];
  for (const block of found)
    for (const next of successors(block.terminator))
      if (seen[next] === 0) {
        seen[next] = 1;
        found.push(blockAt(blocks, next));
      }
  return found;
}

/** Lets jumps to a block that only jumps on go where it goes. */
function skipEmpty(blocks: readonly ClosedBlock[], entry: ClosedBlock): void {
  const destinations = new Int32Array(blocks.length).fill(NONE);
  const destination = (start: BlockId): BlockId => {
    const passed: BlockId[] = [];
    let at = start;
    for (;;) {
      const known = destinations[at] ?? NONE;
      if (known !== NONE) {
        at = known;
        break;
      }
      const { instructions, terminator } = blockAt(blocks, at);
      if (instructions.length > 0 || terminator.kind !== 'goto') break;
      // In an empty endless loop every block is as good as the next.
      destinations[at] = at;
      passed.push(at);
      at = terminator.to;
    }
    for (const id of passed) destinations[id] = at;
    return at;
  };
  for (const block of reachable(blocks, entry)) block.terminator = retarget(block.terminator, destination);
}

function countEdges(blocks: readonly ClosedBlock[], entry: ClosedBlock): Uint32Array {
  const edges = new Uint32Array(blocks.length);
  edges[entry.id] = 1;
  for (const { terminator } of reachable(blocks, entry)) for (const next of successors(terminator)) edges[next] = (edges[next] ?? 0) + 1;
  return edges;
}

/** A copy of a cleanup stays apart from what follows it. */
function mergeChains(blocks: readonly ClosedBlock[], entry: ClosedBlock, edges: Uint32Array): void {
  for (const block of reachable(blocks, entry)) {
    while (block.terminator.kind === 'goto') {
      const next = blockAt(blocks, block.terminator.to);
      if (next === block || edges[next.id] !== 1 || next.terminator.kind === 'exit' || next.wayOut !== block.wayOut) break;
      for (const instruction of next.instructions) block.instructions.push(instruction);
      block.terminator = next.terminator;
      next.instructions.length = 0;
    }
  }
}

/** All that control reaches from `entry`, but not the exits. */
function reversePostorder(blocks: readonly ClosedBlock[], entry: ClosedBlock): ClosedBlock[] {
  const postorder: ClosedBlock[] = [];
  const seen = new Uint8Array(blocks.length);
  seen[entry.id] = 1;
  const path = [{ block: entry, next: [...successors(entry.terminator)] }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    // The last successor is finished first, so that the first comes first in the end.
    const to = top.next.pop();
    if (to === undefined) {
      postorder.push(top.block);
      path.pop();
    } else if (seen[to] === 0) {
      seen[to] = 1;
      const block = blockAt(blocks, to);
      if (block.terminator.kind !== 'exit') path.push({ block, next: [...successors(block.terminator)] });
    }
  }
  return postorder.reverse();
}

function renumber({ instructions, terminator, wayOut }: ClosedBlock, id: BlockId, ids: Int32Array): BasicBlock {
  const renamed = retarget(terminator, (old) => {
    const known = ids[old];
    if (known === undefined || known === NONE) throw new Error(`flow: block ${old} is not in the graph`);
    return known;
  });
  return { id, instructions, terminator: renamed, wayOut };
}

function retarget(terminator: Terminator, to: (id: BlockId) => BlockId): Terminator {
  switch (terminator.kind) {
    // The frequent ones are written out: the spread of an object costs many times as much.
    case 'goto':
      return { kind: 'goto', to: to(terminator.to) };
    case 'branch': {
      const { kind, test, node, whenTrue, whenFalse } = terminator;
      return { kind, test, node, whenTrue: to(whenTrue), whenFalse: to(whenFalse) };
    }
    case 'invoke': {
      const { kind, instruction, normal, unwind, insideTry } = terminator;
      return { kind, instruction, normal: to(normal), unwind: to(unwind), insideTry };
    }
    case 'iterate':
      return { ...terminator, next: to(terminator.next), done: to(terminator.done), unwind: to(terminator.unwind) };
    case 'yield':
      return { ...terminator, resume: to(terminator.resume), abandon: to(terminator.abandon), unwind: to(terminator.unwind) };
    case 'exit':
      return terminator;
  }
}

/** How many edges enter each block; entering the function counts as one. */
function edgesInto(blocks: readonly BasicBlock[]): number[] {
  const edges = blocks.map(({ id }): number => (id === 0 ? 1 : 0));
  for (const { terminator } of blocks) for (const to of successors(terminator)) edges[to] = (edges[to] ?? 0) + 1;
  return edges;
}
