/** Statuses that nobody has looked at yet. */
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { amend, type State } from './state.js';
import type { Atom, Value } from './values.js';

/** Someone looked at a status: it is not lost. */
export function examine(engine: Engine, state: State, value: Value): State {
  if (state.unexamined === null) return state;
  let unexamined = state.unexamined;
  for (const atom of statusesIn(engine, value)) unexamined = intMap.remove(unexamined, atom) as typeof unexamined;
  return unexamined === state.unexamined ? state : amend(state, { unexamined });
}

function* statusesIn(engine: Engine, value: Value): Generator<Atom> {
  for (const atom of engine.universe.atoms(value)) {
    const info = engine.universe.info(atom);
    if (info.kind === 'status') yield atom;
    else if (info.kind === 'promise') yield* statusesIn(engine, info.value);
  }
}
