/**
 * The language's own library: it keeps nothing that it is handed (interface, section 6, "Library code"), runs callbacks in place,
 * and never reports. What it gives back has no name, except for the few cases listed here.
 */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { combine, followClosure, result, type CallTarget, type Outcome } from './calls.js';
import { callCollection, isCollectionConstructor, makeCollection } from './collections.js';
import type { Engine } from './engine.js';
import { reportHeld } from './guards.js';
import { arrayElements, setElements } from './instructions.js';
import * as intMap from './int-map.js';
import { ALSO, ELEMENTS } from './members.js';
import { recordOf, setMember } from './places.js';
import { partition, type State } from './state.js';
import { truth } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** Names without a declaration that keep nothing of what they are handed. */
const pureGlobals = new Set([
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'Atomics',
  'BigInt',
  'Boolean',
  'console',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float32Array',
  'Float64Array',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Intl',
  'isFinite',
  'isNaN',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'parseFloat',
  'parseInt',
  'performance',
  'Promise',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'structuredClone',
  'Symbol',
  'SyntaxError',
  'TextDecoder',
  'TextEncoder',
  'TypeError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'URIError',
  'WeakMap',
  'WeakRef',
  'WeakSet',
  '[array]',
  '[primitive]',
  '[object]',
  '[promise]',
  '[map]',
]);

/** Array methods that call their argument with each element, before they return. */
const iterating = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap']);
const folding = new Set(['reduce', 'reduceRight']);

/** Undefined when the path is no name of the library. */
export function callLibrary(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const root = path.replace(/^new /, '').split('.')[0] ?? '';
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (path.startsWith('[function].')) return callFunctionMethod(engine, state, method, target);
  if (!pureGlobals.has(root)) return undefined;
  if (isCollectionConstructor(path)) return makeCollection(engine, state, path, target);
  if (root === '[map]') return callCollection(engine, state, method, target) ?? runCallbacks(engine, state, target);
  if (root === '[array]') return callArrayMethod(engine, state, method, target);
  if (path === 'Object.assign') return assign(engine, state, target);
  return runCallbacks(engine, state, target);
}

function callFunctionMethod(
  engine: Engine,
  state: State,
  method: string,
  { frame, node, args, receiver }: CallTarget,
): Outcome | undefined {
  const { universe } = engine;
  const atom = universe.single(receiver);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind !== 'closure') return undefined;
  const thisValue = args.values[0] ?? TOP;
  if (method === 'call')
    return followClosure(engine, frame, state, info.function, thisValue, { values: args.values.slice(1), more: args.more }, node);
  if (method !== 'apply') return undefined;
  const values = arrayElements(engine, state, args.values[1] ?? TOP);
  return followClosure(engine, frame, state, info.function, thisValue, { values: values ?? [], more: values === undefined }, node);
}

/** `Object.assign(target, ...sources)`: members of the target are written. */
function assign(engine: Engine, state: State, { args, node }: CallTarget): Outcome {
  const { universe } = engine;
  const target = args.values[0] ?? TOP;
  const atom = universe.single(target);
  if (atom === undefined) return { completes: [{ state, value: target }], throws: [] };
  let after = reportHeld(engine, state, atom, 'memberWritten', node);
  for (const source of args.values.slice(1)) {
    const from = universe.single(source);
    if (from === undefined) continue;
    intMap.forEach(intMap.get(state.heap, from)?.members ?? null, (key, value) => {
      if (!universe.keyName(key).startsWith('[[')) after = setMember(universe, after, atom, universe.keyName(key), value);
    });
  }
  return { completes: [{ state: after, value: target }], throws: [] };
}

function closureAmong(
  engine: Engine,
  value: Value | undefined,
): Extract<ReturnType<Engine['universe']['info']>, { kind: 'closure' }> | undefined {
  const atom = value === undefined ? undefined : engine.universe.single(value);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  return info?.kind === 'closure' ? info : undefined;
}

function callArrayMethod(engine: Engine, state: State, method: string, target: CallTarget): Outcome {
  const { universe } = engine;
  const { args, receiver, node, frame } = target;
  const elements = arrayElements(engine, state, receiver);
  const array = universe.single(receiver);
  const callback = closureAmong(engine, args.values[0]);
  if (callback !== undefined && iterating.has(method)) {
    const run = (from: State, element: Value): Outcome =>
      followClosure(engine, frame, from, callback.function, TOP, { values: [element, TOP, receiver], more: false }, node);
    return elements === undefined
      ? runRepeatedly(engine, state, node, (from) => runOnUnknown(engine, from, node, run))
      : runOnEach(engine, state, elements, method, node, run);
  }
  if (callback !== undefined && folding.has(method)) return runCallbacks(engine, state, target);
  if (array === undefined) return result(engine, state, node);
  return mutate(engine, state, method, array, elements, args.values, node) ?? runCallbacks(engine, state, target);
}

