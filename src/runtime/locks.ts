/**
 * Spin locks and fast mutexes, which no holder can acquire twice (I4) and which only their holder releases (I3).
 * There is one processor: a spin lock that is held is held beneath the caller on the same stack, so acquiring it never ends.
 */
import { DeadlockError } from './bugcheck.js';
import { embedInCurrentAllocation } from './embedding.js';
import { APC_LEVEL, bugCheck, DISPATCH_LEVEL, levelName, requireLevel, requireThere, type KIRQL } from './irql.js';
import { machine, type Holding } from './machine.js';
import { refuseFreed } from './pool.js';
import { setLevel, waitUntil } from './scheduler.js';
import type { Out } from './basics.js';

export class KSPIN_LOCK {
  // Keeps structures without public members from standing in for each other.
  protected readonly structure = 'KSPIN_LOCK';

  constructor() {
    embedInCurrentAllocation(this);
  }
}

export class FAST_MUTEX {
  // Keeps structures without public members from standing in for each other.
  protected readonly structure = 'FAST_MUTEX';

  constructor() {
    embedInCurrentAllocation(this);
  }
}

const holdings = machine.part(() => new WeakMap<object, Holding>());

function hold(lock: object, savedLevel: KIRQL | undefined): void {
  const { routine } = machine;
  const holding: Holding = { holder: routine, savedLevel, raises: routine.raises.length };
  holdings().set(lock, holding);
  routine.locks.set(lock, holding);
  machine.remember(lock, `acquired by ${routine.name}`);
}

function drop(lock: object, holding: Holding): void {
  holdings().delete(lock);
  holding.holder.locks.delete(lock);
  machine.remember(lock, `released by ${machine.routine.name}`);
}

/** A release that restores its level would go below one that was raised meanwhile and is still to be undone (I3). */
function refuseBeneathRaise(lock: object, { holder, savedLevel, raises }: Holding, caller: string): boolean {
  const locks = [...holder.locks];
  const laterLocks = locks.slice(locks.findIndex(([each]) => each === lock) + 1).flatMap(([, each]) => each.savedLevel ?? []);
  const later = [...holder.raises.slice(raises), ...laterLocks];
  if (later.length === 0 || [machine.irql, ...later].every((level) => level === savedLevel)) return false;
  machine.refuse('I3', caller, 'goes below a level that was raised after the acquisition and is still to be undone', lock);
  return true;
}

function deadlock(caller: string, message: string, lock: object): never {
  machine.note('I4', caller, message, lock);
  throw new DeadlockError('I4', `${caller}: ${message}`);
}

function refuseHeldSpinLock(SpinLock: KSPIN_LOCK, caller: string): void {
  const holding = holdings().get(SpinLock);
  if (holding !== undefined) deadlock(caller, `waits for a spin lock that ${holding.holder.name} holds, and never gets it`, SpinLock);
}

/** Any IRQL. A lock that is held must not be initialised again: that is refused (I3). Page nf-wdm-keinitializespinlock. */
export function KeInitializeSpinLock(SpinLock: KSPIN_LOCK): void {
  requireLevel('KeInitializeSpinLock');
  requireThere('KeInitializeSpinLock', { SpinLock });
  if (holdings().has(SpinLock)) machine.refuse('I3', 'KeInitializeSpinLock', 'the lock is held', SpinLock);
}

/**
 * Takes the lock, raises to DISPATCH_LEVEL and saves the previous level for `KeReleaseSpinLock`. A lock that is held is a deadlock.
 * At most DISPATCH_LEVEL. Clauses I3 and I4, page nf-wdm-keacquirespinlock.
 */
export function KeAcquireSpinLock(SpinLock: KSPIN_LOCK, OldIrql: Out<KIRQL>): void {
  requireLevel('KeAcquireSpinLock');
  requireThere('KeAcquireSpinLock', { SpinLock, OldIrql });
  if (refuseFreed(SpinLock, 'I3', 'KeAcquireSpinLock')) return;
  refuseHeldSpinLock(SpinLock, 'KeAcquireSpinLock');
  OldIrql.value = machine.irql;
  hold(SpinLock, machine.irql);
  machine.irql = DISPATCH_LEVEL;
}

/**
 * Gives the lock back and restores the level that its own acquisition saved; another level, or another routine's lock, is refused.
 * DISPATCH_LEVEL. Clause I3, page nf-wdm-kereleasespinlock.
 */
export function KeReleaseSpinLock(SpinLock: KSPIN_LOCK, NewIrql: KIRQL): void {
  requireLevel('KeReleaseSpinLock');
  requireThere('KeReleaseSpinLock', { SpinLock });
  const holding = heldByThisRoutine(SpinLock, 'KeReleaseSpinLock', 'SPIN_LOCK_NOT_OWNED');
  if (NewIrql !== holding.savedLevel) {
    const saved = holding.savedLevel === undefined ? 'saved none' : `had saved ${levelName(holding.savedLevel)}`;
    machine.refuse('I3', 'KeReleaseSpinLock', `restores ${levelName(NewIrql)}, but the acquisition of this lock ${saved}`, SpinLock);
    return;
  }
  if (refuseBeneathRaise(SpinLock, holding, 'KeReleaseSpinLock')) return;
  drop(SpinLock, holding);
  setLevel(NewIrql);
}

