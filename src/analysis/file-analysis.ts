/** The analysis of one file: loads its modules, runs the functions that are entered from outside, and collects what is found. */
import { membersOfRole } from '../contracts/classes.js';
import { levels as levelValues } from '../contracts/levels.js';
import { roles, type RoleName } from '../contracts/roles.js';
import type { Resource } from '../contracts/types.js';
import type { BasicBlock, ClassNode, FunctionNode, Variable } from '../flow/graph.js';
import { dutyOf } from './duty.js';
import { Engine, type EngineOptions } from './engine.js';
import { enclosingClass, isCalledByName, isEnteredByOthers, isEnteredFromOutside, isMemberHandedOut } from './entry-points.js';
import { instanceOnEntry, objectsOnEntry, parametersOnEntry, stateOnEntry } from './entry.js';
import type { Finding } from './findings.js';
import { MAX_REACH } from './follow.js';
import { blocksFor, blocksToEnter } from './fuel.js';
import type { Frame } from './frame.js';
import { endOfPath } from './identities.js';
import * as intMap from './int-map.js';
import { keptOnEntry } from './kept-data.js';
import { isKept, membersTaken } from './kept-functions.js';
import { exitText } from './leaks.js';
import { Lifetimes } from './lifetimes.js';
import type { Linker } from './link.js';
import { load } from './loading.js';
import type { ModuleFacts } from './module-facts.js';
import { allMutations, type Counters, type Mutations } from './mutations.js';
import { isNpi } from './npi-uses.js';
import { Obligations } from './obligations.js';
import { partFor } from './part.js';
import { isFunction, moduleVariables, parentOf, Program, type Module } from './program.js';
import { releasingNames } from './releasing-names.js';
import type { Solution } from './solver.js';
import { amend, type State } from './state.js';
import { checkAnnotation, checkThreadAtExit } from './thread-exits.js';
import { entryParts, type Thread } from './thread.js';
import { isDriverInitialize } from './unloading.js';
import { TOP, type Value } from './values.js';
import type { Workspace } from './workspace.js';

/** How many blocks may be run for one function that is entered from outside, with what it calls: so many, and so many more for each of its own. */
const LEAST_FUEL = 10_000;
const FUEL_A_BLOCK = 100;
/** A body of more blocks gets no more than that for them. */
const MOST_FUEL = 200_000;
/** How much of that all functions of a file may take together beyond what their own blocks give them. */
const FUEL_A_FILE = 60_000;

/** What the analysis of a file tells the rules, and those of other files. */
export interface Told {
  readonly findings: readonly Finding[];
  /** Where its attach callbacks keep the other side's NPI. */
  readonly npiPlaces: ReadonlySet<string>;
}

/** What stands in the text of a file that has an attach callback, unless another file alone says that it is one. */
const attaching = Object.entries(roles).flatMap(([name, { kind, attachesWith }]) =>
  kind === 'attach' ? [name, ...membersOfRole(name as RoleName), ...(attachesWith === undefined ? [] : [attachesWith])] : [],
);

export class FileAnalysis {
  readonly #module: Module;
  readonly #modules: readonly ModuleFacts[];
  readonly #engine: Engine;
  readonly #obligations: Obligations;
  readonly #lifetimes: Lifetimes;
  readonly #mutations: Mutations;
  readonly #functions: readonly FunctionNode[];
  readonly #instances = new Map<ClassNode, { readonly state: State; readonly instance: Value } | null>();
  readonly #isEmpty: boolean;
  readonly #isNpiElsewhere: (places: string) => boolean;
  readonly #variables = new Map<number, Variable>();
  #entry: State;
  /** What the entry routine of a driver finds: no function has put anything into an array, map or set before, nor counted anything. */
  #firstEntry: State;
  #spareFuel = FUEL_A_FILE;

