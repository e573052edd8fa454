import { beforeEach, describe, expect, test } from 'vitest';
import {
  DeadlockError,
  DISPATCH_LEVEL,
  ExAllocatePool2,
  ExFreePool,
  KeRaiseIrqlToDpcLevel,
  loadDriver,
  NmrClientAttachProvider,
  NmrClientDetachProviderComplete,
  NmrDeregisterClient,
  NmrDeregisterProvider,
  NmrProviderDetachClientComplete,
  NmrRegisterClient,
  NmrRegisterProvider,
  NmrWaitForClientDeregisterComplete,
  NmrWaitForProviderDeregisterComplete,
  NULL,
  Out,
  POOL_FLAG_NON_PAGED,
  PsCreateSystemThread,
  simulation,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOINTERFACE,
  STATUS_PENDING,
  STATUS_SUCCESS,
  STATUS_UNSUCCESSFUL,
  type HANDLE,
  type NPI_CLIENT_CHARACTERISTICS,
  type NPI_PROVIDER_CHARACTERISTICS,
  type NPI_REGISTRATION_INSTANCE,
  type NTSTATUS,
} from './index.js';

class Context {
  readonly name = 'context';
}

let log: string[];
let client: NPI_CLIENT_CHARACTERISTICS;
let provider: NPI_PROVIDER_CHARACTERISTICS;
let clientHandle: Out<HANDLE>;
let providerHandle: Out<HANDLE>;
let providerContext: Out<unknown>;
let providerDispatch: Out<unknown>;
/** The binding of the last attach callback. */
let binding: HANDLE;
let clientBindingContext: unknown;

const instance = (): NPI_REGISTRATION_INSTANCE => ({
  Version: 0,
  Size: 48,
  NpiId: '{11111111-0000-0000-0000-000000000000}',
  ModuleId: { Guid: '{22222222-0000-0000-0000-000000000000}' },
  Number: 0,
  NpiSpecificCharacteristics: null,
});

const said = <T>(what: string, result: T): T => {
  log.push(what);
  return result;
};

const attach = (NmrBindingHandle: HANDLE): NTSTATUS => {
  binding = NmrBindingHandle;
  return NmrClientAttachProvider(NmrBindingHandle, clientBindingContext, { from: 'client' }, providerContext, providerDispatch);
};

beforeEach(() => {
  simulation.reset();
  log = [];
  clientHandle = new Out<HANDLE>(NULL);
  providerHandle = new Out<HANDLE>(NULL);
  providerContext = new Out<unknown>();
  providerDispatch = new Out<unknown>();
  clientBindingContext = new Context();
  client = {
    Version: 0,
    Length: 72,
    ClientAttachProvider: (NmrBindingHandle) => said('client attach', attach(NmrBindingHandle)),
    ClientDetachProvider: () => said('client detach', STATUS_SUCCESS),
    ClientCleanupBindingContext: () => {
      said('client cleanup', undefined);
    },
    ClientRegistrationInstance: instance(),
  };
  provider = {
    Version: 0,
    Length: 72,
    ProviderAttachClient: (_binding, _context, _client, _clientContext, _clientDispatch, ProviderBindingContext, ProviderDispatch) => {
      ProviderBindingContext.value = 'provider context';
      ProviderDispatch.value = { from: 'provider' };
      return said('provider attach', STATUS_SUCCESS);
    },
    ProviderDetachClient: () => said('provider detach', STATUS_SUCCESS),
    ProviderCleanupBindingContext: () => {
      said('provider cleanup', undefined);
    },
    ProviderRegistrationInstance: instance(),
  };
});

const registerProvider = (context: unknown = NULL): NTSTATUS => NmrRegisterProvider(provider, context, providerHandle);
const registerClient = (context: unknown = NULL): NTSTATUS => NmrRegisterClient(client, context, clientHandle);
const clauses = (): string[] => simulation.findings().map((finding) => finding.clause);
const bugCheck = (clause: string): unknown => expect.objectContaining({ name: 'IRQL_NOT_LESS_OR_EQUAL', clause });

