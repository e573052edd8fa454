/**
 * DPCs and work items. A DPC runs as soon as the level is below DISPATCH_LEVEL, also before the call that queued it returns; a work item
 * when something waits or the test runs what is queued. Each has a context of its own.
 */
import { embedInCurrentAllocation } from './embedding.js';
import { bugCheck, DISPATCH_LEVEL, PASSIVE_LEVEL, requireLevel, requireThere } from './irql.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { enqueue, runDpcs, runRoutine } from './scheduler.js';
import { callSite } from './call-site.js';
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
  readonly image: Image;
  queued: boolean;
}

const dpcs = machine.part(() => new WeakMap<KDPC, Dpc>());

/** Any IRQL. Page nf-wdm-keinitializedpc. */
export function KeInitializeDpc(Dpc: KDPC, DeferredRoutine: KDEFERRED_ROUTINE, DeferredContext: unknown): void {
  requireLevel('KeInitializeDpc');
  requireThere('KeInitializeDpc', { Dpc, DeferredRoutine });
  dpcs().set(Dpc, { routine: DeferredRoutine, context: DeferredContext, image: machine.routine.image, queued: false });
}

/**
 * Queues the DPC; false when it is queued already. A DPC that was never initialised stops the system. Any IRQL. Page
 * nf-wdm-keinsertqueuedpc.
 */
export function KeInsertQueueDpc(Dpc: KDPC, SystemArgument1: unknown, SystemArgument2: unknown): boolean {
  requireLevel('KeInsertQueueDpc');
  requireThere('KeInsertQueueDpc', { Dpc });
  return queueDpc(Dpc, SystemArgument1, SystemArgument2, 'KeInsertQueueDpc');
}

export function queueDpc(Dpc: KDPC, SystemArgument1: unknown, SystemArgument2: unknown, caller: string): boolean {
  const dpc = dpcs().get(Dpc);
  if (dpc === undefined) bugCheck('KMODE_EXCEPTION_NOT_HANDLED', undefined, caller, 'the DPC was never initialised');
  if (dpc.queued) return false;
  dpc.queued = true;
  const run = (): void => {
    dpc.queued = false;
    const options = { kind: 'dpc', name: 'KDEFERRED_ROUTINE', level: DISPATCH_LEVEL, image: dpc.image } as const;
    runRoutine(options, () => {
      dpc.routine(Dpc, dpc.context, SystemArgument1, SystemArgument2);
    });
  };
  machine.dpcs.push({ name: 'DPC', image: dpc.image, run });
  runDpcs();
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
const allocated = machine.part(() => new Map<IO_WORKITEM, { image: Image; site: string }>());

/** Null when there is no memory (which the fault script decides). At most DISPATCH_LEVEL. Page nf-wdm-ioallocateworkitem. */
export function IoAllocateWorkItem(DeviceObject: DEVICE_OBJECT): IO_WORKITEM | null {
  requireLevel('IoAllocateWorkItem');
  requireThere('IoAllocateWorkItem', { DeviceObject });
  if (machine.fault('IoAllocateWorkItem') !== undefined) return null;
  const item = new IO_WORKITEM(DeviceObject);
  allocated().set(item, { image: machine.routine.image, site: callSite() });
  return item;
}

/** Queues the item; one that is queued already, or freed, stops the system. At most DISPATCH_LEVEL. Page nf-wdm-ioqueueworkitem. */
export function IoQueueWorkItem(
  IoWorkItem: IO_WORKITEM,
  WorkerRoutine: IO_WORKITEM_ROUTINE,
  _QueueType: WORK_QUEUE_TYPE,
  Context: unknown,
): void {
  requireLevel('IoQueueWorkItem');
  requireThere('IoQueueWorkItem', { IoWorkItem, WorkerRoutine });
  requireIdle(IoWorkItem, 'IoQueueWorkItem');
  workItems().set(IoWorkItem, 'queued');
  const run = (): void => {
    workItems().delete(IoWorkItem);
    const options = { kind: 'work item', name: 'IO_WORKITEM_ROUTINE', level: PASSIVE_LEVEL } as const;
    runRoutine(options, () => {
      WorkerRoutine(IoWorkItem.deviceObject(), Context);
    });
  };
  enqueue('work item', run);
}

/**
 * Frees the item; one that is still queued, or freed already, stops the system. Its own routine may free it. At most DISPATCH_LEVEL.
 * Page nf-wdm-iofreeworkitem.
 */
export function IoFreeWorkItem(IoWorkItem: IO_WORKITEM): void {
  requireLevel('IoFreeWorkItem');
  requireThere('IoFreeWorkItem', { IoWorkItem });
  requireIdle(IoWorkItem, 'IoFreeWorkItem');
  workItems().set(IoWorkItem, 'freed');
  allocated().delete(IoWorkItem);
}

function requireIdle(IoWorkItem: IO_WORKITEM, caller: string): void {
  const state = workItems().get(IoWorkItem);
  if (state !== undefined) bugCheck('WORKER_INVALID', undefined, caller, `the work item is ${state}`);
}

listLeaks((image) =>
  [...allocated().values()]
    .filter((item) => item.image === image)
    .map(({ site }) => ({ what: 'a work item was not freed', callSite: site })),
);
