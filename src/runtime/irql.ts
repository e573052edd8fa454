/** The interrupt request level of the simulated processor, and the checks that every other function starts with. */
import { BugCheckError, type BugCheckName } from './bugcheck.js';
import { limitsOf, type LeveledCall } from './levels.js';
import { machine } from './machine.js';
import { refuseWhileUnwinding } from './parking.js';
import { setLevel } from './scheduler.js';
import type { Out } from './basics.js';

export type KIRQL = number;

export const PASSIVE_LEVEL: KIRQL = 0;
export const APC_LEVEL: KIRQL = 1;
export const DISPATCH_LEVEL: KIRQL = 2;
/** As on x64; the levels between DISPATCH_LEVEL and this one are the devices'. */
export const HIGH_LEVEL: KIRQL = 15;

const names: Readonly<Record<number, string>> = { 0: 'PASSIVE_LEVEL', 1: 'APC_LEVEL', 2: 'DISPATCH_LEVEL', 15: 'HIGH_LEVEL' };
export const levelName = (level: KIRQL): string => names[level] ?? `IRQL ${level}`;

/** Records a broken clause and stops the system: bug checks are never only recorded. */
export function bugCheck(name: BugCheckName, clause: string | undefined, where: string, message: string, about?: object): never {
  const text = `${where}: ${message}`;
  if (clause !== undefined) machine.note(clause, where, message, about);
  throw new BugCheckError(name, clause, text);
}

/**
 * Stops the system unless the current level is one at which the documentation lets the function be called (I1). `deciding` is the
 * argument that the page makes the levels depend on, if it does.
 */
export function requireLevel(call: LeveledCall, deciding?: number | boolean): void {
  refuseWhileUnwinding(call);
  // It looks at the level and changes nothing: a thread that is restarted may do it again.
  if (call !== 'PAGED_CODE') machine.routine.calls++;
  if (machine.excusesLevel) return;
  const range = limitsOf(call, deciding);
  const found = `called at ${levelName(machine.irql)}`;
  if (machine.irql > range.max)
    bugCheck('IRQL_NOT_LESS_OR_EQUAL', range.clause, call, `${found}, at most ${levelName(range.max)} is allowed`);
  if (machine.irql < range.min)
    bugCheck('IRQL_NOT_GREATER_OR_EQUAL', range.clause, call, `${found}, at least ${levelName(range.min)} is required`);
}

/** Stops the system unless all of these arguments, by the names of their parameters, are there: nothing can be pointed to. */
export function requireThere(call: string, handed: Readonly<Record<string, unknown>>): void {
  for (const [parameter, value] of Object.entries(handed))
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
      bugCheck('KMODE_EXCEPTION_NOT_HANDLED', undefined, call, `${parameter} is ${String(value)}`);
}

/** The current level. Any IRQL. Page nf-wdm-kegetcurrentirql. */
export function KeGetCurrentIrql(): KIRQL {
  return machine.irql;
}

/**
 * Raises the level to `NewIrql` and saves the previous one, for `KeLowerIrql`. A `NewIrql` below the current level stops the system.
 * Clauses I2 and I3, page nf-wdm-keraiseirql.
 */
export function KeRaiseIrql(NewIrql: KIRQL, OldIrql: Out<KIRQL>): void {
  requireLevel('KeRaiseIrql');
  requireThere('KeRaiseIrql', { OldIrql });
  if (NewIrql < machine.irql) {
    bugCheck('IRQL_NOT_GREATER_OR_EQUAL', 'I2', 'KeRaiseIrql', `from ${levelName(machine.irql)} to ${levelName(NewIrql)} is no raise`);
  }
  OldIrql.value = raiseTo(NewIrql);
}

/**
 * Raises the level to DISPATCH_LEVEL and returns the previous one, for `KeLowerIrql`. Clauses I2 and I3, page
 * nf-wdm-keraiseirqltodpclevel.
 */
export function KeRaiseIrqlToDpcLevel(): KIRQL {
  requireLevel('KeRaiseIrqlToDpcLevel');
  return raiseTo(DISPATCH_LEVEL);
}

function raiseTo(level: KIRQL): KIRQL {
  const { irql } = machine;
  machine.routine.raises.push(irql);
  machine.remember(machine.routine.raises, `raised from ${levelName(irql)} to ${levelName(level)}`);
  machine.irql = level;
  return irql;
}

/**
 * Restores the level that the last raise still in force has saved. A `NewIrql` above the current level stops the system; another one
 * than was saved, or a call without a raise, is refused. Clauses I2 and I3, page nf-wdm-kelowerirql.
 */
export function KeLowerIrql(NewIrql: KIRQL): void {
  requireLevel('KeLowerIrql');
  if (NewIrql > machine.irql) {
    bugCheck('IRQL_NOT_LESS_OR_EQUAL', 'I2', 'KeLowerIrql', `from ${levelName(machine.irql)} to ${levelName(NewIrql)} is no lowering`);
  }
  const { raises } = machine.routine;
  const saved = raises.at(-1);
  if (saved === undefined) {
    machine.refuse('I3', 'KeLowerIrql', 'this routine has not raised the level, or has lowered it already', raises);
    return;
  }
  if (NewIrql !== saved) {
    machine.refuse('I2', 'KeLowerIrql', `to ${levelName(NewIrql)}, but the raise had saved ${levelName(saved)}`, raises);
    return;
  }
  const later = [...machine.routine.locks.values()]
    .filter((lock) => lock.raises >= raises.length)
    .flatMap(({ savedLevel }) => savedLevel ?? []);
  if (later.length > 0 && ![machine.irql, ...later].every((level) => level === NewIrql)) {
    machine.refuse('I3', 'KeLowerIrql', 'goes below the level of a lock that was acquired after the raise and is still held', raises);
    return;
  }
  raises.pop();
  machine.remember(raises, `lowered to ${levelName(NewIrql)}`);
  setLevel(NewIrql);
}

/** Stops the system above APC_LEVEL, where pageable code must not run. Looks at the level at this point only. Clause I1. */
export function PAGED_CODE(): void {
  requireLevel('PAGED_CODE');
}
