/** Methods of arrays. */
import type { Node } from '../flow/graph.js';
import { addToOpenArray, arrayElements, contentsOf, giveArray, giveOpenArray, givePairs, setElements } from './arrays.js';
import { callFunction } from './calls.js';
import * as constraint from './constraint.js';
import { elementUnder, forgetElements } from './elements.js';
import type { Engine } from './engine.js';
import { ELEMENTS, LENGTH } from './hidden-members.js';
import * as intMap from './int-map.js';
import { handOutFunctions } from './kept-functions.js';
import { callableAmong, MAX_TURNS, runCallbacks, runOnEach, runOnUnknown, runRepeatedly, takeAnswers } from './library-callbacks.js';
import { indexAmong, testAmong } from './membership.js';
import { constantOf } from './operators.js';
import { combine, result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { recordOf, setMember } from './places.js';
import { partition, type State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** Array methods that call their argument with each element, before they return. */
const iterating = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap']);
const finding = new Set(['find', 'findLast']);
const folding = new Set(['reduce', 'reduceRight']);

/** A method of arrays that calls what it is handed before it returns, and does nothing else. */
export const runsInPlace = (method: string): boolean => iterating.has(method) || folding.has(method);

/** Methods that leave what is in an array where it is. */
const addingOnly = new Set(['push', 'unshift', 'includes', 'indexOf', 'lastIndexOf', 'join', 'keys']);

/** Methods that give a new array of what is in the old one, or of some of it. */
const copying = new Set(['concat', 'filter', 'slice', 'toReversed', 'toSorted']);

export function callArrayMethod(engine: Engine, before: State, method: string, target: CallTarget): Outcome {
  const { universe } = engine;
  const { args, receiver, node, frame } = target;
  const elements = arrayElements(engine, before, receiver);
  const array = universe.single(receiver);
  const state = elements !== undefined || addingOnly.has(method) ? before : handOutFunctions(engine, before, array, node);
  const callback = callableAmong(engine, state, args.values[0]);
  if (callback !== undefined && iterating.has(method)) {
    const run = (from: State, element: Value, index: Value): Outcome =>
      takeAnswers(
        engine,
        callFunction(engine, frame, from, callback, TOP, { values: [element, index, receiver], more: false }, node),
        method,
        target,
      );
    if (elements === undefined || elements.length > MAX_TURNS) {
      const outcome = runRepeatedly(engine, state, node, (from) => runOnUnknown(engine, from, node, array, run), array);
      if (finding.has(method) && array !== undefined)
        return { ...outcome, completes: outcome.completes.flatMap((each) => anyElement(engine, each.state, array, node).completes) };
      return method === 'filter' && array !== undefined ? copyingFrom(engine, outcome, array, [], node) : outcome;
    }
    return runOnEach(engine, state, elements, method, node, run);
  }
  if (callback !== undefined && folding.has(method)) {
    return elements === undefined || elements.length > MAX_TURNS
      ? (foldUnknown(engine, state, callback, target) ?? runCallbacks(engine, state, method, target))
      : fold(engine, state, elements, method, callback, target);
  }
  const sought = lookedFor(engine, state, method, elements, target);
  if (sought !== undefined) return sought;
  const copied = elements === undefined ? undefined : copyOf(engine, state, method, elements, args);
  if (copied !== undefined) return giveArray(engine, state, node, copied);
  if (method === 'entries' && elements !== undefined) return giveEntries(engine, state, node, elements);
  if (array === undefined) return result(engine, state, node);
  if (copying.has(method))
    return copyingFrom(engine, runCallbacks(engine, state, method, target), array, addedBy(engine, state, method, args), node);
  return mutate(engine, state, method, array, elements, args.values, node) ?? runCallbacks(engine, state, method, target);
}

/** What a method gives that looks for its argument; undefined for other methods. */
function lookedFor(
  { universe }: Engine,
  state: State,
  method: string,
  elements: readonly Value[] | undefined,
  { args, places }: CallTarget,
): Outcome | undefined {
  const [wanted, another] = args.values;
  if (elements === undefined || wanted === undefined || another !== undefined || args.more) return undefined;
  if (method !== 'includes' && method !== 'indexOf') return undefined;
  const isTest = method === 'includes';
  const found = isTest ? testAmong(universe, state, wanted, elements, places[0] ?? null) : indexAmong(universe, state, wanted, elements);
  return found === undefined ? undefined : { completes: [{ state, value: found }], throws: [] };
}

/** The method gives a new array of what is in `array`, in what order and how much of it nobody can tell. */
function copyingFrom(engine: Engine, outcome: Outcome, array: Atom, added: readonly Value[], node: Node): Outcome {
  const copies = outcome.completes.map(({ state }) => {
    const contents = [...contentsOf(engine, state, array), ...added];
    return contents.length === 0 ? result(engine, state, node) : giveOpenArray(engine, state, node, contents);
  });
  return { completes: copies.flatMap(({ completes }) => completes), throws: outcome.throws };
}

/** What a method puts into the new array besides the elements of the old one. */
function addedBy(engine: Engine, state: State, method: string, args: CallTarget['args']): Value[] {
  if (method !== 'concat') return [];
  const added = args.values.flatMap((value) => {
    const atom = engine.universe.single(value);
    const info = atom === undefined ? undefined : engine.universe.info(atom);
    return atom !== undefined && info?.kind === 'object' && info.shape === 'array' ? contentsOf(engine, state, atom) : [value];
  });
  return args.more ? [...added, TOP] : added;
}

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
          return callFunction(engine, frame, from, callback, TOP, { values, more: false }, node);
        }),
      );
      return { completes: next.completes, throws: [...before.throws, ...next.throws] };
    },
    { completes: [{ state, value: first }], throws: [] },
  );
}

