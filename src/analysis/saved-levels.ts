/** Whether a value is the level that was saved. */
import * as constraint from './constraint.js';
import type { Verdict } from './constraint.js';
import type { Engine } from './engine.js';
import { levelIdOf } from './levels.js';
import type { State } from './state.js';
import { UNSURE, type Save, type Thread } from './thread.js';
import { knownOf } from './truth.js';
import type { Atom, Value } from './values.js';

/** What a call restores: a value, or what the lock itself has kept. */
export type Restored = Value | 'savedInLock';

interface Level {
  readonly id: string;
  readonly low: number;
  readonly high: number;
}

/** Both are the same number for certain. */
export const isExactly = (a: Level, b: Level): boolean => a.low === a.high && b.low === b.high && a.low === b.low;

/** The innermost save that fits; -1 when there is none. */
export const findSave = (thread: Thread, fits: (save: Save) => boolean): number => thread.saves.findLastIndex(fits);

/** Whether the value is the level: `no` when it certainly comes from elsewhere, on some path. */
export function areSame(engine: Engine, state: State, restored: Restored, level: Level): Verdict {
  if (restored === 'savedInLock') return 'yes';
  const verdicts = engine.universe.atoms(restored).map((atom) => isSame(engine, state, atom, level));
  if (verdicts.length === 0 || verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('no') ? 'no' : 'yes';
}

function isSame(engine: Engine, state: State, atom: Atom, level: Level): Verdict {
  const { low, high } = knownOf(engine.universe, state, atom);
  const id = levelIdOf(engine, atom);
  if (isExactly({ id: '', low, high }, level)) return 'yes';
  if (id !== undefined) return id === level.id ? 'yes' : id.includes(UNSURE) || level.id.includes(UNSURE) ? 'unknown' : 'no';
  return isConstant(engine, atom) ? 'no' : 'unknown';
}

/** Written in the text: a level constant, or a cell that no call has saved a level in. */
const isConstant = ({ universe }: Engine, atom: Atom): boolean =>
  universe.isConstant(atom) && constraint.onlyValue(universe.intrinsic(atom)) !== undefined;

/** Some path certainly restores a level that was not saved for it: a constant, or one saved at another place. */
export function canBeWrong(engine: Engine, state: State, restored: Value): boolean {
  const nowhere: Level = { id: ' ', low: NaN, high: NaN };
  return areSame(engine, state, restored, nowhere) === 'no';
}
