import { beforeEach, describe, expect, test } from 'vitest';
import {
  DEVICE_OBJECT,
  ExAllocatePool2,
  IoAllocateIrp,
  IoAllocateWorkItem,
  KDPC,
  KeInitializeDpc,
  KeSetTimer,
  KEVENT,
  KeWaitForSingleObject,
  KTIMER,
  loadDriver,
  MAKE_WSK_VERSION,
  NULL,
  Out,
  POOL_FLAG_NON_PAGED,
  PsCreateSystemThread,
  simulation,
  STATUS_DEVICE_NOT_READY,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskDeregister,
  WskRegister,
  WskReleaseProviderNPI,
  type DRIVER_INITIALIZE,
  type HANDLE,
  type LoadedDriver,
  type NTSTATUS,
} from './index.js';

class Context {
  readonly name = 'context';
}

beforeEach(() => {
  simulation.reset();
});

const register = (block: WSK_REGISTRATION): NTSTATUS =>
  WskRegister({ ClientContext: NULL, Dispatch: { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: null } }, block);

/** A driver that does this when it is loaded, and that when it is unloaded. */
const driverOf =
  (load: () => unknown, unload: () => unknown = () => undefined): DRIVER_INITIALIZE =>
  (DriverObject) => {
    DriverObject.DriverUnload = () => void unload();
    load();
    return STATUS_SUCCESS;
  };

