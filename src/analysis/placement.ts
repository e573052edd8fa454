/** Which paths have to stay apart because the same name stands for another object on each. */
import type { GraphOwner, Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { functionAround } from './program.js';
import type { State } from './state.js';
import type { Atom, Value } from './values.js';

/**
 * Where the objects are that calls of `owner` have made, as far as something is held on them. A function that makes an object or fails has the
 * same name for it whichever of its calls it was that did not: `a = open(); b = open();` leaves one object on two paths, in `a` or in `b`.
 */
export function whereHeld(engine: Engine, state: State, owner: GraphOwner): string {
  const { universe } = engine;
  const made = new Set<Atom>();
  intMap.forEach(state.hot, (atom) => {
    if (isMadeElsewhere(engine, atom, owner)) made.add(atom);
  });
  if (made.size === 0) return '';
  let where = '';
  const note = (value: Value, place: string | number): void => {
    const atom = universe.single(value);
    if (atom !== undefined && made.has(atom)) where += `@${place}:${atom}`;
  };
  intMap.forEach(state.cells, (cell, value) => {
    note(value, cell);
  });
  intMap.forEach(state.heap, (object, { members }) => {
    intMap.forEach(members, (key, value) => {
      note(value, `${object}.${key}`);
    });
  });
  return where;
}

function isMadeElsewhere({ universe }: Engine, atom: Atom, owner: GraphOwner): boolean {
  const info = universe.info(atom);
  if ((info.kind !== 'object' && info.kind !== 'result') || !isNode(info.site)) return false;
  const around = functionAround(info.site);
  return around !== null && around !== owner;
}

/** Some things are made by what is no node. */
const isNode = (site: object): site is Node => 'type' in site && 'loc' in site;
