import { levels } from './levels.js';
import { statusConstants } from './status.js';

/** Every constant of the kit that a contract speaks of, with the value that it has on x64. */
export const constants: Readonly<Record<string, number | null>> = {
  ...statusConstants,
  ...levels,
  NULL: null,
  /** A WaitTimeout that returns at once, and one that waits until the NPI is available (C8). */
  WSK_NO_WAIT: 0,
  WSK_INFINITE_WAIT: 0xffffffff,
  NotificationEvent: 0,
  SynchronizationEvent: 1,
  DelayedWorkQueue: 1,
  POOL_FLAG_NON_PAGED: 0x40,
  POOL_FLAG_PAGED: 0x100,
};
