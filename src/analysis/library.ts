/**
 * The language's own library: it keeps nothing that it is handed (interface, section 6, "Library code"), runs callbacks in place,
 * and never reports. What it gives back has no name, except for the few cases listed here.
 */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import {
  BOUND,
  BOUND_ARGUMENT,
  BOUND_THIS,
  callClosure,
  callFunction,
  combine,
  result,
  type CallTarget,
  type Completion,
  type Outcome,
} from './calls.js';
import { callCollection, isCollectionConstructor, makeCollection } from './collections.js';
import { callStack, isStackConstructor, makeStack } from './disposal.js';
import type { Engine } from './engine.js';
import { callIteratorMethod } from './generators.js';
import { reportHeld } from './guards.js';
import { arrayElements, setElements } from './instructions.js';
import * as intMap from './int-map.js';
import { ALSO, CLASS, ELEMENTS, newRecord } from './members.js';
import { constantOf } from './operators.js';
import { recordOf, setMember } from './places.js';
import { callPromiseFunction, callPromiseMethod, settle } from './promises.js';
import { CLOSED, partition, type State } from './state.js';
import { assume } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** Names without a declaration that keep nothing of what they are handed. */
const pureGlobals = new Set([
  'AggregateError',
  'Array',
  'AsyncDisposableStack',
  'DisposableStack',
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
  '[iterator]',
  '[stack]',
  '[promise]',
  '[settle]',
  '[map]',
]);

/** Array methods that call their argument with each element, before they return. */
const iterating = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap']);
const folding = new Set(['reduce', 'reduceRight']);

/** A method of arrays that calls what it is handed before it returns, and does nothing else. */
export const runsInPlace = (method: string): boolean => iterating.has(method) || folding.has(method);

/** Methods that only keep books: what they are handed, they do not call. */
const keepingBooks = new Set([
  ...['add', 'adopt', 'at', 'clear', 'concat', 'defer', 'delete', 'entries', 'get', 'has', 'includes', 'indexOf', 'join', 'keys', 'move'],
  ...['pop', 'push', 'reverse', 'set', 'shift', 'slice', 'splice', 'toReversed', 'unshift', 'use', 'values'],
]);

/** Calls that are not taken to throw where somebody handles it: keeping books, and making an exception, which is to be thrown. */
export function neverThrows(path: string): boolean {
  const [, root, method] = /^(.*)\.([^.]*)$/.exec(path) ?? [];
  if (root === '[array]' || root === '[map]' || root === '[stack]') return keepingBooks.has(method ?? '');
  return root === '[settle]' || /^\w*Error$/.test(path);
}

/** Undefined when the path is no name of the library. */
export function callLibrary(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const root = path.replace(/^new /, '').split('.')[0] ?? '';
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (path.startsWith('[function].')) return callFunctionMethod(engine, state, method, target);
  if (!pureGlobals.has(root)) return undefined;
  if (isStackConstructor(path)) return makeStack(engine, state, target.node);
  if (root === '[stack]') return callStack(engine, state, method, target) ?? runCallbacks(engine, state, target);
  if (isCollectionConstructor(path)) return makeCollection(engine, state, path, target);
  if (root === '[map]') return callCollection(engine, state, method, target) ?? runCallbacks(engine, state, target);
  if (root === '[array]') return callArrayMethod(engine, state, method, target);
  if (root === '[iterator]') return callIteratorMethod(engine, state, method, target) ?? runCallbacks(engine, state, target);
  if (root === '[settle]') return settle(engine, state, path, target);
  if (root === '[promise]') return callPromiseMethod(engine, state, method, target) ?? runCallbacks(engine, state, target);
  if (root === 'Promise') return callPromiseFunction(engine, state, path, target) ?? runCallbacks(engine, state, target);
  return callStatic(engine, state, path, target) ?? runCallbacks(engine, state, target);
}

