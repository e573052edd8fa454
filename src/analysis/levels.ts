/** What a call asks of the interrupt request level, and what it does to it. */
import { levels as levelValues, levelName } from '../contracts/levels.js';
import { clauses } from '../contracts/clauses.js';
import type { ContractFunction, LevelRange } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import { setMember } from './places.js';
import type { State } from './state.js';
import type { Save, Thread } from './thread.js';
import { knownOf, withFact } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

/** Marks a value that was the current level while the thread was as this key says. */
const levelTag = (thread: Thread): string => `level:${thread.key}`;

/** A value for the current level. */
export function currentLevel(engine: Engine, state: State, node: Node): readonly [State, Value] {
  const { low, high } = state.thread;
  const known = constraint.wholeBetween(low, high);
  const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known, tag: levelTag(state.thread) });
  return [withFact(engine.universe, made, atom, known), engine.universe.one(atom)];
}

/** A test of a value that is the current level tells where the thread runs. */
export function narrowLevel(engine: Engine, before: State, after: State, value: Value): State {
  if (before.facts === after.facts) return after;
  const { universe } = engine;
  let state = after;
  for (const atom of universe.atoms(value)) {
    const info = universe.info(atom);
    if (info.kind === 'expression') state = narrowLevel(engine, before, state, info.left);
    if (info.kind !== 'result' || info.tag !== levelTag(before.thread)) continue;
    const { low, high } = knownOf(universe, after, atom);
    const { thread } = state;
    if (low > thread.low || high < thread.high) {
      const narrowed = { ...thread, low: Math.max(low, thread.low), high: Math.min(high, thread.high) };
      if (narrowed.low <= narrowed.high) state = { ...state, thread: engine.makeThread(narrowed) };
    }
  }
  return state;
}

/** The ranges that may apply to a call with these arguments. */
export function rangesOf(
  engine: Engine,
  state: State,
  contract: ContractFunction,
  argument: (name: string) => Value,
): readonly LevelRange[] {
  const { levels } = contract;
  if (levels === undefined) return [];
  if ('parameter' in levels) {
    const atoms = engine.universe.atoms(argument(levels.parameter));
    const verdicts = atoms.map((atom) => constraint.equals(knownOf(engine.universe, state, atom), levels.equals));
    if (verdicts.length > 0 && verdicts.every((verdict) => verdict === 'yes')) return [levels.then];
    return [levels.otherwise];
  }
  return 'poolOf' in levels ? [levels.nonPaged] : [levels];
}

export function checkLevels(engine: Engine, state: State, name: string, ranges: readonly LevelRange[], node: Node): boolean {
  const { low, high, known } = state.thread;
  for (const { min = 'PASSIVE_LEVEL', max = 'HIGH_LEVEL', clause } of ranges) {
    const [lowest, highest] = [levelValues[min], levelValues[max]];
    const tooHigh = known ? high > highest : low > highest;
    const tooLow = known ? low < lowest : high < lowest;
    const unknown = !known && high > highest;
    if (!tooHigh && !tooLow && !unknown) continue;
    const [rule] = clauses[clause].rules;
    if (rule === undefined || (unknown && !tooHigh && !tooLow && rule !== 'no-waiting-capture')) continue;
    engine.report(state, {
      rule,
      messageId: tooHigh ? 'tooHigh' : tooLow ? 'tooLow' : 'unknownContext',
      node,
      clause,
      optional: !tooHigh && !tooLow,
      data: { call: name, limit: tooLow ? min : max, level: nameOfLevel(tooLow ? low : tooHigh && !known ? low : high) },
    });
    return false;
  }
  return true;
}

export const nameOfLevel = (value: number): string => levelName(value) ?? `level ${value}`;