function reportOf(driver: LoadedDriver): string {
  try {
    driver.expectNoViolations();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

describe('the report', () => {
  test('has the clause, the place, the contract, the rules and what happened before', () => {
    const block = new WSK_REGISTRATION();
    const driver = loadDriver(
      driverOf(
        () => register(block),
        () => {
          WskDeregister(block);
          WskDeregister(block);
        },
      ),
      { name: 'twice' },
    );
    driver.unload();
    expect(reportOf(driver).replaceAll(/:\d+:\d+/g, '')).toBe(
      [
        'twice: unloaded; its entry routine returned STATUS_SUCCESS; 1 violation(s), 0 leak(s)',
        '1. [R3] WskDeregister: the block was deregistered before',
        '   at src/runtime/drivers.test.ts',
        '   contract: Each successful WskRegister has exactly one WskDeregister with the same block.',
        '   rule: paired-registration',
        '   before:',
        '     0 ms  registered at src/runtime/drivers.test.ts',
        '     0 ms  deregistered at src/runtime/drivers.test.ts',
      ].join('\n'),
    );
  });

  test('is data too', () => {
    const driver = loadDriver(driverOf(() => register(new WSK_REGISTRATION())));
    driver.unload();
    const data = JSON.parse(JSON.stringify(driver)) as ReturnType<LoadedDriver['toJSON']>;
    expect(data).toMatchObject({ name: 'the driver', state: 'unloaded', status: STATUS_SUCCESS, findings: [{ clause: 'R3' }] });
    expect(data.findings[0]?.callSite).toMatch(/drivers\.test\.ts:\d+:\d+$/);
  });

  test('a violation is recorded and the driver goes on, unless the test wants it thrown', () => {
    const entry = driverOf(() => {
      WskReleaseProviderNPI(new WSK_REGISTRATION());
    });
    expect(loadDriver(entry).findings()).toHaveLength(1);
    expect(() => loadDriver(entry, { stopAtViolations: true })).toThrow('clause L1');
  });
});

describe('what stops the system', () => {
  test('a deadlock at unload says what waits for what', () => {
    const block = new WSK_REGISTRATION();
    const load = (): void => {
      register(block);
      WskCaptureProviderNPI(block, WSK_NO_WAIT, new WSK_PROVIDER_NPI());
    };
    const driver = loadDriver(
      driverOf(load, () => {
        WskDeregister(block);
      }),
    );
    driver.unload();
    expect(driver.stop?.name).toBe('DeadlockError');
    expect(reportOf(driver)).toContain('DRIVER_UNLOAD waits for WskDeregister to see 1 capture(s) released');
  });

  test('an exception that the driver does not handle is the driver’s, with its place', () => {
    const driver = loadDriver(() => {
      throw new TypeError('no such member');
    });
    expect([driver.status, driver.isLoaded]).toEqual([undefined, false]);
    expect(driver.stop).toMatchObject({ name: 'KMODE_EXCEPTION_NOT_HANDLED' });
    expect(driver.stop?.callSite).toContain('drivers.test.ts');
  });

  test('a bug check in a DPC is found by the driver whose DPC it is, and nothing runs afterwards', () => {
    const [timer, dpc, block] = [new KTIMER(), new KDPC(), new WSK_REGISTRATION()];
    const driver = loadDriver(
      driverOf(() => {
        KeInitializeDpc(dpc, () => void register(block), NULL);
        KeSetTimer(timer, -10_000, dpc);
      }),
    );
    const other = loadDriver(driverOf(() => undefined));
    simulation.runFor(5);
    driver.unload();
    expect([driver.stop?.name, driver.findings().map(({ clause }) => clause)]).toEqual(['IRQL_NOT_LESS_OR_EQUAL', ['R7']]);
    expect(reportOf(other)).toBe('');
  });
});

describe('what is left behind', () => {
  test('a failing entry routine leaves nothing', () => {
    const driver = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => undefined;
      register(new WSK_REGISTRATION());
      return STATUS_INSUFFICIENT_RESOURCES;
    });
    expect(driver.findings().map(({ clause, where }) => [clause, where])).toEqual([['R3', 'DRIVER_INITIALIZE']]);
    driver.unload();
    expect(driver.toJSON().state).toBe('not loaded');
  });

  test('memory, IRPs, work items, timers and threads are listed', () => {
    const driver = loadDriver(
      driverOf(() => {
        ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
        IoAllocateIrp(1, false);
        IoAllocateWorkItem(new DEVICE_OBJECT());
        KeSetTimer(new KTIMER(), -10_000, null);
        PsCreateSystemThread(new Out<HANDLE>(), 0, NULL, NULL, NULL, () => undefined, NULL);
      }),
    );
    driver.unload();
    expect(driver.leaks().map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'pool memory with the tag txtC was not freed',
        'an IRP was not freed',
        'a work item was not freed',
        'a timer is still set',
        'a system thread has not ended',
      ]),
    );
    expect(reportOf(driver)).toContain('left behind:');
  });

  test('each driver answers for itself', () => {
    const first = loadDriver(driverOf(() => register(new WSK_REGISTRATION())));
    const second = loadDriver(driverOf(() => undefined));
    second.unload();
    first.unload();
    expect([first.findings().length, second.findings().length]).toEqual([1, 0]);
  });
});

test('C4: another thread may find out by its status that the block was deregistered', () => {
  const block = new WSK_REGISTRATION();
  let late: NTSTATUS | undefined;
  const thread = new Out<HANDLE>(NULL);
  const capture = (): NTSTATUS => WskCaptureProviderNPI(block, WSK_NO_WAIT, new WSK_PROVIDER_NPI());
  const load = (): void => {
    register(block);
    PsCreateSystemThread(thread, 0, NULL, NULL, NULL, () => void (late = capture()), NULL);
  };
  const driver = loadDriver(
    driverOf(load, () => {
      WskDeregister(block);
      KeWaitForSingleObject(thread.value, 0, 0, false, null);
    }),
  );
  driver.unload();
  expect(late).toBe(STATUS_DEVICE_NOT_READY);
  driver.expectNoViolations();
});

test('a function of the driver runs as the system would call it', () => {
  const driver = loadDriver(driverOf(() => undefined));
  expect(driver.run(() => 7)).toBe(7);
  expect(driver.run(() => KeWaitForSingleObject(new KEVENT(), 0, 0, false, null), 2)).toBeUndefined();
  expect(driver.stop?.name).toBe('IRQL_NOT_LESS_OR_EQUAL');
});
