/** The current level as a value, what tests of it tell, and what a call asks of it. */
import { levels as levelValues, levelName } from '../contracts/levels.js';
import { clauses } from '../contracts/clauses.js';
import type { ConditionalLevels, ContractFunction, LevelRange, PoolLevels } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import type { Constraint } from './constraint.js';
import type { Engine } from './engine.js';
import { ownMember } from './places.js';
import { withThread, type State } from './state.js';
import type { Thread } from './thread.js';
import { knownOf, withFact } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** Mark a value that was the level of the name that follows: one that was asked for, and one that a raise saved. */
const ASKED = 'level?';
const SAVED = 'level:';

/** The name of the level that the atom was read from; undefined for any other atom. */
export function levelIdOf(engine: Engine, atom: Atom): string | undefined {
  const info = engine.universe.info(atom);
  if (info.kind !== 'result' || !(info.tag.startsWith(ASKED) || info.tag.startsWith(SAVED))) return undefined;
  return info.tag.slice(SAVED.length);
}

export function isSavedLevel(engine: Engine, atom: Atom): boolean {
  const info = engine.universe.info(atom);
  return info.kind === 'result' && info.tag.startsWith(SAVED);
}

/** A value for the current level, which somebody asks for or a raise saves. */
export function currentLevel(engine: Engine, state: State, node: Node, why: 'asked' | 'saved'): readonly [State, Value] {
  const { low, high, without, id } = state.thread;
  const known = without.reduce<Constraint>(
    (all, level) => constraint.assumeEquals(all, level, false) ?? all,
    constraint.wholeBetween(low, high),
  );
  const [made, atom] = allocate(engine, state, {
    kind: 'result',
    site: node,
    age: 0,
    known,
    tag: `${why === 'asked' ? ASKED : SAVED}${id}`,
  });
  return [withFact(engine.universe, made, atom, known), engine.universe.one(atom)];
}

/** A test of a value that was a level tells where the thread runs, or to which level it will go back. */
export function narrowLevel(engine: Engine, before: State, after: State, value: Value): State {
  if (before.facts === after.facts) return after;
  const { universe } = engine;
  let state = after;
  for (const atom of universe.atoms(value)) {
    const info = universe.info(atom);
    if (info.kind === 'expression') state = narrowLevel(engine, before, narrowLevel(engine, before, state, info.left), info.right);
    const id = levelIdOf(engine, atom);
    if (id === undefined) continue;
    const narrowed = narrowThread(state.thread, id, knownOf(universe, after, atom));
    if (narrowed !== state.thread) state = withThread(state, engine.makeThread(narrowed));
  }
  return state;
}

type Named = Pick<Thread, 'id' | 'low' | 'high' | 'without'>;

function narrowThread(thread: Thread, id: string, to: Pick<Constraint, 'low' | 'high' | 'not'>): Thread {
  const saves = thread.saves.map((save) => narrowed(save, id, to));
  const current = narrowed(thread, id, to);
  return current === thread && saves.every((save, index) => save === thread.saves[index]) ? thread : { ...current, saves };
}

/** The very same when the name is another one, or nothing new is told. */
function narrowed<T extends Named>(of: T, id: string, { low, high, not }: Pick<Constraint, 'low' | 'high' | 'not'>): T {
  if (of.id !== id) return of;
  const without = [...new Set([...of.without, ...not.filter((value) => typeof value === 'number')])].sort((a, b) => a - b);
  let [least, most] = [Math.max(low, of.low), Math.min(high, of.high)];
  while (without.includes(least)) least++;
  while (without.includes(most)) most--;
  if (least > most) return of;
  const inside = without.filter((level) => level > least && level < most);
  if (least === of.low && most === of.high && inside.length === of.without.length) return of;
  return { ...of, low: least, high: most, without: inside };
}

/** The highest level at which the thread is known to run, on some path or in any case. */
export const knownMost = ({ low, high, known }: Pick<Thread, 'low' | 'high' | 'known'>): number => (known === 'both' ? high : low);

/** The levels that may apply to a call with these arguments; of an argument that is not known, those that ask for less. */
export function rangesOf(
  engine: Engine,
  state: State,
  { levels }: ContractFunction,
  argument: (name: string) => Value,
): readonly LevelRange[] {
  if (levels === undefined) return [];
  if ('parameter' in levels) return conditionalRanges(engine, state, levels, argument(levels.parameter));
  return 'poolOf' in levels ? poolRanges(engine, state, levels, argument(levels.poolOf)) : [levels];
}

