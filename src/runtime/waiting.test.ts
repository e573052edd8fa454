import { beforeEach, describe, expect, test } from 'vitest';
import {
  DeadlockError,
  DelayedWorkQueue,
  DEVICE_OBJECT,
  DISPATCH_LEVEL,
  IoAllocateWorkItem,
  IoFreeWorkItem,
  IoQueueWorkItem,
  KDPC,
  KeCancelTimer,
  KeClearEvent,
  KeDelayExecutionThread,
  KeGetCurrentIrql,
  KeInitializeDpc,
  KeInitializeEvent,
  KeInitializeTimer,
  KeInsertQueueDpc,
  KeLowerIrql,
  KeRaiseIrqlToDpcLevel,
  KeSetEvent,
  KeSetTimer,
  KEVENT,
  KeWaitForSingleObject,
  KTIMER,
  NotificationEvent,
  NotSimulatedError,
  NULL,
  Out,
  PASSIVE_LEVEL,
  PsCreateSystemThread,
  PsTerminateSystemThread,
  simulation,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
  SynchronizationEvent,
  type HANDLE,
  type KSTART_ROUTINE,
  type NTSTATUS,
} from './index.js';

const MILLISECOND = -10_000;

let event: KEVENT;

beforeEach(() => {
  simulation.reset();
  event = new KEVENT();
  KeInitializeEvent(event, NotificationEvent, false);
});

const waitFor = (object: KEVENT | KTIMER | HANDLE, timeout: number | null): NTSTATUS => KeWaitForSingleObject(object, 0, 0, false, timeout);
const startThread = (body: KSTART_ROUTINE, context: unknown = NULL): HANDLE => {
  const handle = new Out<HANDLE>(NULL);
  PsCreateSystemThread(handle, 0, NULL, NULL, NULL, body, context);
  return handle.value;
};
const bugCheck = (name: string): unknown => expect.objectContaining({ name });

describe('events', () => {
  test('a notification event stays signalled, a synchronization event lets one wait go on', () => {
    const single = new KEVENT();
    KeInitializeEvent(single, SynchronizationEvent, true);
    expect([KeSetEvent(event, 0, false), KeSetEvent(event, 0, false)]).toEqual([0, 1]);
    expect([waitFor(event, 0), waitFor(event, 0)]).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect([waitFor(single, 0), waitFor(single, 0)]).toEqual([STATUS_SUCCESS, STATUS_TIMEOUT]);
    KeClearEvent(event);
    expect(waitFor(event, 0)).toBe(STATUS_TIMEOUT);
  });

  test('a wait with a timeout takes virtual time', () => {
    expect(waitFor(event, 30 * MILLISECOND)).toBe(STATUS_TIMEOUT);
    expect(simulation.now()).toBe(30);
  });

  test('a wait that nothing can end says what it waits for', () => {
    expect(() => waitFor(event, null)).toThrow(DeadlockError);
    expect(() => waitFor(event, null)).toThrow('a KEVENT');
  });

  test('waiting needs a lower level than looking', () => {
    KeRaiseIrqlToDpcLevel();
    expect(waitFor(event, 0)).toBe(STATUS_TIMEOUT);
    expect(() => waitFor(event, null)).toThrow(bugCheck('IRQL_NOT_LESS_OR_EQUAL'));
    expect(() => KeSetEvent(event, 0, true)).toThrow(bugCheck('IRQL_NOT_LESS_OR_EQUAL'));
  });

  test.each(['wsk event callback', 'completion routine'] as const)('E2: no wait in a %s, not even at PASSIVE_LEVEL', (kind) => {
    const inCallback =
      (body: () => void): (() => void) =>
      () => {
        simulation.call(kind, PASSIVE_LEVEL, body);
      };
    expect(inCallback(() => waitFor(event, null))).toThrow('clause E2');
    expect(inCallback(() => KeDelayExecutionThread(0, false, MILLISECOND))).toThrow('clause E2');
    expect(inCallback(() => waitFor(event, 0))).not.toThrow();
  });
});

describe('threads', () => {
  test('a thread runs when something waits, and its handle is signalled at its end', () => {
    const order: unknown[] = [];
    const thread = startThread((context) => void order.push(context, KeGetCurrentIrql()), 'context');
    order.push('before');
    expect(waitFor(thread, null)).toBe(STATUS_SUCCESS);
    expect(order).toEqual(['before', 'context', PASSIVE_LEVEL]);
  });

  test('a thread ends itself; no other routine does', () => {
    let reached = false;
    const thread = startThread(() => {
      PsTerminateSystemThread(STATUS_SUCCESS);
      reached = true;
    });
    waitFor(thread, null);
    expect(reached).toBe(false);
    expect(PsTerminateSystemThread(STATUS_SUCCESS)).toBe(STATUS_INVALID_PARAMETER);
  });

  test('two threads hand over to each other through events', () => {
    const answer = new KEVENT();
    KeInitializeEvent(answer, NotificationEvent, false);
    startThread(() => {
      waitFor(event, null);
      KeSetEvent(answer, 0, false);
    });
    startThread(() => void KeSetEvent(event, 0, false));
    expect(waitFor(answer, null)).toBe(STATUS_SUCCESS);
  });

  test('what one stack cannot do is said, not called a deadlock', () => {
    const second = new KEVENT();
    startThread(() => {
      KeSetEvent(event, 0, false);
      waitFor(second, null);
    });
    expect(() => waitFor(event, null)).toThrow(NotSimulatedError);
  });

  test('a thread that polls for ever does not hang the test', () => {
    startThread(() => {
      for (;;) KeDelayExecutionThread(0, false, MILLISECOND);
    });
    expect(() => KeDelayExecutionThread(0, false, 5 * MILLISECOND)).toThrow(NotSimulatedError);
  });

  test('a thread that cannot be made leaves the handle cell alone', () => {
    simulation.failNext('PsCreateSystemThread', STATUS_INSUFFICIENT_RESOURCES);
    expect(startThread(() => undefined)).toBe(NULL);
  });
});

