/** What a contract speaks of, among the arguments of a call. */
import type { ContractName, DispatchMemberName } from '../../contracts/functions.js';
import type { ContractFunction } from '../../contracts/types.js';
import { Out } from '../../runtime/basics.js';

/** A function of the kit, or a function of a captured provider. */
export type Judged = ContractName | DispatchMemberName;

/** What stands where a block or cell is asked for; a handle may be NULL. */
export const isNothing = ({ releases }: ContractFunction, value: unknown): boolean =>
  value === undefined || (value === null && releases?.rundown === undefined);

/** What a call acquires something on, and what it fills. */
export function objectsOf({ acquires, fills, parameters }: ContractFunction, args: readonly unknown[]): object[] {
  return [acquires?.of, fills?.parameter].flatMap((name) => {
    const argument = name === undefined ? undefined : args[parameters.indexOf(name)];
    return typeof argument === 'object' && argument !== null ? [argument] : [];
  });
}

/** The cell that a call puts what it acquired into. */
export function cellOf({ acquires, parameters }: ContractFunction, args: readonly unknown[]): { readonly value: unknown } | undefined {
  const cell = acquires?.heldBy === 'valueOfCell' ? args[parameters.indexOf(acquires.of)] : undefined;
  return cell instanceof Out ? cell : undefined;
}

export function lockOf({ levelEffect, parameters }: ContractFunction, args: readonly unknown[]): object | undefined {
  if (levelEffect?.kind !== 'acquireLock' && levelEffect?.kind !== 'releaseLock') return undefined;
  const lock = args[parameters.indexOf(levelEffect.lock)];
  return typeof lock === 'object' && lock !== null ? lock : undefined;
}

/** The argument that decides about the level, if one does. */
export function decidingArgument({ levels, parameters }: ContractFunction, args: readonly unknown[]): number | boolean | undefined {
  if (levels === undefined || !('parameter' in levels)) return undefined;
  const argument = args[parameters.indexOf(levels.parameter)];
  return typeof argument === 'number' || typeof argument === 'boolean' ? argument : undefined;
}