/** Functions of the library that give back, or call, what they are handed. */
function callStatic(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const { args, node, frame } = target;
  const [first = TOP, second = TOP, third = TOP] = args.values;
  if (/^new \w*Error$/.test(path)) return makeError(engine, state, path.slice('new '.length), first, node);
  switch (path) {
    case 'Object.assign':
      return assign(engine, state, target);
    case 'Object.freeze':
    case 'Object.seal':
    case 'Object.preventExtensions':
      return { completes: [{ state, value: first }], throws: [] };
    case 'Object.keys':
    case 'Object.values':
    case 'Object.entries': {
      const members = enumerable(engine, state, first);
      if (members === undefined) return undefined;
      if (path === 'Object.entries') return givePairs(engine, state, node, members);
      return giveArray(
        engine,
        state,
        node,
        members.map(([key, value]) => (path === 'Object.keys' ? key : value)),
      );
    }
    case 'Array.of':
      return args.more ? undefined : giveArray(engine, state, node, args.values);
    case 'Array.from': {
      const elements = arrayElements(engine, state, first);
      if (elements === undefined) return undefined;
      const callback = closureAmong(engine, args.values[1]);
      if (callback === undefined) return args.values.length > 1 ? undefined : giveArray(engine, state, node, elements);
      return runOnEach(engine, state, elements, 'map', node, (from, element, index) =>
        callClosure(engine, frame, from, callback, TOP, { values: [element, index], more: false }, node),
      );
    }
    case 'Reflect.apply':
      return callFunction(engine, frame, state, first, second, argumentList(engine, state, third), node);
    default:
      return undefined;
  }
}

function makeError(engine: Engine, state: State, name: string, message: Value, node: Node): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  const open = setMember(universe, newRecord(made, atom), atom, CLASS, universe.one(universe.atom({ kind: 'library', path: name })));
  return { completes: [{ state: setMember(universe, open, atom, 'message', message), value: universe.one(atom) }], throws: [] };
}

