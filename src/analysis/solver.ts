/**
 * Finds what holds in every basic block: carries states along the edges of a flow graph until nothing new arrives. It knows
 * no rule and no contract. Where paths meet, states of the same partition are joined; the others are kept apart, up to
 * `MAX_STATES` a block.
 *
 * States run through blocks that one edge enters without being stored. Ends because values, facts and typestates have
 * finite height, and partitions are bounded.
 */
import type { BlockId, FlowGraph } from '../flow/graph.js';
import { bug } from './bug.js';

/** How many states a block keeps apart; beyond it, a new one is joined to one that is there. */
const MAX_STATES = 32;

/** How many outlines have a state of their own also beyond that. */
const MAX_OUTLINES = 4;

/** One state on its way to a block. */
export interface Flow<S> {
  readonly to: BlockId;
  readonly state: S;
}

/** How many states of one partition a block keeps apart for what they differ in besides. */
const MAX_VARIANTS = 5;

export interface Analysis<S> {
  /** States with different partitions are kept apart. */
  partition(state: S): string;
  /** What tells states of one partition apart, as long as there are few. */
  variant(state: S): string;
  /** The coarser one that stays when too many states meet. */
  property(state: S): string;
  /** The coarsest one: what is to be told apart before anything else. */
  outline(state: S): string;
  /** Gives `a` itself back when `b` adds nothing. */
  join(a: S, b: S): S;
  /** Joins states of different partitions or variants: what they differ in becomes unknown. */
  joinApart(a: S, b: S): S;
  /** Runs a block: the states that leave it. */
  run(block: BlockId, state: S): readonly Flow<S>[];
}

export interface Solution<S> {
  readonly returns: readonly S[];
  readonly throws: readonly S[];
}

/** Smallest block first: in reverse postorder, a block is run when its forward predecessors are through. */
class Worklist {
  readonly #heap: BlockId[] = [];
  readonly #queued = new Set<BlockId>();

  add(block: BlockId): void {
    if (this.#queued.has(block)) return;
    this.#queued.add(block);
    const heap = this.#heap;
    let at = heap.push(block) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as BlockId) <= block) break;
      heap[at] = heap[parent] as BlockId;
      at = parent;
    }
    heap[at] = block;
  }

  take(): BlockId | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    this.#queued.delete(first);
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as BlockId) < (heap[child] as BlockId)) child++;
      if ((heap[child] as BlockId) >= last) break;
      heap[at] = heap[child] as BlockId;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** The states that wait at a block where paths meet. */
class Meeting<S> {
  readonly #states = new Map<string, S>();
  readonly #changed = new Set<string>();
  /** The variants of each partition, oldest first. */
  readonly #variants = new Map<string, string[]>();
  /** Keys whose states were joined to those of another key over the bound. */
  readonly #givenUp = new Map<string, string>();

  /** The state's own key, and the one under which it is kept: that of the oldest of its partition when there are too many variants. */
  #keysFor(state: S, analysis: Analysis<S>): { readonly own: string; readonly kept: string } {
    const partition = analysis.partition(state);
    const own = `${partition}|${analysis.variant(state)}`;
    const variants = this.#variants.get(partition);
    if (variants === undefined) this.#variants.set(partition, [own]);
    else if (!variants.includes(own)) {
      if (variants.length >= MAX_VARIANTS) return { own, kept: variants[0] ?? own };
      variants.push(own);
    }
    return { own, kept: own };
  }

  /** A key that was given up over the bound stays given up, or the two would take turns for ever. */
  #resolve(key: string): string {
    let resolved = key;
    for (let into = this.#givenUp.get(resolved); into !== undefined; into = this.#givenUp.get(resolved)) resolved = into;
    return resolved;
  }

  /** True when the block has to be run for it. */
  add(state: S, analysis: Analysis<S>): boolean {
    const { own, kept } = this.#keysFor(state, analysis);
    const key = this.#resolve(kept);
    const there = this.#states.get(key);
    if (there === undefined) {
      const isRoom = this.#states.size < MAX_STATES || this.#isNewOutline(state, analysis);
      return isRoom ? this.#keep(key, state) : this.#addBeyondBound(kept, state, analysis);
    }
    const joined = key === own ? analysis.join(there, state) : analysis.joinApart(there, state);
    return joined !== there && this.#keep(key, joined);
  }

  #keep(key: string, state: S): true {
    this.#states.set(key, state);
    this.#changed.add(key);
    return true;
  }

  #isNewOutline(state: S, analysis: Analysis<S>): boolean {
    const outlines = new Set([...this.#states.values()].map((there) => analysis.outline(there)));
    return outlines.size < MAX_OUTLINES && !outlines.has(analysis.outline(state));
  }

  #addBeyondBound(own: string, state: S, analysis: Analysis<S>): boolean {
    const property = analysis.property(state);
    const outline = analysis.outline(state);
    const states = [...this.#states];
    const alike =
      states.find(([, there]) => analysis.property(there) === property) ??
      states.findLast(([, there]) => analysis.outline(there) === outline);
    const [key, last] = alike ?? states.at(-1) ?? bug('a full meeting has no state');
    const joined = analysis.joinApart(last, state);
    const joinedKey = joined === last ? key : this.#resolve(this.#keysFor(joined, analysis).kept);
    if (own !== joinedKey) this.#givenUp.set(own, joinedKey);
    if (joinedKey === key) return joined !== last && this.#keep(key, joined);
    this.#states.delete(key);
    this.#changed.delete(key);
    this.#givenUp.set(key, joinedKey);
    const there = this.#states.get(joinedKey);
    const both = there === undefined ? joined : analysis.join(there, joined);
    return both !== there && this.#keep(joinedKey, both);
  }

  *takeChanged(): Generator<S> {
    const keys = [...this.#changed];
    this.#changed.clear();
    for (const key of keys) {
      const state = this.#states.get(key);
      if (state !== undefined) yield state;
    }
  }

  all(): S[] {
    return [...this.#states.values()];
  }
}

/** Runs `graph` from `entry` to its exits. */
export function solve<S>(graph: FlowGraph, entry: readonly S[], analysis: Analysis<S>, start: BlockId = graph.entry): Solution<S> {
  const meetings = new Map<BlockId, Meeting<S>>();
  const worklist = new Worklist();
  const flowing: Flow<S>[] = [];
  const meetsAt = (block: BlockId): boolean => graph.isJoin[block] === true || block === graph.returnExit || block === graph.throwExit;
  const arrive = ({ to, state }: Flow<S>): void => {
    if (!meetsAt(to)) {
      flowing.push({ to, state });
      return;
    }
    let meeting = meetings.get(to);
    if (meeting === undefined) meetings.set(to, (meeting = new Meeting()));
    if (meeting.add(state, analysis)) worklist.add(to);
  };
  const runAll = (block: BlockId, states: Iterable<S>): void => {
    for (const state of states) {
      analysis.run(block, state).forEach(arrive);
      for (let flow = flowing.pop(); flow !== undefined; flow = flowing.pop()) analysis.run(flow.to, flow.state).forEach(arrive);
    }
  };

  for (const state of entry) runAll(start, [state]);
  for (let block = worklist.take(); block !== undefined; block = worklist.take()) {
    if (block === graph.returnExit || block === graph.throwExit) continue;
    runAll(block, meetings.get(block)?.takeChanged() ?? []);
  }
  return { returns: meetings.get(graph.returnExit)?.all() ?? [], throws: meetings.get(graph.throwExit)?.all() ?? [] };
}
