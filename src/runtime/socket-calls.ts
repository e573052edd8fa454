/** The functions of a socket's own table. Every request completes later, through its IRP, at the level of callbacks. */
import { bugCheck, requireLevel } from './irql.js';
import { completeIrp, requireLiveIrp, type IRP } from './irp.js';
import { completeLater, endpointOf, removeEndpoint, type Endpoint, type SocketEvents } from './endpoints.js';
import { machine } from './machine.js';
import { connect, endOf, serveAccepts, serveReceives } from './network.js';
import { enqueue } from './scheduler.js';
import {
  STATUS_CANCELLED,
  STATUS_INVALID_DEVICE_STATE,
  STATUS_INVALID_PARAMETER,
  STATUS_PENDING,
  STATUS_SUCCESS,
  type NTSTATUS,
} from './status.js';
import type { SocketCall, WSK_PROVIDER_SOCKET_DISPATCH, WSK_SOCKET } from './socket-types.js';

const STATUS_CONNECTION_REFUSED: NTSTATUS = 0xc0000236 | 0;

/** The one table, for sockets of every kind. */
export const socketDispatch: WSK_PROVIDER_SOCKET_DISPATCH = {
  WskControlSocket: (...parameters) => simple('WskControlSocket', parameters[0], parameters[9], () => STATUS_SUCCESS),
  WskCloseSocket: (Socket, Irp) => request('WskCloseSocket', Socket, Irp, (endpoint) => close(endpoint, Irp)),
  WskBind: (Socket, LocalAddress, _Flags, Irp) =>
    simple('WskBind', Socket, Irp, (endpoint) => {
      endpoint.local = LocalAddress;
      return STATUS_SUCCESS;
    }),
  WskAccept: (...parameters) => accept(...parameters),
  WskConnect: (Socket, RemoteAddress, _Flags, Irp) =>
    request('WskConnect', Socket, Irp, (endpoint) => connectEndpoint(endpoint, RemoteAddress, Irp, () => null)),
  WskSend: (Socket, Buffer, _Flags, Irp) => request('WskSend', Socket, Irp, (endpoint) => send(endpoint, Buffer, Irp)),
  WskReceive: (Socket, Buffer, _Flags, Irp) =>
    request('WskReceive', Socket, Irp, (endpoint) => {
      endpoint.client.countRequests(1);
      endpoint.receives.push({ Irp, Buffer });
      enqueue(
        'receive request',
        () => {
          serveReceives(endpoint);
        },
        { image: endpoint.image },
      );
      return STATUS_PENDING;
    }),
  WskDisconnect: (Socket, Buffer, _Flags, Irp) =>
    simple('WskDisconnect', Socket, Irp, (endpoint) => {
      if (Buffer !== null) endpoint.other?.deliver(Buffer.slice());
      hangUp(endpoint);
      return STATUS_SUCCESS;
    }),
  WskRelease(Socket, DataIndication) {
    requireLevel('WskRelease');
    return endpointOf(Socket)?.lent.delete(DataIndication) === true ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
  },
};

/** The checks that every request starts with. One that the fault script lets fail has completed its IRP when it returns. */
function request(
  call: Exclude<SocketCall, 'WskRelease'>,
  Socket: WSK_SOCKET,
  Irp: IRP,
  perform: (endpoint: Endpoint) => NTSTATUS,
): NTSTATUS {
  requireLevel(call);
  const fault = machine.fault(call);
  const endpoint = endpointOf(Socket);
  if (endpoint === undefined || endpoint.isClosed)
    bugCheck('KMODE_EXCEPTION_NOT_HANDLED', undefined, call, 'the socket was closed before', Socket);
  requireLiveIrp(Irp, call);
  machine.remember(Socket, call);
  if (fault === undefined) return perform(endpoint);
  completeIrp(Irp, fault, null, machine.irql);
  return fault;
}

/** A request that does its work at once and completes later. */
function simple(
  call: 'WskBind' | 'WskControlSocket' | 'WskDisconnect',
  Socket: WSK_SOCKET,
  Irp: IRP | null,
  perform: (endpoint: Endpoint) => NTSTATUS,
): NTSTATUS {
  if (Irp === null) return STATUS_INVALID_PARAMETER;
  return request(call, Socket, Irp, (endpoint) => {
    completeLater(endpoint, call, Irp, perform(endpoint));
    return STATUS_PENDING;
  });
}

const accept: WSK_PROVIDER_SOCKET_DISPATCH['WskAccept'] = (Socket, _Flags, context, events, _LocalAddress, _RemoteAddress, Irp) =>
  request('WskAccept', Socket, Irp, (endpoint) => {
    endpoint.client.countRequests(1);
    endpoint.accepts.push({ Irp, context, events: events as SocketEvents | null });
    enqueue(
      'accept request',
      () => {
        serveAccepts(endpoint);
      },
      { image: endpoint.image },
    );
    return STATUS_PENDING;
  });

function send(endpoint: Endpoint, Buffer: Uint8Array, Irp: IRP): NTSTATUS {
  const { other } = endpoint;
  // The driver may use its buffer again once the request has completed.
  other?.deliver(Buffer.slice());
  completeLater(endpoint, 'WskSend', Irp, other === undefined ? STATUS_INVALID_DEVICE_STATE : STATUS_SUCCESS, () => Buffer.length);
  return STATUS_PENDING;
}

/** Connects a socket; the IRP completes when the listener has answered. */
export function connectEndpoint(endpoint: Endpoint, address: unknown, Irp: IRP, information: () => unknown): NTSTATUS {
  endpoint.client.countRequests(1);
  connect(address, endOf(endpoint), endpoint.local, (end) => {
    endpoint.client.countRequests(-1);
    endpoint.other = end;
    completeLater(endpoint, 'WskConnect', Irp, end === undefined ? STATUS_CONNECTION_REFUSED : STATUS_SUCCESS, information);
  });
  return STATUS_PENDING;
}

function hangUp(endpoint: Endpoint): void {
  endpoint.other?.disconnected();
  endpoint.other = undefined;
}

/** Requests that wait are cancelled; the socket is gone when the close completes. */
function close(endpoint: Endpoint, Irp: IRP): NTSTATUS {
  hangUp(endpoint);
  endpoint.isClosed = true;
  for (const waiting of [...endpoint.receives.splice(0), ...endpoint.accepts.splice(0)]) {
    endpoint.client.countRequests(-1);
    completeLater(endpoint, 'a cancelled request', waiting.Irp, STATUS_CANCELLED);
  }
  completeLater(endpoint, 'WskCloseSocket', Irp, STATUS_SUCCESS, () => {
    removeEndpoint(endpoint);
    return null;
  });
  return STATUS_PENDING;
}
