/** What a block does to a state, which states stay apart where paths meet, and how others are joined. */
import type { BasicBlock, BlockId, PlainInstruction, Temp } from '../flow/graph.js';
import { assumeTemp } from './branches.js';
import { invoke } from './calls.js';
import { collectIfGrown } from './collect.js';
import { withDisjunctions } from './disjunctions.js';
import { forgetLengths } from './elements.js';
import type { Engine } from './engine.js';
import { leavesNoValue } from './exhaustive.js';
import { tempValue, type Frame } from './frame.js';
import { POSITION } from './generator-objects.js';
import { LENGTH } from './hidden-members.js';
import { runInstruction } from './instructions.js';
import * as intMap from './int-map.js';
import { blocksFor } from './fuel.js';
import { iterate, leaveYield, roundOf } from './iteration.js';
import { join } from './object-state.js';
import { leaveRound } from './rounds.js';
import { forgetPlaces, whereHeld } from './placement.js';
import type { Analysis, Flow } from './solver.js';
import { Properties, State, withCells, withTemps, withThread } from './state.js';
import { examine } from './statuses.js';
import { joinThreads } from './thread.js';
import type { Atom, Value } from './values.js';

/** One frame as the solver sees it. */
export class FrameAnalysis implements Analysis<State> {
  readonly #engine: Engine;
  readonly #frame: Frame;
  readonly #properties = new Properties();

  constructor(engine: Engine, frame: Frame) {
    this.#engine = engine;
    this.#frame = frame;
  }

  partition(state: State): string {
    return this.#properties.partition(state) + roundOf(this.#engine, this.#frame, state);
  }

  property(state: State): string {
    return this.#properties.property(state);
  }

  /** Of a thread whose level and locks are known something can be said, whatever became of the objects. */
  outline({ thread }: State): string {
    return thread.key;
  }

  /**
   * The constants that flags and counters hold, and what was put where it outlives the function: paths that differ in them stay apart, so that
   * later tests of them tell which it was, and what one path leaves behind is not taken for what the other hands out.
   */
  variant(state: State): string {
    const { universe } = this.#engine;
    return (
      this.#lengths(state) +
      this.#placed(state) +
      whereHeld(this.#engine, state, this.#frame.owner) +
      this.#chosen(state) +
      this.#selected(state) +
      this.#frame.index.flags
        .map((variable) => {
          const value = intMap.get(state.cells, universe.siteId(variable));
          const atom = value === undefined ? undefined : universe.single(value);
          return atom !== undefined && universe.isConstant(atom) ? atom : '';
        })
        .join(',')
    );
  }

  #placed(state: State): string {
    let placed = '';
    intMap.forEach(state.hot, (atom) => {
      if (this.#engine.objectState(state, atom).placed) placed += `+${atom}`;
    });
    return placed;
  }

  /** What a `?:`, `||` or the like has picked just now: what was tested to pick it tells later which it was. */
  #chosen(state: State): string {
    const { universe } = this.#engine;
    return this.#frame.index.choices
      .map((temp) => {
        const atom = universe.single(tempValue(state, temp));
        const isTold = atom !== undefined && (universe.mayBeObject(atom) || ['constant', 'expression'].includes(universe.info(atom).kind));
        return isTold ? `${atom}` : '';
      })
      .join(':');
  }

