/**
 * Who runs when. Everything runs on one processor and on one JavaScript stack: a routine that waits runs queued work and lets
 * virtual time pass, on top of its own stack, until its wait can end. Deterministic: DPCs first, then other work in the order in which
 * it was queued, then threads that were parked, then new threads, and timers in the order of their due times once nothing else is left.
 *
 * Not simulated: a thread cannot be suspended beneath another one and go on first. When a routine waits for something that only a
 * routine beneath it on the stack could do, and that routine could go on, the wait throws `NotSimulatedError`. Threads that wait at the
 * head of their loop can be taken off the stack: see parking.ts.
 */
import { DeadlockError, NotSimulatedError } from './bugcheck.js';
import { machine, type Image, type Level, type Routine, type RoutineKind, type TimedWork } from './machine.js';
import { parkedWaits, parkOrResume, takeResumable } from './parking.js';

/** 100-nanosecond units in a millisecond. */
export const UNITS_PER_MILLISECOND = 10_000;

/** Steps that one wait may take: more is work that queues itself again for ever, such as a timer that its own DPC sets. */
const MOST_STEPS = 10_000;

/** Waits that may begin in a row while a routine beneath could go on: more is a thread that polls for ever. */
const MOST_OVERDUE_WAITS = 10_000;

/** From this level on the DPC queue has to wait. */
const DPC_LEVEL = 2;

/** What a wait is for, as it is when a message is written. */
type What = string | (() => string);

const tell = (what: What): string => (typeof what === 'string' ? what : what());

interface Waiter {
  readonly what: What;
  readonly routine: Routine;
  /** True when the routine would go on if it were not beneath another one. */
  readonly couldGoOn: () => boolean;
}

const waits = machine.part<{ waiters: Waiter[]; overdue: number }>(() => ({ waiters: [], overdue: 0 }));

export interface RoutineOptions {
  readonly kind: RoutineKind;
  readonly name: string;
  readonly level: Level;
  /** The thread it runs in; without it the routine gets one of its own. */
  readonly thread?: object;
  /** The driver whose code it is; without it that of the routine beneath. */
  readonly image?: Image;
}

/**
 * Runs a routine as the system does: at its level, and back at the caller's afterwards. What it forgot to undo is recorded (clauses I3 and
 * I5). Its level is put right, so that its mistake is not also the next routine's; a lock that it left held stays held.
 */
export function runRoutine<T>(options: RoutineOptions, body: () => T): T {
  const { kind, name, thread = {}, image = machine.routine.image } = options;
  const routine: Routine = { kind, name, image, thread, raises: [], locks: new Map(), calls: 0 };
  const { irql } = machine;
  machine.routines.push(routine);
  machine.irql = options.level;
  let isOver = false;
  try {
    const result = body();
    noteWhatIsLeft(routine, options.level);
    isOver = true;
    return result;
  } catch (error) {
    const { images } = failures();
    if (typeof error === 'object' && error !== null && !images.has(error)) images.set(error, image);
    throw error;
  } finally {
    leave(routine, irql);
    if (isOver) runDpcs();
  }
}

/** Which driver's code threw what comes out of a routine. */
const failures = machine.part<{ images: WeakMap<object, Image> }>(() => ({ images: new WeakMap() }));

export const imageOfError = (error: unknown): Image | undefined =>
  typeof error === 'object' && error !== null ? failures().images.get(error) : undefined;

/** Back to the routine beneath. After a reset there is none to go back to. */
function leave(routine: Routine, irql: Level): void {
  const depth = machine.routines.indexOf(routine);
  if (depth < 0) return;
  machine.routines.length = depth;
  machine.irql = irql;
}

function noteWhatIsLeft(routine: Routine, level: Level): void {
  const [lock] = routine.locks.keys();
  if (lock !== undefined) machine.note('I3', routine.name, `returned with ${routine.locks.size} lock(s) still held`, lock);
  else if (routine.raises.length > 0)
    machine.note('I3', routine.name, 'returned without lowering the IRQL that it had raised', routine.raises);
  else if (machine.irql !== level) machine.note('I5', routine.name, `was called at IRQL ${level} and returned at ${machine.irql}`);
}

/** Changes the level of the processor; DPCs that were held back run as soon as it is below DISPATCH_LEVEL. */
export function setLevel(level: Level): void {
  machine.irql = level;
  runDpcs();
}

/** Runs the queued DPCs, unless the level holds them back. Each runs at DISPATCH_LEVEL, so that none interrupts another. */
export function runDpcs(): void {
  while (machine.irql < DPC_LEVEL) {
    const dpc = machine.dpcs.shift();
    if (dpc === undefined) return;
    dpc.run();
  }
}

/** Queues work of the driver that is running. */
export function enqueue(name: string, run: () => void, options: { startsThread?: boolean; image?: Image } = {}): void {
  machine.queue.push({ name, image: options.image ?? machine.routine.image, startsThread: options.startsThread ?? false, run });
}

