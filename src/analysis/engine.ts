/**
 * Runs functions on abstract states. An `Engine` serves one analysis: it owns the names of values, the findings, and what
 * is known of calls that have been followed before. What each instruction does is in `instructions.ts`, calls in `calls.ts`.
 */
import type { Resource } from '../contracts/types.js';
import type { BasicBlock, BlockId, GraphOwner, Node, PlainInstruction, Temp } from '../flow/graph.js';
import { Callbacks } from './callbacks.js';
import { DeclaredClasses } from './declared-classes.js';
import { OutOfFuel } from './bug.js';
import { collectIfGrown } from './collect.js';
import { leaveRound, Rounds } from './elements.js';
import { iterate, leaveYield, roundOf } from './iteration.js';
import { Findings, traceOf, type Candidate } from './findings.js';
import { invoke } from './calls.js';
import { FollowedCalls, Recording, type Note, type Recorded } from './followed.js';
import { narrowLevel } from './levels.js';
import { examine, runInstruction } from './instructions.js';
import * as intMap from './int-map.js';
import { LENGTH } from './members.js';
import { ESCAPED, FRESH, join, REPORTED, UNKNOWN, withoutAssumptions, type ObjectState } from './object-state.js';
import type { GraphIndex, Module, Program } from './program.js';
import { solve, type Analysis, type Flow, type Solution } from './solver.js';
import {
  amend,
  withCells,
  withTemps,
  withThread,
  emptyState,
  Lattice,
  partition,
  property,
  State,
  type Step,
  type StepKind,
} from './state.js';
import { entryParts, joinThreads, thread, type Thread, type ThreadParts } from './thread.js';
import { assume, truthOfAtom } from './truth.js';
import { TOP, type Atom, type Place, type Universe, type Value } from './values.js';
import type { Workspace } from './workspace.js';

export interface EngineOptions {
  /** Any call may throw, also outside `try` (option `implicitThrow: "everywhere"`). */
  readonly implicitThrow: boolean;
}

/** One run of a graph: what does not change while it runs. */
export interface Frame {
  readonly index: GraphIndex;
  readonly owner: GraphOwner;
  readonly module: Module;
  readonly thisValue: Value;
  readonly args: readonly Value[];
  /** Values of `args` beyond the listed ones are unknown (a spread, or a caller that cannot be seen). */
  readonly moreArgs: boolean;
  /** Calls that cannot be seen may throw to the caller, which handles it. */
  readonly mayThrow: boolean;
  readonly caller: Frame | null;
  /** The class whose constructor or initialisers run, for `super`. */
  readonly classAtom: Atom | null;
  /** Objects that a caller's variable or member holds, which this activation cannot get at. */
  readonly heldElsewhere: ReadonlySet<Atom>;
  readonly depth: number;
  /** Where a generator that is resumed by code in sight stops again; null for one that is not. */
  readonly suspensions: Suspension[] | null;
}

/** A generator at a `yield`. */
export interface Suspension {
  readonly state: State;
  readonly block: BlockId;
  readonly value: Value;
}

export class Engine {
  readonly universe: Universe;
  readonly workspace: Workspace;
  readonly findings: Findings;
  readonly program: Program;
  readonly options: EngineOptions;
  readonly lattice: Lattice;
  readonly followed: FollowedCalls;
  /** Functions whose bodies have been run for some caller or as a root. */
  readonly reached = new Set<GraphOwner>();
  /** Told when a call gives back what its activation did not acquire. */
  onRelease: (resource: Resource, atom: Atom, state: State) => void = () => undefined;
  /** Whether a rule finds a node of another file wrong when that file is linted: then it is no finding of this one as well. */
  isFoundAtHome: (rule: string, node: Node) => boolean = () => false;
  readonly rounds = new Rounds();
  readonly anyThread: Thread;
  readonly callbacks: Callbacks;
  readonly declared: DeclaredClasses;
  /** Functions that can have to do with a contract; null when all are taken to. */
  relevant: ReadonlySet<GraphOwner> | null = null;
  #fuel = Infinity;
  /** How many blocks have been run so far, as `burn` counts them. */
  blocksRun = 0;
  /** One for each followed call under way, innermost last. */
  readonly #recordings: Recording[] = [];

