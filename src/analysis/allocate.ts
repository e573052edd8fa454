/** Giving names to what a piece of code makes, so that a further round of it does not confuse its objects. */
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { reportLost, storeHandlesIn } from './leaks.js';
import { rename } from './rename.js';
import { amend, type State } from './state.js';
import type { Atom, AtomInfo } from './values.js';

type Aged = Extract<AtomInfo, { readonly age: number }>;

/** The newest atom of a site; what the site made before is one round older now. */
export function allocate(engine: Engine, state: State, info: Aged): readonly [State, Atom] {
  const { universe } = engine;
  const newest = universe.aged(info, 0);
  const aged = intMap.get(state.born, newest) === undefined ? state : age(engine, state, info);
  return [amend(aged, { born: intMap.set(aged.born, newest, true), names: aged.names + 1 }), newest];
}

function age(engine: Engine, state: State, info: Aged): State {
  const { universe } = engine;
  const newest = universe.aged(info, 0);
  const older = universe.aged(info, 1);
  let from = state;
  if (intMap.get(state.born, older) !== undefined) {
    // Two rounds old: if anything is still held on it, nobody will give it back under this name.
    from = reportLost(engine, rename(storeHandlesIn(engine, state, older), universe, new Map([[older, null]])), state, older);
  }
  return rename(from, universe, new Map([[newest, older]]));
}

/** Makes room for atoms of the same sites that come from a followed call: they are newer than those of the caller. `moved`: what the call gave other names. */
export function ageFor(
  engine: Engine,
  state: State,
  incoming: intMap.IntMap<true>,
  known: intMap.IntMap<true>,
  moved: ReadonlyMap<Atom, Atom | null>,
): State {
  const { universe } = engine;
  const renaming = new Map(moved);
  intMap.forEach(incoming, (atom) => {
    if (intMap.get(known, atom) !== undefined) return;
    const info = universe.info(atom);
    if (!('age' in info)) return;
    const newest = universe.aged(info, 0);
    const older = universe.aged(info, 1);
    const comesOlder = intMap.get(incoming, older) !== undefined && intMap.get(known, older) === undefined;
    const isThere = (which: Atom): boolean => intMap.get(state.born, which) !== undefined && intMap.get(known, which) === undefined;
    if (isThere(older)) renaming.set(older, null);
    if (isThere(newest)) renaming.set(newest, comesOlder ? null : older);
  });
  return renaming.size === 0 ? state : rename(state, universe, renaming);
}