function conditionalRanges(
  engine: Engine,
  state: State,
  { equals, then, otherwise, mustBeKnown }: ConditionalLevels,
  value: Value,
): LevelRange[] {
  const atoms = engine.universe.atoms(value);
  const verdicts =
    atoms.length === 0 ? (['unknown'] as const) : atoms.map((atom) => constraint.equals(knownOf(engine.universe, state, atom), equals));
  return verdicts.flatMap((verdict) => {
    if (verdict !== 'unknown') return [verdict === 'yes' ? then : otherwise];
    return mustBeKnown === true ? [otherwise] : [];
  });
}

/** Marks an object with the flags of the allocation that it comes from. */
export const POOL = '[[pool]]';

function poolRanges(engine: Engine, state: State, { pagedFlag, paged, nonPaged }: PoolLevels, memory: Value): LevelRange[] {
  const { universe } = engine;
  const isPaged = universe.atoms(memory).some((atom) => {
    const flags = universe.single(ownMember(universe, state, atom, POOL) ?? TOP);
    return flags !== undefined && constraint.equals(knownOf(universe, state, flags), pagedFlag) === 'yes';
  });
  return [isPaged ? paged : nonPaged];
}

/** The rules that report a call at a level that its documentation rules out. */
export type LevelRule = 'no-waiting-capture' | 'irql-requirements';

const ruleOf = ({ clause }: LevelRange): LevelRule =>
  clauses[clause].rules.find((each) => each === 'no-waiting-capture') ?? 'irql-requirements';

/** Reports a call at a level that one of the ranges of a rule rules out; false when it did. */
export function checkLevels(
  engine: Engine,
  state: State,
  name: string,
  ranges: readonly LevelRange[],
  node: Node,
  rule: LevelRule = 'irql-requirements',
): boolean {
  return ranges.filter((range) => ruleOf(range) === rule).every((range) => checkRange(engine, state, name, range, node));
}

function checkRange(engine: Engine, state: State, name: string, range: LevelRange, node: Node): boolean {
  const { min = 'PASSIVE_LEVEL', max = 'HIGH_LEVEL', clause } = range;
  const { low, high, without, known } = state.thread;
  const [lowest, highest] = [levelValues[min], levelValues[max]];
  const isTooHigh = knownMost(state.thread) > highest;
  // A test may have ruled out every level that would do.
  let least = Math.max(low, lowest);
  while (without.includes(least)) least++;
  const isTooLow = (known === 'none' ? high : low) < lowest || (known !== 'both' && !isTooHigh && least > highest);
  // What nobody knows counts, if anyone asks, as not passive: only a call that needs PASSIVE_LEVEL is wrong at every such level.
  const isUnknown = known !== 'both' && highest === levelValues.PASSIVE_LEVEL && high > highest;
  if (!isTooHigh && !isTooLow && !isUnknown) return true;
  engine.report(state, {
    rule: ruleOf(range),
    messageId: isTooHigh ? 'tooHigh' : isTooLow ? 'tooLow' : 'unknownContext',
    node,
    clause,
    optional: !isTooHigh && !isTooLow,
    data: { call: name, limit: isTooHigh || !isTooLow ? max : min, level: levelText(state.thread, isTooLow && !isTooHigh) },
  });
  return !isTooHigh && !isTooLow;
}

/** The level that makes a call wrong: the lowest that is possible, or the highest. */
function levelText(thread: Thread, lowest: boolean): string {
  const { low, high, without, known } = thread;
  return nameOfLevel(lowest ? (known !== 'none' || without.length > 0 ? low : high) : knownMost(thread));
}

export const nameOfLevel = (value: number): string => levelName(value) ?? `level ${value}`;

/** The interval of a value that is a level; null when nobody knows. */
export function intervalOf(engine: Engine, state: State, value: Value): { readonly low: number; readonly high: number } | null {
  const atom = engine.universe.single(value);
  if (atom === undefined) return null;
  const { kinds, low, high } = knownOf(engine.universe, state, atom);
  return kinds === constraint.NUMBER ? { low, high } : null;
}
