import { deferredFunctions } from './deferred.js';
import { irqlFunctions } from './irql.js';
import { lockFunctions } from './locks.js';
import { nmrFunctions } from './nmr.js';
import { poolFunctions } from './pool.js';
import { dispatchMembers as members, irpFunctions } from './sockets.js';
import { statusFunctions } from './status.js';
import type { ContractFunction } from './types.js';
import { waitingFunctions } from './waiting.js';
import { wskFunctions } from './wsk.js';

const functions = {
  ...statusFunctions,
  ...irqlFunctions,
  ...lockFunctions,
  ...deferredFunctions,
  ...waitingFunctions,
  ...poolFunctions,
  ...wskFunctions,
  ...nmrFunctions,
  ...irpFunctions,
};

/** A function that the runtime exports and a page documents. */
export type ContractName = keyof typeof functions;
/** A function that is reached through a captured NPI's `Dispatch`. */
export type DispatchMemberName = keyof typeof members;

export const contractFunctions: Readonly<Record<ContractName, ContractFunction>> = functions;
export const dispatchMembers: Readonly<Record<DispatchMemberName, ContractFunction>> = members;

export function isContractName(name: string): name is ContractName {
  return Object.hasOwn(contractFunctions, name);
}

export function isDispatchMember(name: string): name is DispatchMemberName {
  return Object.hasOwn(dispatchMembers, name);
}

/** The contract of an exported function; undefined for a name that is none. */
export function contractOf(name: string): ContractFunction | undefined {
  return isContractName(name) ? contractFunctions[name] : undefined;
}
