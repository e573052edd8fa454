import { beforeEach, describe, expect, test } from 'vitest';
import {
  APC_LEVEL,
  DeadlockError,
  DISPATCH_LEVEL,
  ExAcquireFastMutex,
  ExReleaseFastMutex,
  FAST_MUTEX,
  KeAcquireSpinLock,
  KeAcquireSpinLockAtDpcLevel,
  KeDelayExecutionThread,
  KeGetCurrentIrql,
  KeInitializeSpinLock,
  KeLowerIrql,
  KeRaiseIrqlToDpcLevel,
  KeReleaseSpinLock,
  KeReleaseSpinLockFromDpcLevel,
  KSPIN_LOCK,
  NULL,
  Out,
  PASSIVE_LEVEL,
  PsCreateSystemThread,
  simulation,
  type HANDLE,
  type KIRQL,
} from './index.js';

beforeEach(() => {
  simulation.reset();
});

const lock = new KSPIN_LOCK();
const mutex = new FAST_MUTEX();
const oldIrql = new Out<KIRQL>();
const bugCheck = (name: string): unknown => expect.objectContaining({ name });

test('a spin lock raises to DISPATCH_LEVEL and restores its own saved level', () => {
  KeAcquireSpinLock(lock, oldIrql);
  expect(KeGetCurrentIrql()).toBe(DISPATCH_LEVEL);
  KeReleaseSpinLock(lock, oldIrql.value);
  expect(KeGetCurrentIrql()).toBe(PASSIVE_LEVEL);
});

test('two spin locks may be released in any order at DISPATCH_LEVEL', () => {
  const [first, second] = [new KSPIN_LOCK(), new KSPIN_LOCK()];
  const saved = KeRaiseIrqlToDpcLevel();
  KeAcquireSpinLockAtDpcLevel(first);
  KeAcquireSpinLockAtDpcLevel(second);
  KeReleaseSpinLockFromDpcLevel(first);
  KeReleaseSpinLockFromDpcLevel(second);
  KeLowerIrql(saved);
  expect(simulation.findings()).toEqual([]);
});

test('a fast mutex raises to APC_LEVEL and keeps the saved level', () => {
  ExAcquireFastMutex(mutex);
  expect(KeGetCurrentIrql()).toBe(APC_LEVEL);
  ExReleaseFastMutex(mutex);
  expect(KeGetCurrentIrql()).toBe(PASSIVE_LEVEL);
});

test('a fast mutex is waited for while another thread holds it', () => {
  const order: string[] = [];
  const holder = (): void => {
    ExAcquireFastMutex(mutex);
    KeDelayExecutionThread(0, false, -10_000);
    order.push('holder');
    ExReleaseFastMutex(mutex);
  };
  PsCreateSystemThread(new Out<HANDLE>(), 0, NULL, NULL, NULL, holder, NULL);
  simulation.runQueued();
  ExAcquireFastMutex(mutex);
  order.push('waiter');
  ExReleaseFastMutex(mutex);
  expect(order).toEqual(['holder', 'waiter']);
});

describe('I3: released once, by the holder, with its own saved level', () => {
  test('another saved level is refused', () => {
    KeAcquireSpinLock(lock, oldIrql);
    expect(() => {
      KeReleaseSpinLock(lock, APC_LEVEL);
    }).toThrow('clause I3');
  });

  test('a lock that was taken with KeAcquireSpinLock is not released from DPC level', () => {
    KeAcquireSpinLock(lock, oldIrql);
    expect(() => {
      KeReleaseSpinLockFromDpcLevel(lock);
    }).toThrow('clause I3');
  });

  test('a second release stops the system', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      KeReleaseSpinLock(lock, PASSIVE_LEVEL);
    }).toThrow(bugCheck('SPIN_LOCK_NOT_OWNED'));
  });

  test('another thread does not release a mutex', () => {
    ExAcquireFastMutex(mutex);
    const release = (): void => {
      simulation.call('thread', APC_LEVEL, () => {
        ExReleaseFastMutex(mutex);
      });
    };
    expect(release).toThrow(bugCheck('THREAD_NOT_MUTEX_OWNER'));
  });

  test('a routine that returns with a lock is recorded', () => {
    simulation.call('work item', PASSIVE_LEVEL, () => {
      KeAcquireSpinLock(lock, oldIrql);
    });
    expect(simulation.findings().map((finding) => finding.clause)).toEqual(['I3']);
  });

  test('a held lock is not initialised', () => {
    KeAcquireSpinLock(lock, oldIrql);
    expect(() => {
      KeInitializeSpinLock(lock);
    }).toThrow('clause I3');
  });
});

describe('I4: a lock is not acquired again by its holder', () => {
  test.each([
    [
      'KeAcquireSpinLock',
      () => {
        KeAcquireSpinLock(lock, new Out<KIRQL>());
      },
    ],
    [
      'KeAcquireSpinLockAtDpcLevel',
      () => {
        KeAcquireSpinLockAtDpcLevel(lock);
      },
    ],
  ])('%s', (_name, acquire) => {
    KeAcquireSpinLock(lock, oldIrql);
    expect(acquire).toThrow(DeadlockError);
    expect(simulation.findings().map((finding) => finding.clause)).toEqual(['I4']);
  });

  test('ExAcquireFastMutex', () => {
    ExAcquireFastMutex(mutex);
    expect(() => {
      ExAcquireFastMutex(mutex);
    }).toThrow(DeadlockError);
  });
});

test('a reset forgets who holds what', () => {
  KeAcquireSpinLock(lock, oldIrql);
  simulation.reset();
  expect(() => {
    KeAcquireSpinLock(lock, oldIrql);
  }).not.toThrow();
});
