/** What a test says to the simulated computer, and reads from it. No part of the Windows Driver Kit. */
import { machine, type Finding, type RoutineKind } from './machine.js';
import { TestPeer } from './peer.js';
import { livePoolTags, type PoolTag } from './pool.js';
import { advance, runNext, runRoutine, UNITS_PER_MILLISECOND } from './scheduler.js';
import { failCall, offerVersions } from './script.js';
import { hasStopped, recordingStops } from './stops.js';
import { subsystem } from './subsystem.js';
import type { FallibleCall } from './faults.js';
import type { KIRQL } from './irql.js';
import type { NTSTATUS } from './status.js';

/** Runs everything that is queued, and what that queues; virtual time stands still. */
function runQueued(): void {
  recordingStops(() => {
    while (!hasStopped() && runNext());
  });
}

function runFor(milliseconds: number): void {
  const end = machine.now + milliseconds * UNITS_PER_MILLISECOND;
  do runQueued();
  while (!hasStopped() && recordingStops(() => advance(end)));
  machine.now = Math.max(machine.now, end);
}

export const simulation = {
  /** Back to a computer that was just started; nothing of before is remembered. Blocks, locks and handles from before are as new. */
  reset: (): void => {
    machine.reset();
  },

  /** Makes the next call of a function fail with a status. */
  failNext: (call: FallibleCall, status: NTSTATUS): void => {
    failCall({ call, ordinal: (machine.calls.get(call) ?? 0) + 1, status });
  },

  /** Makes one call of a function fail with a status; the first call since the reset has the ordinal 1. */
  failCall: (call: FallibleCall, ordinal: number, status: NTSTATUS): void => {
    failCall({ call, ordinal, status });
  },

  /**
   * From when on the WSK subsystem is there, in milliseconds of virtual time since the reset; `Infinity` for never. At once unless
   * told otherwise.
   */
  readyAt: (milliseconds: number): void => {
    subsystem().readyAt(milliseconds);
  },

  /** Which versions the WSK subsystem offers; 1.0 alone unless told otherwise. */
  offerVersions,

  /**
   * Connects a peer that the test plays to the socket that listens at an address (a port number, or a structure with one); without
   * an address to the first. The listener answers when queued work runs.
   */
  connect: (address?: unknown): TestPeer => new TestPeer(address),

  /** Virtual time since the reset, in milliseconds. */
  now: (): number => machine.now / UNITS_PER_MILLISECOND,

  /** Runs everything that is queued, and what that queues; virtual time stands still. A system that was stopped does nothing. */
  runQueued,

  /** Lets virtual time pass, with all that is queued and all that becomes due. */
  runFor,

  /** Runs a function as the system would call it: as that kind of routine, at that level. */
  call: <T>(kind: RoutineKind, level: KIRQL, body: () => T): T => runRoutine({ kind, name: `a ${kind}`, level }, body),

  /** The level at which completion routines and WSK event callbacks are called (E1); DISPATCH_LEVEL unless told otherwise. */
  callbacksAt(level: KIRQL): void {
    machine.callbackLevel = level;
  },

  /**
   * True: broken clauses are recorded, the calls that break them do nothing and report failure. What has no failure to report still
   * stops the program: bug checks, deadlocks, members of an NPI that is not filled.
   */
  recordOnly(recordOnly: boolean): void {
    machine.stopAtViolations = !recordOnly;
  },

  /** The clauses that were broken since the reset, oldest first, whichever driver broke them. */
  findings: (): readonly Finding[] => [...machine.findings],

  /** The tags of pool memory that was allocated since the reset and not freed. */
  leakedPoolTags: (): readonly PoolTag[] => livePoolTags(),
};
