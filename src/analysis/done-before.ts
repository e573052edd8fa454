/** Routines that do their work once, and keep in a flag that they have. */
import type { Primitive } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { held } from './object-state.js';
import { readPlace } from './places.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';
import type { Atom, Place, Universe } from './values.js';

/**
 * Whether a routine has left something because of a flag that it sets when it gives that back: `if (closed) return; closed = true;`. The flag stands
 * where loading left it until the routine runs for the first time.
 */
export function wasDoneBefore(engine: Engine, loaded: State, left: State, atom: Atom, ends: readonly State[]): boolean {
  const { universe } = engine;
  let wasDone = false;
  intMap.forEach(left.facts, (flag) => {
    const place = placeOnEntry(universe, flag);
    const first = place && constantIn(universe, loaded, place);
    if (wasDone || place === undefined || first === undefined) return;
    const may = (state: State, { value }: { readonly value: Primitive }): boolean =>
      constraint.equals(knownOf(universe, state, flag), value) !== 'no';
    if (may(left, first)) return;
    const others = ends.filter((end) => end !== left && may(end, first) && isFree(engine, end, atom));
    wasDone = others.some((end) => {
      const last = constantIn(universe, end, place);
      return last !== undefined && last.value !== first.value && may(left, last);
    });
  });
  return wasDone;
}

/** Where something was found that was there before. */
function placeOnEntry(universe: Universe, atom: Atom): Place | undefined {
  const info = universe.info(atom);
  if (info.kind === 'entry') return 'references' in info.of ? { cell: universe.siteId(info.of) } : undefined;
  return info.kind === 'member' ? { object: info.base, key: info.key } : undefined;
}

function constantIn(universe: Universe, state: State, place: Place): { readonly value: Primitive } | undefined {
  const atom = universe.single(readPlace(universe, state, place));
  const info = atom === undefined ? undefined : universe.info(atom);
  return info?.kind === 'constant' ? info : undefined;
}

const isFree = (engine: Engine, state: State, atom: Atom): boolean => [...held(engine.objectState(state, atom))].length === 0;