/** Runs the effect of a call on the level and the locks; the value it gives, if the level is its result. */
export function runLevelEffect(
  engine: Engine,
  state: State,
  effect: NonNullable<ContractFunction['levelEffect']>,
  argument: (name: string) => Value,
  name: string,
  node: Node,
): readonly [State, Value | undefined] {
  switch (effect.kind) {
    case 'query': {
      return currentLevel(engine, state, node);
    }
    case 'assertAtMost': {
      const { thread } = state;
      const max = levelValues[effect.max];
      return [
        thread.low <= max && thread.high > max ? { ...state, thread: engine.makeThread({ ...thread, high: max }) } : state,
        undefined,
      ];
    }
    case 'raise': {
      const to =
        'level' in effect.to
          ? { low: levelValues[effect.to.level], high: levelValues[effect.to.level] }
          : levelOf(engine, state, argument(effect.to.parameter));
      return raise(engine, state, to, effect.savesIn === 'result' ? 'result' : argument(effect.savesIn.cell), null, node);
    }
    case 'lower':
      return [lower(engine, state, argument(effect.to.parameter), null), undefined];
    case 'acquireLock': {
      const lock = engine.universe.single(argument(effect.lock)) ?? null;
      const held = lock === null ? state : withLock(engine, state, lock, name, node);
      if (effect.raisesTo === null) return [held, undefined];
      const level = levelValues[effect.raisesTo];
      const cell = effect.savesIn === undefined ? null : argument(effect.savesIn.cell);
      const low = Math.max(level, state.thread.known ? state.thread.low : 0);
      return raise(engine, held, { low, high: low }, cell, lock, node);
    }
    case 'releaseLock': {
      const lock = engine.universe.single(argument(effect.lock)) ?? null;
      const { thread } = state;
      const released = { ...state, thread: engine.makeThread({ ...thread, locks: thread.locks.filter((held) => held.atom !== lock) }) };
      if (effect.restores === 'nothing') return [released, undefined];
      return [lower(engine, released, effect.restores === 'savedInLock' ? null : argument(effect.restores.parameter), lock), undefined];
    }
  }
}

function levelOf(engine: Engine, state: State, value: Value): { low: number; high: number } | null {
  const atom = engine.universe.single(value);
  if (atom === undefined) return null;
  const { kinds, low, high } = knownOf(engine.universe, state, atom);
  return kinds === constraint.NUMBER ? { low, high } : null;
}

function withLock(engine: Engine, state: State, lock: Atom, name: string, node: Node): State {
  const { thread } = state;
  return { ...state, thread: engine.makeThread({ ...thread, locks: [...thread.locks, { atom: lock, by: node, how: name }] }) };
}

function raise(
  engine: Engine,
  state: State,
  to: { low: number; high: number } | null,
  savesIn: 'result' | Value | null,
  lock: Atom | null,
  node: Node,
): readonly [State, Value | undefined] {
  const { universe } = engine;
  const [withSave, saved] = savesIn === null ? [state, undefined] : currentLevel(engine, state, node);
  const { low, high, known, saves } = state.thread;
  const save: Save = { atom: saved === undefined ? null : (universe.single(saved) ?? null), low, high, known, by: node, lock };
  const thread = engine.makeThread({
    ...withSave.thread,
    low: to?.low ?? low,
    high: to?.high ?? 15,
    known: to !== null,
    saves: [...saves, save],
  });
  const raised = { ...withSave, thread };
  if (savesIn === 'result' || savesIn === null || saved === undefined) return [raised, saved];
  const cell = universe.single(savesIn);
  return [cell === undefined ? raised : setMember(universe, raised, cell, 'value', saved), undefined];
}

/** Goes back to a saved level: to the raise that saved this value, or that took this lock. */
function lower(engine: Engine, state: State, to: Value | null, lock: Atom | null): State {
  const { universe } = engine;
  const { thread } = state;
  const atom = to === null ? undefined : universe.single(to);
  const matches = (save: Save): boolean =>
    (atom !== undefined && save.atom === atom) || (to === null && lock !== null && save.lock === lock);
  const at = thread.saves.findLastIndex(matches);
  const save = thread.saves[at];
  if (save !== undefined) {
    return {
      ...state,
      thread: engine.makeThread({ ...thread, low: save.low, high: save.high, known: save.known, saves: thread.saves.slice(0, at) }),
    };
  }
  const level = to === null || to === TOP ? null : levelOf(engine, state, to);
  const saves = thread.saves.slice(0, -1);
  return {
    ...state,
    thread: engine.makeThread({
      ...thread,
      low: level?.low ?? 0,
      high: level?.high ?? 15,
      known: level !== null && level.low === level.high,
      saves,
    }),
  };
}