/** The members of an object literal, each with its name; undefined when some are not known. */
function enumerable(engine: Engine, state: State, object: Value): (readonly [Value, Value])[] | undefined {
  const { universe } = engine;
  const atom = universe.single(object);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (atom === undefined || info?.kind !== 'object' || info.shape !== 'object') return undefined;
  const { members, epoch } = recordOf(state, atom);
  if (epoch !== CLOSED) return undefined;
  const found: (readonly [Value, Value])[] = [];
  const special: string[] = [];
  intMap.forEach(members, (key, value) => {
    const name = universe.keyName(key);
    if (/^(?:\[|@@|[gs]et )/.test(name)) special.push(name);
    else if (!name.startsWith('#')) found.push([universe.constant(name), value]);
  });
  return special.length === 0 ? found : undefined;
}

function callFunctionMethod(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const { frame, node, args, receiver } = target;
  const atom = universe.single(receiver);
  if (atom === undefined || universe.info(atom).kind !== 'closure') return undefined;
  const thisValue = args.values[0] ?? TOP;
  const rest = { values: args.values.slice(1), more: args.more };
  switch (method) {
    case 'call':
      return callClosure(engine, frame, state, atom, thisValue, rest, node);
    case 'apply':
      return callClosure(engine, frame, state, atom, thisValue, argumentList(engine, state, args.values[1]), node);
    case 'bind':
      return rest.more ? undefined : bind(engine, state, receiver, thisValue, rest.values, node);
    default:
      return undefined;
  }
}

function argumentList(engine: Engine, state: State, list: Value | undefined): CallTarget['args'] {
  const values = arrayElements(engine, state, list ?? TOP);
  return { values: values ?? [], more: values === undefined };
}

/** `f.bind(receiver, ...args)` */
function bind(engine: Engine, state: State, callee: Value, receiver: Value, args: readonly Value[], node: Node): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  let filled = setMember(universe, newRecord(made, atom), atom, BOUND, callee);
  filled = setMember(universe, filled, atom, BOUND_THIS, receiver);
  args.forEach((value, index) => {
    filled = setMember(universe, filled, atom, `${BOUND_ARGUMENT}${index}`, value);
  });
  return { completes: [{ state: filled, value: universe.one(atom) }], throws: [] };
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

/** The function whose body can be seen that a value is. */
function closureAmong(engine: Engine, value: Value | undefined): Atom | undefined {
  const atom = value === undefined ? undefined : engine.universe.single(value);
  return atom !== undefined && engine.universe.info(atom).kind === 'closure' ? atom : undefined;
}

function callArrayMethod(engine: Engine, state: State, method: string, target: CallTarget): Outcome {
  const { universe } = engine;
  const { args, receiver, node, frame } = target;
  const elements = arrayElements(engine, state, receiver);
  const array = universe.single(receiver);
  const callback = closureAmong(engine, args.values[0]);
  if (callback !== undefined && iterating.has(method)) {
    const run = (from: State, element: Value, index: Value): Outcome =>
      callClosure(engine, frame, from, callback, TOP, { values: [element, index, receiver], more: false }, node);
    return elements === undefined || elements.length > MAX_TURNS
      ? runRepeatedly(engine, state, node, (from) => runOnUnknown(engine, from, node, run))
      : runOnEach(engine, state, elements, method, node, run);
  }
  if (callback !== undefined && folding.has(method)) {
    return elements === undefined || elements.length > MAX_TURNS
      ? runCallbacks(engine, state, target)
      : fold(engine, state, elements, method, callback, target);
  }
  const copied = elements === undefined ? undefined : copyOf(engine, state, method, elements, args);
  if (copied !== undefined) return giveArray(engine, state, node, copied);
  if (method === 'entries' && elements !== undefined) return giveEntries(engine, state, node, elements);
  if (array === undefined) return result(engine, state, node);
  return mutate(engine, state, method, array, elements, args.values, node) ?? runCallbacks(engine, state, target);
}

/** Callbacks are run for each element of arrays up to this length. */
const MAX_TURNS = 64;

/** The elements of the new array that a method gives; undefined for other methods, and when they are not known. */
function copyOf(
  engine: Engine,
  state: State,
  method: string,
  elements: readonly Value[],
  args: CallTarget['args'],
): readonly Value[] | undefined {
  const { universe } = engine;
  if (args.more) return undefined;
  switch (method) {
    case 'toReversed':
      return elements.toReversed();
    case 'slice': {
      const bounds = args.values.map((value) => constantOf(universe, state, value)?.value);
      return bounds.every((bound) => typeof bound === 'number') ? elements.slice(...bounds) : undefined;
    }
    case 'concat': {
      const parts = args.values.map((value) => {
        const info = universe.info(universe.single(value) ?? 0);
        if (info.kind === 'object' && info.shape === 'array') return arrayElements(engine, state, value);
        return universe.single(value) === undefined ? undefined : [value];
      });
      return parts.includes(undefined) ? undefined : [...elements, ...parts.flatMap((part) => part ?? [])];
    }
    case 'keys':
      return elements.map((_, index) => universe.constant(index));
    case 'values':
      return elements;
    default:
      return undefined;
  }
}

/** A new array. */
export function giveArray(engine: Engine, state: State, site: object, elements: readonly Value[]): Outcome {
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'array', site, age: 0 });
  return { completes: [{ state: setElements(engine, made, atom, elements, []), value: engine.universe.one(atom) }], throws: [] };
}

/** Names for the parts that one call makes. */
const parts = new WeakMap<object, object[]>();

function partOf(site: object, index: number): object {
  let known = parts.get(site);
  if (known === undefined) parts.set(site, (known = []));
  return (known[index] ??= {});
}

/** A new array of pairs. */
export function givePairs(engine: Engine, state: State, site: object, pairs: readonly (readonly [Value, Value])[]): Outcome {
  let made = state;
  const elements = pairs.map((pair, index) => {
    const [completion] = giveArray(engine, made, partOf(site, index), pair).completes;
    made = completion?.state ?? made;
    return completion?.value ?? TOP;
  });
  return giveArray(engine, made, site, elements);
}

