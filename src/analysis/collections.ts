/**
 * Maps and sets of the language: what is put in under a constant key comes out under it; what comes out under any other key has a name that holds
 * only in one round (interface 4.8).
 */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { arrayElements, giveArray, givePairs } from './arrays.js';
import { callFunction } from './calls.js';
import * as constraint from './constraint.js';
import { elementUnder, forgetElements, putBack } from './elements.js';
import type { Engine } from './engine.js';
import { keep } from './escape.js';
import { noteFirstUseIn } from './first-use.js';
import { ALSO, ELEMENTS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { handOutFunctions } from './kept-functions.js';
import { runOnUnknown, runRepeatedly } from './library-callbacks.js';
import { testAmong } from './membership.js';
import { constantOf } from './operators.js';
import { combine, result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember, withRecord } from './places.js';
import type { State } from './state.js';
import { knownOf, withFact } from './truth.js';
import { TOP, type Atom, type Place, type Value } from './values.js';

const constructors = new Set(['new Map', 'new Set', 'new WeakMap', 'new WeakSet']);

export const isCollectionConstructor = (path: string): boolean => constructors.has(path);

/** The hidden member for a key, if the key is a constant. */
function keyFor(engine: Engine, state: State, key: Value): string | undefined {
  const constant = constantOf(engine.universe, state, key);
  return constant === undefined ? undefined : `@${typeof constant.value}:${String(constant.value)}`;
}

export function makeCollection(engine: Engine, state: State, path: string, { args, node }: CallTarget): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'collection', site: node, age: 0 });
  const given = args.values[0];
  let filled = setMember(universe, newRecord(made, atom), atom, KIND, universe.constant(path.slice('new '.length)));
  const elements = given === undefined ? [] : arrayElements(engine, filled, given);
  if (elements === undefined) filled = addUnder(engine, filled, atom, undefined, TOP);
  for (const element of elements ?? []) {
    const entry = path.endsWith('Map') ? arrayElements(engine, filled, element) : undefined;
    const [key, value] = path.endsWith('Map') ? [entry?.[0] ?? TOP, entry?.[1] ?? TOP] : [TOP, element];
    filled = addUnder(
      engine,
      filled,
      atom,
      path.endsWith('Map') ? keyFor(engine, filled, key) : memberKey(engine, filled, atom, value),
      value,
    );
  }
  return { completes: [{ state: filled, value: universe.one(atom) }], throws: [] };
}

/** Puts a value in; under a key that is not known, it may be what any key gives. */
function addUnder(engine: Engine, state: State, collection: Atom, key: string | undefined, value: Value): State {
  const { universe } = engine;
  if (key !== undefined) {
    const isOpen = intMap.get(recordOf(state, collection).members, universe.keyId(ELEMENTS)) !== undefined;
    return setMember(universe, isOpen ? forgetElements(universe, state, collection) : state, collection, key, value);
  }
  const record = recordOf(state, collection);
  const joined = intMap.map(record.members, (old, id) => (id === universe.keyId(KIND) ? old : universe.join(old, value)));
  const elements = universe.keyId(ELEMENTS);
  const old = intMap.get(record.members, elements);
  const any = old === undefined ? value : universe.join(old, value);
  const without = forgetElements(universe, state, collection);
  const added = withRecord(keep(engine, without, 'add', [value]), collection, { ...record, members: intMap.set(joined, elements, any) });
  return any === TOP && value !== TOP ? setMember(universe, added, collection, `${ALSO}${value}`, value) : added;
}

