/**
 * How long what a call acquired may stay: until the function ends, when it fails or the object is its own; until the driver
 * unloads; otherwise until some function of the module gives it back (interface 4.4 to 4.6).
 */
import { positions } from '../contracts/classes.js';
import { roles, type RoleName } from '../contracts/roles.js';
import type { Resource } from '../contracts/types.js';
import type { FunctionNode, Variable } from '../flow/graph.js';
import { functionBehind } from './bound-functions.js';
import { callFunction } from './calls.js';
import { isExportedClass, isOpenField } from './class-members.js';
import { classOf } from './classes.js';
import { elementSite } from './elements.js';
import type { Engine } from './engine.js';
import { isEnteredByOthers } from './entry-points.js';
import { isFailure } from './failure.js';
import type { Frame } from './frame.js';
import { CAPTURED, VARIABLE } from './hidden-members.js';
import * as intMap from './int-map.js';
import { checkScope, isAttachedContext } from './kept-data.js';
import { isKeptElsewhere, releasesHanded } from './kept-elsewhere.js';
import {
  exitText,
  isOpenCollection,
  isOwnHandle,
  isRundown,
  isUnfollowed,
  releaserOf,
  reportLeak,
  reportLostStatus,
  reportNeverReleased,
} from './leaks.js';
import { held, type Holding } from './object-state.js';
import { ownMember } from './places.js';
import { isFunction } from './program.js';
import { Reachability } from './reach.js';
import { amend, type State } from './state.js';
import { isStatusReached } from './statuses.js';
import { entryParts } from './thread.js';
import { TOP, type Atom, type Value } from './values.js';
import type { Words } from './wording.js';

/** Something that is held when a function ends, and the names by which others know it. */
interface Left {
  readonly state: State;
  readonly atom: Atom;
  readonly resource: Resource;
  readonly holding: Holding;
  readonly identities: ReadonlySet<string>;
}

/** Some function has to give it back. */
interface Obligation extends Left {
  /** It is in a collection whose contents are not followed, was taken out of one, or comes back as the context of a callback: whoever knows it then names it by its member. */
  readonly isElement: boolean;
}

/** Nobody gives it back, unless it is by a method that is only known by its name. */
interface LeakInside extends Left {
  /** How the function ended. */
  readonly text: Words;
}

const NOTHING: ReadonlySet<Atom> = new Set();

/** `.name` of a member, whatever holds it. */
const memberNameOf = (identity: string): string | undefined => /\.[^.[\]]+$/.exec(identity)?.[0];

export class Lifetimes {
  readonly #engine: Engine;
  readonly #variables: ReadonlyMap<number, Variable>;
  readonly #obligations: Obligation[] = [];
  /** In collections whose contents are not followed. */
  readonly #leaksInside: LeakInside[] = [];
  readonly #released = new Map<Resource, Set<string>>();
  /** Names of what functions that others call have given to them. */
  readonly #givenOut = new Set<string>();
  /** Holders that are being asked about. */
  readonly #seen = new Set<Atom>();
  /** The routines that are wrong at the end of a driver's life; what they do wrong whatever came before would be that once more. */
  readonly toldOfUnload: Set<FunctionNode> = new Set();
  /** By the names of methods that nobody sees: the objects of which they are called. */
  readonly #calledOn = new Map<string, Set<string>>();

  readonly #releasing: (resource: Resource) => ReadonlySet<string>;

  /** `releasing`: the names of the functions that may give back such a resource. */
  constructor(engine: Engine, variables: ReadonlyMap<number, Variable>, releasing: (resource: Resource) => ReadonlySet<string>) {
    this.#engine = engine;
    this.#variables = variables;
    this.#releasing = releasing;
  }

  /** A call gives back what this activation did not acquire. */
  noteRelease(resource: Resource, atom: Atom, state: State): void {
    let released = this.#released.get(resource);
    if (released === undefined) this.#released.set(resource, (released = new Set()));
    for (const identity of this.#identities(state, atom)) {
      released.add(identity);
      const name = memberNameOf(identity);
      if (name !== undefined) released.add(`*${name}`);
    }
  }

