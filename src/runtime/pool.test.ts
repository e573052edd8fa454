import { beforeEach, expect, test } from 'vitest';
import {
  ExAllocatePool2,
  ExFreePool,
  ExFreePoolWithTag,
  KeAcquireSpinLock,
  KeRaiseIrqlToDpcLevel,
  KSPIN_LOCK,
  Out,
  POOL_FLAG_NON_PAGED,
  POOL_FLAG_PAGED,
  simulation,
  STATUS_INSUFFICIENT_RESOURCES,
  type KIRQL,
} from './index.js';

class Context {
  readonly lock = new KSPIN_LOCK();
  readonly count = 0;
}

beforeEach(() => {
  simulation.reset();
});

const bugCheck = (name: string): unknown => expect.objectContaining({ name });

test('memory is freed once', () => {
  const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
  expect(context?.count).toBe(0);
  expect(simulation.leakedPoolTags()).toEqual(['txtC']);
  ExFreePool(context);
  expect(simulation.leakedPoolTags()).toEqual([]);
  expect(() => {
    ExFreePool(context);
  }).toThrow(bugCheck('BAD_POOL_CALLER'));
});

test('what is no pool memory, or has another tag, stops the system', () => {
  expect(() => {
    ExFreePool(new Context());
  }).toThrow(bugCheck('BAD_POOL_CALLER'));
  const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
  expect(() => {
    ExFreePoolWithTag(context, 'rhtO');
  }).toThrow(bugCheck('BAD_POOL_CALLER'));
});

test('paged memory is neither allocated nor freed at DISPATCH_LEVEL', () => {
  const paged = ExAllocatePool2(POOL_FLAG_PAGED, Context, 'txtC');
  KeRaiseIrqlToDpcLevel();
  expect(() => ExAllocatePool2(POOL_FLAG_PAGED, Context, 'txtC')).toThrow(bugCheck('IRQL_NOT_LESS_OR_EQUAL'));
  expect(() => {
    ExFreePool(paged);
  }).toThrow(bugCheck('IRQL_NOT_LESS_OR_EQUAL'));
  expect(ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC')).not.toBeNull();
});

test('there is no memory when the script says so, or the flags name no pool', () => {
  simulation.failCall('ExAllocatePool2', 2, STATUS_INSUFFICIENT_RESOURCES);
  const results = [1, 2, 3].map(() => ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC') !== null);
  expect(results).toEqual([true, false, true]);
  expect(ExAllocatePool2(0, Context, 'txtC')).toBeNull();
  expect(ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, Context, 'txtC')).toBeNull();
});

test('structures inside an allocation go away with it; those beside it stay', () => {
  const beside = new KSPIN_LOCK();
  const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
  ExFreePool(context);
  expect(() => {
    KeAcquireSpinLock(context?.lock ?? beside, new Out<KIRQL>());
  }).toThrow('freed before');
  expect(() => {
    KeAcquireSpinLock(beside, new Out<KIRQL>());
  }).not.toThrow();
});
