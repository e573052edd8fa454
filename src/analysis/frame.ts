/** Activations: one run of a graph, and the temporaries that its instructions hand on. */
import type { BlockId, GraphOwner, Temp } from '../flow/graph.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { ownMember, setMember } from './places.js';
import type { GraphIndex } from './graph-index.js';
import type { Module } from './program.js';
import { withCells, withTemps, type State } from './state.js';
import { TOP, type Atom, type Place, type Value } from './values.js';

/** One run of a graph: what does not change while it runs. */
export interface Frame {
  readonly index: GraphIndex;
  readonly owner: GraphOwner;
  readonly module: Module;
  readonly thisValue: Value;
  readonly args: readonly Value[];
  /** Values of `args` beyond the listed ones are unknown (a spread, or a caller that cannot be seen). */
  readonly moreArgs: boolean;
  /** Calls that cannot be seen may throw to the caller, which handles it. */
  readonly mayThrow: boolean;
  readonly caller: Frame | null;
  /** The class whose constructor or initialisers run, for `super`. */
  readonly classAtom: Atom | null;
  /** Objects that a caller's variable or member holds, which this activation cannot get at. */
  readonly heldElsewhere: ReadonlySet<Atom>;
  readonly depth: number;
  /** Where a generator that is resumed by code in sight stops again; null for one that is not. */
  readonly suspensions: Suspension[] | null;
}

/** A generator at a `yield`. */
export interface Suspension {
  readonly state: State;
  readonly block: BlockId;
  readonly value: Value;
}

export const tempValue = (state: State, temp: Temp): Value => intMap.get(state.temps, temp) ?? TOP;

export const setTemp = (state: State, temp: Temp, value: Value): State => withTemps(state, intMap.set(state.temps, temp, value));

/** Where a temporary's value was read, if it was read from somewhere. */
export function placeOfTemp(engine: Engine, frame: Frame, state: State, temp: Temp): Place | null {
  const definition = frame.index.definitions[temp];
  if (definition?.kind === 'readVariable' && definition.variable !== null) return { cell: engine.universe.siteId(definition.variable) };
  if (definition?.kind === 'readMember' && definition.key.kind !== 'computed') {
    const object = engine.universe.single(tempValue(state, definition.object));
    if (object !== undefined) return { object, key: definition.key.kind === 'private' ? `#${definition.key.name}` : definition.key.name };
  }
  return null;
}

/** A state for each atom that the temporary may be; it, and where it was read, is then that atom. */
export function splitByAtom(engine: Engine, frame: Frame, state: State, temp: Temp): State[] {
  const { universe } = engine;
  const value = tempValue(state, temp);
  const atoms = universe.atoms(value);
  if (atoms.length < 2) return [state];
  const place = placeOfTemp(engine, frame, state, temp);
  return atoms.map((atom) => {
    const one = universe.one(atom);
    const at = setTemp(state, temp, one);
    if (place === null) return at;
    if ('cell' in place) return intMap.get(at.cells, place.cell) === value ? withCells(at, intMap.set(at.cells, place.cell, one)) : at;
    return ownMember(universe, at, place.object, place.key) === value ? setMember(universe, at, place.object, place.key, one) : at;
  });
}
