/**
 * Runs functions on abstract states. An `Engine` serves one analysis: it owns the names of values, the findings, and what
 * is known of calls that have been followed before. How a graph is run is in `frame-analysis.ts`.
 */
import type { Resource } from '../contracts/types.js';
import type { BlockId, GraphOwner, Node } from '../flow/graph.js';
import { OutOfFuel } from './bug.js';
import { Callbacks } from './callbacks.js';
import { DeclaredClasses } from './declared-classes.js';
import { Findings, type Candidate } from './findings.js';
import { FollowedCalls, Recording, type Note, type Recorded } from './followed.js';
import { FrameAnalysis } from './frame-analysis.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import type { Mutations } from './mutations.js';
import { ESCAPED, FRESH, held, REPORTED, UNKNOWN, type ObjectState } from './object-state.js';
import type { Program } from './program.js';
import { Rounds } from './rounds.js';
import { solve, type Solution } from './solver.js';
import { amend, emptyState, Lattice, stepAfter, type State, type StepKind } from './state.js';
import { entryParts, thread, type Thread, type ThreadParts } from './thread.js';
import type { Atom, Universe, Value } from './values.js';
import type { Workspace } from './workspace.js';

export interface EngineOptions {
  /** Any call may throw, also outside `try` (option `implicitThrow: "everywhere"`). */
  readonly implicitThrow: boolean;
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
  /** Told when a call gives back something unknown: by the argument that stands for it. */
  onUnknownRelease: (resource: Resource, argument: Node | undefined) => void = () => undefined;
  /** Told of what is handed to code that cannot be seen. */
  onHandedOut: (value: Value, state: State) => void = () => undefined;
  /** Told of a call of a method that nobody sees, of an object of which nothing but its place is known. */
  onUnseenMethod: (name: string, object: Atom, state: State) => void = () => undefined;
  /** Whether a rule finds a node of another file wrong when that file is linted: then it is no finding of this one as well. */
  isFoundAtHome: (rule: string, node: Node) => boolean = () => false;
  readonly rounds = new Rounds();
  readonly anyThread: Thread;
  readonly callbacks: Callbacks;
  readonly declared: DeclaredClasses;
  /** What the functions of the modules in sight change. */
  mutations: Mutations = {
    keys: new Set(),
    anyKeyOf: new Set(),
    anyKeyIn: new Set(),
    arrays: false,
    counters: { variables: new Set(), keys: new Set() },
    counts: new Map(),
  };
  /** Functions that can have to do with a contract; null when all are taken to. */
  relevant: ReadonlySet<GraphOwner> | null = null;
  #fuel = Infinity;
  /** Calls that acquired what was lost while it was in use, on some path. */
  readonly lost: Set<Node> = new Set();
  /** How many blocks have been run so far, as `burn` counts them. */
  blocksRun = 0;
  /** One for each followed call under way, innermost last. */
  readonly #recordings: Recording[] = [];
  #isQuiet = false;
  #isTrial = false;

  constructor(program: Program, options: EngineOptions, workspace: Workspace) {
    this.program = program;
    this.options = options;
    this.workspace = workspace;
    this.universe = workspace.universe;
    this.followed = new FollowedCalls(this);
    this.lattice = new Lattice(this.universe, (atom) => this.baseline(atom));
    this.callbacks = new Callbacks(this);
    this.declared = new DeclaredClasses(program);
    this.findings = new Findings();
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

  /** Constants have no typestate: whatever is nothing is the same atom, and what happened to one handle would have happened to all. */
  withObjectState(state: State, atom: Atom, of: ObjectState): State {
    if (this.universe.info(atom).kind === 'constant') return state;
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

  /** The object was lost while it was in use: that is the bug, not that what the same call acquired is given back nowhere. */
  silenceLost(state: State, atom: Atom): State {
    const sites = [...held(this.objectState(state, atom))].flatMap(([, { by }]) => by);
    for (const { node } of sites)
      this.note(({ lost }) => {
        lost.add(node);
      });
    return this.silence(state, atom);
  }

  wasReported(state: State, atom: Atom): boolean {
    return this.objectState(state, atom) === REPORTED;
  }

  /** The object is out of sight: it is no longer judged. */
  escape(state: State, atom: Atom): State {
    return this.withObjectState(state, atom, ESCAPED);
  }

  addStep(state: State, node: Node, what: StepKind, name: string): State {
    return amend(state, { trace: stepAfter(state.trace, { node, what, name }) });
  }

  report(
    state: State,
    finding: Omit<Candidate, 'steps' | 'dependsOnDropped' | 'optional'> & Partial<Pick<Candidate, 'dependsOnDropped' | 'optional'>>,
  ): void {
    if (state.thread.isOver || this.#isTrial) return;
    this.#add({ dependsOnDropped: null, optional: false, ...finding, steps: state.trace?.length ?? 0 });
  }

  #add(candidate: Candidate): void {
    const recording = this.#recordings.at(-1);
    if (!this.#isQuiet && !this.isForeign(candidate.node))
      this.findings.add(recording === undefined ? candidate : { ...candidate, isWithinCall: true });
    recording?.candidates.add(candidate);
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
    if (this.#isTrial) return;
    note(this);
    if (this.workspace.isShared) this.#recordings.at(-1)?.notes.push(note);
  }

  /** Runs something once more for what it gives back: whatever else there is to say of it was said before. */
  quietly(run: () => void): void {
    this.#isQuiet = true;
    try {
      run();
    } finally {
      this.#isQuiet = false;
    }
  }

  /** Something is run only to see what would come of it. */
  get isTrial(): boolean {
    return this.#isTrial;
  }

  /** Tries something out: nothing that it finds or tells counts. Null when it takes more blocks than it is given. */
  trial<T>(blocks: number, run: () => T): T | null {
    const outer = this.#isTrial;
    this.#isTrial = true;
    try {
      return this.recording(() => this.withFuel(blocks, run)).result;
    } finally {
      this.#isTrial = outer;
    }
  }

  /** The status of this call is lost on some path: its outcome counts as success. */
  loseStatus(call: Node): void {
    if (this.#isQuiet) return;
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

  /** Work is done that counts as so many blocks. Ends the run when it was given no more. */
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
    if (!this.#isTrial) this.reached.add(frame.owner);
    this.#recordings.at(-1)?.modules.add(frame.module);
    return solve(frame.index.graph, entry, new FrameAnalysis(this, frame), start);
  }
}
