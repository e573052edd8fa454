import { beforeEach, describe, expect, test } from 'vitest';
import {
  DeadlockError,
  DISPATCH_LEVEL,
  ExAllocatePool2,
  ExFreePool,
  HIGH_LEVEL,
  KeRaiseIrql,
  KeRaiseIrqlToDpcLevel,
  loadDriver,
  MAKE_WSK_VERSION,
  NULL,
  Out,
  PASSIVE_LEVEL,
  POOL_FLAG_NON_PAGED,
  PsCreateSystemThread,
  simulation,
  STATUS_DEVICE_NOT_READY,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOINTERFACE,
  STATUS_SUCCESS,
  WSK_INFINITE_WAIT,
  WSK_NO_WAIT,
  WSK_PROVIDER_CHARACTERISTICS,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskDeregister,
  WskQueryProviderCharacteristics,
  WskRegister,
  WskReleaseProviderNPI,
  type HANDLE,
  type KIRQL,
  type NTSTATUS,
  type WSK_CLIENT_DISPATCH,
} from './index.js';

let dispatch: WSK_CLIENT_DISPATCH;
let block: WSK_REGISTRATION;
let npi: WSK_PROVIDER_NPI;

beforeEach(() => {
  simulation.reset();
  dispatch = { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: null };
  block = new WSK_REGISTRATION();
  npi = new WSK_PROVIDER_NPI();
});

const register = (target = block): NTSTATUS => WskRegister({ ClientContext: NULL, Dispatch: dispatch }, target);
const capture = (wait = WSK_NO_WAIT): NTSTATUS => WskCaptureProviderNPI(block, wait, npi);
const clauses = (): string[] => simulation.findings().map((finding) => finding.clause);
const bugCheck = (clause: string): unknown => expect.objectContaining({ name: 'IRQL_NOT_LESS_OR_EQUAL', clause });
const inThread = (body: () => void): void => void PsCreateSystemThread(new Out<HANDLE>(), 0, NULL, NULL, NULL, body, NULL);

test('a client registers, captures, releases and deregisters, and may do so again', () => {
  for (let turn = 0; turn < 2; turn++) {
    expect([register(), capture()]).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect(npi.Dispatch.Version).toBe(MAKE_WSK_VERSION(1, 0));
    WskReleaseProviderNPI(block);
    WskDeregister(block);
  }
  expect(clauses()).toEqual([]);
});

describe('WskRegister', () => {
  test('R1: a call that the script lets fail leaves nothing to undo', () => {
    simulation.failNext('WskRegister', STATUS_INSUFFICIENT_RESOURCES);
    expect(register()).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(() => {
      WskDeregister(block);
    }).toThrow('clause D1');
  });

  test('R2: a block is registered once, several blocks are fine', () => {
    expect([register(), register(new WSK_REGISTRATION())]).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect(() => register()).toThrow('clause R2');
  });

  test('R4: freeing a registered block is refused, and so is what follows', () => {
    simulation.recordOnly(true);
    const pooled = ExAllocatePool2(POOL_FLAG_NON_PAGED, WSK_REGISTRATION, 'geRW') ?? block;
    expect(register(pooled)).toBe(STATUS_SUCCESS);
    ExFreePool(pooled);
    WskDeregister(pooled);
    expect(register(pooled)).toBe(STATUS_INVALID_PARAMETER);
    expect(clauses()).toEqual(['R4', 'R4', 'R4']);
  });

  test('R4: a block goes with the context that it is part of', () => {
    class Context {
      readonly registration = new WSK_REGISTRATION();
    }
    const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    register(context?.registration);
    expect(() => {
      ExFreePool(context);
    }).toThrow('clause R4');
  });

  test.each<[string, () => unknown]>([
    ['assignment', () => (block.ReservedRegistrationState = 1)],
    ['Object.assign', () => Object.assign(block, { ReservedRegistrationContext: {} })],
    ['delete', () => Reflect.deleteProperty(block, 'ReservedRegistrationLock')],
    ['destructuring', () => ([block.ReservedRegistrationState] = [2])],
  ])('R5: a write by %s is refused while registered, and only then', (_how, write) => {
    write();
    register();
    expect(write).toThrow('clause R5');
    WskDeregister(block);
    expect(write).not.toThrow();
  });

  test('R6: a changed dispatch table is found at the next use', () => {
    register();
    dispatch.Version = 0;
    capture();
    expect(clauses()).toEqual(['R6']);
  });

  test('R6: a dispatch table is not freed while registered', () => {
    class Table {
      readonly Version = MAKE_WSK_VERSION(1, 0);
      readonly Reserved = 0;
      readonly WskClientEvent = null;
    }
    const table = ExAllocatePool2(POOL_FLAG_NON_PAGED, Table, 'lbaT');
    if (table !== null) dispatch = table;
    register();
    expect(() => {
      ExFreePool(table);
    }).toThrow('clause R6');
  });

  test('R7: above PASSIVE_LEVEL it stops the system', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => register()).toThrow(bugCheck('R7'));
  });

  test('R8: Reserved is zero', () => {
    dispatch.Reserved = 1;
    expect(() => register()).toThrow('clause R8');
    dispatch.Reserved = 0;
    expect(register()).toBe(STATUS_SUCCESS);
  });
});

