import { beforeEach, expect, test } from 'vitest';
import {
  KeDelayExecutionThread,
  KeInitializeEvent,
  KeSetEvent,
  KEVENT,
  KeWaitForSingleObject,
  loadDriver,
  NotSimulatedError,
  NULL,
  Out,
  PsCreateSystemThread,
  PsTerminateSystemThread,
  simulation,
  STATUS_SUCCESS,
  SynchronizationEvent,
  type DRIVER_INITIALIZE,
  type HANDLE,
  type KSTART_ROUTINE,
} from './index.js';

let wake: KEVENT;
let jobs: string[];
let done: string[];
let stopping: boolean;
let thread: Out<HANDLE>;

beforeEach(() => {
  simulation.reset();
  [wake, jobs, done, stopping, thread] = [new KEVENT(), [], [], false, new Out<HANDLE>(NULL)];
  KeInitializeEvent(wake, SynchronizationEvent, false);
});

const workLoop: KSTART_ROUTINE = () => {
  for (;;) {
    KeWaitForSingleObject(wake, 0, 0, false, null);
    done.push(...jobs.splice(0));
    if (stopping) PsTerminateSystemThread(STATUS_SUCCESS);
  }
};

/** A driver with a thread, which it stops at unload. */
const driverWith =
  (body: KSTART_ROUTINE): DRIVER_INITIALIZE =>
  (DriverObject) => {
    DriverObject.DriverUnload = () => {
      stopping = true;
      KeSetEvent(wake, 0, false);
      KeWaitForSingleObject(thread.value, 0, 0, false, null);
    };
    return PsCreateSystemThread(thread, 0, NULL, NULL, NULL, body, NULL);
  };

test('a thread that waits at the head of its loop goes on between the steps of a test', () => {
  const driver = loadDriver(driverWith(workLoop), { restartThreads: true });
  for (const job of ['first', 'second', 'third']) {
    jobs.push(job);
    KeSetEvent(wake, 0, false);
    simulation.runQueued();
    expect(done.at(-1)).toBe(job);
  }
  driver.unload();
  driver.expectNoViolations();
  expect(done).toEqual(['first', 'second', 'third']);
});

test('without the option it lies on top of the test, which is said', () => {
  loadDriver(driverWith(workLoop));
  expect(simulation.runQueued).toThrow(NotSimulatedError);
  expect(simulation.runQueued).not.toThrow();
});

test('a thread that sleeps at the head of its loop wakes up in time', () => {
  const sleepLoop: KSTART_ROUTINE = () => {
    do {
      KeDelayExecutionThread(0, false, -10_000);
      done.push(String(simulation.now()));
    } while (!stopping);
  };
  const driver = loadDriver(driverWith(sleepLoop), { restartThreads: true });
  simulation.runFor(3.5);
  expect(done).toEqual(['1', '2', '3']);
  driver.unload();
  driver.expectNoViolations();
});

test('a start-up handshake with a thread that goes on working', () => {
  const ready = new KEVENT();
  KeInitializeEvent(ready, SynchronizationEvent, false);
  jobs.push('start');
  KeSetEvent(wake, 0, false);
  const loop: KSTART_ROUTINE = () => {
    for (;;) {
      KeWaitForSingleObject(wake, 0, 0, false, null);
      done.push(...jobs.splice(0));
      KeSetEvent(ready, 0, false);
      if (stopping) return;
    }
  };
  const driver = loadDriver(
    (DriverObject, RegistryPath) => {
      const status = driverWith(loop)(DriverObject, RegistryPath);
      KeWaitForSingleObject(ready, 0, 0, false, null);
      return status;
    },
    { restartThreads: true },
  );
  expect([driver.status, done]).toEqual([STATUS_SUCCESS, ['start']]);
  driver.unload();
  driver.expectNoViolations();
});

test('a thread whose `finally` would run in between is not restarted', () => {
  const guarded: KSTART_ROUTINE = () => {
    for (;;) {
      try {
        KeWaitForSingleObject(wake, 0, 0, false, null);
      } finally {
        KeSetEvent(wake, 0, false);
      }
    }
  };
  loadDriver(driverWith(guarded), { restartThreads: true });
  expect(simulation.runQueued).toThrow('it cannot be restarted');
});

test('a thread that waits elsewhere stays on the stack', () => {
  const prologue: KSTART_ROUTINE = () => {
    KeSetEvent(new KEVENT(), 0, false);
    KeWaitForSingleObject(wake, 0, 0, false, null);
  };
  loadDriver(driverWith(prologue), { restartThreads: true });
  expect(simulation.runQueued).toThrow(NotSimulatedError);
});

test('a thread that catches everything is not restarted', () => {
  const catching: KSTART_ROUTINE = () => {
    try {
      KeWaitForSingleObject(wake, 0, 0, false, null);
    } catch {
      done.push('caught');
    }
  };
  loadDriver(driverWith(catching), { restartThreads: true });
  expect(simulation.runQueued).toThrow('it cannot be restarted');
});
