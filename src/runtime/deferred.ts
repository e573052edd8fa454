/**
 * DPCs and work items. Both are queued and run, each in a context of its own, when something waits or the test runs them.
 * Not simulated: that a DPC interrupts a routine as soon as the level is below DISPATCH_LEVEL.
 */
import { embedInCurrentAllocation } from './embedding.js';
import { bugCheck, DISPATCH_LEVEL, PASSIVE_LEVEL, requireLevel } from './irql.js';
import { machine } from './machine.js';
import { runRoutine } from './scheduler.js';
import type { DEVICE_OBJECT } from './basics.js';
import type { IO_WORKITEM_ROUTINE, KDEFERRED_ROUTINE } from './roles.js';

export class KDPC {
  // Keeps structures without public members from standing in for each other.
  protected readonly structure = 'KDPC';

  constructor() {
    embedInCurrentAllocation(this);
  }
}

interface Dpc {
  readonly routine: KDEFERRED_ROUTINE;
  readonly context: unknown;
  queued: boolean;
}

const dpcs = machine.part(() => new WeakMap<KDPC, Dpc>());

/** Any IRQL. Page nf-wdm-keinitializedpc. */
export function KeInitializeDpc(Dpc: KDPC, DeferredRoutine: KDEFERRED_ROUTINE, DeferredContext: unknown): void {
  requireLevel('KeInitializeDpc');
  dpcs().set(Dpc, { routine: DeferredRoutine, context: DeferredContext, queued: false });
}

/**
 * Queues the DPC; false when it is queued already. A DPC that was never initialised stops the system. Any IRQL. Page
 * nf-wdm-keinsertqueuedpc.
 */
export function KeInsertQueueDpc(Dpc: KDPC, SystemArgument1: unknown, SystemArgument2: unknown): boolean {
  requireLevel('KeInsertQueueDpc');
  return queueDpc(Dpc, SystemArgument1, SystemArgument2, 'KeInsertQueueDpc');
}

export function queueDpc(Dpc: KDPC, SystemArgument1: unknown, SystemArgument2: unknown, caller: string): boolean {
  const dpc = dpcs().get(Dpc);
  if (dpc === undefined) bugCheck('KMODE_EXCEPTION_NOT_HANDLED', undefined, caller, 'the DPC was never initialised');
  if (dpc.queued) return false;
  dpc.queued = true;
  const run = (): void => {
    dpc.queued = false;
    const options = { kind: 'dpc', name: 'KDEFERRED_ROUTINE', level: DISPATCH_LEVEL } as const;
    runRoutine(options, () => dpc.routine(Dpc, dpc.context, SystemArgument1, SystemArgument2));
  };
  machine.queue.push({ name: 'DPC', run });
  return true;
}

export type WORK_QUEUE_TYPE = number;
/** The queue of the work that is in no hurry. There is one queue here, whatever the type. */
export const DelayedWorkQueue: WORK_QUEUE_TYPE = 1;

export class IO_WORKITEM {
  readonly #DeviceObject: DEVICE_OBJECT;

  constructor(DeviceObject: DEVICE_OBJECT) {
    this.#DeviceObject = DeviceObject;
  }

  /** For the system alone: the device that the routine is called with. */
  deviceObject(): DEVICE_OBJECT {
    return this.#DeviceObject;
  }
}

const workItems = machine.part(() => new WeakMap<IO_WORKITEM, 'queued' | 'freed'>());

/** Null when there is no memory (which the fault script decides). At most DISPATCH_LEVEL. Page nf-wdm-ioallocateworkitem. */
export function IoAllocateWorkItem(DeviceObject: DEVICE_OBJECT): IO_WORKITEM | null {
  requireLevel('IoAllocateWorkItem');
  return machine.fault('IoAllocateWorkItem') === undefined ? new IO_WORKITEM(DeviceObject) : null;
}

/** Queues the item; one that is queued already, or freed, stops the system. At most DISPATCH_LEVEL. Page nf-wdm-ioqueueworkitem. */
export function IoQueueWorkItem(
  IoWorkItem: IO_WORKITEM,
  WorkerRoutine: IO_WORKITEM_ROUTINE,
  _QueueType: WORK_QUEUE_TYPE,
  Context: unknown,
): void {
  requireLevel('IoQueueWorkItem');
  requireIdle(IoWorkItem, 'IoQueueWorkItem');
  workItems().set(IoWorkItem, 'queued');
  const run = (): void => {
    workItems().delete(IoWorkItem);
    const options = { kind: 'work item', name: 'IO_WORKITEM_ROUTINE', level: PASSIVE_LEVEL } as const;
    runRoutine(options, () => WorkerRoutine(IoWorkItem.deviceObject(), Context));
  };
  machine.queue.push({ name: 'work item', run });
}

/**
 * Frees the item; one that is still queued, or freed already, stops the system. Its own routine may free it. At most DISPATCH_LEVEL.
 * Page nf-wdm-iofreeworkitem.
 */
export function IoFreeWorkItem(IoWorkItem: IO_WORKITEM): void {
  requireLevel('IoFreeWorkItem');
  requireIdle(IoWorkItem, 'IoFreeWorkItem');
  workItems().set(IoWorkItem, 'freed');
}

function requireIdle(IoWorkItem: IO_WORKITEM, caller: string): void {
  const state = workItems().get(IoWorkItem);
  if (state !== undefined) bugCheck('WORKER_INVALID', undefined, caller, `the work item is ${state}`);
}
