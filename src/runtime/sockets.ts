/**
 * What a captured provider NPI holds: its client object and the table of its functions.
 *
 * Simulated: levels, the end of the tenure (L2), requests that complete later through their IRP, sockets of streams (socket-calls.ts),
 * names and addresses. Not simulated: datagrams, and control codes but for static event callbacks; such a call fails with
 * STATUS_NOT_IMPLEMENTED and completes its IRP with that status before it returns.
 */
import { requireLevel, requireThere } from './irql.js';
import { completeIrp, IRP, requireLiveIrp } from './irp.js';
import { machine } from './machine.js';
import { addEndpoint, completeLater, removeEndpoint } from './endpoints.js';
import { connectEndpoint, socketDispatch } from './socket-calls.js';
import { enqueue } from './scheduler.js';
import { STATUS_INVALID_PARAMETER, STATUS_NOT_IMPLEMENTED, STATUS_PENDING, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { Out } from './basics.js';
import type { Registration, Tenure } from './registrations.js';

/** The provider's view of one registration; handed back to the provider with every call. */
export class WSK_CLIENT {
  readonly #registration: Registration;

  constructor(registration: Registration) {
    this.#registration = registration;
  }

  /** For the provider alone: how many requests of this client are in progress. */
  countRequests(change: 1 | -1): void {
    this.#registration.requests += change;
  }

  /** For the provider alone: how many sockets of this client are not closed. */
  countSockets(change: 1 | -1): void {
    this.#registration.sockets += change;
  }
}

/** Flags of `WskSocket`: a socket that accepts connections, and one for datagrams. */
const WSK_FLAG_LISTEN_SOCKET = 1;
const WSK_FLAG_DATAGRAM_SOCKET = 4;
/** Control code of a client: its sockets' callbacks are enabled from the start. They always are here. */
const WSK_SET_STATIC_EVENT_CALLBACKS = 7;

export type PFN_WSK_SOCKET = (
  Client: WSK_CLIENT,
  AddressFamily: number,
  SocketType: number,
  Protocol: number,
  Flags: number,
  SocketContext: unknown,
  Dispatch: unknown,
  OwningProcess: unknown,
  OwningThread: unknown,
  SecurityDescriptor: unknown,
  Irp: IRP,
) => NTSTATUS;
export type PFN_WSK_SOCKET_CONNECT = (
  Client: WSK_CLIENT,
  SocketType: number,
  Protocol: number,
  LocalAddress: unknown,
  RemoteAddress: unknown,
  Flags: number,
  SocketContext: unknown,
  Dispatch: unknown,
  OwningProcess: unknown,
  OwningThread: unknown,
  SecurityDescriptor: unknown,
  Irp: IRP,
) => NTSTATUS;
export type PFN_WSK_CONTROL_CLIENT = (
  Client: WSK_CLIENT,
  ControlCode: number,
  InputSize: number,
  InputBuffer: unknown,
  OutputSize: number,
  OutputBuffer: unknown,
  OutputSizeReturned: Out<number> | null,
  Irp: IRP | null,
) => NTSTATUS;
export type PFN_WSK_GET_ADDRESS_INFO = (
  Client: WSK_CLIENT,
  NodeName: string | null,
  ServiceName: string | null,
  NameSpace: number,
  Provider: unknown,
  Hints: unknown,
  Result: Out<unknown>,
  OwningProcess: unknown,
  OwningThread: unknown,
  Irp: IRP,
) => NTSTATUS;
export type PFN_WSK_FREE_ADDRESS_INFO = (Client: WSK_CLIENT, AddrInfo: unknown) => void;
export type PFN_WSK_GET_NAME_INFO = (
  Client: WSK_CLIENT,
  SockAddr: unknown,
  SockAddrLength: number,
  NodeName: Out<string> | null,
  ServiceName: Out<string> | null,
  Flags: number,
  OwningProcess: unknown,
  OwningThread: unknown,
  Irp: IRP,
) => NTSTATUS;

type Request = 'WskSocket' | 'WskSocketConnect' | 'WskControlClient' | 'WskGetAddressInfo' | 'WskGetNameInfo';

/** The functions of a captured provider. None of them may be called after the release, however the table was kept (L2). */
export class WSK_PROVIDER_DISPATCH {
  readonly Reserved = 0;
  /** STATUS_PENDING, and the IRP completes with a `WSK_SOCKET` as its information. At most DISPATCH_LEVEL. Page nc-wsk-pfn_wsk_socket. */
  readonly WskSocket: PFN_WSK_SOCKET;
  /** As WskSocket and WskConnect in one. At most DISPATCH_LEVEL. Page nc-wsk-pfn_wsk_socket_connect. */
  readonly WskSocketConnect: PFN_WSK_SOCKET_CONNECT;
  /** STATUS_SUCCESS for static event callbacks. At most DISPATCH_LEVEL. Page nc-wsk-pfn_wsk_control_client. */
  readonly WskControlClient: PFN_WSK_CONTROL_CLIENT;
  /** The address of this machine, whatever the name. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_get_address_info. */
  readonly WskGetAddressInfo: PFN_WSK_GET_ADDRESS_INFO;
  /** Frees nothing: addresses are garbage collected. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_free_address_info. */
  readonly WskFreeAddressInfo: PFN_WSK_FREE_ADDRESS_INFO;
  /** The address as text. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_get_name_info. */
  readonly WskGetNameInfo: PFN_WSK_GET_NAME_INFO;

  constructor(
    readonly Version: number,
    tenure: Tenure,
  ) {
    this.WskSocket = (...parameters) => openSocket(enter('WskSocket', tenure), ...parameters);
    this.WskSocketConnect = (...parameters) => openConnection(enter('WskSocketConnect', tenure), ...parameters);
    this.WskControlClient = (...parameters) => controlClient(enter('WskControlClient', tenure), parameters[1], parameters[7]);
    this.WskGetAddressInfo = (...parameters) => getAddressInfo(enter('WskGetAddressInfo', tenure), ...parameters);
    this.WskGetNameInfo = (...parameters) => getNameInfo(enter('WskGetNameInfo', tenure), ...parameters);
    this.WskFreeAddressInfo = () => {
      requireTenure('WskFreeAddressInfo', tenure);
      requireLevel('WskFreeAddressInfo');
    };
  }
}

function requireTenure(call: Request | 'WskFreeAddressInfo', tenure: Tenure): void {
  if (!tenure.open) throw machine.violation('L2', call, 'called after WskReleaseProviderNPI');
}

/** The checks that every request starts with, and the status with which the fault script lets it fail. */
function enter(call: Request, tenure: Tenure): NTSTATUS | undefined {
  requireTenure(call, tenure);
  requireLevel(call);
  return machine.fault(call);
}

function fail(call: Request, Irp: IRP | null, status: NTSTATUS): NTSTATUS {
  if (Irp !== null) {
    requireLiveIrp(Irp, call);
    completeIrp(Irp, status, null, machine.irql);
  }
  return status;
}

type Fault = NTSTATUS | undefined;

function openSocket(fault: Fault, ...[Client, , , , Flags, context, events, , , , Irp]: Parameters<PFN_WSK_SOCKET>): NTSTATUS {
  if (fault !== undefined) return fail('WskSocket', Irp, fault);
  requireLiveIrp(Irp, 'WskSocket');
  requireThere('WskSocket', { Client });
  if (Flags === WSK_FLAG_DATAGRAM_SOCKET) return fail('WskSocket', Irp, STATUS_NOT_IMPLEMENTED);
  const isListening = Flags === WSK_FLAG_LISTEN_SOCKET;
  const endpoint = addEndpoint({ client: Client, image: machine.routine.image, isListening, context, events }, socketDispatch);
  completeLater(endpoint, 'WskSocket', Irp, STATUS_SUCCESS, () => endpoint.socket);
  return STATUS_PENDING;
}

function openConnection(fault: Fault, ...parameters: Parameters<PFN_WSK_SOCKET_CONNECT>): NTSTATUS {
  const [Client, , , LocalAddress, RemoteAddress, , context, events, , , , Irp] = parameters;
  if (fault !== undefined) return fail('WskSocketConnect', Irp, fault);
  requireLiveIrp(Irp, 'WskSocketConnect');
  requireThere('WskSocketConnect', { Client });
  const endpoint = addEndpoint({ client: Client, image: machine.routine.image, isListening: false, context, events }, socketDispatch);
  endpoint.local = LocalAddress;
  return connectEndpoint(endpoint, RemoteAddress, Irp, () => {
    if (endpoint.other !== undefined) return endpoint.socket;
    removeEndpoint(endpoint);
    return null;
  });
}

function controlClient(fault: Fault, ControlCode: number, Irp: IRP | null): NTSTATUS {
  if (fault !== undefined || ControlCode !== WSK_SET_STATIC_EVENT_CALLBACKS)
    return fail('WskControlClient', Irp, fault ?? STATUS_NOT_IMPLEMENTED);
  if (Irp !== null) completeIrp(Irp, STATUS_SUCCESS, null, machine.irql);
  return STATUS_SUCCESS;
}

/** Every name is this machine's. */
const LOOPBACK = { family: 2, address: '127.0.0.1' } as const;

function getAddressInfo(
  fault: Fault,
  ...[Client, NodeName, ServiceName, , , , Result, , , Irp]: Parameters<PFN_WSK_GET_ADDRESS_INFO>
): NTSTATUS {
  if (!(Irp instanceof IRP)) return STATUS_INVALID_PARAMETER;
  if (fault !== undefined) return fail('WskGetAddressInfo', Irp, fault);
  requireLiveIrp(Irp, 'WskGetAddressInfo');
  requireThere('WskGetAddressInfo', { Client, Result });
  Client.countRequests(1);
  enqueue('completion of WskGetAddressInfo', () => {
    Client.countRequests(-1);
    Result.value = [{ ...LOOPBACK, nodeName: NodeName, serviceName: ServiceName }];
    completeIrp(Irp, STATUS_SUCCESS, null, machine.callbackLevel);
  });
  return STATUS_PENDING;
}

function getNameInfo(fault: Fault, ...[Client, SockAddr, , NodeName, , , , , Irp]: Parameters<PFN_WSK_GET_NAME_INFO>): NTSTATUS {
  if (!(Irp instanceof IRP)) return STATUS_INVALID_PARAMETER;
  if (fault !== undefined) return fail('WskGetNameInfo', Irp, fault);
  requireLiveIrp(Irp, 'WskGetNameInfo');
  requireThere('WskGetNameInfo', { Client });
  Client.countRequests(1);
  enqueue('completion of WskGetNameInfo', () => {
    Client.countRequests(-1);
    if (NodeName !== null) NodeName.value = JSON.stringify(SockAddr);
    completeIrp(Irp, STATUS_SUCCESS, null, machine.callbackLevel);
  });
  return STATUS_PENDING;
}