/** Takes the lock and leaves the level alone. At least DISPATCH_LEVEL. Clauses I3 and I4, page nf-wdm-keacquirespinlockatdpclevel. */
export function KeAcquireSpinLockAtDpcLevel(SpinLock: KSPIN_LOCK): void {
  requireLevel('KeAcquireSpinLockAtDpcLevel');
  requireThere('KeAcquireSpinLockAtDpcLevel', { SpinLock });
  if (refuseFreed(SpinLock, 'I3', 'KeAcquireSpinLockAtDpcLevel')) return;
  refuseHeldSpinLock(SpinLock, 'KeAcquireSpinLockAtDpcLevel');
  hold(SpinLock, undefined);
}

/**
 * Gives back a lock that was taken with `KeAcquireSpinLockAtDpcLevel`; one taken with `KeAcquireSpinLock` is refused, as its level would
 * not be restored. DISPATCH_LEVEL. Clause I3, page nf-wdm-kereleasespinlockfromdpclevel.
 */
export function KeReleaseSpinLockFromDpcLevel(SpinLock: KSPIN_LOCK): void {
  requireLevel('KeReleaseSpinLockFromDpcLevel');
  requireThere('KeReleaseSpinLockFromDpcLevel', { SpinLock });
  const holding = heldByThisRoutine(SpinLock, 'KeReleaseSpinLockFromDpcLevel', 'SPIN_LOCK_NOT_OWNED');
  if (holding.savedLevel !== undefined) {
    machine.refuse(
      'I3',
      'KeReleaseSpinLockFromDpcLevel',
      'the lock was taken with KeAcquireSpinLock, whose saved level would not be restored',
      SpinLock,
    );
    return;
  }
  drop(SpinLock, holding);
}

function heldByThisRoutine(lock: object, caller: string, name: 'SPIN_LOCK_NOT_OWNED' | 'THREAD_NOT_MUTEX_OWNER'): Holding {
  const holding = holdings().get(lock);
  if (holding === undefined) bugCheck(name, 'I3', caller, 'the lock is not held', lock);
  if (holding.holder.thread !== machine.routine.thread) bugCheck(name, 'I3', caller, `the lock is held by ${holding.holder.name}`, lock);
  return holding;
}

/** At most DISPATCH_LEVEL. A mutex that is held must not be initialised again: that is refused (I3). Page nf-wdm-exinitializefastmutex. */
export function ExInitializeFastMutex(FastMutex: FAST_MUTEX): void {
  requireLevel('ExInitializeFastMutex');
  requireThere('ExInitializeFastMutex', { FastMutex });
  if (holdings().has(FastMutex)) machine.refuse('I3', 'ExInitializeFastMutex', 'the mutex is held', FastMutex);
}

/**
 * Takes the mutex, waiting until its holder gives it back, and raises to APC_LEVEL; the mutex keeps the previous level. Acquiring it again
 * in the same thread is a deadlock. At most APC_LEVEL. Clauses I3 and I4, page nf-wdm-exacquirefastmutex.
 */
export function ExAcquireFastMutex(FastMutex: FAST_MUTEX): void {
  requireLevel('ExAcquireFastMutex');
  requireThere('ExAcquireFastMutex', { FastMutex });
  if (refuseFreed(FastMutex, 'I3', 'ExAcquireFastMutex')) return;
  const holding = holdings().get(FastMutex);
  if (holding?.holder.thread === machine.routine.thread)
    deadlock('ExAcquireFastMutex', 'this thread holds the mutex already, and waits for itself', FastMutex);
  waitUntil(() => !holdings().has(FastMutex), `a fast mutex that ${holding?.holder.name ?? 'nobody'} holds`);
  hold(FastMutex, machine.irql);
  machine.irql = APC_LEVEL;
}

/**
 * Gives the mutex back and restores the level that it kept. APC_LEVEL, by the thread that took it. Clause I3, page
 * nf-wdm-exreleasefastmutex.
 */
export function ExReleaseFastMutex(FastMutex: FAST_MUTEX): void {
  requireLevel('ExReleaseFastMutex');
  requireThere('ExReleaseFastMutex', { FastMutex });
  const holding = heldByThisRoutine(FastMutex, 'ExReleaseFastMutex', 'THREAD_NOT_MUTEX_OWNER');
  if (refuseBeneathRaise(FastMutex, holding, 'ExReleaseFastMutex')) return;
  drop(FastMutex, holding);
  setLevel(holding.savedLevel ?? machine.irql);
}