describe('WskDeregister', () => {
  test('R3 and D1: a second deregistration, and one of another block, are refused', () => {
    register();
    expect(() => {
      WskDeregister(new WSK_REGISTRATION());
    }).toThrow('clause D1');
    WskDeregister(block);
    expect(() => {
      WskDeregister(block);
    }).toThrow('clause R3');
  });

  test('D2: with a capture that nothing releases it never returns', () => {
    register();
    capture();
    expect(() => {
      WskDeregister(block);
    }).toThrow(DeadlockError);
    expect(clauses()).toEqual(['D2']);
  });

  test('D2: it waits for a capture that another thread releases', () => {
    register();
    capture();
    inThread(() => {
      WskReleaseProviderNPI(block);
    });
    WskDeregister(block);
    expect(clauses()).toEqual([]);
  });

  test('D3: above PASSIVE_LEVEL it stops the system', () => {
    register();
    KeRaiseIrqlToDpcLevel();
    expect(() => {
      WskDeregister(block);
    }).toThrow(bugCheck('D3'));
  });

  test.each(['wsk event callback', 'completion routine'] as const)('D4: it is refused in a %s', (kind) => {
    register();
    expect(() => {
      simulation.call(kind, PASSIVE_LEVEL, () => {
        WskDeregister(block);
      });
    }).toThrow('clause D4');
  });
});

describe('WskCaptureProviderNPI', () => {
  test('C1: a block that was never registered is refused', () => {
    expect(() => capture()).toThrow('clause C1');
  });

  test('C2: captures are counted', () => {
    register();
    capture();
    capture();
    WskReleaseProviderNPI(block);
    expect(npi.Dispatch.Version).toBe(MAKE_WSK_VERSION(1, 0));
    WskReleaseProviderNPI(block);
    expect(() => {
      WskReleaseProviderNPI(block);
    }).toThrow('clause L1');
  });

  test('C3: the members throw until a capture succeeds', () => {
    register();
    simulation.failNext('WskCaptureProviderNPI', STATUS_DEVICE_NOT_READY);
    expect(capture()).toBe(STATUS_DEVICE_NOT_READY);
    expect(() => npi.Dispatch).toThrow('clause C3');
    expect(() => npi.Client).toThrow('clause C3');
  });

  test('C4: after the deregistration it fails; a block that was overwritten or freed is refused', () => {
    register();
    WskDeregister(block);
    expect(capture()).toBe(STATUS_DEVICE_NOT_READY);
    block.ReservedRegistrationState = 1;
    expect(() => capture()).toThrow('overwritten');
  });

  test('C4: a freed block is refused', () => {
    block = ExAllocatePool2(POOL_FLAG_NON_PAGED, WSK_REGISTRATION, 'geRW') ?? block;
    register();
    WskDeregister(block);
    ExFreePool(block);
    expect(() => capture()).toThrow('freed before');
  });

  test('C5: a blocked capture fails when the registration goes away', () => {
    simulation.readyAt(Number.POSITIVE_INFINITY);
    register();
    inThread(() => {
      WskDeregister(block);
    });
    expect(capture(WSK_INFINITE_WAIT)).toBe(STATUS_DEVICE_NOT_READY);
  });

  test('C6: a wait above PASSIVE_LEVEL stops the system', () => {
    register();
    KeRaiseIrqlToDpcLevel();
    expect(() => capture(1)).toThrow(bugCheck('C6'));
  });

  test('C7: without a wait DISPATCH_LEVEL is allowed, and no more', () => {
    register();
    KeRaiseIrqlToDpcLevel();
    expect(capture()).toBe(STATUS_SUCCESS);
    KeRaiseIrql(HIGH_LEVEL, new Out<KIRQL>());
    expect(() => capture()).toThrow(bugCheck('C7'));
  });

  test('C8: no wait, a wait that is too short, and one that is long enough', () => {
    simulation.readyAt(50);
    register();
    expect([capture(), simulation.now()]).toEqual([STATUS_DEVICE_NOT_READY, 0]);
    expect([capture(20), simulation.now()]).toEqual([STATUS_DEVICE_NOT_READY, 20]);
    expect([capture(WSK_INFINITE_WAIT), simulation.now()]).toEqual([STATUS_SUCCESS, 50]);
  });

  test('C8: a wait for a provider that never comes says what it waits for', () => {
    simulation.readyAt(Number.POSITIVE_INFINITY);
    register();
    expect(() => capture(WSK_INFINITE_WAIT)).toThrow(/WSK provider NPI.*nothing can end/);
  });

  test.each([
    [WSK_INFINITE_WAIT, ['C9']],
    [1001, ['C9']],
    [1000, []],
  ])('C9: a wait of %i ms in the entry routine gives %j', (wait, expected) => {
    const { unload } = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => {
        WskReleaseProviderNPI(block);
        WskDeregister(block);
      };
      register();
      return capture(wait);
    });
    unload();
    expect(clauses()).toEqual(expected);
  });

  test('C10: another version is offered, and the client registers again', () => {
    dispatch.Version = MAKE_WSK_VERSION(1, 1);
    register();
    expect(capture()).toBe(STATUS_NOINTERFACE);
    const range = new WSK_PROVIDER_CHARACTERISTICS();
    expect(WskQueryProviderCharacteristics(block, range)).toBe(STATUS_SUCCESS);
    expect([range.LowestVersion, range.HighestVersion]).toEqual([MAKE_WSK_VERSION(1, 0), MAKE_WSK_VERSION(1, 0)]);
    WskDeregister(block);
    dispatch = { ...dispatch, Version: range.HighestVersion };
    expect([register(), capture()]).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect(clauses()).toEqual([]);
  });

  test.each(['wsk event callback', 'completion routine'] as const)('E2: it does not wait in a %s', (kind) => {
    register();
    expect(() => simulation.call(kind, PASSIVE_LEVEL, () => capture(1))).toThrow('clause E2');
    expect(simulation.call(kind, DISPATCH_LEVEL, () => capture())).toBe(STATUS_SUCCESS);
  });
});