/** Undefined for a method that does not look anything up or change anything. */
export function callCollection(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const { args, receiver, node } = target;
  const collection = universe.single(receiver);
  if (collection === undefined) return undefined;
  const giving = (after: State, value: Value): Outcome => ({ completes: [{ state: after, value }], throws: [] });
  const [first = TOP, second = TOP] = args.values;
  const key = keyFor(engine, state, first);
  switch (method) {
    case 'get': {
      const found = lookUp(engine, state, collection, key);
      if (found !== undefined) return giving(state, found);
      const handed = handOutFunctions(engine, state, collection, node);
      return universe.single(first) === undefined
        ? giveElement(engine, handed, collection, node)
        : giving(handed, elementUnder(universe, receiver, first));
    }
    case 'set':
      return giving(
        noteThere(engine, addUnder(engine, noteFirstUseIn(engine, state, collection, second), collection, key, second), target),
        receiver,
      );
    case 'add':
      return giving(addUnder(engine, state, collection, memberKey(engine, state, collection, first), first), receiver);
    case 'delete': {
      const was = isIn(engine, state, collection, first, null);
      if (was === universe.false) return giving(state, was);
      const after = takeOut(engine, state, collection, key, first);
      return was === universe.true ? giving(after, was) : result(engine, after, node);
    }
    case 'has': {
      const test = isIn(engine, state, collection, first, target.places[0] ?? null);
      return test === undefined ? undefined : giving(state, test);
    }
    case 'keys':
    case 'values':
    case 'entries': {
      const entries = entriesOf(engine, state, collection);
      if (entries === undefined)
        return method === 'values' ? giving(handOutFunctions(engine, state, collection, node), receiver) : undefined;
      if (method === 'entries') return givePairs(engine, state, node, entries);
      return giveArray(
        engine,
        state,
        node,
        entries.map(([name, value]) => (method === 'keys' ? name : value)),
      );
    }
    case 'forEach': {
      const entries = entriesOf(engine, state, collection);
      const [callback] = args.values;
      if (callback === undefined) return undefined;
      return entries === undefined
        ? runOnAnyEntry(engine, handOutFunctions(engine, state, collection, node), collection, callback, target)
        : runOnEntries(engine, state, entries, callback, target);
    }
    case 'clear':
      return giving(clear(engine, state, collection), universe.undefined);
    default:
      return undefined;
  }
}

/** What is found under a key that is not known goes by one name until the next time. */
function giveElement(engine: Engine, state: State, collection: Atom, node: Node): Outcome {
  const tag = `element:${collection}`;
  const last = engine.universe.atom({ kind: 'result', site: node, age: 0, known: constraint.ANY, tag });
  return result(engine, putBack(engine, state, last), node, tag);
}

/** `forEach` over entries that are known. */
function runOnEntries(
  engine: Engine,
  state: State,
  entries: readonly (readonly [Value, Value])[],
  callback: Value,
  { frame, receiver, node }: CallTarget,
): Outcome {
  const { universe } = engine;
  return entries.reduce<Outcome>(
    (before, [name, value]) => {
      const next = combine(
        before.completes.map((each) =>
          callFunction(engine, frame, each.state, callback, universe.undefined, { values: [value, name, receiver], more: false }, node),
        ),
      );
      return { completes: next.completes, throws: [...before.throws, ...next.throws] };
    },
    { completes: [{ state, value: universe.undefined }], throws: [] },
  );
}

/** `forEach` over entries that are not known. */
const runOnAnyEntry = (engine: Engine, state: State, collection: Atom, callback: Value, { frame, receiver, node }: CallTarget): Outcome =>
  runRepeatedly(
    engine,
    state,
    node,
    (from) =>
      runOnUnknown(engine, from, node, collection, (at, value) =>
        callFunction(engine, frame, at, callback, engine.universe.undefined, { values: [value, TOP, receiver], more: false }, node),
      ),
    collection,
  );

/** Hidden member: the name of the constructor. */
const KIND = '[[kind]]';

function kindOf(engine: Engine, state: State, collection: Atom): string | undefined {
  const value = intMap.get(recordOf(state, collection).members, engine.universe.keyId(KIND));
  const info = value === undefined ? undefined : engine.universe.info(engine.universe.single(value) ?? 0);
  return info?.kind === 'constant' && typeof info.value === 'string' ? info.value : undefined;
}

/** What has been put under a key that has no name, but is one thing, is there until anything else is put in or taken out. */
function noteThere(engine: Engine, state: State, { args, receiver }: CallTarget): State {
  const { universe } = engine;
  const [key = TOP, value = TOP] = args.values;
  const put = universe.single(value);
  const element = universe.single(key) === undefined ? undefined : universe.single(elementUnder(universe, receiver, key));
  return put === undefined || element === undefined ? state : withFact(universe, state, element, knownOf(universe, state, put));
}

/** The key under which a set keeps a member that has one name; undefined when another one is there under it. */
function memberKey(engine: Engine, state: State, set: Atom, member: Value): string | undefined {
  const { universe } = engine;
  const atom = universe.single(member);
  if (atom === undefined) return undefined;
  const key = keyFor(engine, state, member) ?? `@atom:${atom}`;
  const there = intMap.get(recordOf(state, set).members, universe.keyId(key));
  return there === undefined || there === member || there === universe.undefined ? key : undefined;
}

