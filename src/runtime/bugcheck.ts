/**
 * The four ways in which the simulated system stops a program, by whose turn it is: a bug check (the kernel would have
 * stopped the machine), a refusal (the documentation rules the call out, but no bug check is promised), a deadlock (a wait
 * that nothing can end), and a limit of the simulation itself.
 */

import { callSite } from './call-site.js';

/** Names and codes as on the pages "Bug Check Code Reference". */
export const bugCheckCodes = {
  IRQL_NOT_DISPATCH_LEVEL: 0x08,
  IRQL_NOT_GREATER_OR_EQUAL: 0x09,
  IRQL_NOT_LESS_OR_EQUAL: 0x0a,
  SPIN_LOCK_NOT_OWNED: 0x10,
  THREAD_NOT_MUTEX_OWNER: 0x11,
  KMODE_EXCEPTION_NOT_HANDLED: 0x1e,
  BAD_POOL_CALLER: 0xc2,
  WORKER_INVALID: 0xe4,
} as const;

export type BugCheckName = keyof typeof bugCheckCodes;

/** The simulated system stopped. `name` is the kernel's, e.g. `IRQL_NOT_LESS_OR_EQUAL`; `code` its number. */
export class BugCheckError extends Error {
  readonly code: number;
  /** Where in the driver's code, as `file:line:column`. */
  readonly callSite = callSite();

  constructor(
    override readonly name: BugCheckName,
    /** The clause that was broken, when one is. */
    readonly clause: string | undefined,
    message: string,
  ) {
    super(`${name} (0x${bugCheckCodes[name].toString(16).toUpperCase().padStart(8, '0')}): ${message}`);
    this.code = bugCheckCodes[name];
  }
}

/** A call that the documentation rules out. `clause` says which sentence of it. */
export class ContractViolationError extends Error {
  override readonly name = 'ContractViolationError';
  /** Where in the driver's code, as `file:line:column`. */
  readonly callSite = callSite();

  constructor(
    readonly clause: string,
    readonly caller: string,
    message: string,
  ) {
    super(`${caller}: ${message} (clause ${clause})`);
  }
}

/** A wait that nothing can end: no work is queued, no timer is set and no timeout was given. The message says what it waits for. */
export class DeadlockError extends Error {
  override readonly name = 'DeadlockError';
  /** Where in the driver's code, as `file:line:column`. */
  readonly callSite = callSite();

  constructor(
    readonly clause: string | undefined,
    message: string,
  ) {
    super(clause === undefined ? message : `${message} (clause ${clause})`);
  }
}

/** The program asked for something that the real system can do and this simulation cannot: nothing is wrong with the program. */
export class NotSimulatedError extends Error {
  override readonly name = 'NotSimulatedError';
}
