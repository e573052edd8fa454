/** What a test can say about the simulated computer before a driver is loaded. No part of the Windows Driver Kit. */
import { machine } from './machine.js';
import { subsystem } from './subsystem.js';
import type { FallibleCall } from './faults.js';
import type { KIRQL } from './irql.js';
import type { NTSTATUS } from './status.js';

/** One call that fails: the first of that name unless `ordinal` says which, counted since the reset. */
export interface ScriptedFault {
  readonly call: FallibleCall;
  readonly ordinal?: number;
  readonly status: NTSTATUS;
}

export interface ScriptOptions {
  readonly faults?: readonly ScriptedFault[];
  /** From when on the WSK subsystem is there, in milliseconds of virtual time since the reset; `Infinity` for never. */
  readonly readyAt?: number;
  /** The versions that the WSK subsystem offers. */
  readonly versions?: { readonly lowest: number; readonly highest: number };
  /** The level at which WSK calls back (E1); DISPATCH_LEVEL unless told otherwise. */
  readonly callbacksAt?: KIRQL;
  /** True: the call that breaks a clause throws. False, as here unless told otherwise: it is recorded, and the call reports failure. */
  readonly stopAtViolations?: boolean;
  /**
   * True: a system thread that waits at the head of its loop is taken off the stack and started again when its wait is over. Right for
   * threads that keep nothing in local variables from one turn of the loop to the next.
   */
  readonly restartThreads?: boolean;
}

export function failCall({ call, ordinal = 1, status }: ScriptedFault): void {
  const faults = machine.faults.get(call) ?? new Map<number, NTSTATUS>();
  machine.faults.set(call, faults.set(ordinal, status));
}

export function offerVersions(lowest: number, highest: number): void {
  Object.assign(subsystem(), { lowest, highest });
}

/** Applies what the options say, and leaves alone what they do not mention, but for `stopAtViolations`. */
export function setUp(options: ScriptOptions): void {
  options.faults?.forEach(failCall);
  if (options.readyAt !== undefined) subsystem().readyAt(options.readyAt);
  if (options.versions !== undefined) offerVersions(options.versions.lowest, options.versions.highest);
  machine.callbackLevel = options.callbacksAt ?? machine.callbackLevel;
  machine.restartThreads = options.restartThreads ?? machine.restartThreads;
  machine.stopAtViolations = options.stopAtViolations ?? false;
}
