/** What others can get at when a function has ended. */
import { elementSite } from './elements.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import type { ModuleVariables } from './identities.js';
import * as intMap from './int-map.js';
import { isAttachedContext } from './kept-data.js';
import { isOpenCollection, isUnfollowed } from './leaks.js';
import { Reachability } from './reach.js';
import type { State } from './state.js';
import { isMadeHandle, type Atom, type Value } from './values.js';

/** What whoever has the values can get at. */
export function reachedFrom({ universe, program }: Engine, state: State, values: readonly Value[]): ReadonlySet<Atom> {
  const reachability = new Reachability(universe, program, state);
  for (const value of values) reachability.addValue(value);
  return reachability.close().atoms;
}

/** Variables that outlive an activation. */
export function keptCells(
  { universe, program }: Engine,
  variables: ModuleVariables,
  { owner }: Frame,
  { cells }: State,
): ReadonlySet<number> {
  const kept = new Set(owner.type === 'Program' ? [] : program.freeVariables(owner).map((variable) => universe.siteId(variable)));
  intMap.forEach(cells, (cell) => {
    if (variables.has(cell)) kept.add(cell);
  });
  return kept;
}

/** What others can get at: module variables, captured variables, arguments, `this`. */
export function outsideOf(engine: Engine, variables: ModuleVariables, frame: Frame, state: State): ReadonlySet<Atom> {
  const { universe, program } = engine;
  const reachability = new Reachability(universe, program, state);
  for (const value of [frame.thisValue, ...frame.args]) reachability.addValue(value);
  for (const cell of keptCells(engine, variables, frame, state)) reachability.addCell(cell);
  return reachability.close().atoms;
}

/** What the kit goes on handing to callbacks once the module is attached; null when there is nothing. */
export function reachOfContexts(engine: Engine, state: State): ReadonlySet<Atom> | null {
  const contexts: Atom[] = [];
  intMap.forEach(state.hot, (atom) => {
    if (isAttachedContext(engine.objectState(state, atom))) contexts.push(atom);
  });
  if (contexts.length === 0) return null;
  return reachedFrom(
    engine,
    state,
    contexts.map((atom) => engine.universe.one(atom)),
  );
}

/** It was not made in the function that has ended. */
export function wasThereBefore({ universe }: Engine, atom: Atom): boolean {
  const info = universe.info(atom);
  return info.kind === 'entry' || info.kind === 'member' || info.kind === 'expression' || (info.kind === 'result' && !isMadeHandle(info));
}

/** In a collection, taken out of one, or in one of which nobody knows any more what was put in. */
export function isInside(engine: Engine, variables: ModuleVariables, frame: Frame, state: State, atom: Atom): boolean {
  if (isUnfollowed(engine, state, atom) || elementSite(engine.universe, atom) !== null) return true;
  const outside = outsideOf(engine, variables, frame, state);
  return !outside.has(atom) && [...outside].some((other) => isOpenCollection(engine, state, other));
}