  constructor(program: Program, options: EngineOptions, workspace: Workspace) {
    this.program = program;
    this.options = options;
    this.workspace = workspace;
    this.universe = workspace.universe;
    this.followed = new FollowedCalls(this);
    this.lattice = new Lattice(this.universe, (atom) => this.baseline(atom));
    this.callbacks = new Callbacks(this);
    this.declared = new DeclaredClasses(program);
    this.findings = new Findings((node) => this.universe.siteId(node));
    this.anyThread = this.makeThread(entryParts(null));
  }

  makeThread(of: ThreadParts): Thread {
    return thread(of, (node) => this.universe.siteId(node));
  }

  emptyState(): State {
    return emptyState(this.anyThread);
  }

  /** What an object's typestate is when nothing has been said about it. */
  baseline(atom: Atom): ObjectState {
    return this.universe.info(atom).kind === 'object' ? FRESH : UNKNOWN;
  }

  objectState(state: State, atom: Atom): ObjectState {
    return intMap.get(state.objects, atom) ?? this.baseline(atom);
  }

  withObjectState(state: State, atom: Atom, of: ObjectState): State {
    const baseline = this.baseline(atom);
    return amend(state, {
      objects: of === baseline ? intMap.remove(state.objects, atom) : intMap.set(state.objects, atom, of),
      hot: of.key === '' ? intMap.remove(state.hot, atom) : intMap.set(state.hot, atom, of.key),
    });
  }

  isFromPool(atom: Atom): boolean {
    const info = this.universe.info(atom);
    return info.kind === 'object' && this.workspace.poolSites.has(info.site);
  }

  /** Something was reported about the object: nothing more is said about it on this path. */
  silence(state: State, atom: Atom): State {
    return this.withObjectState(state, atom, REPORTED);
  }

  wasReported(state: State, atom: Atom): boolean {
    return this.objectState(state, atom) === REPORTED;
  }

  /** The object is out of sight: it is no longer judged. */
  escape(state: State, atom: Atom): State {
    return this.withObjectState(state, atom, ESCAPED);
  }

  addStep(state: State, node: Node, what: StepKind, name: string): State {
    const step: Step = { node, what, name, before: state.trace };
    return amend(state, { trace: step });
  }

  report(
    state: State,
    finding: Omit<Candidate, 'trace' | 'dependsOnDropped' | 'optional'> & Partial<Pick<Candidate, 'dependsOnDropped' | 'optional'>>,
  ): void {
    if (state.thread.isOver) return;
    this.#add({ dependsOnDropped: null, optional: false, ...finding, trace: traceOf(state.trace) });
  }

