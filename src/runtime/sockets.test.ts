import { beforeEach, expect, test } from 'vitest';
import {
  DISPATCH_LEVEL,
  IoAllocateIrp,
  IoFreeIrp,
  IoSetCompletionRoutine,
  IRP,
  KeGetCurrentIrql,
  KeRaiseIrqlToDpcLevel,
  KeSetEvent,
  KEVENT,
  KeWaitForSingleObject,
  MAKE_WSK_VERSION,
  NULL,
  Out,
  PASSIVE_LEVEL,
  simulation,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PENDING,
  STATUS_SUCCESS,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WSK_SOCKET,
  WskCaptureProviderNPI,
  WskDeregister,
  WskRegister,
  WskReleaseProviderNPI,
  type NTSTATUS,
  type WSK_PROVIDER_SOCKET_DISPATCH,
} from './index.js';

const registration = new WSK_REGISTRATION();
const npi = new WSK_PROVIDER_NPI();
let irp: IRP;
let completedAt: number[];

beforeEach(() => {
  simulation.reset();
  irp = new IRP();
  completedAt = [];
  const Dispatch = { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: null };
  WskRegister({ ClientContext: NULL, Dispatch }, registration);
  WskCaptureProviderNPI(registration, WSK_NO_WAIT, npi);
});

const openSocket = (): NTSTATUS => npi.Dispatch.WskSocket(npi.Client, 2, 1, 6, 0, NULL, NULL, NULL, NULL, NULL, irp);
const lookUp = (): NTSTATUS => npi.Dispatch.WskGetAddressInfo(npi.Client, 'host', NULL, 0, NULL, NULL, new Out<unknown>(), NULL, NULL, irp);
const onCompletion = (onSuccess: boolean, onError: boolean, event = new KEVENT()): void => {
  const routine = (): NTSTATUS => {
    completedAt.push(KeGetCurrentIrql());
    KeSetEvent(event, 0, false);
    return STATUS_SUCCESS;
  };
  IoSetCompletionRoutine(irp, routine, NULL, onSuccess, onError, true);
};

test('a socket is had through the IRP, and its completion ends a wait', () => {
  const done = new KEVENT();
  onCompletion(true, true, done);
  expect(openSocket()).toBe(STATUS_PENDING);
  KeWaitForSingleObject(done, 0, 0, false, null);
  expect([irp.IoStatus.Status, irp.IoStatus.Information]).toEqual([STATUS_SUCCESS, expect.any(WSK_SOCKET)]);
});

test.each([DISPATCH_LEVEL, PASSIVE_LEVEL])('E1: completion routines are called at the level asked for: %i', (level) => {
  simulation.callbacksAt(level);
  onCompletion(true, true);
  openSocket();
  simulation.runQueued();
  expect(completedAt).toEqual([level]);
});

test('D2: the deregistration waits for requests that have not completed', () => {
  onCompletion(true, true);
  npi.Dispatch.WskGetNameInfo(npi.Client, 7, 28, new Out<string>(), NULL, 0, NULL, NULL, irp);
  WskReleaseProviderNPI(registration);
  WskDeregister(registration);
  expect(completedAt).toHaveLength(1);
});

test('D2: the deregistration waits for sockets that are not closed', () => {
  openSocket();
  simulation.runQueued();
  const socket = irp.IoStatus.Information as WSK_SOCKET;
  WskReleaseProviderNPI(registration);
  simulation.call('thread', PASSIVE_LEVEL, () => {
    expect(() => {
      WskDeregister(registration);
    }).toThrow('1 socket(s) closed, and nothing can end that wait');
  });
  expect((socket.Dispatch as WSK_PROVIDER_SOCKET_DISPATCH).WskCloseSocket(socket, new IRP())).toBe(STATUS_PENDING);
});

test('a request that fails has completed its IRP when it returns', () => {
  simulation.failNext('WskSocket', STATUS_INSUFFICIENT_RESOURCES);
  onCompletion(false, true);
  expect([openSocket(), irp.IoStatus.Status]).toEqual([STATUS_INSUFFICIENT_RESOURCES, STATUS_INSUFFICIENT_RESOURCES]);
  expect(completedAt).toEqual([PASSIVE_LEVEL]);
});

test('a routine that did not ask for failures is not called for one', () => {
  onCompletion(true, false);
  simulation.failNext('WskGetAddressInfo', STATUS_INSUFFICIENT_RESOURCES);
  expect(lookUp()).toBe(STATUS_INSUFFICIENT_RESOURCES);
  expect(completedAt).toEqual([]);
});

test('every name is that of this machine', () => {
  const result = new Out<unknown>();
  const status = npi.Dispatch.WskGetAddressInfo(npi.Client, 'host', '7', 0, NULL, NULL, result, NULL, NULL, irp);
  expect(status).toBe(STATUS_PENDING);
  simulation.runQueued();
  expect(result.value).toEqual([{ family: 2, address: '127.0.0.1', nodeName: 'host', serviceName: '7' }]);
});

test('functions of the provider have levels of their own', () => {
  KeRaiseIrqlToDpcLevel();
  expect(openSocket()).toBe(STATUS_PENDING);
  expect(lookUp).toThrow(expect.objectContaining({ name: 'IRQL_NOT_LESS_OR_EQUAL' }));
});

test('an IRP is freed once and not used afterwards', () => {
  const own = IoAllocateIrp(1, false);
  if (own === null) throw new Error('no IRP');
  IoFreeIrp(own);
  expect(() => {
    IoFreeIrp(own);
  }).toThrow(expect.objectContaining({ name: 'BAD_POOL_CALLER' }));
  irp = own;
  expect(openSocket).toThrow(expect.objectContaining({ name: 'BAD_POOL_CALLER' }));
  simulation.failNext('IoAllocateIrp', STATUS_INSUFFICIENT_RESOURCES);
  expect(IoAllocateIrp(1, false)).toBeNull();
});