  constructor(
    module: Module,
    modules: readonly ModuleFacts[],
    linker: Linker,
    options: EngineOptions,
    workspace: Workspace,
    toldOf: (other: Module) => Told,
  ) {
    this.#module = module;
    const program = new Program(module, linker, workspace);
    this.#engine = new Engine(program, options, workspace);
    this.#modules = modules;
    for (const each of this.#modules) {
      program.add(each.module, each.relevance.classesUsed);
      for (const variable of moduleVariables(each.module)) this.#variables.set(this.#engine.universe.siteId(variable), variable);
    }
    const names = new Map<Resource, ReadonlySet<string>>();
    this.#obligations = new Obligations(this.#engine, this.#variables, (resource) => {
      let releasing = names.get(resource);
      if (releasing === undefined) names.set(resource, (releasing = releasingNames(this.#modules, resource)));
      return releasing;
    });
    this.#lifetimes = new Lifetimes(this.#engine, this.#variables, this.#obligations);
    this.#engine.onRelease = (resource, atom, state) => {
      this.#obligations.noteRelease(resource, atom, state);
    };
    this.#engine.onHandedOut = (value, state) => {
      this.#obligations.noteHandedOut(value, state);
    };
    this.#engine.onUnknownRelease = (resource, argument) => {
      const end = endOfPath(argument);
      if (end !== undefined) this.#obligations.noteReleaseUnder(resource, end);
    };
    this.#engine.isFoundAtHome = (rule, node) =>
      toldOf(program.moduleOf(node)).findings.some(
        (finding) => finding.rule === rule && finding.node === node && finding.optional !== true,
      );
    this.#engine.onUnseenMethod = (name, atom, state) => {
      this.#obligations.noteUnseenMethod(name, atom, state);
    };
    let attachers: readonly Module[] | undefined;
    this.#isNpiElsewhere = (places) => {
      attachers ??= linker.mentioningAround(module, attaching);
      return attachers.some((other) => isNpi(places, toldOf(other).npiPlaces));
    };
    const own = this.#modules.at(-1);
    this.#isEmpty = own === undefined || own.relevance.isEmpty;
    this.#mutations = allMutations(this.#isEmpty ? [] : this.#modules.map((each) => each.mutations));
    this.#engine.declared.written = this.#mutations.keys;
    this.#engine.mutations = this.#mutations;
    this.#engine.relevant = new Set(this.#modules.flatMap(({ relevance }) => [...relevance.functions]));
    this.#functions = (own?.nodes ?? []).filter(isFunction).filter((fn) => own?.relevance.functions.has(fn));
    this.#entry = this.#engine.emptyState();
    this.#firstEntry = this.#entry;
  }

  run(): Told {
    if (this.#isEmpty) return { findings: [], npiPlaces: new Set() };
    this.#load();
    const isLoading = (fn: FunctionNode): boolean => isDriverInitialize(this.#module.resolver.roleOf(fn)?.role);
    const isTold = (fn: FunctionNode): boolean => this.#lifetimes.toldOfUnload.has(fn) && !isEnteredByOthers(fn, this.#module);
    for (const fn of [...this.#functions.filter(isLoading), ...this.#functions.filter((each) => !isLoading(each))])
      if (isEnteredFromOutside(fn, this.#module) && !isTold(fn) && !this.#isNeverMade(fn)) this.#runRoot(fn, true);
    // A helper is judged in its callers: it comes last, when none of them has called it.
    const isHelper = (fn: FunctionNode): boolean => isCalledByName(fn, this.#module);
    const inOrder = [...this.#functions.filter((fn) => !isHelper(fn)), ...this.#functions.filter(isHelper)];
    for (const fn of inOrder)
      if ((!this.#engine.reached.has(fn) && !this.#isNeverMade(fn)) || isMemberHandedOut(fn, this.#module)) this.#runRoot(fn, false);
    this.#engine.callbacks.finish();
    this.#engine.rounds.finish(this.#engine);
    // What is called from where it is kept has not been seen to be called there.
    if (this.#obligations.isSomethingLeft()) this.#runKept();
    this.#obligations.finish();
    const { callbacks, findings, isFoundAtHome } = this.#engine;
    const releasesElements = (resource: Resource): boolean => this.#obligations.releasesElements(resource);
    const { places: npiPlaces } = callbacks.npiUses;
    const keepsNpi = (places: string): boolean => isNpi(places, npiPlaces) || this.#isNpiElsewhere(places);
    const found = findings.all(releasesElements, keepsNpi, isFoundAtHome);
    return { findings: [...found, ...this.#functions.flatMap((fn) => tagFindings(fn, this.#module))], npiPlaces };
  }

  /** A function expression in code that is never reached, which the graph around it leaves out. */
  #isNeverMade(fn: FunctionNode): boolean {
    let around = parentOf(fn);
    while (around !== undefined && !isFunction(around) && around.type !== 'ClassBody') around = parentOf(around);
    const isExpression = fn.type !== 'FunctionDeclaration' && fn.parent.type !== 'MethodDefinition';
    if (!isExpression || around === undefined || !isFunction(around)) return false;
    const index = this.#engine.program.graph(around);
    const makes = ({ instructions }: BasicBlock): boolean => instructions.some((each) => each.kind === 'closure' && each.function === fn);
    return this.#isNeverMade(around) || (index !== null && !index.graph.blocks.some(makes));
  }

  /** Runs the module bodies, imported ones first: what they leave is what functions find. */
  #load(): void {
    let loaded = this.#engine.emptyState();
    for (const { module } of this.#modules) loaded = this.#loadModule(module, loaded);
    this.#obligations.noteLoaded(loaded);
    const onEntry = (mutations: Mutations, uncounted: Counters): State =>
      stateOnEntry(this.#engine, loaded, mutations, uncounted, (cell) => this.#variables.get(cell));
    this.#entry = onEntry(this.#mutations, { variables: new Set(), keys: new Set() });
    this.#firstEntry = onEntry({ ...this.#mutations, arrays: false }, this.#mutations.counters);
  }

  #loadModule(module: Module, before: State): State {
    const index = this.#engine.program.graph(module.ast);
    if (index === null) return before;
    const frame = { ...this.#frame(module.ast, index, TOP, []), module };
    let left: readonly State[] = [];
    this.#guarded(index.graph.blocks.length, () => {
      left = module === this.#module ? this.#loadOwn(frame, before) : load(this.#engine, frame, before);
    });
    const [first, ...others] = left.map((exit) => amend(exit, { temps: null, unexamined: null, returned: null, trace: null }));
    return first === undefined ? before : others.reduce<State>((into, other) => this.#engine.lattice.join(into, other), first);
  }

  #loadOwn(frame: Frame, before: State): readonly State[] {
    const { returns, throws } = this.#engine.run(frame, [before]);
    for (const exit of returns) this.#lifetimes.leave(frame, exit, 'return', false);
    for (const exit of throws) this.#lifetimes.leave(frame, exit, 'throw', false);
    return returns.map((exit) => objectsOnEntry(this.#engine, exit));
  }

  #frame(owner: Frame['owner'], index: Frame['index'], thisValue: Value, args: readonly Value[]): Frame {
    return {
      index,
      owner,
      module: this.#module,
      thisValue,
      args,
      moreArgs: owner.type !== 'Program',
      mayThrow: this.#engine.options.implicitThrow,
      caller: null,
      classAtom: null,
      heldElsewhere: new Set(),
      depth: 0,
      suspensions: null,
    };
  }

  #runRoot(fn: FunctionNode, isOutermost: boolean): void {
    const role = this.#module.resolver.roleOf(fn)?.role;
    this.#enter(fn, isOutermost, (frame, { returns, throws }) => {
      const isDriverEntry = isDriverInitialize(role);
      for (const exit of returns) this.#lifetimes.leave(frame, exit, 'return', isDriverEntry);
      for (const exit of throws) this.#lifetimes.leave(frame, exit, 'throw', isDriverEntry);
      for (const exit of [...returns, ...throws]) this.#checkThread(frame, exit, fn);
    });
  }

  /** Runs functions that are kept for what they give back when they are called at any time. */
  #runKept(): void {
    const { reached } = this.#engine;
    const taken = membersTaken(this.#modules.at(-1)?.nodes ?? []);
    const kept = this.#functions.filter((fn) => reached.has(fn) && isKept(fn, this.#module, taken));
    this.#engine.quietly(() => {
      for (const fn of kept) this.#enter(fn, false, () => undefined);
    });
  }

  #enter(fn: FunctionNode, isOutermost: boolean, leave: (frame: Frame, exits: Solution<State>) => void): void {
    const engine = this.#engine;
    // What there is to a file that has used up its work is not looked at any further.
    if (this.#spareFuel <= 0) return;
    const index = engine.program.graph(fn);
    if (index === null) return;
    const role = this.#module.resolver.roleOf(fn)?.role;
    const args = parametersOnEntry(engine, fn);
    const entered = this.#receiver(fn, isDriverInitialize(role) ? this.#firstEntry : this.#entry);
    if (entered === null) return;
    const state = this.#handedIn(
      fn,
      role,
      args,
      amend(partFor(engine, fn, entered.state, [entered.thisValue, ...args]), {
        thread: this.#threadOf(fn, role, isOutermost),
        duty: dutyOf(engine, role, args),
      }),
    );
    this.#spareFuel -= blocksFor(state);
    if (state.names > MAX_REACH) return;
    const frame = { ...this.#frame(fn, index, entered.thisValue, args), classAtom: entered.classAtom };
    this.#guarded(index.graph.blocks.length, () => {
      engine.burn(blocksToEnter(state.names + intMap.size(state.cells)));
      leave(
        frame,
        engine.followed.during(fn, () => engine.run(frame, [state])),
      );
    });
  }

  /** A function that takes too much work, or in which we have a bug, costs what is found in it, and never the file. */
  #guarded(blocks: number, run: () => void): void {
    const own = Math.min(MOST_FUEL, FUEL_A_BLOCK * blocks);
    const before = this.#engine.blocksRun;
    try {
      this.#engine.withFuel(own + Math.min(LEAST_FUEL, this.#spareFuel), run);
    } catch (error) {
      if (process.env['VITEST'] !== undefined) throw error;
    } finally {
      this.#spareFuel -= Math.max(0, this.#engine.blocksRun - before - own);
    }
  }

  /** What the kit hands to the routine and goes on using itself. */
  #handedIn(fn: FunctionNode, role: RoleName | undefined, args: readonly Value[], state: State): State {
    if (role === undefined) return state;
    const { stillUses, parameters } = roles[role];
    if (stillUses === undefined) return state;
    const { parameter, clause } = stillUses;
    return keptOnEntry(this.#engine, state, fn, [{ value: args[parameters.indexOf(parameter)] ?? TOP, name: parameter, clause }]);
  }

  /** The level and the locks are what they were when the function was called, or what its annotation says. */
  #checkThread(frame: Frame, exit: State, fn: FunctionNode): void {
    const annotations = this.#module.resolver.annotationsOf(fn);
    const { returned, thrown } = exit;
    const at = (thrown ?? returned)?.node ?? null;
    checkThreadAtExit(this.#engine, exit, exitText(frame, thrown === null ? 'return' : 'throw', at), at, annotations);
    if (annotations !== undefined && thrown === null)
      checkAnnotation(this.#engine, frame, exit, fn, annotations, returned?.value ?? this.#engine.universe.undefined);
  }

  /** The object literal that a method belongs to, when loading has made it. */
  #objectAround({ type, parent }: FunctionNode, entry: State): Value {
    if (type === 'ArrowFunctionExpression' || parent.type !== 'Property' || parent.parent.type !== 'ObjectExpression') return TOP;
    const { universe } = this.#engine;
    const object = universe.atom({ kind: 'object', shape: 'object', site: parent.parent, age: 0 });
    return intMap.get(entry.heap, object) === undefined ? TOP : universe.one(object);
  }

  /** `this` on entry: an instance whose constructor returned some time ago, or for a constructor one that was just made. */
  #receiver(fn: FunctionNode, entry: State): { state: State; thisValue: Value; classAtom: number | null } | null {
    const { universe } = this.#engine;
    const { parent } = fn;
    const around = parent.type === 'MethodDefinition' ? parent.parent.parent : enclosingClass(fn);
    if (around === undefined) return { state: entry, thisValue: this.#objectAround(fn, entry), classAtom: null };
    const cls = universe.atom({ kind: 'class', class: around, age: 0 });
    const isStatic = parent.type === 'MethodDefinition' && parent.static;
    if (isStatic) return { state: this.#entry, thisValue: universe.one(cls), classAtom: cls };
    const index = this.#engine.program.graph(fn);
    if (index === null) return null;
    const frame = this.#frame(fn, index, TOP, []);
    let entered = this.#instances.get(around);
    if (entered === undefined) {
      entered = instanceOnEntry(this.#engine, frame, this.#entry, around, cls, this.#mutations);
      this.#instances.set(around, entered);
    }
    if (entered === null) return { state: this.#entry, thisValue: TOP, classAtom: cls };
    return { state: entered.state, thisValue: entered.instance, classAtom: cls };
  }

  /** The thread on entry. Of a function that nobody is seen to call, nobody knows what its caller raised or holds. */
  #threadOf(fn: FunctionNode, name: RoleName | undefined, isOutermost: boolean): Thread {
    const annotations = this.#module.resolver.annotationsOf(fn);
    const role = name === undefined ? undefined : roles[name];
    const range = annotations?.requires ?? role?.levels;
    const levels =
      range === undefined ? null : { low: levelValues[range.min ?? 'PASSIVE_LEVEL'], high: levelValues[range.max ?? 'HIGH_LEVEL'] };
    return this.#engine.makeThread(
      entryParts(levels, {
        mayNotWait: role?.mayNotWait === true,
        isDriverEntry: role?.kind === 'driverInitialize',
        mayRestore: annotations?.restores === true || !isOutermost,
        isCalledByKit: role !== undefined,
      }),
    );
  }
}

/** Tags that cannot be read bind nobody: they are told where they stand. */
function tagFindings(fn: FunctionNode, { resolver }: Module): Finding[] {
  const problems = resolver.annotationsOf(fn)?.problems ?? [];
  return problems.map(({ loc, message }) => ({
    rule: 'irql-requirements',
    messageId: 'badTag',
    node: fn,
    loc,
    clause: 'I1',
    data: { problem: message },
  }));
}