/** Methods that change an array whose elements are known, and what they give. */
function mutate(
  engine: Engine,
  state: State,
  method: string,
  array: Atom,
  elements: readonly Value[] | undefined,
  args: readonly Value[],
  node: Node,
): Outcome | undefined {
  const { universe } = engine;
  const among = [...(elements ?? []), ...args].flatMap((value) => [...universe.atoms(value)]);
  const old = intMap.get(recordOf(state, array).members, universe.keyId(ELEMENTS));
  const all = [...among, ...(old === undefined ? [] : universe.atoms(old))];
  const becomes = (next: readonly Value[] | undefined, value: Value): Outcome => ({
    completes: [{ state: setElements(engine, state, array, next, all), value }],
    throws: [],
  });
  switch (method) {
    case 'push':
      return elements === undefined
        ? addAny(engine, state, array, args)
        : becomes([...elements, ...args], universe.constant(elements.length + args.length));
    case 'unshift':
      return elements === undefined ? addAny(engine, state, array, args) : becomes([...args, ...elements], TOP);
    case 'pop':
      return elements === undefined ? undefined : becomes(elements.slice(0, -1), elements.at(-1) ?? universe.undefined);
    case 'shift':
      return elements === undefined ? undefined : becomes(elements.slice(1), elements[0] ?? universe.undefined);
    case 'at': {
      const info = universe.info(universe.single(args[0] ?? TOP) ?? 0);
      if (elements === undefined || info.kind !== 'constant' || typeof info.value !== 'number') return undefined;
      return { completes: [{ state, value: elements.at(info.value) ?? universe.undefined }], throws: [] };
    }
    case 'splice':
    case 'sort':
    case 'reverse':
    case 'fill':
    case 'copyWithin':
      return { completes: result(engine, setElements(engine, state, array, undefined, all), node).completes, throws: [] };
    default:
      return undefined;
  }
}

function addAny(engine: Engine, state: State, array: Atom, added: readonly Value[]): Outcome {
  const { universe } = engine;
  const key = universe.keyId(ELEMENTS);
  const old = intMap.get(recordOf(state, array).members, key);
  const all = added.reduce((into, value) => (into === undefined ? value : universe.join(into, value)), old);
  let after = all === undefined ? state : setMember(universe, state, array, ELEMENTS, all);
  if (all === TOP) for (const value of added) if (value !== TOP) after = setMember(universe, after, array, `${ALSO}${value}`, value);
  return { completes: [{ state: after, value: TOP }], throws: [] };
}

/** Runs a callback for one element after the other. */
function runOnEach(
  engine: Engine,
  state: State,
  elements: readonly Value[],
  method: string,
  node: Node,
  run: (from: State, element: Value) => Outcome,
): Outcome {
  const { universe } = engine;
  const throws: State[] = [];
  const done: { state: State; values: Value[] }[] = [];
  let running: { state: State; values: Value[] }[] = [{ state, values: [] }];
  for (const element of elements) {
    const next: typeof running = [];
    for (const { state: from, values } of running) {
      const outcome = run(from, element);
      throws.push(...outcome.throws);
      for (const { state: after, value } of outcome.completes) {
        const verdict = truth(universe, after, value);
        const stops =
          (method === 'some' && verdict === 'yes') ||
          (method === 'every' && verdict === 'no') ||
          (method.startsWith('find') && verdict === 'yes');
        (stops ? done : next).push({ state: after, values: [...values, value] });
      }
    }
    running = next;
  }
  const completes = [...done, ...running].flatMap(({ state: after, values }) => {
    if (method === 'forEach') return [{ state: after, value: universe.undefined }];
    if (method !== 'map') return result(engine, after, node).completes;
    const [made, atom] = allocate(engine, after, { kind: 'object', shape: 'array', site: node, age: 0 });
    return [{ state: setElements(engine, made, atom, values, []), value: universe.one(atom) }];
  });
  return { completes, throws };
}

function runOnUnknown(engine: Engine, state: State, node: Node, run: (from: State, element: Value) => Outcome): Outcome {
  const made = result(engine, state, node, 'element');
  return combine(made.completes.map(({ state: from, value }) => run(from, value)));
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
function runCallbacks(engine: Engine, state: State, { args, node, frame }: CallTarget): Outcome {
  const callbacks = args.values.flatMap((value) => closureAmong(engine, value) ?? []);
  if (callbacks.length === 0) return result(engine, state, node);
  return callbacks.reduce<Outcome>(
    (before, { function: fn }) =>
      combine([
        { completes: [], throws: before.throws },
        ...before.completes.map(({ state: from }) =>
          runRepeatedly(engine, from, node, (at) => followClosure(engine, frame, at, fn, TOP, { values: [], more: true }, node)),
        ),
      ]),
    { completes: [{ state, value: TOP }], throws: [] },
  );
}