/** What is taken out is not there any more; what it was is not known without a constant key. */
function takeOut(engine: Engine, state: State, collection: Atom, key: string | undefined, first: Value): State {
  const { universe } = engine;
  if (kindOf(engine, state, collection)?.endsWith('Set') !== true) return addUnder(engine, state, collection, key, universe.undefined);
  const known = memberKey(engine, state, collection, first);
  const isThere = known !== undefined && intMap.get(recordOf(state, collection).members, universe.keyId(known)) !== undefined;
  return isThere
    ? setMember(universe, state, collection, known, universe.undefined)
    : addUnder(engine, state, collection, undefined, universe.undefined);
}

function clear(engine: Engine, state: State, collection: Atom): State {
  const { universe } = engine;
  const kind = kindOf(engine, state, collection);
  const empty = newRecord(forgetElements(universe, state, collection), collection);
  return kind === undefined ? empty : setMember(universe, empty, collection, KIND, universe.constant(kind));
}

/** A test of whether a collection has a key; undefined when that cannot be told from what is known to be in it. */
function isIn(engine: Engine, state: State, collection: Atom, wanted: Value, place: Place | null): Value | undefined {
  const { universe } = engine;
  const isMap = kindOf(engine, state, collection)?.endsWith('Map') === true;
  const key = isMap ? keyFor(engine, state, wanted) : memberKey(engine, state, collection, wanted);
  const found = lookUp(engine, state, collection, key);
  const missing = found === undefined ? 'unknown' : hasNothing(universe, found);
  if (missing === 'no') return universe.true;
  if (missing === 'yes' && isMap) return universe.false;
  const entries = entriesOf(engine, state, collection)?.map(([name, value]) => (isMap ? name : value));
  return entries && testAmong(universe, state, wanted, entries, place);
}

/** Whether a member is known to be missing. */
function hasNothing(universe: Engine['universe'], value: Value): 'yes' | 'no' | 'unknown' {
  if (value === universe.undefined) return 'yes';
  return value === TOP || universe.atoms(value).includes(universe.single(universe.undefined) ?? -1) ? 'unknown' : 'no';
}

/** What is in a collection, in the order in which its keys were first used; undefined when that is not known. */
function entriesOf(engine: Engine, state: State, collection: Atom): (readonly [Value, Value])[] | undefined {
  const { universe } = engine;
  const kind = kindOf(engine, state, collection);
  const { members } = recordOf(state, collection);
  if ((kind !== 'Map' && kind !== 'Set') || intMap.get(members, universe.keyId(ELEMENTS)) !== undefined) return undefined;
  const found: (readonly [Value, Value])[] = [];
  const unknown: number[] = [];
  intMap.forEach(members, (id, value) => {
    const [, type, text] = /^@(string|number|boolean|atom):(.*)$/s.exec(universe.keyName(id)) ?? [];
    if (type === undefined) {
      if (universe.keyName(id) !== KIND) unknown.push(id);
      return;
    }
    const missing = hasNothing(universe, value);
    if (missing === 'unknown') unknown.push(id);
    if (missing !== 'no') return;
    const key = type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text;
    found.push([kind === 'Set' ? value : universe.constant(key), value]);
  });
  return unknown.length === 0 ? found : undefined;
}

/** The elements of a map or set that is iterated, as an array; undefined for other values, and when they are not known. */
export function collectionElements(engine: Engine, state: State, iterable: Value, node: Node): Completion | undefined {
  const { universe } = engine;
  const atom = universe.single(iterable);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (atom === undefined || info?.kind !== 'object' || info.shape !== 'collection') return undefined;
  const entries = entriesOf(engine, state, atom);
  if (entries === undefined) return undefined;
  const { completes } =
    kindOf(engine, state, atom) === 'Map'
      ? givePairs(engine, state, node, entries)
      : giveArray(
          engine,
          state,
          node,
          entries.map(([, value]) => value),
        );
  return completes[0];
}

/** What a constant key gives; undefined when other keys may have changed it. */
function lookUp(engine: Engine, state: State, collection: Atom, key: string | undefined): Value | undefined {
  const { universe } = engine;
  const { members } = recordOf(state, collection);
  if (key === undefined || intMap.get(members, universe.keyId(ELEMENTS)) !== undefined) return undefined;
  return intMap.get(members, universe.keyId(key)) ?? universe.undefined;
}

/** A collection that functions change at any time: nothing is known of what is in it. */
export function collectionOnEntry(engine: Engine, state: State, collection: Atom): State {
  return setMember(engine.universe, newRecord(state, collection), collection, ELEMENTS, TOP);
}
