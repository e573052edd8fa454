/**
 * Promises whose outcome is known: `then`, `catch` and `finally` run the callback that the outcome calls for, once, and the value that it settles
 * with goes on. Jobs are run where they are registered; what runs between is not modelled.
 */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { arrayElements, giveArray } from './arrays.js';
import { BOUND, BOUND_ARGUMENT } from './bound-functions.js';
import { callFunction } from './calls.js';
import { promised } from './closures.js';
import type { Engine } from './engine.js';
import { unseenCall } from './escape.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { callableAmong } from './library-callbacks.js';
import { combine, result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import { chainFrom } from './promise-chains.js';
import { amend, type State } from './state.js';
import { TOP, type Atom, type AtomInfo, type Value } from './values.js';

type Promised = Extract<AtomInfo, { kind: 'promise' }>;
type Settled = Pick<Promised, 'state' | 'value'>;

function settledPromise(engine: Engine, { state, value }: Settled): Value {
  const { universe } = engine;
  return universe.one(universe.atom({ kind: 'promise', state, value }));
}

/** How a value is settled when it is awaited; undefined when nobody can tell. */
function settlementOf(engine: Engine, value: Value): Settled | undefined {
  const atom = engine.universe.single(value);
  if (atom === undefined) return undefined;
  const info = engine.universe.info(atom);
  if (info.kind === 'promise') return info;
  return info.kind === 'result' ? undefined : { state: 'fulfilled', value };
}

const giving = (state: State, value: Value): Outcome => ({ completes: [{ state, value }], throws: [] });

/** A method of a promise. Undefined when how it is settled is not known, and for other methods. */
export function callPromiseMethod(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  if (target.args.more) return undefined;
  const settled = engine.universe.atoms(target.receiver).flatMap((atom) => {
    const info = engine.universe.info(atom);
    return info.kind === 'promise' ? [info] : [];
  });
  const ways = settled.map((each) => reactTo(engine, state, method, each, target));
  const known = ways.flatMap((way) => way ?? []);
  return known.length === 0 || known.length < engine.universe.atoms(target.receiver).length ? undefined : combine(known);
}

/**
 * A method of what has those of a promise, and of which nobody knows how it is settled: it may be fulfilled, and rejected where somebody handles that.
 * Undefined for other methods, for callbacks that cannot be seen, and where code that runs before them comes in between.
 */
export function callUnknownPromise(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  const { args, frame, node } = target;
  const isSeen = args.values.length > 0 && args.values.every((value) => isCallback(engine, state, value));
  if (!reactions.has(method) || args.more || !isSeen) return undefined;
  const { isWaitedFor, isHandled } = chainFrom(node, frame.mayThrow);
  if (!isWaitedFor) return undefined;
  const fulfilled = result(engine, state, node).completes.map(({ state: after, value }) =>
    reactTo(engine, after, method, { state: 'fulfilled', value }, target),
  );
  const rejected = isHandled ? reactTo(engine, state, method, { state: 'rejected', value: TOP }, target) : undefined;
  return combine([...fulfilled, rejected].flatMap((way) => way ?? []));
}

const reactions = new Set(['then', 'catch', 'finally']);

function isCallback(engine: Engine, state: State, value: Value): boolean {
  return !isFunction(engine, value) || callableAmong(engine, state, value) !== undefined;
}

function reactTo(engine: Engine, state: State, method: string, settled: Settled, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const [first = universe.undefined, second = universe.undefined] = target.args.values;
  switch (method) {
    case 'then':
      return react(engine, state, settled, settled.state === 'fulfilled' ? first : second, target);
    case 'catch':
      return react(engine, state, settled, settled.state === 'fulfilled' ? universe.undefined : first, target);
    case 'finally':
      return andFinally(engine, state, settled, first, target);
    default:
      return undefined;
  }
}

/** What is not a function is passed over. */
function isFunction(engine: Engine, value: Value): boolean {
  const atom = engine.universe.single(value);
  return atom === undefined || engine.universe.info(atom).kind !== 'constant';
}

/** What a callback throws is handled where a rejection is. */
const frameOfCallback = ({ frame, node }: CallTarget): Frame =>
  frame.mayThrow || !chainFrom(node, false).isHandled ? frame : { ...frame, mayThrow: true };

function react(engine: Engine, state: State, settled: Settled, callback: Value, target: CallTarget): Outcome {
  if (!isFunction(engine, callback)) return giving(state, settledPromise(engine, settled));
  const args = { values: [settled.value], more: false };
  return promised(engine, callFunction(engine, frameOfCallback(target), state, callback, engine.universe.undefined, args, target.node));
}

function andFinally(engine: Engine, state: State, settled: Settled, callback: Value, target: CallTarget): Outcome {
  if (!isFunction(engine, callback)) return giving(state, settledPromise(engine, settled));
  const args = { values: [], more: false };
  const ran = promised(
    engine,
    callFunction(engine, frameOfCallback(target), state, callback, engine.universe.undefined, args, target.node),
  );
  return {
    ...ran,
    completes: ran.completes.map(({ state: after, value }) => {
      const own = settlementOf(engine, value);
      return { state: after, value: own?.state === 'rejected' ? value : settledPromise(engine, settled) };
    }),
  };
}

/** `Promise.resolve` and the like. Undefined when nobody can tell how what they give is settled. */
export function callPromiseFunction(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const { args, node, frame } = target;
  const first = args.values[0] ?? engine.universe.undefined;
  switch (path) {
    case 'Promise.resolve': {
      const settled = settlementOf(engine, first);
      return settled === undefined ? giving(state, first) : giving(state, settledPromise(engine, settled));
    }
    case 'Promise.reject':
      return giving(state, settledPromise(engine, { state: 'rejected', value: first }));
    case 'Promise.try': {
      const rest = { values: args.values.slice(1), more: args.more };
      return promised(engine, callFunction(engine, frame, state, first, engine.universe.undefined, rest, node));
    }
    case 'Promise.all':
    case 'Promise.allSettled': {
      const elements = arrayElements(engine, state, first);
      const settled = elements?.map((element) => settlementOf(engine, element));
      if (settled === undefined || settled.includes(undefined)) return undefined;
      const each = settled.flatMap((one) => one ?? []);
      return path === 'Promise.all' ? all(engine, state, each, node) : allSettled(engine, state, each, node);
    }
    case 'new Promise':
      return construct(engine, state, first, target);
    default:
      return undefined;
  }
}

const fulfilledWith = (engine: Engine, outcome: Outcome): Outcome => ({
  ...outcome,
  completes: outcome.completes.map(({ state, value }) => ({ state, value: settledPromise(engine, { state: 'fulfilled', value }) })),
});

function all(engine: Engine, state: State, settled: readonly Settled[], node: Node): Outcome {
  const rejected = settled.find((one) => one.state === 'rejected');
  if (rejected !== undefined) return giving(state, settledPromise(engine, rejected));
  return fulfilledWith(
    engine,
    giveArray(
      engine,
      state,
      node,
      settled.map(({ value }) => value),
    ),
  );
}

/** Names for the records of the single outcomes. */
const records = new WeakMap<Node, object[]>();

function recordSite(node: Node, index: number): object {
  let known = records.get(node);
  if (known === undefined) records.set(node, (known = []));
  return (known[index] ??= {});
}

function allSettled(engine: Engine, state: State, settled: readonly Settled[], node: Node): Outcome {
  const { universe } = engine;
  let after = state;
  const elements = settled.map((one, index) => {
    const [made, atom] = allocate(engine, after, { kind: 'object', shape: 'object', site: recordSite(node, index), age: 0 });
    after = setMember(universe, newRecord(made, atom), atom, 'status', universe.constant(one.state));
    after = setMember(universe, after, atom, one.state === 'fulfilled' ? 'value' : 'reason', one.value);
    return universe.one(atom);
  });
  return fulfilledWith(engine, giveArray(engine, after, node, elements));
}

/** Hidden member of a promise under construction: the promise that it turned out to be. */
const SETTLED = '[[settled]]';

/** `new Promise(executor)`: known when the executor settles it before it returns. */
function construct(engine: Engine, state: State, executor: Value, { frame, node }: CallTarget): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  const begun = newRecord(made, atom);
  const [withResolve, resolve] = settler(engine, begun, atom, 'fulfilled', node);
  const [withBoth, reject] = settler(engine, withResolve, atom, 'rejected', node);
  const args = { values: [resolve, reject], more: false };
  const ran = callFunction(engine, frame, withBoth, executor, universe.undefined, args, node);
  const known = (after: State): Value | undefined => intMap.get(recordOf(after, atom).members, universe.keyId(SETTLED));
  return combine([
    ...ran.completes.map(({ state: after }): Outcome => {
      const settled = known(after);
      return settled === undefined ? result(engine, after, node) : giving(after, settled);
    }),
    ...ran.throws.map((after): Outcome => {
      const reason = settledPromise(engine, { state: 'rejected', value: after.thrown?.value ?? TOP });
      return giving(amend(after, { thrown: state.thrown }), known(after) ?? reason);
    }),
  ]);
}

