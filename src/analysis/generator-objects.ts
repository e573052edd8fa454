/**
 * What a generator object keeps in hidden members between two rounds of its body: the body, what it was called with, its variables and
 * temporaries, and the block at which it stopped.
 */
import type { FunctionNode, Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import type { Engine } from './engine.js';
import { setTemp, type Suspension } from './frame.js';
import * as intMap from './int-map.js';
import type { Arguments, Completion } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import type { Reach } from './reach.js';
import { withCells, type State } from './state.js';
import type { Atom, Value } from './values.js';

export const BODY = '[[body]]';
export const THIS_VALUE = '[[bodyThis]]';
/** Where a body stopped. */
export const POSITION = '[[position]]';
/** No block: a body that has ended does not go on. */
const ENDED = -1;
export const ARGUMENT = '[[argument]]';
const CELL = '[[cell]]';
const TEMP = '[[temp]]';

/** Calling a generator function runs nothing yet. */
export function makeGenerator(engine: Engine, state: State, fn: FunctionNode, thisValue: Value, args: Arguments, node: Node): Completion {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'iterator', site: node, age: 0 });
  let filled = setMember(
    universe,
    newRecord(made, atom),
    atom,
    BODY,
    universe.one(universe.atom({ kind: 'closure', function: fn, age: 0 })),
  );
  filled = setMember(universe, filled, atom, THIS_VALUE, thisValue);
  args.values.forEach((value, index) => {
    filled = setMember(universe, filled, atom, `${ARGUMENT}${index}`, value);
  });
  return { state: filled, value: universe.one(atom) };
}

export function isGenerator(engine: Engine, state: State, atom: Atom): boolean {
  const info = engine.universe.info(atom);
  return info.kind === 'object' && info.shape === 'iterator' && hidden(engine, state, atom, BODY) !== undefined;
}

export const hidden = (engine: Engine, state: State, atom: Atom, key: string): Value | undefined =>
  intMap.get(recordOf(state, atom).members, engine.universe.keyId(key));

/** The hidden members whose name starts like this, by the number that follows. */
export function numbered(engine: Engine, state: State, atom: Atom, prefix: string): [number, Value][] {
  const found: [number, Value][] = [];
  intMap.forEach(recordOf(state, atom).members, (key, value) => {
    const name = engine.universe.keyName(key);
    if (name.startsWith(prefix)) found.push([Number(name.slice(prefix.length)), value]);
  });
  return found;
}

/** Puts what the body needs to go on into the generator object. */
export function suspend(engine: Engine, { state, block }: Suspension, generator: Atom, reach: Reach): State {
  const { universe } = engine;
  let saved = setMember(universe, state, generator, POSITION, universe.constant(block));
  intMap.forEach(state.cells, (cell, value) => {
    if (!reach.cells.has(cell)) saved = setMember(universe, saved, generator, `${CELL}${cell}`, value);
  });
  intMap.forEach(state.temps, (temp, value) => {
    saved = setMember(universe, saved, generator, `${TEMP}${temp}`, value);
  });
  return saved;
}

/** A body that has returned or thrown gives nothing more. */
export const end = (engine: Engine, state: State, generator: Atom): State =>
  setMember(engine.universe, state, generator, POSITION, engine.universe.constant(ENDED));

export function restore(engine: Engine, entry: State, generator: Atom): State {
  let state = entry;
  for (const [cell, value] of numbered(engine, entry, generator, CELL)) state = withCells(state, intMap.set(state.cells, cell, value));
  for (const [temp, value] of numbered(engine, entry, generator, TEMP)) state = setTemp(state, temp, value);
  return state;
}
