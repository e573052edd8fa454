/**
 * The variables of one activation that outlive it because closures share them: several closures of the same activation see what one of them assigns,
 * those of another activation do not. While the activation or one of its closures runs, the variables are in their cells; in between they are
 * members of an object, the environment, that the closures keep in hidden members.
 */
import type { FunctionNode, Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import type { Engine } from './engine.js';
import { ENVIRONMENT, KEPT, VARIABLE } from './hidden-members.js';
import * as intMap from './int-map.js';
import { emptyRecord, newRecord, ownMember, recordOf, setMember, withRecord } from './places.js';
import { isFunction } from './program.js';
import { CLOSED, withCells, type State } from './state.js';
import type { Atom } from './values.js';

/** A closure gets the environments of the activations around it whose variables it shares. */
export function withEnvironments(engine: Engine, state: State, closure: Atom, fn: FunctionNode): State {
  const { universe } = engine;
  let after = state;
  for (const owner of engine.program.environmentsOf(fn)) {
    const cell = universe.siteId(owner);
    let environment = intMap.get(after.cells, cell);
    if (environment === undefined) {
      const [made, atom] = allocate(engine, after, { kind: 'object', shape: 'object', site: owner, age: 0 });
      environment = universe.one(atom);
      after = withCells(newRecord(made, atom), intMap.set(made.cells, cell, environment));
    }
    after = setMember(universe, after, closure, `${ENVIRONMENT}${cell}`, environment);
  }
  return after;
}

/** The environments of a closure whose activations have ended and that no other closure has opened. */
export function closedEnvironments(engine: Engine, state: State, closure: Atom): FunctionNode[] {
  const { universe } = engine;
  const owners: FunctionNode[] = [];
  intMap.forEach(recordOf(state, closure).members, (key, value) => {
    const environment = universe.keyName(key).startsWith(ENVIRONMENT) ? universe.single(value) : undefined;
    const owner = environment === undefined ? undefined : ownerOf(engine, environment);
    if (owner !== undefined && isKept(engine, state, environment as Atom)) owners.push(owner);
  });
  return owners;
}

/** The cells that an environment fills while one of its closures runs. */
export function cellsOf(engine: Engine, owner: FunctionNode): number[] {
  return [owner, ...engine.program.sharedVariables(owner)].map((each) => engine.universe.siteId(each));
}

/** Puts the variables of a closure's environment into their cells. */
export function openEnvironment(engine: Engine, state: State, closure: Atom, owner: FunctionNode): State {
  const { universe } = engine;
  const cell = universe.siteId(owner);
  const value = intMap.get(recordOf(state, closure).members, universe.keyId(`${ENVIRONMENT}${cell}`));
  const environment = value === undefined ? undefined : universe.single(value);
  if (value === undefined || environment === undefined) return state;
  let { cells } = withCells(state, intMap.set(state.cells, cell, value));
  for (const variable of engine.program.sharedVariables(owner)) {
    const id = universe.siteId(variable);
    const kept = ownMember(universe, state, environment, `${VARIABLE}${id}`);
    cells = kept === undefined ? intMap.remove(cells, id) : intMap.set(cells, id, kept);
  }
  return withRecord(withCells(state, cells), environment, emptyRecord);
}

/** Takes the variables of an activation that ends, or of a closure that has run, out of their cells. */
export function closeEnvironment(engine: Engine, state: State, owner: FunctionNode): State {
  const { universe } = engine;
  const cell = universe.siteId(owner);
  const value = intMap.get(state.cells, cell);
  if (value === undefined) return state;
  const environment = universe.single(value);
  let { cells }: Pick<State, 'cells'> = state;
  let members: State['cells'] = null;
  members = intMap.set(members, universe.keyId(KEPT), universe.true);
  for (const variable of engine.program.sharedVariables(owner)) {
    const id = universe.siteId(variable);
    const held = intMap.get(cells, id);
    if (held !== undefined) members = intMap.set(members, universe.keyId(`${VARIABLE}${id}`), held);
    cells = intMap.remove(cells, id);
  }
  const closed = withCells(state, intMap.remove(cells, cell));
  return environment === undefined ? closed : withRecord(closed, environment, { members, epoch: CLOSED });
}

/** An activation begins: what closures of others share is none of its business. */
export function withoutEnvironment(engine: Engine, state: State, owner: object): State {
  const cells = intMap.remove(state.cells, engine.universe.siteId(owner));
  return cells === state.cells ? state : withCells(state, cells);
}

const isKept = (engine: Engine, state: State, environment: Atom): boolean =>
  intMap.get(recordOf(state, environment).members, engine.universe.keyId(KEPT)) !== undefined;

function ownerOf(engine: Engine, environment: Atom): FunctionNode | undefined {
  const info = engine.universe.info(environment);
  if (info.kind !== 'object' || !('type' in info.site)) return undefined;
  const site = info.site as Node;
  return isFunction(site) ? site : undefined;
}
