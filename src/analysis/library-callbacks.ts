/** Callbacks that the language's library runs in place: for each element that is known, or any number of times. */
import type { Node } from '../flow/graph.js';
import { giveArray } from './arrays.js';
import { callClosure } from './closures.js';
import type { Engine } from './engine.js';
import { combine, result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { partition, type State } from './state.js';
import { assume } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** The function whose body can be seen that a value is. */
export function closureAmong(engine: Engine, value: Value | undefined): Atom | undefined {
  const atom = value === undefined ? undefined : engine.universe.single(value);
  return atom !== undefined && engine.universe.info(atom).kind === 'closure' ? atom : undefined;
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
  /** What the callback gave for the elements so far; for `filter`, the elements that it let through; null when ways differ in it. */
  readonly values: readonly Value[] | null;
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
  const throws: State[] = [];
  const found: Completion[] = [];
  let running: Turn[] = [{ state, values: [] }];
  const order = [...elements.entries()];
  if (method.startsWith('findLast')) order.reverse();
  for (const [at, element] of order) {
    const index = universe.constant(at);
    const next: Turn[] = [];
    for (const { state: from, values } of running) {
      const outcome = run(from, element, index);
      throws.push(...outcome.throws);
      for (const answer of outcome.completes) {
        const after = afterTurn(engine, method, values, answer, element, index);
        next.push(...after.goesOn);
        found.push(...after.found);
      }
    }
    running = alike(engine, next);
  }
  return { completes: [...found, ...running.flatMap((turn) => afterAll(engine, method, turn, node))], throws };
}

/** What the callback's answer for one element leads to: turns for the next one, and answers of the method. */
function afterTurn(
  engine: Engine,
  method: string,
  values: Turn['values'],
  { state, value }: Completion,
  element: Value,
  index: Value,
): { readonly goesOn: readonly Turn[]; readonly found: readonly Completion[] } {
  const { universe } = engine;
  const search = searching[method];
  if (search === undefined && method !== 'filter') return { goesOn: [{ state, values: values && [...values, value] }], found: [] };
  const [yes, no] = [assume(universe, state, value, true, null), assume(universe, state, value, false, null)];
  if (search === undefined) {
    const kept = yes === null ? [] : [{ state: yes, values: values && [...values, element] }];
    return { goesOn: no === null ? kept : [...kept, { state: no, values }], found: [] };
  }
  const [stopped, goesOn] = search.stopsAt ? [yes, no] : [no, yes];
  const given = { answer: search.stopsAt ? universe.true : universe.false, element, index }[search.gives];
  return {
    goesOn: goesOn === null ? [] : [{ state: goesOn, values }],
    found: stopped === null ? [] : [{ state: stopped, value: given }],
  };
}

/** What the method gives when its callback has seen all elements. */
function afterAll(engine: Engine, method: string, { state, values }: Turn, node: Node): readonly Completion[] {
  const { universe } = engine;
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
function alike(engine: Engine, turns: readonly Turn[]): Turn[] {
  const byKey = new Map<string, Turn>();
  for (const turn of turns) {
    const key = `${partition(turn.state)}>${turn.values?.join(',') ?? ''}`;
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
    byKey.set(key, { state: there === undefined ? state : engine.lattice.join(there.state, state), values: null });
  }
  return [...byKey.values()];
}

export function runOnUnknown(
  engine: Engine,
  state: State,
  node: Node,
  run: (from: State, element: Value, index: Value) => Outcome,
): Outcome {
  const made = result(engine, state, node, 'element');
  return combine(made.completes.map(({ state: from, value }) => run(from, value, TOP)));
}

/** How often a callback that runs any number of times is run before what it changed counts as unknown. */
const MAX_ROUNDS = 3;

/** Runs something no time, once, or several times. */
export function runRepeatedly(engine: Engine, state: State, node: Node, run: (from: State) => Outcome): Outcome {
  const throws: State[] = [];
  const seen = new Map<string, State>([[partition(state), state]]);
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

/** A library function runs the callbacks that it is handed, any number of times, in any order. */
export function runCallbacks(engine: Engine, state: State, { args, node, frame }: CallTarget): Outcome {
  const callbacks = args.values.flatMap((value) => closureAmong(engine, value) ?? []);
  if (callbacks.length === 0) return result(engine, state, node);
  return callbacks.reduce<Outcome>(
    (before, callback) =>
      combine([
        { completes: [], throws: before.throws },
        ...before.completes.map(({ state: from }) =>
          runRepeatedly(engine, from, node, (at) => callClosure(engine, frame, at, callback, TOP, { values: [], more: true }, node)),
        ),
      ]),
    { completes: [{ state, value: TOP }], throws: [] },
  );
}