describe('registration', () => {
  test.each([
    ['provider first', [() => registerProvider(), () => registerClient()]],
    ['client first', [() => registerClient(), () => registerProvider()]],
  ])('N5: %s, they attach before the second registration returns', (_order, register) => {
    expect(register.map((call) => call())).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect(log).toEqual(['provider attach', 'client attach']);
    expect([providerContext.value, providerDispatch.value]).toEqual(['provider context', { from: 'provider' }]);
  });

  test('modules of different NPIs are not offered to each other', () => {
    client.ClientRegistrationInstance.NpiId = '{33333333-0000-0000-0000-000000000000}';
    registerProvider();
    registerClient();
    expect(log).toEqual([]);
  });

  test('N1: a registration that the script lets fail leaves the handle cell alone', () => {
    simulation.failNext('NmrRegisterClient', STATUS_INSUFFICIENT_RESOURCES);
    expect([registerClient(), clientHandle.value]).toEqual([STATUS_INSUFFICIENT_RESOURCES, NULL]);
    simulation.failNext('NmrRegisterProvider', STATUS_INSUFFICIENT_RESOURCES);
    expect([registerProvider(), providerHandle.value]).toEqual([STATUS_INSUFFICIENT_RESOURCES, NULL]);
  });

  test('N2: changed characteristics are found at the next use', () => {
    registerClient();
    client.ClientRegistrationInstance.Number = 1;
    NmrDeregisterClient(clientHandle.value);
    expect(clauses()).toEqual(['N2']);
  });

  test('N3: a context is not freed while registered, nor before the wait', () => {
    const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    registerClient(context);
    NmrDeregisterClient(clientHandle.value);
    expect(() => {
      ExFreePool(context);
    }).toThrow('clause N3');
  });

  test('N4 and N8: every registration that is left behind is noted', () => {
    const { unload } = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => undefined;
      registerProvider();
      return registerClient();
    });
    unload();
    expect(clauses()).toEqual(['N4', 'N4']);
  });

  test('N6: above PASSIVE_LEVEL it stops the system', () => {
    KeRaiseIrqlToDpcLevel();
    expect(() => registerClient()).toThrow(bugCheck('N6'));
    expect(() => registerProvider()).toThrow(bugCheck('N6'));
  });

  test('N7: versions are zero', () => {
    client.Version = 1;
    expect(() => registerClient()).toThrow('clause N7');
    provider.ProviderRegistrationInstance.Version = 1;
    expect(() => registerProvider()).toThrow('clause N7');
  });
});

describe('deregistration', () => {
  test('both sides detach, then both clean up', () => {
    registerProvider();
    registerClient();
    log = [];
    expect(NmrDeregisterClient(clientHandle.value)).toBe(STATUS_PENDING);
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_SUCCESS);
    expect(log).toEqual(['client detach', 'provider detach', 'client cleanup', 'provider cleanup']);
    expect(clauses()).toEqual([]);
  });

  test('W1, W4: an unload without the wait is noted and refused, and the image stays', () => {
    const driver = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => void NmrDeregisterClient(clientHandle.value);
      return registerClient();
    });
    driver.unload();
    expect(clauses()).toEqual(['W1']);
    expect([driver.isLoaded, driver.toJSON().state]).toEqual([true, 'unload refused']);
  });

  test('W1, W4: with the wait the driver is unloaded', () => {
    const driver = loadDriver((DriverObject) => {
      DriverObject.DriverUnload = () => {
        NmrDeregisterClient(clientHandle.value);
        NmrWaitForClientDeregisterComplete(clientHandle.value);
      };
      return registerClient();
    });
    driver.unload();
    expect([driver.isLoaded, driver.toJSON().state, clauses()]).toEqual([false, 'unloaded', []]);
  });

  test('W2: a wait before the deregistration, or on a handle of the other kind, is refused by its status', () => {
    registerClient();
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_INVALID_PARAMETER);
    NmrDeregisterClient(clientHandle.value);
    expect(NmrWaitForProviderDeregisterComplete(clientHandle.value)).toBe(STATUS_INVALID_PARAMETER);
    expect(clauses()).toEqual(['W2', 'W2']);
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_SUCCESS);
  });

  test('W2: after the wait the handle stands for nothing any more', () => {
    registerClient();
    NmrDeregisterClient(clientHandle.value);
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_SUCCESS);
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_INVALID_PARAMETER);
    expect(() => NmrDeregisterClient(clientHandle.value)).toThrow('clause W5');
  });

  test('W3: the deregistration runs at DISPATCH_LEVEL, the wait does not', () => {
    registerProvider();
    KeRaiseIrqlToDpcLevel();
    expect(NmrDeregisterProvider(providerHandle.value)).toBe(STATUS_PENDING);
    expect(() => NmrWaitForProviderDeregisterComplete(providerHandle.value)).toThrow(bugCheck('W3'));
  });

  test('W5: a second deregistration is refused', () => {
    registerProvider();
    NmrDeregisterProvider(providerHandle.value);
    expect(() => NmrDeregisterProvider(providerHandle.value)).toThrow('clause W5');
    expect(() => NmrDeregisterClient(providerHandle.value)).toThrow('clause W5');
  });

  test('a module that is leaving is offered to nobody', () => {
    registerProvider();
    NmrDeregisterProvider(providerHandle.value);
    registerClient();
    expect(log).toEqual([]);
  });
});

