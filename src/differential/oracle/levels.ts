/** What a run knows of the level: at which the function was entered, where it was raised, what of it is left when a routine ends (I3). */
import type { ContractFunction } from '../../contracts/types.js';
import { Out } from '../../runtime/basics.js';
import { DISPATCH_LEVEL, PASSIVE_LEVEL } from '../../runtime/irql.js';
import { limitsOf } from '../../runtime/levels.js';
import { machine, type Finding, type HistoryStep, type Routine } from '../../runtime/machine.js';
import { decidingArgument, type Judged } from './arguments.js';
import type { Run } from './run.js';

/** Call sites of raises that were not undone, from the history of a routine's raises. */
function openRaises(history: readonly HistoryStep[]): string[] {
  const open: string[] = [];
  for (const { what, callSite } of history) {
    if (what.startsWith('raised')) open.push(callSite);
    else open.pop();
  }
  return open;
}

/** To be called while the routine has not returned yet. */
export function judgeLevels(run: Run, { raises, locks }: Routine): void {
  if (raises.length > 0)
    for (const site of openRaises(machine.historyOf(raises))) run.record.leave(Number(site), 'paired-irql', run.isLevelUnsure);
  for (const lock of locks.keys()) {
    const site = machine.historyOf(lock).findLast(({ what }) => what.startsWith('acquired'))?.callSite;
    if (site !== undefined && !run.record.isSilent(lock)) run.record.leave(Number(site), 'paired-irql', run.isLevelUnsure);
  }
}

/** A raise, or what undoes one, has succeeded. */
export function noteLevel(run: Run, { levelEffect, parameters }: ContractFunction, args: readonly unknown[]): void {
  const { raises, line } = run;
  if (levelEffect?.kind === 'lower') raises.pop();
  if (levelEffect?.kind !== 'raise') return;
  const argument = levelEffect.savesIn === 'result' ? undefined : args[parameters.indexOf(levelEffect.savesIn.cell)];
  const cell = argument instanceof Out ? argument : undefined;
  for (const raise of raises) {
    if (cell === undefined || raise.cell !== cell) continue;
    raise.isSavedOver = true;
    raise.isLost ||= raise.saved !== cell.value;
  }
  raises.push({ line, cell, saved: cell?.value, isSavedOver: false, isLost: false });
}

/**
 * A level that was saved over by a raise within is wrong where it was saved first, also when it is what a lowering, or the release of a lock, skips.
 */
export function placeOf(run: Run, { clause, message }: Finding, { levelEffect }: ContractFunction): number {
  const isWrongValue = clause === 'I2' && levelEffect?.kind === 'lower';
  const isSkipped = levelEffect?.kind === 'releaseLock' && message.startsWith('goes below');
  if (!isWrongValue && !isSkipped) return run.line;
  const { raises } = run;
  const lost = raises.at(-1)?.isLost === true ? raises.at(-1) : raises.find(({ isSavedOver }) => isSavedOver);
  return lost?.line ?? run.line;
}

/** The level is the one at which the function was entered. */
function isAtEntryLevel(): boolean {
  const { raises, locks } = machine.routine;
  return raises.length === 0 && [...locks.values()].every(({ savedLevel }) => savedLevel === undefined);
}

/** Unknown never reports: the call is wrong at every level at which the function may have been entered. */
export function isWrongAtAll(run: Run, name: Judged, contract: ContractFunction, args: readonly unknown[]): boolean {
  if (!isAtEntryLevel()) return true;
  const { min, max } = limitsOf(name, decidingArgument(contract, args));
  return run.entryLevels.every((level) => level < min || level > max);
}

/** `KeGetCurrentIrql() === level`. */
export function isAtLevel(run: Run, level: number): boolean {
  // After a call at a wrong level the rules go on as if it had been right.
  if (run.wasAtWrongLevel) run.record.doubt();
  if (run.isLevelUnsure) return guess(run, level);
  if (!isAtEntryLevel() || run.entryLevels.length === 1)
    return run.wasAtWrongLevel ? guess(run, level) : run.answered(machine.irql === level);
  const others = run.entryLevels.filter((each) => each !== level);
  if (others.length === run.entryLevels.length || others.length === 0) return others.length === 0;
  const isThere = run.choices.choose(2) === 1;
  run.entryLevels = isThere ? [level] : others;
  machine.irql = run.entryLevels[0] ?? machine.irql;
  return isThere;
}

/** After a misuse the level is not known: it may be this one, and it may be another. */
function guess(run: Run, level: number): boolean {
  const isThere = run.choices.choose(2) === 1;
  if (isThere) machine.irql = level;
  else if (machine.irql === level) machine.irql = level === DISPATCH_LEVEL ? PASSIVE_LEVEL : DISPATCH_LEVEL;
  return isThere;
}
