/**
 * Threads that wait at the head of their loop. On one JavaScript stack such a thread would lie on top of whoever it waits for. When the test
 * asks for it (`restartThreads`), a thread is taken off the stack at that wait and its routine is started again, into the same wait,
 * once the wait is over. That is the same as going on if the thread keeps nothing in its local variables from one turn to the next.
 *
 * Checked: the wait is the first call of the routine, reached on the same way through the same lines; no lock is held and no level
 * raised; nothing of the driver runs while the stack is unwound. Not checked: local variables, and what the routine does before the
 * wait without calling the system.
 */
import { NotSimulatedError } from './bugcheck.js';
import { wayHere } from './call-site.js';
import { machine, type Image, type Routine } from './machine.js';

/** Unwinds a thread that is parked. */
class ThreadParked extends Error {
  override readonly name = 'ThreadParked';
}

export const isParked = (error: unknown): boolean => error instanceof ThreadParked;

interface Wait {
  readonly isOver: () => boolean;
  readonly deadline: number;
  readonly what: string;
}

interface ParkedThread extends Wait {
  readonly image: Image;
  /** Starts the routine again. */
  readonly run: () => void;
}

interface Parking {
  readonly parked: ParkedThread[];
  /** By routine: the way to the wait at the head of its loop. */
  readonly heads: WeakMap<Routine, string>;
  /** What starts the thread of a routine again. */
  readonly restarts: WeakMap<object, () => void>;
  /** Threads that are to be let through their first wait. */
  readonly resumed: WeakSet<object>;
  readonly unwinding: WeakSet<Routine>;
}

const parking = machine.part<Parking>(() => ({
  parked: [],
  heads: new WeakMap(),
  restarts: new WeakMap(),
  resumed: new WeakSet(),
  unwinding: new WeakSet(),
}));

/** Says how the routine of a thread is started again. */
export function makeRestartable(thread: object, restart: () => void): void {
  parking().restarts.set(thread, restart);
}

/**
 * At the start of every wait. True: this thread was parked here and its wait has ended. Does not return when the thread is parked
 * now; false when the wait has to be made on the stack.
 */
export function parkOrResume(wait: Wait, schedule: (due: number, run: () => void) => unknown): boolean {
  const { routine } = machine;
  const { resumed, restarts, parked, unwinding } = parking();
  const restart = restarts.get(routine.thread);
  if (!machine.restartThreads || restart === undefined || routine.kind !== 'thread') return false;
  const isResumed = resumed.delete(routine.thread);
  const isHead = isAtHead(routine);
  if (isResumed) return true;
  if (!isHead || wait.isOver() || routine.locks.size > 0 || routine.raises.length > 0) return false;
  const run = (): void => {
    resumed.add(routine.thread);
    restart();
  };
  parked.push({ ...wait, image: routine.image, run });
  if (Number.isFinite(wait.deadline)) schedule(wait.deadline, () => {});
  unwinding.add(routine);
  throw new ThreadParked(`waits for ${wait.what}`);
}

function isAtHead(routine: Routine): boolean {
  const { heads } = parking();
  const way = wayHere();
  if (routine.calls === 1) heads.set(routine, way);
  return heads.get(routine) === way;
}

/** A driver that catches everything, or has a `finally`, would run while its thread is being taken off the stack. */
export function refuseWhileUnwinding(caller: string): void {
  if (!parking().unwinding.has(machine.routine)) return;
  throw new NotSimulatedError(`${caller} is reached while the thread that waits is taken off the stack: it cannot be restarted`);
}

/** Takes the first parked thread whose wait is over. */
export function takeResumable(): ParkedThread | undefined {
  const { parked } = parking();
  const index = parked.findIndex(({ isOver, deadline }) => isOver() || machine.now >= deadline);
  return index < 0 ? undefined : parked.splice(index, 1)[0];
}

/** For messages: who is parked and waits for what. */
export const parkedWaits = (): string[] => parking().parked.map(({ what }) => `KSTART_ROUTINE for ${what}`);

/** The threads of a driver that are parked are gone with it. */
export function dropParked(image: Image): void {
  const { parked } = parking();
  parked.splice(0, parked.length, ...parked.filter((thread) => thread.image !== image));
}
