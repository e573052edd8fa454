/**
 * The state of the simulated computer, in one object that can be reset: one processor with its IRQL, a virtual clock, the
 * routine that runs and those beneath it, queued work, the fault script, and what went wrong. Groups of functions keep their
 * own state in parts of it (`part`), so that a reset forgets everything at once. How waiting works is in scheduler.ts.
 */
import { ContractViolationError } from './bugcheck.js';
import { callSite, captureSite } from './call-site.js';
import type { FallibleCall } from './faults.js';
import type { NTSTATUS } from './status.js';

/** IRQLs as numbers: see irql.ts, which names them for drivers. */
export type Level = number;

/** Why a routine runs. The two last kinds must not wait, whatever their level (clauses D4 and E2). */
export type RoutineKind = 'driver' | 'thread' | 'work item' | 'dpc' | 'nmr callback' | 'completion routine' | 'wsk event callback';

/** A loaded driver, as far as the system tells drivers apart: who acquired something, and whose code runs. */
export interface Image {
  readonly name: string;
}

/** How a routine holds a lock. */
export interface Holding {
  readonly holder: Routine;
  /** What the release restores; undefined for a spin lock taken at DISPATCH_LEVEL without a raise. */
  readonly savedLevel: Level | undefined;
  /** How many raises of the holder were still to be undone then: those that came later are undone before the release. */
  readonly raises: number;
}

/** One routine that the system called and that has not returned yet. */
export interface Routine {
  readonly kind: RoutineKind;
  /** For messages: the role type, and what it runs for. */
  readonly name: string;
  readonly image: Image;
  /** The thread that the routine runs in. A DPC borrows no thread here: it is one of its own. */
  readonly thread: object;
  /** Levels saved by raises that are still to be undone, oldest first. */
  readonly raises: Level[];
  /** Locks that are held, oldest first. */
  readonly locks: Map<object, Holding>;
  /** How many functions of the system it has called, but for those that have no effect. */
  calls: number;
}

/** Something that happened to an object, for the reader of a finding about it. */
export interface HistoryStep {
  readonly what: string;
  readonly callSite: string;
  /** Virtual time since the reset, in milliseconds. */
  readonly at: number;
}

/** A broken clause, seen at run time. */
export interface Finding {
  readonly clause: string;
  /** The function of the runtime, or the role type of the routine, that found it. */
  readonly where: string;
  readonly message: string;
  /** File, line and column of the driver's code, as the engine's stack trace has it; empty when there is none. */
  readonly callSite: string;
  /** The driver whose code was running. */
  readonly image: Image;
  /** What had happened to the object that the clause is about, oldest first. */
  readonly history: readonly HistoryStep[];
  /** That object, when there is one. */
  readonly about?: object;
}

/** Work that runs as soon as something waits. */
interface QueuedWork {
  readonly name: string;
  readonly image: Image;
  /** Threads start when there is nothing else to do: unlike the rest, a thread may never come to its end. */
  readonly startsThread?: boolean;
  run(): void;
}

/** Something that happens when virtual time comes to it. */
export interface TimedWork {
  readonly due: number;
  run(): void;
}

interface LazyStep {
  readonly what: string;
  readonly site: () => string;
  readonly at: number;
}

/** The image of what no driver is: the program that uses the runtime. */
const program: Image = { name: 'the program' };

const bootRoutine = (): Routine => ({
  kind: 'driver',
  name: program.name,
  image: program,
  thread: {},
  raises: [],
  locks: new Map(),
  calls: 0,
});

/** Steps of an object's history that are kept, the newest. */
const MOST_STEPS = 20;