  /** Which of several objects a variable holds that was set to one here and to another there: what was tested before tells later which it was. */
  #selected(state: State): string {
    const { universe } = this.#engine;
    return this.#frame.index.selections
      .map((variable) => {
        const value = intMap.get(state.cells, universe.siteId(variable));
        const atom = value === undefined ? undefined : universe.single(value);
        return atom !== undefined && this.#isNamed(atom) ? `${atom}` : '';
      })
      .join(':');
  }

  /** Made here, handed in or a member of what was: a list that is gone through has no end of members of members. */
  #isNamed(atom: Atom): boolean {
    const { universe } = this.#engine;
    const info = universe.info(atom);
    return info.kind === 'object' || info.kind === 'entry' || (info.kind === 'member' && universe.info(info.base).kind !== 'member');
  }

  /** How long the arrays are that the graph takes elements off, and how far the iterators have come that it asks for the next one. */
  #lengths(state: State): string {
    const { universe } = this.#engine;
    const { index, thisValue } = this.#frame;
    return index.stacks
      .map((holder) => {
        const self = universe.single(thisValue);
        const value =
          typeof holder !== 'string'
            ? intMap.get(state.cells, universe.siteId(holder))
            : self === undefined
              ? undefined
              : intMap.get(intMap.get(state.heap, self)?.members ?? null, universe.keyId(holder));
        const array = value === undefined ? undefined : universe.single(value);
        const members = array === undefined ? null : (intMap.get(state.heap, array)?.members ?? null);
        return intMap.get(members, universe.keyId(LENGTH)) ?? intMap.get(members, universe.keyId(POSITION)) ?? '';
      })
      .join(';');
  }

  join(a: State, b: State): State {
    const joined = forgetLengths(this.#engine, this.#engine.lattice.join(a, b), a, b);
    return withDisjunctions(this.#engine.universe, joined, a, b);
  }

  joinApart(a: State, b: State): State {
    const engine = this.#engine;
    let joined = engine.lattice.join(a, b);
    if (a.thread.key !== b.thread.key) {
      const thread = engine.makeThread(joinThreads(a.thread, b.thread));
      if (thread.key !== a.thread.key) joined = withThread(joined, thread);
    }
    // Gives `a` itself back when `b` adds nothing: the solver would not come to an end otherwise.
    const apart = (atom: Atom): void => {
      if (intMap.get(a.hot, atom) === intMap.get(b.hot, atom)) return;
      const both = join(engine.objectState(a, atom), engine.objectState(b, atom));
      if (both !== engine.objectState(joined, atom) || both.key !== (intMap.get(joined.hot, atom) ?? ''))
        joined = engine.withObjectState(joined, atom, both);
    };
    intMap.forEach(a.hot, apart);
    intMap.forEach(b.hot, apart);
    return forgetPlaces(engine, forgetLengths(engine, joined, a, b), a, b, this.#frame.owner);
  }

  run(blockId: BlockId, state: State): readonly Flow<State>[] {
    this.#engine.burn(1 + blocksFor(state));
    const block = this.#frame.index.graph.blocks[blockId] as BasicBlock;
    let { cells } = state;
    for (const variable of this.#frame.index.forgotten[blockId] ?? []) cells = intMap.remove(cells, this.#engine.universe.siteId(variable));
    const entered = cells === state.cells ? state : withCells(state, cells);
    const flows = this.#runFrom(block, 0, collectIfGrown(this.#engine, this.#frame, entered));
    const liveOut = this.#frame.index.graph.liveOut[blockId];
    return flows.map((flow) => ({ to: flow.to, state: keepTemps(flow.state, liveOut) }));
  }

  /** Nearly every instruction leaves one state. */
  #runFrom(block: BasicBlock, first: number, entered: State): Flow<State>[] {
    let state = entered;
    for (let at = first; at < block.instructions.length; at++) {
      const next = runInstruction(this.#engine, this.#frame, state, block.instructions[at] as PlainInstruction);
      if (!(next instanceof State)) return next.flatMap((each) => this.#runFrom(block, at + 1, each));
      state = next;
    }
    return this.#leave(block, state);
  }

  #leave(block: BasicBlock, state: State): Flow<State>[] {
    const { terminator } = block;
    const engine = this.#engine;
    switch (terminator.kind) {
      case 'goto':
        return [{ to: terminator.to, state }];
      case 'exit':
        return [];
      case 'branch': {
        const looked = examine(engine, state, tempValue(state, terminator.test));
        const onTrue = assumeTemp(engine, this.#frame, looked, terminator.test, true);
        const onFalse = assumeTemp(engine, this.#frame, looked, terminator.test, false);
        return [
          ...(onTrue === null ? [] : [{ to: terminator.whenTrue, state: onTrue }]),
          ...(onFalse === null || leavesNoValue(engine, this.#frame, onFalse, terminator)
            ? []
            : [{ to: terminator.whenFalse, state: onFalse }]),
        ];
      }
      case 'invoke': {
        const { completes, throws } = invoke(engine, this.#frame, state, terminator.instruction, terminator.insideTry);
        return [
          ...completes.map((after) => ({ to: terminator.normal, state: after })),
          ...throws.map((after) => ({ to: terminator.unwind, state: after })),
        ];
      }
      case 'iterate':
        return iterate(engine, this.#frame, leaveRound(engine, state, terminator.node), terminator);
      case 'yield':
        return leaveYield(engine, this.#frame, state, block.id, terminator);
    }
  }
}

function keepTemps(state: State, live: ReadonlySet<Temp> | undefined): State {
  if (state.temps === null) return state;
  let temps: intMap.IntMap<Value> = null;
  for (const temp of live ?? []) {
    const value = intMap.get(state.temps, temp);
    if (value !== undefined) temps = intMap.set(temps, temp, value);
  }
  return withTemps(state, temps);
}