describe('attaching', () => {
  test('A1: another status than that of the attach call is refused', () => {
    client.ClientAttachProvider = (NmrBindingHandle) => (attach(NmrBindingHandle), STATUS_NOINTERFACE);
    registerProvider();
    expect(() => registerClient()).toThrow('clause A1');
  });

  test('A1: after a second attempt the last status counts', () => {
    simulation.failNext('NmrClientAttachProvider', STATUS_UNSUCCESSFUL);
    client.ClientAttachProvider = (NmrBindingHandle) => (attach(NmrBindingHandle), attach(NmrBindingHandle));
    registerProvider();
    registerClient();
    expect(clauses()).toEqual([]);
    expect(log).toEqual(['provider attach']);
  });

  test.each([
    [STATUS_UNSUCCESSFUL, ['A2']],
    [STATUS_SUCCESS, ['A2']],
    [STATUS_NOINTERFACE, []],
    [STATUS_INSUFFICIENT_RESOURCES, []],
  ])('A2: not attaching and returning %i gives %j', (status, expected) => {
    client.ClientAttachProvider = () => status;
    registerProvider();
    registerClient();
    expect(clauses()).toEqual(expected);
  });

  test('A5: the client context is not freed while attached', () => {
    clientBindingContext = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    registerProvider();
    registerClient();
    expect(() => {
      ExFreePool(clientBindingContext);
    }).toThrow('clause A5');
  });

  test('T4: it is freed in the cleanup callback', () => {
    clientBindingContext = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    client.ClientCleanupBindingContext = (context) => {
      ExFreePool(context);
    };
    registerProvider();
    registerClient();
    NmrDeregisterClient(clientHandle.value);
    expect([simulation.leakedPoolTags(), clauses()]).toEqual([[], []]);
  });

  test('A6: attaching outside the attach callback is refused; callbacks run at PASSIVE_LEVEL', () => {
    registerProvider();
    registerClient();
    expect(() => attach(binding)).toThrow('clause A6');
    expect(() => simulation.call('dpc', DISPATCH_LEVEL, () => attach(binding))).toThrow(bugCheck('A6'));
  });

  test('V1: a provider that accepts sets both out-parameters', () => {
    provider.ProviderAttachClient = () => STATUS_SUCCESS;
    registerProvider();
    expect(() => registerClient()).toThrow('clause V1');
  });

  test.each([
    [STATUS_UNSUCCESSFUL, ['V2']],
    [STATUS_NOINTERFACE, []],
  ])('V2: a provider that declines with %i gives %j', (status, expected) => {
    provider.ProviderAttachClient = () => status;
    registerProvider();
    registerClient();
    expect(clauses()).toEqual(expected);
    expect(providerDispatch.value).toBeUndefined();
  });

  test('V3: the provider context is not freed while attached', () => {
    const context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    provider.ProviderAttachClient = (_b, _p, _c, _cc, _cd, ProviderBindingContext, ProviderDispatch) => {
      ProviderBindingContext.value = context;
      ProviderDispatch.value = null;
      return STATUS_SUCCESS;
    };
    registerProvider();
    registerClient();
    expect(() => {
      ExFreePool(context);
    }).toThrow('clause V3');
  });
});

describe('detaching', () => {
  test.each([
    ['client', () => (client.ClientDetachProvider = () => (NmrClientDetachProviderComplete(binding), STATUS_SUCCESS))],
    ['provider', () => (provider.ProviderDetachClient = () => (NmrProviderDetachClientComplete(binding), STATUS_SUCCESS))],
  ])('T2: a %s that is done does not call its complete function', (_side, change) => {
    change();
    registerProvider();
    registerClient();
    expect(() => NmrDeregisterClient(clientHandle.value)).toThrow('clause T2');
  });

  test('T2: a complete function without a detach callback is refused', () => {
    registerProvider();
    registerClient();
    expect(() => {
      NmrClientDetachProviderComplete(binding);
    }).toThrow('clause T2');
  });

  test('T3: the wait ends when the last call completes the detachment', () => {
    provider.ProviderDetachClient = () => STATUS_PENDING;
    registerProvider();
    registerClient();
    PsCreateSystemThread(
      new Out<HANDLE>(),
      0,
      NULL,
      NULL,
      NULL,
      () => {
        NmrProviderDetachClientComplete(binding);
      },
      NULL,
    );
    NmrDeregisterClient(clientHandle.value);
    expect(log).not.toContain('client cleanup');
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_SUCCESS);
    expect(log).toContain('client cleanup');
  });

  test('T3: the last call may be done before the detach callback returns STATUS_PENDING', () => {
    client.ClientDetachProvider = () => (NmrClientDetachProviderComplete(binding), STATUS_PENDING);
    registerProvider();
    registerClient();
    NmrDeregisterClient(clientHandle.value);
    expect(NmrWaitForClientDeregisterComplete(clientHandle.value)).toBe(STATUS_SUCCESS);
    expect(clauses()).toEqual([]);
  });

  test('T3: a detachment that is never completed keeps the wait from ending', () => {
    provider.ProviderDetachClient = () => STATUS_PENDING;
    registerProvider();
    registerClient();
    NmrDeregisterClient(clientHandle.value);
    expect(() => NmrWaitForClientDeregisterComplete(clientHandle.value)).toThrow(DeadlockError);
    expect(clauses()).toEqual(['T3']);
  });

  test('T5: detach callbacks run at the level of the deregistration', () => {
    client.ClientDetachProvider = () => (registerClient(), STATUS_SUCCESS);
    registerProvider();
    registerClient();
    const deregister = (): NTSTATUS => NmrDeregisterClient(clientHandle.value);
    expect(() => simulation.call('dpc', DISPATCH_LEVEL, deregister)).toThrow(bugCheck('N6'));
  });
});
