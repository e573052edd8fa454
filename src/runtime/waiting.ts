/** Events and waits. Intervals are in units of 100 nanoseconds of virtual time: negative is from now on, positive is a point in time. */
import { embedInCurrentAllocation } from './embedding.js';
import { describe, dispatcherOf, setDispatcher } from './dispatcher.js';
import { requireLevel, requireThere } from './irql.js';
import { machine } from './machine.js';
import { isFreed } from './pool.js';
import { waitUntil, wskCallbackBeneath } from './scheduler.js';
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS, STATUS_TIMEOUT, type NTSTATUS } from './status.js';
import type { HANDLE } from './basics.js';
import type { KTIMER } from './timers.js';

export type EVENT_TYPE = number;
/** Stays signalled until `KeClearEvent`. */
export const NotificationEvent: EVENT_TYPE = 0;
/** Lets one wait go on, and is not signalled any more. */
export const SynchronizationEvent: EVENT_TYPE = 1;

export class KEVENT {
  // Keeps structures without public members from standing in for each other.
  protected readonly structure = 'KEVENT';

  constructor() {
    embedInCurrentAllocation(this);
  }
}

/** Any IRQL. Page nf-wdm-keinitializeevent. */
export function KeInitializeEvent(Event: KEVENT, Type: EVENT_TYPE, State: boolean): void {
  requireLevel('KeInitializeEvent');
  requireThere('KeInitializeEvent', { Event });
  setDispatcher(Event, { signalled: State, synchronization: Type === SynchronizationEvent });
}

/**
 * Signals the event; not zero when it was signalled before. At most DISPATCH_LEVEL, with `Wait` APC_LEVEL. That `Wait` keeps the level
 * raised until the wait that must follow is not simulated. Page nf-wdm-kesetevent.
 */
export function KeSetEvent(Event: KEVENT, _Increment: number, Wait: boolean): number {
  requireLevel('KeSetEvent', Wait);
  requireThere('KeSetEvent', { Event });
  const dispatcher = dispatcherOf(Event);
  const before = dispatcher.signalled;
  dispatcher.signalled = true;
  return before ? 1 : 0;
}

/** At most DISPATCH_LEVEL. Page nf-wdm-keclearevent. */
export function KeClearEvent(Event: KEVENT): void {
  requireLevel('KeClearEvent');
  requireThere('KeClearEvent', { Event });
  dispatcherOf(Event).signalled = false;
}

/**
 * Waits until the object is signalled, or until `Timeout`: null is for ever, 0 does not wait. STATUS_SUCCESS when it was signalled,
 * STATUS_TIMEOUT when not: both pass `NT_SUCCESS`. A wait that nothing can end is a deadlock.
 * A thread's handle stands for the thread. At most APC_LEVEL, with a `Timeout` of 0 DISPATCH_LEVEL; not in a WSK callback (E2).
 * Page nf-wdm-kewaitforsingleobject.
 */
export function KeWaitForSingleObject(
  Object: KEVENT | KTIMER | HANDLE,
  _WaitReason: number,
  _WaitMode: number,
  _Alertable: boolean,
  Timeout: number | null,
): NTSTATUS {
  requireLevel('KeWaitForSingleObject', Timeout ?? undefined);
  if (Object === null || isFreed(Object)) return STATUS_INVALID_PARAMETER;
  requireThere('KeWaitForSingleObject', { Object });
  if (Timeout !== 0) {
    if (!mayWaitHere('KeWaitForSingleObject')) return STATUS_TIMEOUT;
    waitUntil(() => dispatcherOf(Object).signalled, describe(Object), Timeout === null ? {} : { deadline: pointInTime(Timeout) });
  }
  const dispatcher = dispatcherOf(Object);
  if (!dispatcher.signalled) return STATUS_TIMEOUT;
  if (dispatcher.synchronization) dispatcher.signalled = false;
  return STATUS_SUCCESS;
}

/** Lets virtual time pass. At most APC_LEVEL; not in a WSK callback (E2). Page nf-wdm-kedelayexecutionthread. */
export function KeDelayExecutionThread(_WaitMode: number, _Alertable: boolean, Interval: number): NTSTATUS {
  requireLevel('KeDelayExecutionThread');
  if (!mayWaitHere('KeDelayExecutionThread')) return STATUS_TIMEOUT;
  waitUntil(() => false, 'an interval', { deadline: pointInTime(Interval) });
  return STATUS_SUCCESS;
}

/** The virtual time that an interval or due time of the kernel means. */
export const pointInTime = (interval: number): number => (interval <= 0 ? machine.now - interval : interval);

function mayWaitHere(caller: string): boolean {
  const callback = wskCallbackBeneath();
  if (callback !== undefined) machine.refuse('E2', caller, `waits inside ${callback.name}`);
  return callback === undefined || machine.letsCallbacksWait;
}
