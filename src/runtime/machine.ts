/**
 * The state of the simulated computer, in one object that can be reset: one processor with its IRQL, a virtual clock, the
 * routine that runs and those beneath it, queued work, the fault script, and what went wrong. Groups of functions keep their
 * own state in parts of it (`part`), so that a reset forgets everything at once. How waiting works is in scheduler.ts.
 */
import { ContractViolationError } from './bugcheck.js';
import { callSite } from './call-site.js';
import type { NTSTATUS } from './status.js';

/** IRQLs as numbers: see irql.ts, which names them for drivers. */
export type Level = number;

/** Why a routine runs. The two last kinds must not wait, whatever their level (clauses D4 and E2). */
export type RoutineKind = 'driver' | 'thread' | 'work item' | 'dpc' | 'nmr callback' | 'completion routine' | 'wsk event callback';

/** One routine that the system called and that has not returned yet. */
export interface Routine {
  readonly kind: RoutineKind;
  /** For messages: the role type, and what it runs for. */
  readonly name: string;
  /** The thread that the routine runs in. A DPC borrows no thread here: it is one of its own. */
  readonly thread: object;
  /** Levels saved by raises that are still to be undone, oldest first. */
  readonly raises: Level[];
  /** Locks that are held, oldest first. */
  readonly locks: Set<object>;
}

/** A broken clause, seen at run time. */
export interface Finding {
  readonly clause: string;
  /** The function of the runtime, or the role type of the routine, that found it. */
  readonly where: string;
  readonly message: string;
  /** File, line and column of the driver's code, as the engine's stack trace has it; empty when there is none. */
  readonly callSite: string;
}

/** The calls that the fault script can make fail. `ExAllocatePool2`, `IoAllocateIrp` and `IoAllocateWorkItem` return null then. */
export type FallibleCall =
  | 'ExAllocatePool2'
  | 'IoAllocateIrp'
  | 'IoAllocateWorkItem'
  | 'NmrClientAttachProvider'
  | 'NmrRegisterClient'
  | 'NmrRegisterProvider'
  | 'PsCreateSystemThread'
  | 'WskCaptureProviderNPI'
  | 'WskControlClient'
  | 'WskGetAddressInfo'
  | 'WskGetNameInfo'
  | 'WskQueryProviderCharacteristics'
  | 'WskRegister'
  | 'WskSocket'
  | 'WskSocketConnect';

/** Work that runs as soon as something waits, oldest first. */
export interface QueuedWork {
  readonly name: string;
  run(): void;
}

/** Something that happens when virtual time comes to it. */
export interface TimedWork {
  readonly due: number;
  run(): void;
}

const bootRoutine = (): Routine => ({ kind: 'driver', name: 'the program', thread: {}, raises: [], locks: new Set() });

class Machine {
  irql: Level = 0;
  /** Virtual time since the reset, in units of 100 nanoseconds, as drivers count it. */
  now = 0;
  /** The routines that run, the innermost last; the first is the program that uses the runtime. */
  routines: Routine[] = [bootRoutine()];
  queue: QueuedWork[] = [];
  timeline: TimedWork[] = [];
  findings: Finding[] = [];
  /** False: a broken clause is only recorded, and the call that breaks it does nothing and reports failure. */
  stopAtViolations = true;
  /** The level at which the system calls what may run at PASSIVE_LEVEL to DISPATCH_LEVEL (E1): the worst unless told otherwise. */
  callbackLevel: Level = 2;
  /** How often each function was called since the reset: what the ordinals of the fault script count. */
  readonly calls = new Map<FallibleCall, number>();
  /** By function, then by ordinal: the status with which that call fails. */
  readonly faults = new Map<FallibleCall, Map<number, NTSTATUS>>();
  #parts = new Map<object, unknown>();

  get routine(): Routine {
    return this.routines[this.routines.length - 1] ?? bootRoutine();
  }

  /** Back to a computer that was just started: PASSIVE_LEVEL, time 0, nothing registered, queued, scripted or recorded. */
  reset(): void {
    this.irql = 0;
    this.now = 0;
    this.routines = [bootRoutine()];
    this.queue = [];
    this.timeline = [];
    this.findings = [];
    this.stopAtViolations = true;
    this.callbackLevel = 2;
    this.calls.clear();
    this.faults.clear();
    this.#parts = new Map();
  }

  /** Declares a part of the state: the function returned gives the current one, made anew after each reset. */
  part<T extends object>(create: () => T): () => T {
    const key = {};
    return () => {
      const known = this.#parts.get(key) as T | undefined;
      if (known !== undefined) return known;
      const made = create();
      this.#parts.set(key, made);
      return made;
    };
  }

  /** Records a broken clause and lets the program go on: for what the system itself would not notice. */
  note(clause: string, where: string, message: string, site = callSite()): void {
    this.findings.push({ clause, where, message, callSite: site });
  }

  /** Records a broken clause and makes the error to throw: for what has no answer to go on with, such as a member that was never filled. */
  violation(clause: string, where: string, message: string): ContractViolationError {
    this.note(clause, where, message);
    return new ContractViolationError(clause, where, message);
  }

  /**
   * Records a broken clause and stops the program, unless it is only to be recorded: then the caller must do nothing and report
   * failure.
   */
  refuse(clause: string, where: string, message: string): void {
    const error = this.violation(clause, where, message);
    if (this.stopAtViolations) throw error;
  }

  /** Counts a call of a function that can fail; the status to fail with, when the script says that this call fails. */
  fault(functionName: FallibleCall): NTSTATUS | undefined {
    const ordinal = (this.calls.get(functionName) ?? 0) + 1;
    this.calls.set(functionName, ordinal);
    return this.faults.get(functionName)?.get(ordinal);
  }
}

/** The one computer that the exported functions run on. */
export const machine = new Machine();