  #add(candidate: Candidate): void {
    const recording = this.#recordings.at(-1);
    if (!this.isForeign(candidate.node)) this.findings.add(recording === undefined ? candidate : { ...candidate, isWithinCall: true });
    recording?.candidates.push(candidate);
  }

  /** Whether a node stands in another file than the linted one. */
  isForeign(node: Node): boolean {
    return this.program.hasOthers && this.program.moduleOf(node) !== this.program.linted;
  }

  /** Runs what a call leads to, and says what that found and told. */
  recording<T>(run: () => T): { readonly result: T; readonly recorded: Recorded } {
    const recorded = new Recording();
    this.#recordings.push(recorded);
    try {
      return { result: run(), recorded };
    } finally {
      this.#recordings.pop();
    }
  }

  /** A followed call is over, or was known: what it found in other files stands at the call in the linted file that leads there (interface, section 6). */
  addRecorded(recorded: Recorded, call: Node): void {
    this.#recordings.at(-1)?.add(recorded);
    for (const candidate of recorded.candidates) {
      if (this.isForeign(call)) this.#add(candidate);
      else if (this.isForeign(candidate.node)) this.#add({ ...candidate, node: call, origin: candidate.origin ?? candidate.node });
      else this.#add({ ...candidate, through: [call, ...(candidate.through ?? [])] });
    }
  }

  /** Tells the analysis of the linted file something that has to be told again where the run is not repeated. */
  note(note: Note): void {
    note(this);
    if (this.workspace.isShared) this.#recordings.at(-1)?.notes.push(note);
  }

  /** The status of this call is lost on some path: its outcome counts as success. */
  loseStatus(call: Node): void {
    this.note(({ findings }) => {
      findings.loseStatus(call);
    });
  }

  /** Remembers which function a call that gives a status calls. */
  nameStatus(call: Node, name: string): void {
    this.workspace.statuses.set(call, name);
  }

  nameOfStatus(atom: Atom): string {
    const info = this.universe.info(atom);
    return info.kind === 'status' ? (this.workspace.statuses.get(info.site) ?? '') : '';
  }

  /** One more block is run, which counts as so many. */
  burn(blocks: number): void {
    this.blocksRun += blocks;
    this.#fuel -= blocks;
    if (this.#fuel < 0) throw new OutOfFuel();
  }

  /** Gives `run` no more than so many blocks: null when that was not enough. */
  withFuel<T>(blocks: number, run: () => T): T | null {
    const left = this.#fuel;
    this.#fuel = Math.min(left, blocks);
    const given = this.#fuel;
    try {
      return run();
    } catch (error) {
      if (error instanceof OutOfFuel) return null;
      throw error;
    } finally {
      this.#fuel = left - (given - Math.max(0, this.#fuel));
    }
  }

  /** Runs a graph to its exits. */
  run(frame: Frame, entry: readonly State[], start?: BlockId): Solution<State> {
    this.reached.add(frame.owner);
    this.#recordings.at(-1)?.modules.add(frame.module);
    return solve(frame.index.graph, entry, new FrameAnalysis(this, frame), start);
  }
}

/** A block that runs in a state with many objects takes more work: it counts once more for each so many. */
const NAMES_A_BLOCK = 128;

export const blocksFor = ({ names }: State): number => Math.floor(names / NAMES_A_BLOCK);

/** One frame as the solver sees it. */
class FrameAnalysis implements Analysis<State> {
  readonly #engine: Engine;
  readonly #frame: Frame;

  constructor(engine: Engine, frame: Frame) {
    this.#engine = engine;
    this.#frame = frame;
  }

  partition(state: State): string {
    return partition(state) + roundOf(this.#engine, this.#frame, state);
  }

  property(state: State): string {
    return property(state);
  }

  /** The constants that flags and counters hold: paths that differ in them stay apart, so that later tests of them tell which it was. */
  variant(state: State): string {
    const { universe } = this.#engine;
    return (
      this.#lengths(state) +
      this.#frame.index.flags
        .map((variable) => {
          const value = intMap.get(state.cells, universe.siteId(variable));
          const atom = value === undefined ? undefined : universe.single(value);
          return atom !== undefined && universe.info(atom).kind === 'constant' ? atom : '';
        })
        .join(',')
    );
  }

  /** How long the arrays are that the graph takes elements off. */
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
        return array === undefined ? '' : (intMap.get(intMap.get(state.heap, array)?.members ?? null, universe.keyId(LENGTH)) ?? '');
      })
      .join(';');
  }

  join(a: State, b: State): State {
    return this.#engine.lattice.join(a, b);
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
      if (both !== engine.objectState(joined, atom)) joined = engine.withObjectState(joined, atom, both);
    };
    intMap.forEach(a.hot, apart);
    intMap.forEach(b.hot, apart);
    return joined;
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
          ...(onFalse === null ? [] : [{ to: terminator.whenFalse, state: onFalse }]),
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

export const tempValue = (state: State, temp: Temp): Value => intMap.get(state.temps, temp) ?? TOP;

export const setTemp = (state: State, temp: Temp, value: Value): State => withTemps(state, intMap.set(state.temps, temp, value));

