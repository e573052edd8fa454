import { expect, test } from 'vitest';
import {
  ExAllocatePool2,
  forEachOutcome,
  MAKE_WSK_VERSION,
  NULL,
  POOL_FLAG_NON_PAGED,
  simulation,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskRegister,
  type NTSTATUS,
} from './index.js';

class Context {
  readonly name = 'context';
}

const allocate = (): boolean => ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC') !== null;

test('every combination comes once, success first', () => {
  const seen: boolean[][] = [];
  const summary = forEachOutcome(() => void seen.push([allocate(), allocate()]));
  expect(seen).toEqual([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]);
  expect(summary).toEqual({ runs: 4, complete: true });
});

test('calls that are met only on some outcome are decided about there', () => {
  const runs: string[] = [];
  forEachOutcome((outcomes) => {
    if (allocate()) allocate();
    runs.push(
      outcomes()
        .map(({ ordinal, status }) => `${ordinal}:${status ?? 'went on'}`)
        .join(' '),
    );
  });
  const failed = String(STATUS_INSUFFICIENT_RESOURCES);
  expect(runs).toEqual(['1:went on 2:went on', `1:went on 2:${failed}`, `1:${failed}`]);
});

test('a call fails in each of its documented ways', () => {
  const statuses: NTSTATUS[] = [];
  forEachOutcome(
    () => {
      const block = new WSK_REGISTRATION();
      WskRegister({ ClientContext: NULL, Dispatch: { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: null } }, block);
      statuses.push(WskCaptureProviderNPI(block, WSK_NO_WAIT, new WSK_PROVIDER_NPI()));
    },
    { calls: ['WskCaptureProviderNPI'] },
  );
  expect(new Set(statuses).size).toBe(3);
  expect(statuses[0]).toBe(STATUS_SUCCESS);
});

test('bounds: of runs, of failures in one run, and other statuses', () => {
  const three = (): void => {
    [1, 2, 3].forEach(allocate);
  };
  expect(forEachOutcome(three, { bound: 5 })).toEqual({ runs: 5, complete: false });
  expect(forEachOutcome(three, { bound: 8 })).toEqual({ runs: 8, complete: true });
  expect(forEachOutcome(three, { failures: 1 })).toEqual({ runs: 4, complete: true });
  expect(forEachOutcome(three, { statuses: { ExAllocatePool2: [] } }).runs).toBe(1);
  expect(forEachOutcome(three, { statuses: { ExAllocatePool2: [STATUS_CANCELLED, STATUS_INSUFFICIENT_RESOURCES] } }).runs).toBe(27);
});

test('an error tells the outcomes that led to it, and the script is as before', () => {
  const run = (): void => {
    if (!allocate()) throw new Error('no memory');
  };
  expect(() => forEachOutcome(run)).toThrow('when ExAllocatePool2 #1 = STATUS_INSUFFICIENT_RESOURCES: no memory');
  simulation.reset();
  expect(allocate()).toBe(true);
});

test('runs may be asynchronous', async () => {
  const seen: boolean[] = [];
  const summary = await forEachOutcome(async () => {
    await Promise.resolve();
    seen.push(allocate());
  });
  expect([seen, summary]).toEqual([[true, false], { runs: 2, complete: true }]);
  await expect(forEachOutcome(() => Promise.reject(new Error('at once')))).rejects.toThrow('when no call fails: at once');
});

test('a run that does something else the next time is found out', () => {
  let turn = 0;
  const run = (): void => {
    if (turn++ > 0) new WSK_REGISTRATION();
    if (turn > 1)
      WskRegister({ ClientContext: NULL, Dispatch: { Version: 256, Reserved: 0, WskClientEvent: null } }, new WSK_REGISTRATION());
    else allocate();
  };
  expect(() => forEachOutcome(run)).toThrow('not repeatable');
});
