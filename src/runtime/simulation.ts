/** What a test says to the simulated computer, and reads from it. No part of the Windows Driver Kit. */
import { DRIVER_OBJECT } from './basics.js';
import { machine, type FallibleCall, type Finding, type RoutineKind } from './machine.js';
import { PASSIVE_LEVEL, type KIRQL } from './irql.js';
import { liveModules } from './nmr-modules.js';
import { livePoolTags, type PoolTag } from './pool.js';
import { liveRegistrations } from './registrations.js';
import { advance, runOldest, runRoutine, UNITS_PER_MILLISECOND } from './scheduler.js';
import { NT_SUCCESS, type NTSTATUS } from './status.js';
import { subsystem } from './subsystem.js';
import type { DRIVER_INITIALIZE } from './roles.js';

/** Runs everything that is queued, and what that queues; virtual time stands still. */
function runQueued(): void {
  while (runOldest());
}

function runFor(milliseconds: number): void {
  const end = machine.now + milliseconds * UNITS_PER_MILLISECOND;
  do runQueued();
  while (advance(end));
  machine.now = end;
}

/** Notes what a driver has left behind once its image is gone, at the place where it was acquired. */
function noteLeaks(where: string): void {
  for (const registration of liveRegistrations()) {
    machine.note('R3', where, 'a WSK registration was not undone', registration.registeredAt);
    for (const site of registration.captures) machine.note('C2', where, 'a captured provider NPI was not released', site);
  }
  for (const module of liveModules()) {
    if (module.deregisteredAt === undefined) machine.note('N4', where, `an NMR ${module.kind} was not deregistered`, module.registeredAt);
    else machine.note('W1', where, `the deregistration of an NMR ${module.kind} was not waited for`, module.deregisteredAt);
  }
}

function loadDriver(DriverEntry: DRIVER_INITIALIZE, RegistryPath = ''): { status: NTSTATUS; unload: () => void } {
  const driver = new DRIVER_OBJECT();
  const options = { kind: 'driver', name: 'DRIVER_INITIALIZE', level: PASSIVE_LEVEL } as const;
  const status = runRoutine(options, () => DriverEntry(driver, RegistryPath));
  if (!NT_SUCCESS(status)) noteLeaks('DRIVER_INITIALIZE');
  const unload = (): void => {
    const { DriverUnload } = driver;
    if (!NT_SUCCESS(status) || DriverUnload === null) throw new Error('the driver is not loaded, or has no unload routine');
    runRoutine({ kind: 'driver', name: 'DRIVER_UNLOAD', level: PASSIVE_LEVEL }, () => DriverUnload(driver));
    noteLeaks('DRIVER_UNLOAD');
  };
  return { status, unload };
}

export const simulation = {
  /** Back to a computer that was just started; nothing of before is remembered. Blocks, locks and handles from before are as new. */
  reset: (): void => machine.reset(),

  /** Makes the next call of a function fail with a status. */
  failNext: (call: FallibleCall, status: NTSTATUS): void => simulation.failCall(call, (machine.calls.get(call) ?? 0) + 1, status),

  /** Makes one call of a function fail with a status; the first call since the reset has the ordinal 1. */
  failCall(call: FallibleCall, ordinal: number, status: NTSTATUS): void {
    const faults = machine.faults.get(call) ?? new Map<number, NTSTATUS>();
    machine.faults.set(call, faults.set(ordinal, status));
  },

  /**
   * From when on the WSK subsystem is there, in milliseconds of virtual time since the reset; `Infinity` for never. At once unless
   * told otherwise.
   */
  readyAt: (milliseconds: number): void => subsystem().readyAt(milliseconds),

  /** Which versions the WSK subsystem offers; 1.0 alone unless told otherwise. */
  offerVersions(lowest: number, highest: number): void {
    Object.assign(subsystem(), { lowest, highest });
  },

  /** Virtual time since the reset, in milliseconds. */
  now: (): number => machine.now / UNITS_PER_MILLISECOND,

  /** Runs everything that is queued, and what that queues; virtual time stands still. */
  runQueued,

  /** Lets virtual time pass, with all that is queued and all that becomes due. */
  runFor,

  /** Runs a function as the system would call it: as that kind of routine, at that level. */
  call: <T>(kind: RoutineKind, level: KIRQL, body: () => T): T => runRoutine({ kind, name: `a ${kind}`, level }, body),

  /** The level at which completion routines are called (E1); DISPATCH_LEVEL unless told otherwise. */
  callbacksAt(level: KIRQL): void {
    machine.callbackLevel = level;
  },

  /**
   * Runs an entry routine. After a failure its leaks are in the findings; after a success `unload` runs the unload routine, and then
   * lists leaks.
   */
  loadDriver,

  /**
   * True: broken clauses are recorded, the calls that break them do nothing and report failure. What has no failure to report still
   * stops the program: bug checks, deadlocks, members of an NPI that is not filled.
   */
  recordOnly(recordOnly: boolean): void {
    machine.stopAtViolations = !recordOnly;
  },

  /** The clauses that were broken since the reset, oldest first. */
  findings: (): readonly Finding[] => [...machine.findings],

  /** The tags of pool memory that was allocated since the reset and not freed. */
  leakedPoolTags: (): readonly PoolTag[] => livePoolTags(),
};
