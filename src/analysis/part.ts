/**
 * The part of the state of all modules that matters to a function that is entered from outside: what it can get at, and what else holds the things
 * that it can get at. So a function costs what it touches, and not what there is.
 */
import type { FunctionNode } from '../flow/graph.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { Reachability, restrict } from './reach.js';
import { amend, type State } from './state.js';
import type { Atom, Value } from './values.js';

/** The variables and objects that hold each atom. */
interface Holders {
  readonly cells: ReadonlyMap<Atom, readonly number[]>;
  readonly objects: ReadonlyMap<Atom, readonly Atom[]>;
}

const known = new WeakMap<State, Holders>();

function holdersIn(engine: Engine, state: State): Holders {
  const there = known.get(state);
  if (there !== undefined) return there;
  const cells = new Map<Atom, number[]>();
  const objects = new Map<Atom, Atom[]>();
  const hold = (by: Map<Atom, number[]>, holder: number, value: Value): void => {
    for (const atom of engine.universe.atoms(value)) {
      if (!isThing(engine, atom)) continue;
      const holders = by.get(atom);
      if (holders === undefined) by.set(atom, [holder]);
      else holders.push(holder);
    }
  };
  intMap.forEach(state.cells, (cell, value) => {
    hold(cells, cell, value);
  });
  intMap.forEach(state.heap, (object, { members }) => {
    intMap.forEach(members, (_key, value) => {
      hold(objects, object, value);
    });
  });
  const holders = { cells, objects };
  known.set(state, holders);
  return holders;
}

/** Something that a registration or capture can stand on. */
function isThing(engine: Engine, atom: Atom): boolean {
  const { kind } = engine.universe.info(atom);
  return kind === 'object' || kind === 'entry' || kind === 'member' || kind === 'result';
}

/** `handed`: `this` and the arguments. */
export function partFor(engine: Engine, fn: FunctionNode, state: State, handed: readonly Value[]): State {
  const { universe, program } = engine;
  const holders = holdersIn(engine, state);
  const reachability = new Reachability(universe, program, state, true);
  for (const variable of program.freeVariables(fn)) reachability.addCell(universe.siteId(variable));
  for (const value of handed) reachability.addValue(value);
  const { reach } = reachability;
  reachability.close();
  // The set grows while it is walked through.
  for (const atom of reach.atoms) {
    for (const cell of holders.cells.get(atom) ?? []) reachability.addCell(cell);
    for (const object of holders.objects.get(atom) ?? []) reachability.addAtom(object);
    reachability.close();
  }
  const part = restrict(state, reach);
  const names = intMap.size(part.born);
  return amend(part, { names, namesInUse: names });
}
