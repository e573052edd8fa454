/** Sockets as a driver sees them: the functions of a socket's own table, and what WSK hands to its callbacks. Pages nc-wsk-pfn_wsk_*. */
import type { IRP } from './irp.js';
import type {
  PFN_WSK_ABORT_EVENT,
  PFN_WSK_ACCEPT_EVENT,
  PFN_WSK_DISCONNECT_EVENT,
  PFN_WSK_INSPECT_EVENT,
  PFN_WSK_RECEIVE_EVENT,
  PFN_WSK_SEND_BACKLOG_EVENT,
} from './roles.js';
import type { NTSTATUS } from './status.js';

/** The functions of a socket's `Dispatch`. */
export type SocketCall =
  | 'WskAccept'
  | 'WskBind'
  | 'WskCloseSocket'
  | 'WskConnect'
  | 'WskControlSocket'
  | 'WskDisconnect'
  | 'WskReceive'
  | 'WskRelease'
  | 'WskSend';

export class WSK_SOCKET {
  /** The table of the socket's own functions: a `WSK_PROVIDER_SOCKET_DISPATCH`, which a driver casts it to, as in C. */
  readonly Dispatch: unknown;

  constructor(Dispatch: unknown = null) {
    this.Dispatch = Dispatch;
  }
}

/** Received bytes that WSK lends to the driver; one that keeps them gives them back with `WskRelease`. */
export interface WSK_DATA_INDICATION {
  readonly Next: WSK_DATA_INDICATION | null;
  readonly Buffer: Uint8Array;
}

/**
 * The functions of every socket in one table; a driver calls those that its socket has. Each of them but `WskRelease` returns STATUS_PENDING and
 * completes its IRP later, or fails and has completed it. At most DISPATCH_LEVEL.
 */
export interface WSK_PROVIDER_SOCKET_DISPATCH {
  readonly WskControlSocket: (
    Socket: WSK_SOCKET,
    RequestType: number,
    ControlCode: number,
    Level: number,
    InputSize: number,
    InputBuffer: unknown,
    OutputSize: number,
    OutputBuffer: unknown,
    OutputSizeReturned: unknown,
    Irp: IRP | null,
  ) => NTSTATUS;
  readonly WskCloseSocket: (Socket: WSK_SOCKET, Irp: IRP) => NTSTATUS;
  readonly WskBind: (Socket: WSK_SOCKET, LocalAddress: unknown, Flags: number, Irp: IRP) => NTSTATUS;
  /** Completes with the accepted `WSK_SOCKET` as its information. */
  readonly WskAccept: (
    ListenSocket: WSK_SOCKET,
    Flags: number,
    AcceptSocketContext: unknown,
    AcceptSocketDispatch: unknown,
    LocalAddress: unknown,
    RemoteAddress: unknown,
    Irp: IRP,
  ) => NTSTATUS;
  readonly WskConnect: (Socket: WSK_SOCKET, RemoteAddress: unknown, Flags: number, Irp: IRP) => NTSTATUS;
  /** Completes with the number of bytes as its information. */
  readonly WskSend: (Socket: WSK_SOCKET, Buffer: Uint8Array, Flags: number, Irp: IRP) => NTSTATUS;
  /** Completes with the number of bytes as its information, once there are any; 0 at the end of the connection. */
  readonly WskReceive: (Socket: WSK_SOCKET, Buffer: Uint8Array, Flags: number, Irp: IRP) => NTSTATUS;
  readonly WskDisconnect: (Socket: WSK_SOCKET, Buffer: Uint8Array | null, Flags: number, Irp: IRP) => NTSTATUS;
  /** Gives lent bytes back. STATUS_SUCCESS. */
  readonly WskRelease: (Socket: WSK_SOCKET, DataIndication: WSK_DATA_INDICATION) => NTSTATUS;
}

/** The callbacks of a listening socket. Inspection is not simulated: neither of the two other callbacks is called. */
export interface WSK_CLIENT_LISTEN_DISPATCH {
  WskAcceptEvent: PFN_WSK_ACCEPT_EVENT | null;
  WskInspectEvent?: PFN_WSK_INSPECT_EVENT | null;
  WskAbortEvent?: PFN_WSK_ABORT_EVENT | null;
}

/** The callbacks of a connection. The send backlog is not simulated: its callback is never called. */
export interface WSK_CLIENT_CONNECTION_DISPATCH {
  WskReceiveEvent: PFN_WSK_RECEIVE_EVENT | null;
  WskDisconnectEvent: PFN_WSK_DISCONNECT_EVENT | null;
  WskSendBacklogEvent?: PFN_WSK_SEND_BACKLOG_EVENT | null;
}
