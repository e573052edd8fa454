/** Reading and writing the store by place. */
import * as intMap from './int-map.js';
import { CLOSED, withCells, withHeap, type ObjectRecord, type State } from './state.js';
import { TOP, type Atom, type Place, type Universe, type Value } from './values.js';

const OPEN: ObjectRecord = { members: null, epoch: 0 };
const EMPTY: ObjectRecord = { members: null, epoch: CLOSED };

export const emptyRecord = EMPTY;

/** The members of an atom: those of a thing that was there before are unknown, each with a name of its own. */
export function recordOf(state: State, atom: Atom): ObjectRecord {
  return intMap.get(state.heap, atom) ?? OPEN;
}

/** The value of an own member; undefined when a closed record does not have it. */
export function ownMember(universe: Universe, state: State, atom: Atom, key: string): Value | undefined {
  const record = recordOf(state, atom);
  const own = intMap.get(record.members, universe.keyId(key));
  if (own !== undefined || record.epoch === CLOSED) return own;
  return universe.one(universe.atom({ kind: 'member', base: atom, key, epoch: record.epoch }));
}

export function setMember(universe: Universe, state: State, atom: Atom, key: string, value: Value): State {
  const record = recordOf(state, atom);
  const members = intMap.set(record.members, universe.keyId(key), value);
  return members === record.members ? state : withRecord(state, atom, { ...record, members });
}

export function withRecord(state: State, atom: Atom, record: ObjectRecord): State {
  return withHeap(state, intMap.set(state.heap, atom, record));
}

export function readPlace(universe: Universe, state: State, place: Place): Value {
  if ('cell' in place) return intMap.get(state.cells, place.cell) ?? TOP;
  return ownMember(universe, state, place.object, place.key) ?? TOP;
}

export function writePlace(universe: Universe, state: State, place: Place, value: Value): State {
  if ('cell' in place) return withCells(state, intMap.set(state.cells, place.cell, value));
  return setMember(universe, state, place.object, place.key, value);
}

export function newRecord(state: State, atom: Atom): State {
  return withRecord(state, atom, emptyRecord);
}
