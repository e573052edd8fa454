/**
 * Who runs when. Everything runs on one processor and on one JavaScript stack: a routine that waits runs queued work and lets
 * virtual time pass, on top of its own stack, until its wait can end. Deterministic: work runs in the order in which it was
 * queued, timers in the order of their due times.
 *
 * Not simulated: a thread cannot be suspended beneath another one and go on first. When a routine waits for something that only a
 * routine beneath it on the stack could do, and that routine could go on, the wait throws `NotSimulatedError`.
 */
import { DeadlockError, NotSimulatedError } from './bugcheck.js';
import { machine, type Level, type Routine, type RoutineKind, type TimedWork } from './machine.js';

/** 100-nanosecond units in a millisecond. */
export const UNITS_PER_MILLISECOND = 10_000;

/** Steps that one wait may take: more is work that queues itself again for ever. */
const MOST_STEPS = 100_000;

/** Waits that may begin in a row while a routine beneath could go on: more is a thread that polls for ever. */
const MOST_OVERDUE_WAITS = 10_000;

interface Waiter {
  readonly what: string;
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
}

/**
 * Runs a routine as the system does: at its level, and back at the caller's afterwards. What it forgot to undo is recorded (clauses I3 and
 * I5). Its level is put right, so that its mistake is not also the next routine's; a lock that it left held stays held.
 */
export function runRoutine<T>(options: RoutineOptions, body: () => T): T {
  const routine: Routine = { kind: options.kind, name: options.name, thread: options.thread ?? {}, raises: [], locks: new Set() };
  const { irql } = machine;
  machine.routines.push(routine);
  machine.irql = options.level;
  try {
    const result = body();
    noteWhatIsLeft(routine, options.level);
    return result;
  } finally {
    leave(routine, irql);
  }
}

/** Back to the routine beneath. After a reset there is none to go back to. */
function leave(routine: Routine, irql: Level): void {
  const depth = machine.routines.indexOf(routine);
  if (depth < 0) return;
  machine.routines.length = depth;
  machine.irql = irql;
}

function noteWhatIsLeft(routine: Routine, level: Level): void {
  if (routine.locks.size > 0) machine.note('I3', routine.name, `returned with ${routine.locks.size} lock(s) still held`);
  else if (routine.raises.length > 0) machine.note('I3', routine.name, 'returned without lowering the IRQL that it had raised');
  else if (machine.irql !== level) machine.note('I5', routine.name, `was called at IRQL ${level} and returned at ${machine.irql}`);
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

/** Runs the oldest queued work; false when there is none. */
export function runOldest(): boolean {
  const work = machine.queue.shift();
  work?.run();
  return work !== undefined;
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

/**
 * Waits until `isOver`, running queued work and letting virtual time pass. True when it is over; false when `deadline` (a
 * virtual time) came first. Without a deadline it never returns false: a wait that nothing can end throws.
 * Every function that may wait has checked its IRQL before.
 */
export function waitUntil(isOver: () => boolean, what: string, options: { deadline?: number; clause?: string } = {}): boolean {
  const deadline = options.deadline ?? Number.POSITIVE_INFINITY;
  refuseEndlessPolling(what);
  const { waiters } = waits();
  waiters.push({ what, couldGoOn: () => isOver() || machine.now >= deadline });
  try {
    for (let steps = 0; !isOver(); steps++) {
      if (steps > MOST_STEPS) throw new NotSimulatedError(`the wait for ${what} took more than ${MOST_STEPS} steps`);
      if (runOldest() || advance(deadline)) continue;
      if (deadline === Number.POSITIVE_INFINITY) throw stuck(what, options.clause);
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

function refuseEndlessPolling(what: string): void {
  const state = waits();
  const beneath = heldUp();
  state.overdue = beneath === undefined ? 0 : state.overdue + 1;
  if (beneath === undefined || state.overdue <= MOST_OVERDUE_WAITS) return;
  throw new NotSimulatedError(
    `${machine.routine.name} waits again and again for ${what}, while a routine beneath it could go on after its wait for ${beneath.what}`,
  );
}

function stuck(what: string, clause: string | undefined): Error {
  const beneath = heldUp();
  if (beneath !== undefined) {
    return new NotSimulatedError(
      `${machine.routine.name} waits for ${what}, while a routine beneath it could go on after its wait for ${beneath.what}`,
    );
  }
  const message = `${machine.routine.name} waits for ${what}, and nothing can end that wait`;
  if (clause !== undefined) machine.note(clause, machine.routine.name, message);
  return new DeadlockError(clause, message);
}

/** The routine of the current thread that must not wait, because WSK called it (clauses D4 and E2). */
export function wskCallbackBeneath(): Routine | undefined {
  const { thread } = machine.routine;
  return machine.routines.find(
    (routine) => routine.thread === thread && (routine.kind === 'completion routine' || routine.kind === 'wsk event callback'),
  );
}
