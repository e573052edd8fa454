import { expect, test } from 'vitest';
import {
  NT_ERROR,
  NT_INFORMATION,
  NT_SUCCESS,
  NT_WARNING,
  STATUS_DEVICE_NOT_READY,
  STATUS_NOINTERFACE,
  STATUS_PENDING,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
  STATUS_UNSUCCESSFUL,
} from './index.js';

test('failures are negative 32-bit numbers', () => {
  expect(STATUS_UNSUCCESSFUL).toBe(-1073741823);
  expect([STATUS_DEVICE_NOT_READY, STATUS_NOINTERFACE].every((status) => status < 0)).toBe(true);
});

test('NT_SUCCESS holds for success and informational values', () => {
  expect([STATUS_SUCCESS, STATUS_PENDING, STATUS_TIMEOUT, 0x40000000].map(NT_SUCCESS)).toEqual([true, true, true, true]);
  expect([0x80000005 | 0, STATUS_UNSUCCESSFUL, 0xc0000001].map(NT_SUCCESS)).toEqual([false, false, false]);
});

test('each severity has its own macro', () => {
  const values = [STATUS_SUCCESS, 0x40000000, 0x80000005 | 0, STATUS_UNSUCCESSFUL];
  expect(values.map(NT_INFORMATION)).toEqual([false, true, false, false]);
  expect(values.map(NT_WARNING)).toEqual([false, false, true, false]);
  expect(values.map(NT_ERROR)).toEqual([false, false, false, true]);
});
