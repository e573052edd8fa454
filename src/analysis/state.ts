/**
 * What holds at a program point on the paths that reach it in one way: the store (cells, members), what is known of
 * values, the typestates of objects, the thread. Immutable; maps are persistent, so that a copy costs nothing.
 *
 * Two states with the same `partition` agree on everything that a rule cares about. Where they meet they are joined: what
 * they disagree on is forgotten or becomes a set of possibilities. Others stay apart, which is what keeps correlated
 * tests correlated (property simulation: Das, Lerner, Seigle, "ESP", PLDI 2002).
 */
import type { Node } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Constraint, Verdict } from './constraint.js';
import * as intMap from './int-map.js';
import type { IntMap, Merge } from './int-map.js';
import type { Duty } from './duty.js';
import * as objectState from './object-state.js';
import type { ObjectState } from './object-state.js';
import type { Thread } from './thread.js';
import { TOP, type Atom, type Universe, type Value } from './values.js';

/** The members of one object. A member that is not listed is `undefined` in a closed record, unknown in an open one. */
export interface ObjectRecord {
  /** By key id. */
  readonly members: IntMap<Value>;
  /** `CLOSED`, or the number of the last event after which members that are not listed may have been anything. */
  readonly epoch: number;
}

export const CLOSED = -1;

/** One thing that happened on a path, for messages. */
export interface PathEvent {
  readonly node: Node;
  readonly what: StepKind;
  /** Name of the function called, for outcomes and calls. */
  readonly name: string;
}

/** The latest of what happened on a path. */
export interface Step extends PathEvent {
  readonly before: Step | null;
  /** How many steps there are with this one. */
  readonly length: number;
  /** It, or a step before it, was a contract call that failed. */
  readonly hasFailed: boolean;
}

export const stepAfter = (before: Step | null, { node, what, name }: PathEvent): Step => ({
  node,
  what,
  name,
  before,
  length: (before?.length ?? 0) + 1,
  hasFailed: what === 'failed' || before?.hasFailed === true,
});

/** The same way here, for what is called now: a failure before is none of its own, and it may be called again where there was none. */
export const withoutFailure = (last: Step | null): Step | null => (last?.hasFailed === true ? { ...last, hasFailed: false } : last);

export type StepKind = 'succeeded' | 'failed' | 'called' | 'returned' | 'threw' | 'released';

interface Parts {
  /** Values of variables, by cell. */
  readonly cells: IntMap<Value>;
  /** Values of the temporaries of the running graph. */
  readonly temps: IntMap<Value>;
  /** Members of objects, by atom. */
  readonly heap: IntMap<ObjectRecord>;
  /** What is known beyond an atom's own constraint. */
  readonly facts: IntMap<Constraint>;
  /** Typestates that are not the object's baseline. */
  readonly objects: IntMap<ObjectState>;
  /** Those of them that keep paths apart: the key of each. */
  readonly hot: IntMap<string>;
  readonly thread: Thread;
  /** Atoms that were made on this path, whose names a further round of the same code would take. */
  readonly born: IntMap<true>;
  /** How many there are about, and how many there were when garbage was last collected. */
  readonly names: number;
  readonly namesInUse: number;
  /** Statuses that nobody has looked at yet: the call that gave each. */
  readonly unexamined: IntMap<Node>;
  /** What the activation will return, and the exception in flight. */
  readonly returned: { readonly value: Value; readonly node: Node } | null;
  readonly thrown: { readonly value: Value; readonly node: Node } | null;
  readonly trace: Step | null;
  /** What the callback or entry routine that runs has done so far. */
  readonly duty: Duty | null;
}

/**
 * All states are made by this constructor: those of one shape are read and copied many times as fast as the spread of an object literal would
 * make them.
 */
export class State implements Parts {
  /** So that no object literal passes for a state. */
  declare private readonly isState: true;
  declare readonly cells: Parts['cells'];
  declare readonly temps: Parts['temps'];
  declare readonly heap: Parts['heap'];
  declare readonly facts: Parts['facts'];
  declare readonly objects: Parts['objects'];
  declare readonly hot: Parts['hot'];
  declare readonly thread: Parts['thread'];
  declare readonly born: Parts['born'];
  declare readonly names: Parts['names'];
  declare readonly namesInUse: Parts['namesInUse'];
  declare readonly unexamined: Parts['unexamined'];
  declare readonly returned: Parts['returned'];
  declare readonly thrown: Parts['thrown'];
  declare readonly trace: Parts['trace'];
  declare readonly duty: Parts['duty'];

  constructor(of: Parts) {
    this.cells = of.cells;
    this.temps = of.temps;
    this.heap = of.heap;
    this.facts = of.facts;
    this.objects = of.objects;
    this.hot = of.hot;
    this.thread = of.thread;
    this.born = of.born;
    this.names = of.names;
    this.namesInUse = of.namesInUse;
    this.unexamined = of.unexamined;
    this.returned = of.returned;
    this.thrown = of.thrown;
    this.trace = of.trace;
    this.duty = of.duty;
  }
}

/** A state that is still being made. */
type Draft = { -readonly [K in keyof Parts]: Parts[K] };

