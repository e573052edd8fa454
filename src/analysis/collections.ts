/**
 * Maps and sets of the language: what is put in under a constant key comes out under it; what comes out under any other key has a name that holds
 * only in one round (interface 4.8).
 */
import { allocate } from './allocate.js';
import { result, type CallTarget, type Outcome } from './calls.js';
import type { Engine } from './engine.js';
import { arrayElements } from './instructions.js';
import * as intMap from './int-map.js';
import { ALSO, ELEMENTS, newRecord } from './members.js';
import { constantOf } from './operators.js';
import { recordOf, setMember, withRecord } from './places.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

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
  let filled = newRecord(made, atom);
  const elements = given === undefined ? [] : arrayElements(engine, filled, given);
  if (elements === undefined) filled = addUnder(engine, filled, atom, undefined, TOP);
  for (const element of elements ?? []) {
    const entry = path.endsWith('Map') ? arrayElements(engine, filled, element) : undefined;
    const [key, value] = path.endsWith('Map') ? [entry?.[0] ?? TOP, entry?.[1] ?? TOP] : [TOP, element];
    filled = addUnder(engine, filled, atom, keyFor(engine, filled, key), value);
  }
  return { completes: [{ state: filled, value: universe.one(atom) }], throws: [] };
}

/** Puts a value in; under a key that is not known, it may be what any key gives. */
function addUnder(engine: Engine, state: State, collection: Atom, key: string | undefined, value: Value): State {
  const { universe } = engine;
  if (key !== undefined) return setMember(universe, state, collection, key, value);
  const record = recordOf(state, collection);
  const joined = intMap.map(record.members, (old) => universe.join(old, value));
  const elements = universe.keyId(ELEMENTS);
  const old = intMap.get(record.members, elements);
  const any = old === undefined ? value : universe.join(old, value);
  const added = withRecord(state, collection, { ...record, members: intMap.set(joined, elements, any) });
  return any === TOP && value !== TOP ? setMember(universe, added, collection, `${ALSO}${value}`, value) : added;
}

/** Undefined for a method that does not look anything up or change anything. */
export function callCollection(engine: Engine, state: State, method: string, { args, receiver, node }: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const collection = universe.single(receiver);
  if (collection === undefined) return undefined;
  const giving = (after: State, value: Value): Outcome => ({ completes: [{ state: after, value }], throws: [] });
  const [first = TOP, second = TOP] = args.values;
  const key = keyFor(engine, state, first);
  switch (method) {
    case 'get': {
      const found = lookUp(engine, state, collection, key);
      return found === undefined ? result(engine, state, node, `element:${collection}`) : giving(state, found);
    }
    case 'set':
      return giving(addUnder(engine, state, collection, key, second), receiver);
    case 'add':
      return giving(addUnder(engine, state, collection, undefined, first), receiver);
    case 'delete':
      return { completes: result(engine, addUnder(engine, state, collection, key, universe.undefined), node).completes, throws: [] };
    case 'values':
      return giving(state, receiver);
    case 'clear':
      return giving(newRecord(state, collection), universe.undefined);
    default:
      return undefined;
  }
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
