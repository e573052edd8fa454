/**
 * The IRQLs between which each call may be made: those of the shared tables, as numbers. The tables stop at the members of
 * `WSK_PROVIDER_DISPATCH`; what a socket's own table adds to them is here.
 */
import { contractOf, dispatchMembers, isDispatchMember, type ContractName, type DispatchMemberName } from '../contracts/functions.js';
import { levels as named } from '../contracts/levels.js';
import type { LevelRange, Levels } from '../contracts/types.js';
import type { SocketCall } from './socket-types.js';

/** A function that the system checks the level of before it does anything else. */
export type LeveledCall = ContractName | DispatchMemberName | SocketCall;

interface LevelLimits {
  readonly min: number;
  readonly max: number;
  readonly clause: string;
}

/** Pages nc-wsk-pfn_wsk_bind, -accept, -connect, -send, …: each of them says "<= DISPATCH_LEVEL". */
const ofSockets: LevelRange = { max: 'DISPATCH_LEVEL', clause: 'I1' };

export function levelsOf(call: LeveledCall): Levels {
  const contract = isDispatchMember(call) ? dispatchMembers[call] : contractOf(call);
  return contract?.levels ?? ofSockets;
}

/**
 * The levels of one call. `deciding` is what the page makes them depend on: the argument that it names, or for a free whether the
 * memory is paged.
 */
export function limitsOf(call: LeveledCall, deciding?: number | boolean): LevelLimits {
  const { min = 'PASSIVE_LEVEL', max = 'HIGH_LEVEL', clause } = pick(levelsOf(call), deciding);
  return { min: named[min], max: named[max], clause };
}

function pick(levels: Levels, deciding: number | boolean | undefined): LevelRange {
  if ('poolOf' in levels) return deciding === true ? levels.paged : levels.nonPaged;
  if ('parameter' in levels) return deciding === levels.equals ? levels.then : levels.otherwise;
  return levels;
}
