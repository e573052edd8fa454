/** Statuses that nobody has looked at yet. */
import type { MemberKey } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { tempValue } from './frame.js';
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

/** What something is looked up by was looked at: the name of a status in a table. */
export const examineAsKey = (engine: Engine, state: State, key: MemberKey): State =>
  key.kind === 'computed' ? examine(engine, state, tempValue(state, key.key)) : state;

/** A status that is asked for its text was looked at. A promise of one that is asked for `then` was not. */
export function examineMemberOf(engine: Engine, state: State, object: Value): State {
  if (state.unexamined === null) return state;
  const { universe } = engine;
  const statuses = universe.atoms(object).filter((atom) => universe.info(atom).kind === 'status');
  return statuses.length === 0 ? state : examine(engine, state, universe.of(statuses));
}

function* statusesIn(engine: Engine, value: Value): Generator<Atom> {
  for (const atom of engine.universe.atoms(value)) {
    const info = engine.universe.info(atom);
    if (info.kind === 'status') yield atom;
    else if (info.kind === 'promise') yield* statusesIn(engine, info.value);
  }
}