  /** A method is called of which nobody knows what it does. */
  noteUnseenMethod(name: string, atom: Atom, state: State): void {
    let objects = this.#calledOn.get(name);
    if (objects === undefined) this.#calledOn.set(name, (objects = new Set()));
    for (const identity of this.#identities(state, atom)) objects.add(identity);
  }

  /** A function that was entered from outside has ended. */
  leave(frame: Frame, exit: State, by: 'return' | 'throw', isDriverEntry: boolean): void {
    const engine = this.#engine;
    const outcome = by === 'return' ? exit.returned : exit.thrown;
    const text = exitText(frame, by, outcome?.node ?? null);
    const fails =
      by === 'throw' ||
      (frame.owner.type !== 'Program' && isFailure(engine, exit, outcome?.value ?? engine.universe.undefined, frame.index.returnsValue));
    this.#statuses(frame, exit, outcome?.value ?? TOP);
    if (by === 'return' && exit.duty !== null) engine.callbacks.leave(frame, exit, this.#keptCells(frame, exit));
    // A path that a fatal misuse has ended goes on nowhere.
    const unloads = isDriverEntry && !fails && !exit.thread.isOver ? this.#unload(frame, exit) : false;
    const unloadsAfter = isFunction(frame.owner) && isDriverUnload(frame.module.resolver.roleOf(frame.owner)?.role);
    if (by === 'return' && frame.caller === null && isFunction(frame.owner) && isEnteredByOthers(frame.owner, frame.module))
      for (const atom of engine.universe.atoms(outcome?.value ?? TOP))
        if (engine.universe.info(atom).kind !== 'constant') for (const name of this.#identities(exit, atom)) this.#givenOut.add(name);
    if (exit.hot === null) return;
    const outside = this.#outside(frame, exit);
    const handedOut = this.#reachFrom(exit, [outcome?.value ?? TOP]);
    const attached = fails ? NOTHING : this.#attached(exit);
    const isLeft = (atom: Atom): boolean => outside.has(atom) || handedOut.has(atom) || this.#wasThereBefore(atom);
    if (frame.owner.type !== 'Program')
      checkScope(engine, exit, (atom) => isLeft(atom) && !(fails && isHeldSomehow(engine, exit, atom)), text);
    intMap.forEach(exit.hot, (atom) => {
      for (const [resource, holding] of held(engine.objectState(exit, atom))) {
        const outlives = outside.has(atom) || attached.has(atom) || this.#wasThereBefore(atom);
        if (handedOut.has(atom) && !fails) continue;
        if (isRundown(resource)) {
          if (this.#isInside(frame, exit, atom) && this.#givesElementsBack(resource)) continue;
          const goesAway = unloadsAfter || (isDriverEntry && fails);
          if (goesAway || !outlives) {
            reportLeak(engine, exit, atom, resource, holding, text);
            continue;
          }
        }
        const isInside = isUnfollowed(engine, exit, atom) || (isDriverEntry && this.#isInside(frame, exit, atom));
        if (isInside && this.releasesElements(resource)) continue;
        const isLeak = !isRundown(resource) && (fails || !outlives);
        if (isLeak && !isInside) reportLeak(engine, exit, atom, resource, holding, text);
        else if (isLeak) this.#leaksInside.push({ state: exit, atom, resource, holding, identities: this.#identities(exit, atom), text });
        else if (!unloads) {
          const identities = new Set([...this.#identities(exit, atom), ...this.#sharedNames(frame, exit, atom)]);
          const isElement = isInside || attached.has(atom) || elementSite(engine.universe, atom) !== null;
          this.#obligations.push({ state: exit, atom, resource, holding, identities, isElement });
        }
      }
    });
  }

  /** Statuses that nobody looked at when the function ends, and that nobody gets at through what it returns or leaves behind. */
  #statuses(frame: Frame, exit: State, returned: Value): void {
    if (exit.unexamined === null) return;
    const handedOut = this.#reachFrom(exit, [returned]);
    const outside = this.#outside(frame, exit);
    intMap.forEach(exit.unexamined, (atom, call) => {
      if (!isStatusReached(this.#engine, atom, handedOut) && !isStatusReached(this.#engine, atom, outside))
        reportLostStatus(this.#engine, exit, call, this.#engine.nameOfStatus(atom));
    });
  }

  #reachFrom(state: State, values: readonly Value[]): ReadonlySet<Atom> {
    const reachability = new Reachability(this.#engine.universe, this.#engine.program, state);
    for (const value of values) reachability.addValue(value);
    return reachability.close().atoms;
  }

  /** Variables that outlive an activation. */
  #keptCells({ owner }: Frame, { cells }: State): ReadonlySet<number> {
    const { universe, program } = this.#engine;
    const kept = new Set(owner.type === 'Program' ? [] : program.freeVariables(owner).map((variable) => universe.siteId(variable)));
    intMap.forEach(cells, (cell) => {
      if (this.#variables.has(cell)) kept.add(cell);
    });
    return kept;
  }

  /** What others can get at: module variables, captured variables, arguments, `this`. */
  #outside(frame: Frame, state: State): ReadonlySet<Atom> {
    const { universe, program } = this.#engine;
    const reachability = new Reachability(universe, program, state);
    for (const value of [frame.thisValue, ...frame.args]) reachability.addValue(value);
    for (const cell of this.#keptCells(frame, state)) reachability.addCell(cell);
    return reachability.close().atoms;
  }

  /** What the kit goes on handing to callbacks once the module is attached. */
  #attached(exit: State): ReadonlySet<Atom> {
    const contexts: Atom[] = [];
    intMap.forEach(exit.hot, (atom) => {
      if (isAttachedContext(this.#engine.objectState(exit, atom))) contexts.push(atom);
    });
    return contexts.length === 0
      ? NOTHING
      : this.#reachFrom(
          exit,
          contexts.map((atom) => this.#engine.universe.one(atom)),
        );
  }

  #wasThereBefore(atom: Atom): boolean {
    const info = this.#engine.universe.info(atom);
    return (
      info.kind === 'entry' ||
      info.kind === 'member' ||
      info.kind === 'expression' ||
      (info.kind === 'result' && !info.tag.startsWith('cell:'))
    );
  }

  /** Runs the routine that the entry routine put into `DriverUnload`; false when there is none to be seen. */
  #unload(frame: Frame, loaded: State): boolean {
    const engine = this.#engine;
    const { universe } = engine;
    const driverObject = universe.single(frame.args[0] ?? TOP);
    const [[member] = []] = Object.entries(positions.DRIVER_OBJECT ?? {});
    if (driverObject === undefined || member === undefined) return false;
    const routine = ownMember(universe, loaded, driverObject, member) ?? TOP;
    const fn = functionBehind(engine, loaded, routine);
    if (fn === undefined) return false;
    // What the entry routine must not do any more, the unload routine may.
    const entry: State = amend(loaded, { thread: engine.makeThread(entryParts({ low: 0, high: 0 })), returned: null, duty: null });
    const args = { values: [frame.args[0] ?? TOP], more: false };
    const { result, recorded } = engine.recording(() => callFunction(engine, { ...frame, mayThrow: false }, entry, routine, TOP, args, fn));
    const { completes, throws } = result;
    // A level or lock that it leaves behind is looked at where it runs by itself.
    const leavesThread = completes.some(({ state: { thread } }) => thread.saves.length > 0 || thread.locks.length > 0);
    if ([...recorded.candidates].length > 0 && !leavesThread) this.toldOfUnload.add(fn);
    for (const state of [...completes.map((completion) => completion.state), ...throws]) {
      intMap.forEach(state.hot, (atom) => {
        for (const [resource, holding] of held(engine.objectState(state, atom))) {
          // What is in a collection is not told apart from what is taken out of it and given back.
          if (this.#isInside(frame, loaded, atom) && this.#givesElementsBack(resource)) continue;
          reportLeak(engine, state, atom, resource, holding, 'the driver unloads');
        }
      });
    }
    return true;
  }

  /** In a collection, taken out of one, or in one of which nobody knows any more what was put in. */
  #isInside(frame: Frame, state: State, atom: Atom): boolean {
    const engine = this.#engine;
    if (isUnfollowed(engine, state, atom) || elementSite(engine.universe, atom) !== null) return true;
    const outside = this.#outside(frame, state);
    return !outside.has(atom) && [...outside].some((other) => isOpenCollection(engine, state, other));
  }

  /** Which element it is that is given back, or waited for, nobody can tell. */
  #givesElementsBack(resource: Resource): boolean {
    return this.releasesElements(resource) || (isRundown(resource) && this.#engine.callbacks.isUsedSomewhere(releaserOf(resource)));
  }

  /** Some function gives back what it took out of a collection. */
  releasesElements(resource: Resource): boolean {
    return [...(this.#released.get(resource) ?? [])].some((identity) => identity.includes('[]'));
  }

  /** Whether something is held that nothing was seen to give back. */
  isSomethingLeft(isVisibleOutside: (variable: Variable) => boolean): boolean {
    return this.#obligations.some((obligation) => this.#isUnmet(obligation, isVisibleOutside));
  }

  /** Reports what no function gives back. */
  finish(isVisibleOutside: (variable: Variable) => boolean): void {
    for (const { state, atom, resource, holding, identities, text } of this.#leaksInside)
      if (!this.#mayBeReleasedInside(identities, resource)) reportLeak(this.#engine, state, atom, resource, holding, text);
    for (const obligation of this.#obligations) {
      const { state, atom, resource, holding } = obligation;
      if (this.#isUnmet(obligation, isVisibleOutside)) reportNeverReleased(this.#engine, state, atom, resource, holding);
    }
  }

  #isUnmet({ state, atom, resource, identities, isElement }: Obligation, isVisibleOutside: (variable: Variable) => boolean): boolean {
    // Whatever the handle is called by then, some function waits; it may be for this one.
    if (isRundown(resource) && this.#engine.callbacks.isUsedSomewhere(releaserOf(resource))) return false;
    const released = this.#released.get(resource) ?? new Set();
    if ([...identities].some((identity) => released.has(identity) || this.#givenOut.has(identity))) return false;
    if (this.#mayBeReleasedElsewhere(identities, resource, released)) return false;
    // Which element it is that somebody gives back, nobody can tell (interface 4.8).
    if (isElement && (this.releasesElements(resource) || [...identities].some((each) => released.has(`*${memberNameOf(each) ?? ''}`))))
      return false;
    return !this.#belongsToOthers(state, atom, isVisibleOutside) && !this.#mayBeReleasedUnseen(identities, resource);
  }

  /** Whether another file, which alone holds the object, may give it back: it mentions what does, or calls what does so here. */
  #mayBeReleasedElsewhere(identities: ReadonlySet<string>, resource: Resource, released: ReadonlySet<string>): boolean {
    const { program } = this.#engine;
    if (!isKeptElsewhere(program, identities, this.#variables)) return false;
    return releasesHanded(released, this.#variables) || program.isMentionedAround(releaserOf(resource));
  }

  /** Whether some object that leads to this one has a method called that may be one which gives it back. */
  #mayBeReleasedUnseen(identities: ReadonlySet<string>, resource: Resource): boolean {
    const objects = this.#maybeReleasedFrom(resource);
    return [...identities].some((identity) =>
      objects.some((object) => identity.startsWith(`${object}.`) || identity.startsWith(`${object}[`)),
    );
  }

  /** The same for what is in a collection, itself or in a function there; of what has no other name, the state does not always say in which. */
  #mayBeReleasedInside(identities: ReadonlySet<string>, resource: Resource): boolean {
    if (this.#mayBeReleasedUnseen(identities, resource)) return true;
    const isElement = (identity: string): boolean => identity.includes('[]');
    return (
      ![...identities].some((identity) => identity.startsWith('c') || isElement(identity)) &&
      this.#maybeReleasedFrom(resource).some(isElement)
    );
  }

  /** The objects of which a method is called that nobody sees, under the name of one that gives back such a resource: an interface tells only names. */
  #maybeReleasedFrom(resource: Resource): string[] {
    if (this.#calledOn.size === 0) return [];
    const names = this.#releasing(resource);
    return [...this.#calledOn].flatMap(([name, objects]) => (names.has(name) ? [...objects] : []));
  }

  /** A parameter's object is the caller's; an exported or public one may be given back by whoever imports it. */
  #belongsToOthers(state: State, atom: Atom, isVisibleOutside: (variable: Variable) => boolean): boolean {
    const { universe } = this.#engine;
    const info = universe.info(atom);
    if (isOwnHandle(this.#engine, atom)) return this.#handleBelongsToOthers(state, atom, isVisibleOutside);
    if (info.kind === 'result' && info.tag.startsWith('element:'))
      return this.#isCallers(state, Number(info.tag.slice('element:'.length)), isVisibleOutside);
    if (info.kind === 'result' || info.kind === 'expression') return true;
    if (info.kind === 'entry') {
      const variable = info.of as Partial<Variable>;
      // What a function around this one keeps in a variable is that function's.
      const isLocal = variable.scope !== undefined && !this.#engine.program.isModuleLevel(info.of as Variable);
      // What is imported is exported elsewhere.
      const isImported = variable.defs?.[0]?.type === 'ImportBinding';
      return variable.defs === undefined || isLocal || isImported || isVisibleOutside(info.of as Variable);
    }
    if (info.kind === 'member')
      return this.#belongsToOthers(state, info.base, isVisibleOutside) || isPublicMember(this.#engine, state, info.base, info.key);
    let belongs = false;
    intMap.forEach(state.cells, (cell, value) => {
      const variable = this.#variables.get(cell);
      if (variable !== undefined && universe.atoms(value).includes(atom) && isVisibleOutside(variable)) belongs = true;
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (!universe.atoms(value).includes(atom)) return;
        belongs ||=
          this.#isCallers(state, holder, isVisibleOutside) || this.#isSeenIn(state, holder, universe.keyName(key), isVisibleOutside);
      });
    });
    return belongs;
  }

  /** A member that code outside of the module can get at: public, of an exported class, or of an object that is itself exported. */
  #isSeenIn(state: State, holder: Atom, key: string, isVisibleOutside: (variable: Variable) => boolean): boolean {
    const { universe } = this.#engine;
    if (isPublicMember(this.#engine, state, holder, key)) return true;
    const info = universe.info(holder);
    if (key.startsWith('#') || this.#seen.has(holder)) return false;
    if (info.kind === 'class') return isExportedClass(info.class) && isOpenField(info.class, key, true);
    if (info.kind !== 'object' || !isOpenMember(this.#engine, state, holder, key)) return false;
    this.#seen.add(holder);
    const isSeen = this.#belongsToOthers(state, holder, isVisibleOutside);
    this.#seen.delete(holder);
    return isSeen;
  }

  /** What somebody handed in, or a part of it: what is put there is handed back. */
  #isCallers(state: State, holder: Atom, isVisibleOutside: (variable: Variable) => boolean): boolean {
    const { kind } = this.#engine.universe.info(holder);
    return (kind === 'entry' || kind === 'member') && this.#belongsToOthers(state, holder, isVisibleOutside);
  }

  /** A handle is whose its cell is, or the variable or member that it was copied to. */
  #handleBelongsToOthers(state: State, handle: Atom, isVisibleOutside: (variable: Variable) => boolean): boolean {
    const { universe } = this.#engine;
    const isHandle = (value: Value): boolean => universe.atoms(value).includes(handle);
    let belongs = this.#engine.objectState(state, handle).stored;
    intMap.forEach(state.cells, (cell, value) => {
      const variable = this.#variables.get(cell);
      belongs ||= variable !== undefined && isHandle(value) && isVisibleOutside(variable);
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (!isHandle(value) || holder === handle) return;
        belongs ||=
          this.#belongsToOthers(state, holder, isVisibleOutside) || isPublicMember(this.#engine, state, holder, universe.keyName(key));
      });
    });
    return belongs;
  }

  /** The variables of this function and of those around it that hold an object: functions that share them know it by them. */
  #sharedNames({ owner }: Frame, { cells }: State, atom: Atom): string[] {
    const { universe, program } = this.#engine;
    if (owner.type === 'Program') return [];
    const own = isFunction(owner) ? program.sharedVariables(owner) : [];
    const around = [...own, ...program.freeVariables(owner)].map((variable) => universe.siteId(variable));
    return around.filter((cell) => universe.atoms(intMap.get(cells, cell) ?? TOP).includes(atom)).map((cell) => `c${cell}`);
  }

  /** Names by which different functions know the same object. */
  #identities(state: State, atom: Atom, depth = 0): Set<string> {
    const { universe } = this.#engine;
    const info = universe.info(atom);
    const identities = new Set([`a${atom}`]);
    if (depth > 3) return identities;
    if (info.kind === 'entry') identities.add(`c${universe.siteId(info.of)}`);
    if (info.kind === 'member') for (const base of this.#identities(state, info.base, depth + 1)) identities.add(`${base}.${info.key}`);
    if (info.kind === 'result' && info.tag.startsWith('element:')) identities.add(`a${info.tag.slice('element:'.length)}[]`);
    if (info.kind === 'expression' && info.operator === 'element')
      for (const array of universe.atoms(info.left)) identities.add(`a${array}[]`);
    intMap.forEach(state.cells, (cell, value) => {
      if (this.#variables.has(cell) && universe.atoms(value).includes(atom)) identities.add(`c${cell}`);
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (holder === atom || !universe.atoms(value).includes(atom)) return;
        const name = universe.keyName(key);
        // A function that has the variable of an activation knows it by that.
        for (const prefix of [CAPTURED, VARIABLE]) if (name.startsWith(prefix)) identities.add(`c${name.slice(prefix.length)}`);
        for (const base of this.#identities(state, holder, depth + 1))
          identities.add(/^(?:\d+$|\[[*+]\]|@)/.test(name) ? `${base}[]` : `${base}.${name}`);
      });
    });
    return identities;
  }
}

/** Whether whoever has the object can get at the member: of an instance, if its class says so. */
function isOpenMember(engine: Engine, state: State, holder: Atom, key: string): boolean {
  const cls = classOf(engine.universe, state, holder);
  const info = cls === undefined ? undefined : engine.universe.info(cls);
  if (info?.kind !== 'class') return true;
  return isOpenField(info.class, key, false);
}

/** A member that code outside of the module can get at: public, and not `#private`. */
function isPublicMember(engine: Engine, state: State, holder: Atom, key: string): boolean {
  if (key.startsWith('#') || key.startsWith('[')) return false;
  const cls = classOf(engine.universe, state, holder);
  const info = cls === undefined ? undefined : engine.universe.info(cls);
  return info?.kind === 'class' && isExportedClass(info.class) && isOpenMember(engine, state, holder, key);
}

const isHeldSomehow = (engine: Engine, state: State, atom: Atom): boolean => [...held(engine.objectState(state, atom))].length > 0;

const isDriverUnload = (role: RoleName | undefined): boolean => role !== undefined && roles[role].kind === 'driverUnload';

export const isDriverInitialize = (role: string | undefined): boolean =>
  role !== undefined && (roles as Readonly<Record<string, { readonly kind: string }>>)[role]?.kind === 'driverInitialize';