class Machine {
  irql: Level = 0;
  /** Virtual time since the reset, in units of 100 nanoseconds, as drivers count it. */
  now = 0;
  /** The routines that run, the innermost last; the first is the program that uses the runtime. */
  routines: Routine[] = [bootRoutine()];
  queue: QueuedWork[] = [];
  /** DPCs that wait for the level to drop. */
  dpcs: QueuedWork[] = [];
  timeline: TimedWork[] = [];
  findings: Finding[] = [];
  /** The level of a call was judged already: it is made as if its level were right. */
  excusesLevel = false;
  /** A wait inside a callback of WSK is recorded, and made all the same. */
  letsCallbacksWait = false;
  /** False: a broken clause is only recorded, and the call that breaks it does nothing and reports failure. */
  stopAtViolations = true;
  /** Whether threads that wait at the head of their loop are taken off the stack (parking.ts). */
  restartThreads = false;
  /** The level at which the system calls what may run at PASSIVE_LEVEL to DISPATCH_LEVEL (E1): the worst unless told otherwise. */
  callbackLevel: Level = 2;
  /** How often each function was called since the reset: what the ordinals of the fault script count. */
  readonly calls = new Map<FallibleCall, number>();
  /** By function, then by ordinal: the status with which that call fails. */
  readonly faults = new Map<FallibleCall, Map<number, NTSTATUS>>();
  /** Decides about the calls that the script says nothing of; outlives resets. */
  chooser: ((call: FallibleCall, ordinal: number) => NTSTATUS | undefined) | undefined;
  #parts = new Map<object, unknown>();
  #histories = new WeakMap<object, LazyStep[]>();

  get routine(): Routine {
    return this.routines[this.routines.length - 1] ?? bootRoutine();
  }

  /** Back to a computer that was just started: PASSIVE_LEVEL, time 0, nothing registered, queued, scripted or recorded. */
  reset(): void {
    this.irql = 0;
    this.now = 0;
    this.routines = [bootRoutine()];
    this.queue = [];
    this.dpcs = [];
    this.timeline = [];
    this.findings = [];
    this.excusesLevel = false;
    this.letsCallbacksWait = false;
    this.stopAtViolations = true;
    this.restartThreads = false;
    this.callbackLevel = 2;
    this.calls.clear();
    this.faults.clear();
    this.#parts = new Map();
    this.#histories = new WeakMap();
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

  /** Adds a step to the history of an object. */
  remember(about: object, what: string): void {
    const steps = this.#histories.get(about) ?? [];
    steps.push({ what, site: captureSite(), at: this.now / 10_000 });
    if (steps.length > MOST_STEPS) steps.shift();
    this.#histories.set(about, steps);
  }

  historyOf(about: object | undefined): HistoryStep[] {
    const steps = about === undefined ? [] : (this.#histories.get(about) ?? []);
    return steps.map(({ what, site, at }) => ({ what, callSite: site(), at }));
  }

  /**
   * Records a broken clause and lets the program go on: for what the system itself would not notice. It is put down to the driver whose
   * code runs, unless `image` says whose callback it was.
   */
  note(clause: string, where: string, message: string, about?: object, site = callSite(), image = this.routine.image): void {
    const history = this.historyOf(about);
    this.findings.push({ clause, where, message, callSite: site, image, history, ...(about === undefined ? {} : { about }) });
  }

  /** Records a broken clause and makes the error to throw: for what has no answer to go on with, such as a member that was never filled. */
  violation(clause: string, where: string, message: string, about?: object, image?: Image): ContractViolationError {
    this.note(clause, where, message, about, callSite(), image);
    return new ContractViolationError(clause, where, message);
  }

  /**
   * Records a broken clause and stops the program, unless it is only to be recorded: then the caller must do nothing and report
   * failure.
   */
  refuse(clause: string, where: string, message: string, about?: object, image?: Image): void {
    const error = this.violation(clause, where, message, about, image);
    if (this.stopAtViolations) throw error;
  }

  /** Counts a call of a function that can fail; the status to fail with, when the script or the chooser says that this call fails. */
  fault(call: FallibleCall): NTSTATUS | undefined {
    const ordinal = (this.calls.get(call) ?? 0) + 1;
    this.calls.set(call, ordinal);
    return this.faults.get(call)?.get(ordinal) ?? this.chooser?.(call, ordinal);
  }
}

/** The one computer that the exported functions run on. */
export const machine = new Machine();