/**
 * `reduce` over elements that are not known: what the callback gives is what it is handed for the next one. Undefined when that is more than
 * a few constants and statuses.
 */
function foldUnknown(engine: Engine, state: State, callback: Value, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const { args, node, frame } = target;
  const isPlain = (value: Value): boolean =>
    value !== TOP && universe.atoms(value).every((atom) => ['constant', 'status'].includes(universe.info(atom).kind));
  const [, first = TOP] = args.values;
  const throws: State[] = [];
  const seen = new Map<string, Completion>();
  let pending: Completion[] = [{ state, value: first }];
  for (let round = 0; pending.length > 0; round++) {
    if (round > MAX_ROUNDS || !pending.every(({ value }) => isPlain(value))) return undefined;
    const came = pending.flatMap((next) => joinInto(engine, seen, next) ?? []);
    pending = [];
    for (const { state: from, value } of came) {
      const outcome = callFunction(engine, frame, from, callback, TOP, { values: [value], more: true }, node);
      throws.push(...outcome.throws);
      pending.push(...outcome.completes);
    }
  }
  return { completes: [...seen.values()], throws };
}

/** More rounds than this, and nobody knows what has come together. */
const MAX_ROUNDS = 6;

/** What is there once the completion is joined to it; undefined when that is nothing new. */
function joinInto(engine: Engine, seen: Map<string, Completion>, { state, value }: Completion): Completion | undefined {
  const key = partition(state);
  const there = seen.get(key);
  const joined =
    there === undefined
      ? { state, value }
      : { state: engine.lattice.join(there.state, state), value: engine.universe.join(there.value, value) };
  if (joined.state === there?.state && joined.value === there.value) return undefined;
  seen.set(key, joined);
  return joined;
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
        ? addAny(engine, state, array, args, node)
        : becomes([...elements, ...args], universe.constant(elements.length + args.length));
    case 'unshift':
      return elements === undefined
        ? addAny(engine, forgetElements(universe, state, array), array, args, node)
        : becomes([...args, ...elements], TOP);
    case 'pop':
      return elements === undefined
        ? anyElement(engine, forgetElements(universe, withoutLength(engine, state, array), array), array, node)
        : becomes(elements.slice(0, -1), elements.at(-1) ?? universe.undefined);
    case 'shift':
      return elements === undefined
        ? anyElement(engine, forgetElements(universe, withoutLength(engine, state, array), array), array, node)
        : becomes(elements.slice(1), elements[0] ?? universe.undefined);
    case 'at': {
      const info = universe.info(universe.single(args[0] ?? TOP) ?? 0);
      if (info.kind === 'constant' && elements === undefined) return anyElement(engine, state, array, node);
      if (elements === undefined || info.kind !== 'constant' || typeof info.value !== 'number') {
        const element = elementUnder(universe, universe.one(array), args[0] ?? TOP);
        return element === TOP ? anyElement(engine, state, array, node) : { completes: [{ state, value: element }], throws: [] };
      }
      return { completes: [{ state, value: elements.at(info.value) ?? universe.undefined }], throws: [] };
    }
    case 'indexOf':
    case 'lastIndexOf':
      return result(engine, state, node, '', constraint.wholeBetween(-1, Infinity));
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
      const contents = contentsOf(engine, state, array);
      const isEmptied = start === 0 && args.length === 1;
      const after = isEmptied ? setElements(engine, state, array, [], []) : setElements(engine, state, array, undefined, all);
      return contents.length === 0 ? result(engine, after, node) : giveOpenArray(engine, after, node, contents);
    }
    case 'sort':
    case 'fill':
    case 'copyWithin':
      return { completes: result(engine, setElements(engine, state, array, undefined, all), node).completes, throws: [] };
    default:
      return undefined;
  }
}

/** What comes out of an array whose elements are not known, if there is anything. */
const anyElement = (engine: Engine, state: State, array: Atom, node: Node): Outcome => result(engine, state, node, `element:${array}`);

const withoutLength = (engine: Engine, state: State, array: Atom): State => setMember(engine.universe, state, array, LENGTH, TOP);

/** An array is at least as long as what was just added to it. */
function withLength(engine: Engine, state: State, array: Atom, least: number, node: Node): State {
  if (least === 0) return state;
  const [counted] = result(engine, state, node, 'length', constraint.wholeBetween(least, Infinity)).completes;
  return counted === undefined ? state : setMember(engine.universe, counted.state, array, LENGTH, counted.value);
}

function addAny(engine: Engine, state: State, array: Atom, added: readonly Value[], node: Node): Outcome {
  const counted = withLength(engine, addToOpenArray(engine, state, array, added), array, added.length, node);
  return { completes: [{ state: counted, value: TOP }], throws: [] };
}