/** The state with some parts changed. */
export function amend(state: State, changes: Partial<Parts>): State {
  const next = new State(state);
  for (const part in changes) (next as unknown as Record<string, unknown>)[part] = changes[part as keyof Parts];
  return next;
}

export function withCells(state: State, cells: State['cells']): State {
  const next = new State(state);
  (next as Draft).cells = cells;
  return next;
}

export function withTemps(state: State, temps: State['temps']): State {
  const next = new State(state);
  (next as Draft).temps = temps;
  return next;
}

export function withHeap(state: State, heap: State['heap']): State {
  const next = new State(state);
  (next as Draft).heap = heap;
  return next;
}

export function withFacts(state: State, facts: State['facts']): State {
  const next = new State(state);
  (next as Draft).facts = facts;
  return next;
}

export function withThread(state: State, thread: Thread): State {
  const next = new State(state);
  (next as Draft).thread = thread;
  return next;
}

export function emptyState(thread: Thread): State {
  return new State({
    cells: null,
    temps: null,
    heap: null,
    facts: null,
    objects: null,
    hot: null,
    thread,
    born: null,
    names: 0,
    namesInUse: 0,
    unexamined: null,
    returned: null,
    thrown: null,
    trace: null,
    duty: null,
  });
}

/** States with different partitions are kept apart; so are those that will return different things. */
export const partition = (state: State): string => partitionOf(state, property(state));

/** What the rules care about: the thread, the typestates, and whose statuses are still to be looked at. */
export function property(state: State): string {
  let objects = '';
  intMap.forEach(state.hot, (atom, hot) => {
    objects += `#${atom}:${hot}`;
  });
  return propertyOf(state, objects);
}

/** Partitions and properties of many states that have most of their objects in common; not to be compared with those of others. */
export class Properties {
  readonly #objects = new intMap.Contents();

  partition(state: State): string {
    return partitionOf(state, this.property(state));
  }

  property(state: State): string {
    return propertyOf(state, this.#objects.of(state.hot));
  }
}

const partitionOf = (state: State, own: string): string => (state.returned === null ? own : `${own}>${state.returned.value}`);

const propertyOf = ({ thread, duty, unexamined }: State, objects: string | number): string => {
  const own = duty === null ? `${thread.key}#${objects}` : `${thread.key}|${duty.key}#${objects}`;
  return unexamined === null ? own : `${own}?${callsOf(unexamined)}`;
};

/** The calls whose statuses nobody has looked at yet, however they ended. */
function callsOf(unexamined: IntMap<Node>): string {
  const calls = new Set<number>();
  intMap.forEach(unexamined, (_status, call) => calls.add(numberOf(call)));
  return [...calls].sort((a, b) => a - b).join();
}

const numbers = new WeakMap<Node, number>();
let numbered = 0;

function numberOf(call: Node): number {
  let number = numbers.get(call);
  if (number === undefined) numbers.set(call, (number = numbered += 1));
  return number;
}

function isTruthyIn(facts: State['facts'], atom: Atom): Verdict {
  const fact = intMap.get(facts, atom);
  return fact === undefined ? 'unknown' : constraint.isTruthy(fact);
}

/** How the states of one analysis are joined. */
export class Lattice {
  readonly #universe: Universe;
  readonly #values: Merge<Value>;
  readonly #records: Merge<ObjectRecord>;
  readonly #facts: Merge<Constraint>;
  readonly #objects: Merge<ObjectState>;
  readonly #members: Merge<Value>;
  /** Of the two states that are being joined. */
  #factsOfLeft: State['facts'] = null;
  #factsOfRight: State['facts'] = null;

  constructor(universe: Universe, baseline: (atom: Atom) => ObjectState) {
    this.#universe = universe;
    const join = (_key: number, a: Value, b: Value): Value => universe.join(a, b);
    // A variable that one path has not declared is not in scope where they meet.
    this.#values = { both: (_key, a, b) => this.#joinTests(a, b) ?? universe.join(a, b), onlyLeft: 'keep', onlyRight: 'keep' };
    this.#members = { both: join, onlyLeft: () => undefined, onlyRight: () => undefined };
    this.#records = { both: (atom, a, b) => this.#joinRecords(atom, a, b), onlyLeft: 'keep', onlyRight: 'keep' };
    this.#facts = {
      both: (_atom, a, b) => {
        const both = constraint.join(a, b);
        return both === constraint.ANY ? undefined : both;
      },
      onlyLeft: (atom, fact) => (this.#isImplied(atom, this.#factsOfRight) ? fact : undefined),
      onlyRight: (atom, fact) => (this.#isImplied(atom, this.#factsOfLeft) ? fact : undefined),
    };
    // As everywhere, what is the same as nothing said is not listed.
    const listed = (atom: Atom, both: ObjectState): ObjectState | undefined => (both === baseline(atom) ? undefined : both);
    const withBaseline = (atom: Atom, own: ObjectState): ObjectState | undefined => listed(atom, objectState.join(own, baseline(atom)));
    this.#objects = { both: (atom, a, b) => listed(atom, objectState.join(a, b)), onlyLeft: withBaseline, onlyRight: withBaseline };
  }

  /** A disjunction of which one part is known to hold. */
  #isImplied(atom: Atom, facts: State['facts']): boolean {
    const parts = this.#universe.disjunctionOf(atom);
    return parts?.some((part) => isTruthyIn(facts, part.atom) === (part.holds ? 'yes' : 'no')) === true;
  }

