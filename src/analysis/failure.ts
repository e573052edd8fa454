/** Whether an exit reports failure to the caller. */
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';
import type { Value } from './values.js';

/** Statuses have a severity and a facility; small negative numbers are a program's own way to say that something failed. */
const LEAST_STATUS = -0x1_0000;

/** Whether an exit reports failure (interface 4.5). A function that never returns a value says nothing about how it went. */
export function isFailure(engine: Engine, state: State, value: Value, returnsValue: boolean): boolean {
  const { universe } = engine;
  const atoms = universe.atoms(value);
  if (atoms.length === 0) return false;
  const callFailed = state.trace?.hasFailed === true;
  // The paths that meet in a state hold the same: one of them that reports a failing status is enough.
  const isFailingStatus = (atom: number): boolean => {
    const known = knownOf(universe, state, atom);
    return known.kinds === constraint.NUMBER && (known.high < LEAST_STATUS || (known.high < 0 && universe.info(atom).kind !== 'constant'));
  };
  if (atoms.some(isFailingStatus)) return true;
  return atoms.every((atom) => {
    const info = universe.info(atom);
    if (info.kind === 'promise') return info.state === 'rejected' || isFailure(engine, state, info.value, returnsValue);
    const known = knownOf(universe, state, atom);
    if (known.kinds === constraint.NUMBER) return known.high < 0 && callFailed;
    if ((known.kinds & ~(constraint.UNDEFINED | constraint.NULL | constraint.FALSE)) !== 0) return false;
    return callFailed && returnsValue;
  });
}