/** Names for the functions that an executor is handed. */
const settlers = new WeakMap<Node, Record<Settled['state'], object>>();

function settler(engine: Engine, state: State, promise: Atom, how: Settled['state'], node: Node): readonly [State, Value] {
  const { universe } = engine;
  let sites = settlers.get(node);
  if (sites === undefined) settlers.set(node, (sites = { fulfilled: {}, rejected: {} }));
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: sites[how], age: 0 });
  const target = universe.one(universe.atom({ kind: 'library', path: `[settle].${how}` }));
  const bound = setMember(universe, newRecord(made, atom), atom, BOUND, target);
  return [setMember(universe, bound, atom, `${BOUND_ARGUMENT}0`, universe.one(promise)), universe.one(atom)];
}

/** `resolve` or `reject` of a promise under construction is called; only the first call counts. */
export function settle(engine: Engine, state: State, path: string, { args, frame, node }: CallTarget): Outcome {
  const { universe } = engine;
  const [promise = TOP, value = universe.undefined] = args.values;
  const atom = universe.single(promise);
  if (atom === undefined) return unseenCall(engine, frame, state, args.values, node);
  const how = path.slice('[settle].'.length);
  const key = universe.keyId(SETTLED);
  if (intMap.get(recordOf(state, atom).members, key) !== undefined) return giving(state, universe.undefined);
  const settled = how === 'rejected' ? ({ state: 'rejected', value } as const) : settlementOf(engine, value);
  const outcome: Completion = { state, value: universe.undefined };
  if (settled === undefined) return unseenCall(engine, frame, state, args.values, node);
  return { completes: [{ ...outcome, state: setMember(universe, state, atom, SETTLED, settledPromise(engine, settled)) }], throws: [] };
}