describe('WskReleaseProviderNPI and WskQueryProviderCharacteristics', () => {
  test('L1: a release without a capture, or of another block, is refused; levels are checked', () => {
    register();
    capture();
    expect(() => {
      WskReleaseProviderNPI(new WSK_REGISTRATION());
    }).toThrow('clause L1');
    KeRaiseIrql(HIGH_LEVEL, new Out<KIRQL>());
    expect(() => {
      WskReleaseProviderNPI(block);
    }).toThrow(bugCheck('L1'));
  });

  test('L2: the members and every function kept from before throw after the release', () => {
    register();
    capture();
    const { Client, Dispatch } = npi;
    const { WskControlClient } = Dispatch;
    WskReleaseProviderNPI(block);
    expect(() => npi.Dispatch).toThrow('clause L2');
    expect(() => npi.Client).toThrow('clause L2');
    expect(() => {
      Dispatch.WskFreeAddressInfo(Client, null);
    }).toThrow('clause L2');
    expect(() => WskControlClient(Client, 1, 0, null, 0, null, null, null)).toThrow('clause L2');
  });

  test('L2: a later capture does not bring an earlier one back', () => {
    register();
    capture();
    const early = npi;
    WskReleaseProviderNPI(block);
    npi = new WSK_PROVIDER_NPI();
    capture();
    expect(() => early.Dispatch).toThrow('clause L2');
    expect(npi.Dispatch.Reserved).toBe(0);
  });

  test('Q1: an unregistered block is refused, a failure fills nothing, levels are checked', () => {
    const range = new WSK_PROVIDER_CHARACTERISTICS();
    expect(() => WskQueryProviderCharacteristics(block, range)).toThrow('clause Q1');
    register();
    simulation.failNext('WskQueryProviderCharacteristics', STATUS_INSUFFICIENT_RESOURCES);
    expect(WskQueryProviderCharacteristics(block, range)).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(range.HighestVersion).toBe(0);
    KeRaiseIrql(HIGH_LEVEL, new Out<KIRQL>());
    expect(() => WskQueryProviderCharacteristics(block, range)).toThrow(bugCheck('Q1'));
  });
});

describe('leaks at unload', () => {
  test('R9 and C2: what the unload routine leaves is noted where it was acquired', () => {
    const { unload } = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => undefined;
      register();
      return capture();
    });
    expect(clauses()).toEqual([]);
    unload();
    expect(clauses()).toEqual(['R3', 'C2']);
    expect(simulation.findings()[0]?.callSite).toContain('wsk.test.ts');
  });

  test('R3: a failing entry routine leaves nothing registered', () => {
    const { status } = loadDriver(() => {
      register();
      return STATUS_INSUFFICIENT_RESOURCES;
    });
    expect(status).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(clauses()).toEqual(['R3']);
  });
});
