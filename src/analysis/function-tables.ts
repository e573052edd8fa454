/**
 * Tables of functions: `handlers[command]`. Whoever reads a table under a key that is not known gets one of its functions, and on each path it is known
 * which: the key is then the name of that one, and another table under the same key gives the function that goes with it.
 */
import type { Primitive } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { arrayElements } from './arrays.js';
import * as intMap from './int-map.js';
import { recordOf } from './places.js';
import { CLOSED, type State } from './state.js';
import { assume, testValue } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** Tables of more functions than this are not taken apart. */
const MAX_FUNCTIONS = 8;

/** The functions of the table, each with the state in which the key is its name; and the state in which it is none of these. */
interface Taken {
  readonly functions: readonly { readonly state: State; readonly value: Value }[];
  readonly rest: State | null;
}

/** Undefined when the object is no such table, or none of its functions has anything to do with contracts. */
export function takeFunction(engine: Engine, state: State, table: Value, key: Value): Taken | undefined {
  const { universe } = engine;
  const atom = universe.single(table);
  if (atom === undefined || universe.single(key) === undefined) return undefined;
  const named = functionsOf(engine, state, atom);
  if (named === undefined || !named.some(([, value]) => concernsContracts(engine, value))) return undefined;
  const functions: { state: State; value: Value }[] = [];
  let rest: State | null = state;
  for (const [name, value] of named) {
    if (rest === null) break;
    const isName = testValue(universe, rest, '===', key, universe.constant(name), null);
    const taken = assume(universe, rest, isName, true, null);
    if (taken !== null) functions.push({ state: taken, value });
    rest = assume(universe, rest, isName, false, null);
  }
  return { functions, rest };
}

function functionsOf(engine: Engine, state: State, table: Atom): readonly (readonly [Primitive, Value])[] | undefined {
  const { universe } = engine;
  const info = universe.info(table);
  if (info.kind !== 'object' || (info.shape !== 'object' && info.shape !== 'array')) return undefined;
  const named = info.shape === 'array' ? elementsOf(engine, state, table) : membersOf(engine, state, table);
  const isTable = named !== undefined && named.length > 0 && named.length <= MAX_FUNCTIONS;
  return isTable && named.every(([, value]) => isFunctionInSight(engine, value)) ? named : undefined;
}

const elementsOf = (engine: Engine, state: State, array: Atom): readonly (readonly [Primitive, Value])[] | undefined =>
  arrayElements(engine, state, engine.universe.one(array))?.map((value, index) => [index, value]);

function membersOf({ universe }: Engine, state: State, object: Atom): readonly (readonly [Primitive, Value])[] | undefined {
  const { members, epoch } = recordOf(state, object);
  if (epoch !== CLOSED) return undefined;
  const named: (readonly [Primitive, Value])[] = [];
  const special: string[] = [];
  // Members of that name are set somewhere, perhaps of other objects: the table as it was written has none.
  const isSetElsewhere = (value: Value): boolean => {
    const info = universe.info(universe.single(value) ?? 0);
    return value !== TOP && info.kind === 'member' && info.base === object;
  };
  intMap.forEach(members, (key, value) => {
    const name = universe.keyName(key);
    if (/^(?:\[|@@|[gs]et )/.test(name)) special.push(name);
    else if (!isSetElsewhere(value)) named.push([/^\d+$/.test(name) ? Number(name) : name, value]);
  });
  return special.length === 0 ? named : undefined;
}

function isFunctionInSight({ universe }: Engine, value: Value): boolean {
  const atom = universe.single(value);
  const info = atom === undefined ? undefined : universe.info(atom);
  return info?.kind === 'closure' || (info?.kind === 'external' && info.external.kind === 'function');
}

function concernsContracts({ universe, relevant }: Engine, value: Value): boolean {
  const info = universe.info(universe.single(value) ?? 0);
  return info.kind === 'external' || (info.kind === 'closure' && (relevant === null || relevant.has(info.function)));
}
