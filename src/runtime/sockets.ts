/**
 * What a captured provider NPI holds: its client object and the table of its functions, enough to use a capture.
 *
 * Simulated: levels, the end of the tenure (L2), requests that complete later through their IRP, sockets that can be had.
 * Not simulated: connections, control codes and names; such a call fails with STATUS_NOT_IMPLEMENTED and completes its IRP with that status
 * before it returns. A socket has no functions of its own and cannot be closed, so `WskDeregister` does not wait for it.
 */
import { requireLevel } from './irql.js';
import { completeIrp, requireLiveIrp, type IRP } from './irp.js';
import { machine } from './machine.js';
import { STATUS_NOT_IMPLEMENTED, STATUS_PENDING, STATUS_SUCCESS, type NTSTATUS } from './status.js';
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
}

export class WSK_SOCKET {
  /** The table of the socket's own functions, which are not simulated. */
  readonly Dispatch: unknown = null;
}

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
  /** Not simulated. At most DISPATCH_LEVEL. Page nc-wsk-pfn_wsk_socket_connect. */
  readonly WskSocketConnect: PFN_WSK_SOCKET_CONNECT;
  /** Not simulated. At most DISPATCH_LEVEL. Page nc-wsk-pfn_wsk_control_client. */
  readonly WskControlClient: PFN_WSK_CONTROL_CLIENT;
  /** Not simulated. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_get_address_info. */
  readonly WskGetAddressInfo: PFN_WSK_GET_ADDRESS_INFO;
  /** Frees nothing, as no address was given out. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_free_address_info. */
  readonly WskFreeAddressInfo: PFN_WSK_FREE_ADDRESS_INFO;
  /** Not simulated. PASSIVE_LEVEL. Page nc-wsk-pfn_wsk_get_name_info. */
  readonly WskGetNameInfo: PFN_WSK_GET_NAME_INFO;

  constructor(
    readonly Version: number,
    tenure: Tenure,
  ) {
    const notSimulated = (call: Request, Irp: IRP | null): NTSTATUS => fail(call, Irp, enter(call, tenure) ?? STATUS_NOT_IMPLEMENTED);
    this.WskSocket = (...parameters) => openSocket(parameters[0], parameters[10], enter('WskSocket', tenure));
    this.WskSocketConnect = (...parameters) => notSimulated('WskSocketConnect', parameters[11]);
    this.WskControlClient = (...parameters) => notSimulated('WskControlClient', parameters[7]);
    this.WskGetAddressInfo = (...parameters) => notSimulated('WskGetAddressInfo', parameters[9]);
    this.WskGetNameInfo = (...parameters) => notSimulated('WskGetNameInfo', parameters[8]);
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

function openSocket(Client: WSK_CLIENT, Irp: IRP, fault: NTSTATUS | undefined): NTSTATUS {
  if (fault !== undefined) return fail('WskSocket', Irp, fault);
  requireLiveIrp(Irp, 'WskSocket');
  Client.countRequests(1);
  machine.queue.push({
    name: 'completion of WskSocket',
    run: () => {
      Client.countRequests(-1);
      completeIrp(Irp, STATUS_SUCCESS, new WSK_SOCKET(), machine.callbackLevel);
    },
  });
  return STATUS_PENDING;
}