describe('DPCs and timers', () => {
  const levels: number[] = [];
  const dpc = new KDPC();
  const timer = new KTIMER();

  beforeEach(() => {
    levels.length = 0;
    KeInitializeDpc(dpc, () => void levels.push(KeGetCurrentIrql()), NULL);
    KeInitializeTimer(timer);
  });

  test('a DPC is queued once and runs at DISPATCH_LEVEL', () => {
    const saved = KeRaiseIrqlToDpcLevel();
    expect([KeInsertQueueDpc(dpc, NULL, NULL), KeInsertQueueDpc(dpc, NULL, NULL), levels]).toEqual([true, false, []]);
    KeLowerIrql(saved);
    expect(levels).toEqual([DISPATCH_LEVEL]);
    expect(KeInsertQueueDpc(dpc, NULL, NULL)).toBe(true);
  });

  test('below DISPATCH_LEVEL a DPC has run when the call that queued it returns, and not inside another DPC', () => {
    const order: string[] = [];
    const inner = new KDPC();
    KeInitializeDpc(inner, () => void order.push('inner'), NULL);
    KeInitializeDpc(dpc, () => void order.push('outer', String(KeInsertQueueDpc(inner, NULL, NULL)), 'outer ends'), NULL);
    KeInsertQueueDpc(dpc, NULL, NULL);
    expect(order).toEqual(['outer', 'true', 'outer ends', 'inner']);
  });

  test('a DPC that was never initialised stops the system', () => {
    expect(() => KeInsertQueueDpc(new KDPC(), NULL, NULL)).toThrow(bugCheck('KMODE_EXCEPTION_NOT_HANDLED'));
  });

  test('a timer queues its DPC when it is due, and can be waited for', () => {
    KeSetTimer(timer, 20 * MILLISECOND, dpc);
    simulation.runFor(19);
    expect(levels).toEqual([]);
    expect([waitFor(timer, null), simulation.now()]).toEqual([STATUS_SUCCESS, 20]);
    simulation.runQueued();
    expect(levels).toEqual([DISPATCH_LEVEL]);
  });

  test('a cancelled timer does nothing; setting a timer again replaces the first setting', () => {
    expect(KeSetTimer(timer, 20 * MILLISECOND, dpc)).toBe(false);
    expect(KeSetTimer(timer, 40 * MILLISECOND, dpc)).toBe(true);
    simulation.runFor(30);
    expect([KeCancelTimer(timer), KeCancelTimer(timer)]).toEqual([true, false]);
    simulation.runFor(100);
    expect(levels).toEqual([]);
  });

  test('timers expire in the order of their due times', () => {
    const order: string[] = [];
    for (const [name, due] of [
      ['late', 30],
      ['early', 10],
    ] as const) {
      const own = new KDPC();
      KeInitializeDpc(own, () => void order.push(name), NULL);
      KeSetTimer(new KTIMER(), due * MILLISECOND, own);
    }
    simulation.runFor(50);
    expect(order).toEqual(['early', 'late']);
  });
});

describe('work items', () => {
  test('a work item runs at PASSIVE_LEVEL with its device, and may free itself', () => {
    const device = new DEVICE_OBJECT();
    const item = IoAllocateWorkItem(device);
    const seen: unknown[] = [];
    if (item === null) throw new Error('no work item');
    KeRaiseIrqlToDpcLevel();
    IoQueueWorkItem(
      item,
      (DeviceObject, Context) => {
        seen.push(DeviceObject, Context, KeGetCurrentIrql());
        IoFreeWorkItem(item);
      },
      DelayedWorkQueue,
      'context',
    );
    simulation.runQueued();
    expect(seen).toEqual([device, 'context', PASSIVE_LEVEL]);
    expect(() => {
      IoFreeWorkItem(item);
    }).toThrow(bugCheck('WORKER_INVALID'));
  });

  test('a queued work item is neither queued again nor freed', () => {
    const item = IoAllocateWorkItem(new DEVICE_OBJECT());
    if (item === null) throw new Error('no work item');
    const queue = (): void => {
      IoQueueWorkItem(item, () => undefined, DelayedWorkQueue, NULL);
    };
    queue();
    expect(queue).toThrow(bugCheck('WORKER_INVALID'));
    expect(() => {
      IoFreeWorkItem(item);
    }).toThrow(bugCheck('WORKER_INVALID'));
  });

  test('there is none when the script says so', () => {
    simulation.failNext('IoAllocateWorkItem', STATUS_INSUFFICIENT_RESOURCES);
    expect(IoAllocateWorkItem(new DEVICE_OBJECT())).toBeNull();
  });
});
