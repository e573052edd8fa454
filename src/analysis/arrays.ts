/** Arrays in the store: elements that are known one by one, or one value for what may be any of them. */
import { allocate } from './allocate.js';
import { forgetElements } from './elements.js';
import type { Engine } from './engine.js';
import { keep } from './escape.js';
import { ALSO, CLASS, ELEMENTS, LENGTH } from './hidden-members.js';
import * as intMap from './int-map.js';
import type { Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** The elements of an array whose length is known. */
export function arrayElements(engine: Engine, state: State, value: Value): Value[] | undefined {
  const { universe } = engine;
  const atom = universe.single(value);
  if (atom === undefined) return undefined;
  const record = intMap.get(state.heap, atom);
  const length = record === undefined ? undefined : intMap.get(record.members, universe.keyId(LENGTH));
  const info = length === undefined ? undefined : universe.info(universe.single(length) ?? 0);
  if (info?.kind !== 'constant' || typeof info.value !== 'number') return undefined;
  return Array.from(
    { length: info.value },
    (_, index) => intMap.get(record?.members ?? null, universe.keyId(String(index))) ?? universe.undefined,
  );
}

/** Sets the elements of an array; undefined when they are not known, but may be any of `among`. */
export function setElements(
  engine: Engine,
  state: State,
  array: Atom,
  elements: readonly Value[] | undefined,
  among: readonly Atom[],
): State {
  const { universe } = engine;
  let cleared = newRecord(forgetElements(universe, state, array), array);
  const cls = intMap.get(recordOf(state, array).members, universe.keyId(CLASS));
  if (cls !== undefined) cleared = setMember(universe, cleared, array, CLASS, cls);
  if (elements === undefined) return setMember(universe, cleared, array, ELEMENTS, among.length === 0 ? TOP : universe.of(among));
  const filled = elements.reduce((into, value, index) => setMember(universe, into, array, String(index), value), cleared);
  return setMember(universe, filled, array, LENGTH, universe.constant(elements.length));
}

/** A new array. */
export function giveArray(engine: Engine, state: State, site: object, elements: readonly Value[]): Outcome {
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'array', site, age: 0 });
  return { completes: [{ state: setElements(engine, made, atom, elements, []), value: engine.universe.one(atom) }], throws: [] };
}

/** Whatever is known to be in an array, map or set, in no order. */
export function contentsOf({ universe }: Engine, state: State, collection: Atom): Value[] {
  const contents: Value[] = [];
  intMap.forEach(recordOf(state, collection).members, (key, value) => {
    const name = universe.keyName(key);
    if (name === ELEMENTS || name.startsWith(ALSO) || /^[\d@]/.test(name)) contents.push(value);
  });
  return contents;
}

/** A new array whose elements are not known one by one: it holds all of `contents`, or some of them. */
export function giveOpenArray(engine: Engine, state: State, site: object, contents: readonly Value[]): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'array', site, age: 0 });
  return { completes: [{ state: fillOpenArray(engine, made, atom, contents), value: universe.one(atom) }], throws: [] };
}

/** Makes an array one whose elements are not known one by one. */
export const fillOpenArray = (engine: Engine, state: State, array: Atom, contents: readonly Value[]): State =>
  addToOpenArray(engine, newRecord(state, array), array, contents.length === 0 ? [TOP] : contents);

/** What any element may be now that these were put into the array; where that may be anything, what is known to be there is listed besides. */
export function addToOpenArray(engine: Engine, state: State, array: Atom, added: readonly Value[]): State {
  const { universe } = engine;
  const { members } = recordOf(state, array);
  const old = intMap.get(members, universe.keyId(ELEMENTS));
  const any = added.reduce((into, value) => (into === undefined ? value : universe.join(into, value)), old);
  let after = any === undefined ? state : setMember(universe, state, array, ELEMENTS, any);
  if (any === TOP) for (const value of added) if (value !== TOP) after = setMember(universe, after, array, `${ALSO}${value}`, value);
  const all = [...added];
  intMap.forEach(members, (_key, value) => {
    all.push(value);
  });
  return keep(engine, after, 'push', all);
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
