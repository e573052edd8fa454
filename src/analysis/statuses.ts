/** Statuses that nobody has looked at yet. */
import type { MemberKey } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { tempValue } from './frame.js';
import * as intMap from './int-map.js';
import { Reachability } from './reach.js';
import { amend, type State } from './state.js';
import type { Atom, Value } from './values.js';

/** Someone looked at a status: it is not lost. */
export function examine(engine: Engine, state: State, value: Value): State {
  if (state.unexamined === null) return state;
  const looked = [...statusesIn(engine, value)].flatMap((atom) => outcomesOf(engine, atom));
  const unexamined = looked.reduce<State['unexamined']>((left, atom) => intMap.remove(left, atom), state.unexamined);
  return unexamined === state.unexamined ? state : amend(state, { unexamined });
}

/** A status, and what it would have been had the call ended in the other way: where paths met, one variable held either. */
function outcomesOf({ universe }: Engine, atom: Atom): readonly Atom[] {
  const info = universe.info(atom);
  return info.kind === 'status' ? [atom, universe.atom({ ...info, outcome: info.outcome === 'success' ? 'failure' : 'success' })] : [atom];
}

/** Whether a status is among what can be got at. */
export const isStatusReached = (engine: Engine, atom: Atom, reached: ReadonlySet<Atom>): boolean =>
  outcomesOf(engine, atom).some((outcome) => reached.has(outcome));

/** Code that runs later, or out of sight, gets these values: statuses that it can get at from there are its to look at. */
export function handOver(engine: Engine, state: State, values: readonly Value[]): State {
  if (state.unexamined === null) return state;
  const reachability = new Reachability(engine.universe, engine.program, state);
  for (const value of values) reachability.addValue(value);
  return examineReached(engine, state, reachability.close().atoms);
}

/** The same, of everything that can be got at. */
export function examineReached(engine: Engine, state: State, reached: ReadonlySet<Atom>): State {
  let { unexamined } = state;
  intMap.forEach(state.unexamined, (atom) => {
    if (isStatusReached(engine, atom, reached)) unexamined = intMap.remove(unexamined, atom);
  });
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