/** Lets something happen at a virtual time; the function returned takes it back and says whether it was still to come. */
export function schedule(due: number, run: () => void): () => boolean {
  const entry: TimedWork = { due, run };
  machine.timeline.push(entry);
  return () => {
    const index = machine.timeline.indexOf(entry);
    if (index >= 0) machine.timeline.splice(index, 1);
    return index >= 0;
  };
}

/** Runs the next piece of work; false when there is none. */
export function runNext(): boolean {
  const work = machine.dpcs.shift() ?? takeQueued(false) ?? takeResumable() ?? takeQueued(true);
  work?.run();
  return work !== undefined;
}

function takeQueued(startsThread: boolean): { run(): void } | undefined {
  const index = machine.queue.findIndex((work) => (work.startsThread ?? false) === startsThread);
  return index < 0 ? undefined : machine.queue.splice(index, 1)[0];
}

/**
 * Moves virtual time to the next thing that happens, no further than `limit`, and lets it happen; false when nothing is to come by
 * then.
 */
export function advance(limit: number): boolean {
  const next = machine.timeline.reduce<TimedWork | undefined>(
    (first, entry) => (first === undefined || entry.due < first.due ? entry : first),
    undefined,
  );
  if (next === undefined || next.due > limit) return false;
  machine.timeline.splice(machine.timeline.indexOf(next), 1);
  machine.now = Math.max(machine.now, next.due);
  next.run();
  return true;
}

interface WaitOptions {
  /** A virtual time. */
  readonly deadline?: number;
  /** The clause that a wait without end breaks, and the object that it is about. */
  readonly clause?: string;
  readonly about?: object;
}

/**
 * Waits until `isOver`, running queued work and letting virtual time pass. True when it is over; false when `deadline` came first.
 * Without a deadline it never returns false: a wait that nothing can end throws.
 * Every function that may wait has checked its IRQL before.
 */
export function waitUntil(isOver: () => boolean, what: What, options: WaitOptions = {}): boolean {
  const deadline = options.deadline ?? Number.POSITIVE_INFINITY;
  if (parkOrResume({ isOver, deadline, what: tell(what) }, schedule)) return isOver();
  refuseEndlessPolling(what);
  const { waiters } = waits();
  waiters.push({ what, routine: machine.routine, couldGoOn: () => isOver() || machine.now >= deadline });
  try {
    for (let steps = 0; !isOver(); steps++) {
      if (steps > MOST_STEPS) throw stuck(what, options, `and ${MOST_STEPS} timers and pieces of work did not end that wait`);
      if (runNext() || advance(deadline)) continue;
      if (deadline === Number.POSITIVE_INFINITY) throw stuck(what, options, 'and nothing can end that wait');
      machine.now = Math.max(machine.now, deadline);
      return isOver();
    }
    return true;
  } finally {
    waiters.pop();
  }
}

/** A wait of a routine beneath the current one that is over, so that only the single stack holds it up. */
const heldUp = (): Waiter | undefined => waits().waiters.find((waiter) => waiter.couldGoOn());

function refuseEndlessPolling(what: What): void {
  const state = waits();
  const beneath = heldUp();
  state.overdue = beneath === undefined ? 0 : state.overdue + 1;
  if (beneath === undefined || state.overdue <= MOST_OVERDUE_WAITS) return;
  throw new NotSimulatedError(
    `${machine.routine.name} waits again and again for ${tell(what)}, while a routine beneath it could go on after its wait for ${tell(beneath.what)}`,
  );
}

/** Why a wait cannot go on: the single stack, a test that has not made its next step, or a deadlock. */
function stuck(what: What, { clause, about }: WaitOptions, end: string): Error {
  const { name, kind } = machine.routine;
  const beneath = heldUp();
  if (beneath !== undefined) {
    return new NotSimulatedError(
      `${name} waits for ${tell(what)}, while a routine beneath it could go on after its wait for ${tell(beneath.what)}: ` +
        'see `restartThreads` for threads that wait at the head of their loop',
    );
  }
  const { waiters } = waits();
  if (waiters.length === 1 && clause === undefined && (kind === 'thread' || kind === 'work item')) {
    return new NotSimulatedError(
      `${name} waits for ${tell(what)}, which the test could still bring about, but the thread lies on top of it: see \`restartThreads\``,
    );
  }
  const others = [...waiters.slice(0, -1).map((waiter) => `${waiter.routine.name} for ${tell(waiter.what)}`), ...parkedWaits()];
  const message = `${name} waits for ${tell(what)}, ${end}${others.length > 0 ? `; also waiting: ${others.join(', ')}` : ''}`;
  if (clause !== undefined) machine.note(clause, name, message, about);
  return new DeadlockError(clause, message);
}

/** The routine of the current thread that must not wait, because WSK called it (clauses D4 and E2). */
export function wskCallbackBeneath(): Routine | undefined {
  const { thread } = machine.routine;
  return machine.routines.find(
    (routine) => routine.thread === thread && (routine.kind === 'completion routine' || routine.kind === 'wsk event callback'),
  );
}