/** Where a temporary's value was read, if it was read from somewhere. */
export function placeOfTemp(engine: Engine, frame: Frame, state: State, temp: Temp): Place | null {
  const definition = frame.index.definitions[temp];
  if (definition?.kind === 'readVariable' && definition.variable !== null) return { cell: engine.universe.siteId(definition.variable) };
  if (definition?.kind === 'readMember' && definition.key.kind !== 'computed') {
    const object = engine.universe.single(tempValue(state, definition.object));
    if (object !== undefined) return { object, key: definition.key.kind === 'private' ? `#${definition.key.name}` : definition.key.name };
  }
  return null;
}

/** The state in which the temporary is truthy or falsy; what it tests is narrowed where it was read, and in its own temporary. */
function assumeTemp(engine: Engine, frame: Frame, state: State, test: Temp, truthy: boolean): State | null {
  const { universe } = engine;
  const value = tempValue(state, test);
  const assumed = assume(universe, state, value, truthy, placeOfTemp(engine, frame, state, test));
  if (assumed === null) return null;
  const noted = narrowLevel(engine, state, noteFailures(engine, state, assumed, value), value);
  return narrowOperand(engine, frame, dropAssumptions(engine, state, noted, value), test, truthy);
}

/** A test of something that was there before tells of a history that we do not know: what was only assumed of it no longer holds. */
function dropAssumptions(engine: Engine, before: State, after: State, value: Value): State {
  if (after.facts === before.facts || after.hot === null || !learnsOfBefore(engine.universe, before, after, value)) return after;
  let state = after;
  intMap.forEach(after.hot, (atom) => {
    const own = engine.objectState(after, atom);
    const certain = withoutAssumptions(own);
    if (certain !== own) state = engine.withObjectState(state, atom, certain);
  });
  return state;
}

function learnsOfBefore(universe: Universe, before: State, after: State, value: Value): boolean {
  return universe.atoms(value).some((atom) => {
    const info = universe.info(atom);
    if (info.kind === 'expression') return learnsOfBefore(universe, before, after, info.left);
    return (info.kind === 'entry' || info.kind === 'member') && intMap.get(before.facts, atom) !== intMap.get(after.facts, atom);
  });
}

/** `x` in `isNullish(x)` and the like lives on in a temporary, which is narrowed with the test. */
function narrowOperand(engine: Engine, frame: Frame, state: State, test: Temp, truthy: boolean): State {
  const { universe } = engine;
  const definition = frame.index.definitions[test];
  const operand = definition?.kind === 'unary' ? definition.operand : test;
  const value = tempValue(state, operand);
  const atoms = universe.atoms(value);
  if (atoms.length < 2) return state;
  const fitting = atoms.filter((atom) => {
    const tested =
      definition?.kind === 'unary' && definition.operator !== '!'
        ? universe.atom({
            kind: 'expression',
            operator: definition.operator,
            left: universe.one(atom),
            right: universe.undefined,
            place: null,
          })
        : atom;
    const verdict = truthOfAtom(universe, state, tested);
    const wanted = definition?.kind === 'unary' && definition.operator === '!' ? !truthy : truthy;
    return verdict !== (wanted ? 'no' : 'yes');
  });
  return fitting.length === 0 || fitting.length === atoms.length ? state : setTemp(state, operand, universe.of(fitting));
}

/** A test that shows that a contract call failed is a step of the path. */
function noteFailures(engine: Engine, before: State, after: State, value: Value): State {
  if (after.facts === before.facts) return after;
  const { universe } = engine;
  const failing = failedResults(universe, before, after, value);
  return failing.reduce((state, { site, name }) => engine.addStep(state, site, 'failed', name), after);
}

function failedResults(universe: Universe, before: State, after: State, value: Value): { site: Node; name: string }[] {
  return universe.atoms(value).flatMap((atom) => {
    const info = universe.info(atom);
    if (info.kind === 'expression') return failedResults(universe, before, after, info.left);
    if (info.kind !== 'result' || !info.tag.startsWith('status:')) return [];
    const [was, is] = [intMap.get(before.facts, atom), intMap.get(after.facts, atom)];
    return is !== undefined && is !== was && is.high < 0 && !((was?.high ?? 0) < 0)
      ? [{ site: info.site as Node, name: info.tag.slice(7) }]
      : [];
  });
}