const giveEntries = (engine: Engine, state: State, site: object, elements: readonly Value[]): Outcome =>
  givePairs(
    engine,
    state,
    site,
    elements.map((element, index) => [engine.universe.constant(index), element] as const),
  );

/** `reduce` over elements that are known. */
function fold(engine: Engine, state: State, elements: readonly Value[], method: string, callback: Atom, target: CallTarget): Outcome {
  const { args, receiver, node, frame } = target;
  const order = [...elements.entries()];
  if (method === 'reduceRight') order.reverse();
  const first = args.values.length > 1 ? args.values[1] : order.shift()?.[1];
  if (first === undefined) return result(engine, state, node);
  return order.reduce<Outcome>(
    (before, [index, element]) => {
      const next = combine(
        before.completes.map(({ state: from, value }) => {
          const values = [value, element, engine.universe.constant(index), receiver];
          return callClosure(engine, frame, from, callback, TOP, { values, more: false }, node);
        }),
      );
      return { completes: next.completes, throws: [...before.throws, ...next.throws] };
    },
    { completes: [{ state, value: first }], throws: [] },
  );
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
    case 'reverse':
      if (elements !== undefined) return becomes(elements.toReversed(), universe.one(array));
      return { completes: [{ state: setElements(engine, state, array, undefined, all), value: universe.one(array) }], throws: [] };
    case 'splice': {
      const cut = args.map((value) => constantOf(universe, state, value)?.value);
      const [start, count = Infinity] = cut;
      if (elements !== undefined && typeof start === 'number' && typeof count === 'number') {
        const kept = [...elements];
        const removed = kept.splice(start, count, ...args.slice(2));
        return giveArray(engine, setElements(engine, state, array, kept, []), node, removed);
      }
      return { completes: result(engine, setElements(engine, state, array, undefined, all), node).completes, throws: [] };
    }
    case 'sort':
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
function runOnEach(
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
  const search = searching[method];
  const order = [...elements.entries()];
  if (method.startsWith('findLast')) order.reverse();
  for (const [at, element] of order) {
    const index = universe.constant(at);
    const next: Turn[] = [];
    for (const { state: from, values } of running) {
      const outcome = run(from, element, index);
      throws.push(...outcome.throws);
      for (const { state: after, value } of outcome.completes) {
        if (search === undefined && method !== 'filter') {
          next.push({ state: after, values: values && [...values, value] });
          continue;
        }
        const [yes, no] = [assume(universe, after, value, true, null), assume(universe, after, value, false, null)];
        if (search === undefined) {
          if (yes !== null) next.push({ state: yes, values: values && [...values, element] });
          if (no !== null) next.push({ state: no, values });
          continue;
        }
        const [stopped, goesOn] = search.stopsAt ? [yes, no] : [no, yes];
        const given = { answer: search.stopsAt ? universe.true : universe.false, element, index }[search.gives];
        if (stopped !== null) found.push({ state: stopped, value: given });
        if (goesOn !== null) next.push({ state: goesOn, values });
      }
    }
    running = alike(engine, next);
  }
  const completes = running.flatMap(({ state: after, values }): readonly Completion[] => {
    if (search !== undefined) {
      const none = {
        answer: search.stopsAt ? universe.false : universe.true,
        element: universe.undefined,
        index: universe.constant(-1),
      };
      return [{ state: after, value: none[search.gives] }];
    }
    if (method === 'forEach') return [{ state: after, value: universe.undefined }];
    if (method === 'flatMap' || values === null) return result(engine, after, node).completes;
    return giveArray(engine, after, node, values).completes;
  });
  return { completes: [...found, ...completes], throws };
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

function runOnUnknown(engine: Engine, state: State, node: Node, run: (from: State, element: Value, index: Value) => Outcome): Outcome {
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
function runCallbacks(engine: Engine, state: State, { args, node, frame }: CallTarget): Outcome {
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