  /** Which test it was that held on one path, and which on the other, is forgotten where they meet; that both held is not. */
  #joinTests(a: Value, b: Value): Value | undefined {
    const [left, right] = [this.#truth(a, this.#factsOfLeft), this.#truth(b, this.#factsOfRight)];
    return left === right ? left : undefined;
  }

  /** `true` or `false` where the value is that, or a test of which that is known. */
  #truth(value: Value, facts: State['facts']): Value | undefined {
    const universe = this.#universe;
    if (value === universe.true || value === universe.false) return value;
    const atom = universe.single(value);
    const info = atom === undefined ? undefined : universe.info(atom);
    if (atom === undefined || info === undefined || !constraint.isBoolean(universe.intrinsic(atom))) return undefined;
    const isNegated = info.kind === 'expression' && info.operator === '!';
    const verdict = isTruthyIn(facts, isNegated ? (universe.single(info.left) ?? atom) : atom);
    return verdict === 'unknown' ? undefined : (verdict === 'yes') !== isNegated ? universe.true : universe.false;
  }

  /** The state that says what both say; `a` itself when `b` adds nothing to it. */
  join(a: State, b: State): State {
    this.#factsOfLeft = a.facts;
    this.#factsOfRight = b.facts;
    let added = 0;
    const born = intMap.merge<true>(a.born, b.born, {
      both: () => true,
      onlyLeft: 'keep',
      onlyRight: (_atom, value) => {
        added += 1;
        return value;
      },
    });
    const joined = new State({
      cells: intMap.merge(a.cells, b.cells, this.#values),
      temps: intMap.merge(a.temps, b.temps, this.#values),
      heap: intMap.merge(a.heap, b.heap, this.#records),
      facts: intMap.merge(a.facts, b.facts, this.#facts),
      objects: intMap.merge(a.objects, b.objects, this.#objects),
      hot: a.hot,
      thread: a.thread,
      born,
      names: a.names + added,
      namesInUse: a.namesInUse,
      unexamined: intMap.merge(a.unexamined, b.unexamined, { both: (_atom, node) => node, onlyLeft: 'keep', onlyRight: 'keep' }),
      returned: this.#joinOutcome(a.returned, b.returned),
      thrown: this.#joinOutcome(a.thrown, b.thrown),
      // One of the paths that failed is enough for an exit to report failure.
      trace: a.trace?.hasFailed !== true && b.trace?.hasFailed === true ? b.trace : a.trace,
      // Too many different ones met: the routine is no longer judged.
      duty: a.duty?.key === b.duty?.key ? a.duty : null,
    });
    return sameParts(a, joined) ? a : joined;
  }

  #joinOutcome<T extends { readonly value: Value; readonly node: Node }>(a: T | null, b: T | null): T | null {
    if (a === null || b === null) return a ?? b;
    const value = this.#universe.join(a.value, b.value);
    return value === a.value ? a : { ...a, value };
  }

  #joinRecords(atom: Atom, a: ObjectRecord, b: ObjectRecord): ObjectRecord {
    const epoch = Math.max(a.epoch, b.epoch);
    const members = intMap.merge(a.members, b.members, {
      ...this.#members,
      onlyLeft: (key, value) => this.#joinUnlisted(atom, key, value, b.epoch, epoch),
      onlyRight: (key, value) => this.#joinUnlisted(atom, key, value, a.epoch, epoch),
    });
    return members === a.members && epoch === a.epoch ? a : { members, epoch };
  }

  /**
   * Joins what one record holds under a key with what a record that does not list the key may hold there: nothing where
   * it lists all, else what it has held since an epoch. That stays said once it has been said, of that epoch or a later
   * one: else records that meet again and again would add something each time.
   */
  #joinUnlisted(base: Atom, key: number, value: Value, since: number, epoch: number): Value {
    const universe = this.#universe;
    const name = universe.keyName(key);
    const isSaid = universe.atoms(value).some((atom) => {
      const info = universe.info(atom);
      return info.kind === 'member' && info.base === base && info.key === name && info.epoch >= since;
    });
    if (isSaid) return value;
    if (since === CLOSED) return universe.join(value, universe.undefined);
    return since === epoch ? universe.join(value, universe.one(universe.atom({ kind: 'member', base, key: name, epoch }))) : TOP;
  }
}

function sameParts(a: State, b: State): boolean {
  return (
    a.cells === b.cells &&
    a.temps === b.temps &&
    a.heap === b.heap &&
    a.facts === b.facts &&
    a.objects === b.objects &&
    a.born === b.born &&
    a.unexamined === b.unexamined &&
    a.returned === b.returned &&
    a.thrown === b.thrown &&
    a.trace === b.trace &&
    a.duty === b.duty
  );
}
