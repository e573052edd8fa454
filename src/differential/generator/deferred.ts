/** Work that is queued for later, and waits: pieces that any routine may contain. */
import { compound, line, type Statement } from '../tree.js';
import type { Context } from './context.js';
import * as kinds from './kinds.js';
import { inPlace } from './kinds.js';

/** The module's own routines for what is queued; those that nobody queues are not printed. */
export const queuedRoutines: readonly Statement[] = [
  line('const device = new DEVICE_OBJECT();'),
  line('const onDeferred: KDEFERRED_ROUTINE = () => log();'),
  line('const onStarted: KSTART_ROUTINE = () => work();'),
  line('const onWorkItem: IO_WORKITEM_ROUTINE = (DeviceObject, Context) => IoFreeWorkItem(Context as IO_WORKITEM);'),
];

/** Something is queued: a DPC, a timer with its DPC, a work item, a thread. */
export function queued(ctx: Context): Statement[] {
  const dpc = ctx.names.fresh('dpc');
  const isInPlace = ctx.depth < 3 && ctx.chance(40);
  const initialize = `KeInitializeDpc(${dpc}, $, NULL);`;
  const prepared = [
    line(`const ${dpc} = new KDPC();`),
    isInPlace ? inPlace(ctx, kinds.dpc, initialize) : line(initialize.replace('$', 'onDeferred')),
  ];
  switch (ctx.random.int(ctx.level === 0 ? 4 : 3)) {
    case 0:
      return [...prepared, line(`KeInsertQueueDpc(${dpc}, NULL, NULL);`)];
    case 1: {
      const timer = ctx.names.fresh('timer');
      return [
        line(`const ${timer} = new KTIMER();`),
        line(`KeInitializeTimer(${timer});`),
        ...prepared,
        line(`KeSetTimer(${timer}, -10_000, ${dpc});`),
        ...(ctx.chance(50) ? [line(`KeCancelTimer(${timer});`)] : []),
      ];
    }
    case 2: {
      const item = ctx.names.fresh('item');
      const call = `IoQueueWorkItem(${item}, $, DelayedWorkQueue, ${item});`;
      const free = ctx.chance(50) ? `IoFreeWorkItem(${item});` : 'IoFreeWorkItem(Context as IO_WORKITEM);';
      const queue = isInPlace ? inPlace(ctx, kinds.workItem, call, [line(free)]) : line(call.replace('$', 'onWorkItem'));
      const allocate = line(`const ${item} = IoAllocateWorkItem(device);`);
      if (ctx.mayReturn && ctx.chance(50))
        return [allocate, compound([`if (${item} === null)`, [...ctx.undoAll(), ...ctx.fail(undefined)]]), queue];
      return [allocate, compound([`if (${item} !== null)`, [queue]])];
    }
    default: {
      const [thread, status] = [ctx.names.fresh('thread'), ctx.names.fresh('status')];
      const call = `const ${status} = PsCreateSystemThread(${thread}, 0, NULL, NULL, NULL, $, NULL);`;
      const create = isInPlace ? inPlace(ctx, kinds.thread, call) : line(call.replace('$', 'onStarted'));
      const cell = line(`const ${thread} = new Out<HANDLE>(NULL);`);
      if (!ctx.mayReturn) return [cell, create, compound([`if (!NT_SUCCESS(${status}))`, [line('log();')]])];
      return [cell, create, compound([`if (!NT_SUCCESS(${status}))`, [...ctx.undoAll(), ...ctx.fail(status)]])];
    }
  }
}

/** A wait that ends, where one may wait. */
export function waiting(ctx: Context): Statement[] | undefined {
  const event = ctx.names.fresh('event');
  const made = [line(`const ${event} = new KEVENT();`), line(`KeInitializeEvent(${event}, NotificationEvent, false);`)];
  const wait = (timeout: string): Statement => line(`KeWaitForSingleObject(${event}, 0, 0, false, ${timeout});`);
  const mayWait = ctx.mayWait && ctx.level < 2;
  switch (ctx.random.int(3)) {
    case 0:
      return mayWait ? [line('KeDelayExecutionThread(0, false, -10_000);')] : undefined;
    case 1:
      return [...made, wait(mayWait ? '-10_000' : '0')];
    default:
      return [...made, line(`KeSetEvent(${event}, 0, false);`), wait(mayWait ? 'NULL' : '0')];
  }
}
