/** Callbacks that the language's library runs in place: for each element that is known, or any number of times. */
import type { Node } from '../flow/graph.js';
import { giveArray } from './arrays.js';
import { boundFunction } from './bound-functions.js';
import { Carried } from './carried.js';
import { callClosure } from './closures.js';
import { holdsSomething, putBack } from './elements.js';
import type { Engine } from './engine.js';
import { combine, result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { partition, type State } from './state.js';
import { handOver } from './statuses.js';
import { assume } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** The function whose body can be seen that a value is. */
function closureAmong(engine: Engine, value: Value | undefined): Atom | undefined {
  const atom = value === undefined ? undefined : engine.universe.single(value);
  return atom !== undefined && engine.universe.info(atom).kind === 'closure' ? atom : undefined;
}

/** What a library function can be seen to call when it is handed the value: such a closure, what was bound from one, or a thing of the runtime. */
export function callableAmong(engine: Engine, state: State, value: Value | undefined): Value | undefined {
  const atom = value === undefined ? undefined : engine.universe.single(value);
  if (value === undefined || atom === undefined) return undefined;
  const info = engine.universe.info(atom);
  const isSeen =
    info.kind === 'closure' ||
    (info.kind === 'external' && (info.external.kind === 'function' || info.external.kind === 'statusTest')) ||
    (info.kind === 'object' && boundFunction(engine, state, atom) !== undefined);
  return isSeen ? value : undefined;
}

/** What a method that looks for an element answers: where its callback first says so, and where it never does. */
const searching: Readonly<Record<string, { readonly stopsAt: boolean; readonly gives: 'answer' | 'element' | 'index' }>> = {
  some: { stopsAt: true, gives: 'answer' },
  every: { stopsAt: false, gives: 'answer' },
  find: { stopsAt: true, gives: 'element' },
  findLast: { stopsAt: true, gives: 'element' },
  findIndex: { stopsAt: true, gives: 'index' },
  findLastIndex: { stopsAt: true, gives: 'index' },
};

interface Turn {
  readonly state: State;
  /** How many values the callback gave for the elements so far; for `filter`, elements that it let through; null when ways differ in it. */
  readonly count: number | null;
}

/** Arrays up to this length are run through element by element. */
export const MAX_TURNS = 64;

/** What is carried from one turn to the next: the elements, and after them what the turns gave. */
class Carry {
  readonly #carried: Carried;

  constructor(engine: Engine, node: Node) {
    this.#carried = new Carried(engine.universe, node);
  }

  open(state: State, elements: readonly Value[]): State {
    return elements.reduce((into, element, index) => this.#carried.put(into, index, element), state);
  }

  element(state: State, index: number): Value {
    return this.#carried.get(state, index);
  }

  give({ state, count }: Turn, value: Value): Turn {
    return count === null ? { state, count } : { state: this.#carried.put(state, MAX_TURNS + count, value), count: count + 1 };
  }

  given({ state, count }: Turn): Value[] | null {
    return count === null ? null : Array.from({ length: count }, (_, index) => this.#carried.get(state, MAX_TURNS + index));
  }

  close(state: State): State {
    return this.#carried.drop(state);
  }
}

/** Runs a callback for one element after the other. */
export function runOnEach(
  engine: Engine,
  state: State,
  elements: readonly Value[],
  method: string,
  node: Node,
  run: (from: State, element: Value, index: Value) => Outcome,
): Outcome {
  const { universe } = engine;
  const carry = new Carry(engine, node);
  const throws: State[] = [];
  const found: Completion[] = [];
  let running: Turn[] = [{ state: carry.open(state, elements), count: 0 }];
  const order = [...elements.keys()];
  if (method.startsWith('findLast')) order.reverse();
  for (const at of order) {
    const next: Turn[] = [];
    for (const { state: from, count } of running) {
      const outcome = run(from, carry.element(from, at), universe.constant(at));
      throws.push(...outcome.throws.map((thrown) => carry.close(thrown)));
      for (const answer of outcome.completes) {
        const after = afterTurn(engine, method, carry, { state: answer.state, count }, answer.value, at);
        next.push(...after.goesOn);
        found.push(...after.found);
      }
    }
    running = alike(engine, carry, next);
  }
  return { completes: [...found, ...running.flatMap((turn) => afterAll(engine, method, carry, turn, node))], throws };
}

/** What the callback's answer for one element leads to: turns for the next one, and answers of the method. */
function afterTurn(
  engine: Engine,
  method: string,
  carry: Carry,
  turn: Turn,
  value: Value,
  at: number,
): { readonly goesOn: readonly Turn[]; readonly found: readonly Completion[] } {
  const { universe } = engine;
  const { state, count } = turn;
  const search = searching[method];
  if (search === undefined && method !== 'filter') return { goesOn: [carry.give(turn, value)], found: [] };
  const [yes, no] = [assume(universe, state, value, true, null), assume(universe, state, value, false, null)];
  if (search === undefined) {
    const kept = yes === null ? [] : [carry.give({ state: yes, count }, carry.element(yes, at))];
    return { goesOn: no === null ? kept : [...kept, { state: no, count }], found: [] };
  }
  const [stopped, goesOn] = search.stopsAt ? [yes, no] : [no, yes];
  const given = {
    answer: search.stopsAt ? universe.true : universe.false,
    element: carry.element(state, at),
    index: universe.constant(at),
  }[search.gives];
  return {
    goesOn: goesOn === null ? [] : [{ state: goesOn, count }],
    found: stopped === null ? [] : [{ state: carry.close(stopped), value: given }],
  };
}

/** What the method gives when its callback has seen all elements. */
function afterAll(engine: Engine, method: string, carry: Carry, turn: Turn, node: Node): readonly Completion[] {
  const { universe } = engine;
  const values = carry.given(turn);
  const state = carry.close(turn.state);
  const search = searching[method];
  if (search !== undefined) {
    const none = { answer: search.stopsAt ? universe.false : universe.true, element: universe.undefined, index: universe.constant(-1) };
    return [{ state, value: none[search.gives] }];
  }
  if (method === 'forEach') return [{ state, value: universe.undefined }];
  if (method === 'flatMap' || values === null) return result(engine, state, node).completes;
  return giveArray(engine, state, node, values).completes;
}

/** Turns that differ in nothing that a rule cares about are one, also when a callback leaves in many ways. */
function alike(engine: Engine, carry: Carry, turns: readonly Turn[]): Turn[] {
  const byKey = new Map<string, Turn>();
  for (const turn of turns) {
    const key = `${partition(turn.state)}>${carry.given(turn)?.join(',') ?? ''}`;
    const there = byKey.get(key);
    byKey.set(key, there === undefined ? turn : { ...turn, state: engine.lattice.join(there.state, turn.state) });
  }
  return byKey.size > MAX_WAYS ? joinedValues(engine, [...byKey.values()]) : [...byKey.values()];
}

/** More ways through a callback than this are joined, whatever the callback gave on them. */
const MAX_WAYS = 16;

function joinedValues(engine: Engine, turns: readonly Turn[]): Turn[] {
  const byKey = new Map<string, Turn>();
  for (const { state } of turns) {
    const key = partition(state);
    const there = byKey.get(key);
    byKey.set(key, { state: there === undefined ? state : engine.lattice.join(there.state, state), count: null });
  }
  return [...byKey.values()];
}

export function runOnUnknown(
  engine: Engine,
  state: State,
  node: Node,
  collection: Atom | undefined,
  run: (from: State, element: Value, index: Value) => Outcome,
): Outcome {
  const made = result(engine, state, node, collection === undefined ? 'element' : `element:${collection}`);
  return combine(
    made.completes.map(({ state: from, value }) => {
      const outcome = run(from, value, TOP);
      const over = (after: State): State => engine.universe.atoms(value).reduce((into, element) => putBack(engine, into, element), after);
      return { ...outcome, completes: outcome.completes.map((each) => ({ ...each, state: over(each.state) })) };
    }),
  );
}

/** How often a callback that runs any number of times is run before what it changed counts as unknown. */
const MAX_ROUNDS = 3;

/** Runs something no time, once, or several times; at least once for what is in a collection that holds something. */
export function runRepeatedly(engine: Engine, state: State, node: Node, run: (from: State) => Outcome, collection?: Atom): Outcome {
  const throws: State[] = [];
  const hasTurn = collection !== undefined && holdsSomething(engine, state, collection);
  const seen = new Map<string, State>(hasTurn ? [] : [[partition(state), state]]);
  let pending = [state];
  for (let round = 0; round < MAX_ROUNDS && pending.length > 0; round++) {
    const outcomes = pending.map(run);
    pending = [];
    for (const outcome of outcomes) {
      throws.push(...outcome.throws);
      for (const { state: after } of outcome.completes) {
        const key = partition(after);
        const there = seen.get(key);
        const joined = there === undefined ? after : engine.lattice.join(there, after);
        if (joined === there) continue;
        seen.set(key, joined);
        pending.push(joined);
      }
    }
  }
  return { completes: [...seen.values()].flatMap((after) => result(engine, after, node).completes), throws };
}

/** Methods, and constructors, that have no use for what their callbacks give. */
const dropping = new Set(['adopt', 'defer', 'finally', 'forEach', 'new Promise']);

/** Methods that only test what their callbacks give. */
const testing = new Set([...Object.keys(searching), 'filter']);

/** What the library does with what its callback gave: it tests it, passes it on with its own result, or drops it. */
export function takeAnswers(engine: Engine, outcome: Outcome, method: string, { resultIsRead }: CallTarget): Outcome {
  if (dropping.has(method) || !(resultIsRead || testing.has(method))) return outcome;
  const completes = outcome.completes.map(({ state, value }) => ({ state: handOver(engine, state, [value]), value }));
  return { ...outcome, completes };
}

/** A library function runs the callbacks that it is handed, any number of times, in any order. */
export function runCallbacks(engine: Engine, state: State, method: string, target: CallTarget): Outcome {
  const { args, node, frame } = target;
  const callbacks = args.values.flatMap((value) => closureAmong(engine, value) ?? []);
  if (callbacks.length === 0) return result(engine, state, node);
  return callbacks.reduce<Outcome>(
    (before, callback) =>
      combine([
        { completes: [], throws: before.throws },
        ...before.completes.map(({ state: from }) =>
          runRepeatedly(engine, from, node, (at) =>
            takeAnswers(engine, callClosure(engine, frame, at, callback, TOP, { values: [], more: true }, node), method, target),
          ),
        ),
      ]),
    { completes: [{ state, value: TOP }], throws: [] },
  );
}
