/** What two attached modules hand each other: dispatch tables and contexts. */
import { beforeEach, expect, test } from 'vitest';
import {
  ExAllocatePool2,
  loadDriver,
  NmrClientAttachProvider,
  NmrDeregisterClient,
  NmrRegisterClient,
  NmrRegisterProvider,
  NmrWaitForClientDeregisterComplete,
  NULL,
  Out,
  POOL_FLAG_NON_PAGED,
  simulation,
  STATUS_NOINTERFACE,
  STATUS_SUCCESS,
  type HANDLE,
  type NPI_CLIENT_CHARACTERISTICS,
  type NPI_PROVIDER_CHARACTERISTICS,
  type NPI_REGISTRATION_INSTANCE,
  type NTSTATUS,
} from './index.js';

class Context {
  readonly name = 'context';
}

interface Table {
  Query(): number;
}

let handle: Out<HANDLE>;
let table: Table;
let context: unknown;
let providerDispatch: Out<unknown>;
let answer: NTSTATUS;

const instance: NPI_REGISTRATION_INSTANCE = {
  Version: 0,
  Size: 48,
  NpiId: '{11111111-0000-0000-0000-000000000000}',
  ModuleId: { Guid: '{22222222-0000-0000-0000-000000000000}' },
  Number: 0,
  NpiSpecificCharacteristics: null,
};
const client: NPI_CLIENT_CHARACTERISTICS = {
  Version: 0,
  Length: 72,
  ClientAttachProvider: (binding) => {
    context = ExAllocatePool2(POOL_FLAG_NON_PAGED, Context, 'txtC');
    return NmrClientAttachProvider(binding, context, { Notify: () => 0 }, new Out<unknown>(), providerDispatch);
  },
  ClientDetachProvider: () => STATUS_SUCCESS,
  ClientCleanupBindingContext: null,
  ClientRegistrationInstance: instance,
};
const provider: NPI_PROVIDER_CHARACTERISTICS = {
  Version: 0,
  Length: 72,
  ProviderAttachClient: (_b, _p, _c, _cc, _cd, ProviderBindingContext, ProviderDispatch) => {
    ProviderBindingContext.value = null;
    ProviderDispatch.value = table;
    return answer;
  },
  ProviderDetachClient: () => STATUS_SUCCESS,
  ProviderCleanupBindingContext: null,
  ProviderRegistrationInstance: instance,
};

beforeEach(() => {
  simulation.reset();
  [handle, providerDispatch, table, answer] = [new Out<HANDLE>(NULL), new Out<unknown>(), { Query: () => 7 }, STATUS_SUCCESS];
  NmrRegisterProvider(provider, NULL, new Out<HANDLE>());
});

const attached = (): Table => providerDispatch.value as Table;
const clauses = (): string[] => simulation.findings().map(({ clause }) => clause);
const deregister = (): void => {
  NmrDeregisterClient(handle.value);
  NmrWaitForClientDeregisterComplete(handle.value);
};

test('T1: the table of the other side is used while attached, and not afterwards', () => {
  NmrRegisterClient(client, NULL, handle);
  expect(attached().Query()).toBe(7);
  deregister();
  expect(() => attached().Query()).toThrow('clause T1');
});

test('V3: a table that was changed is found when its side detaches', () => {
  NmrRegisterClient(client, NULL, handle);
  table.Query = () => 8;
  deregister();
  expect(clauses()).toEqual(['V3']);
});

test.each([
  ['A4', STATUS_NOINTERFACE],
  ['T4', STATUS_SUCCESS],
])('%s: a binding context that is not freed is a leak', (clause, status) => {
  answer = status;
  const driver = loadDriver((DriverObject) => {
    DriverObject.DriverUnload = deregister;
    return NmrRegisterClient(client, NULL, handle);
  });
  driver.unload();
  expect(driver.leaks()).toMatchObject([{ clause, what: 'pool memory with the tag txtC was not freed' }]);
  expect(driver.report()).toContain(`[${clause}]`);
});

test('what a callback did is put down to its own driver', () => {
  answer = -1;
  const driver = loadDriver((DriverObject) => {
    DriverObject.DriverUnload = deregister;
    context = NULL;
    return NmrRegisterClient({ ...client, ClientAttachProvider: () => -1 }, NULL, handle);
  });
  NmrRegisterProvider(provider, NULL, new Out<HANDLE>());
  expect(driver.findings().map(({ clause }) => clause)).toEqual(['A2', 'A2']);
  driver.unload();
});
