/** What the system knows of a socket, and how long it lives: from its making to the end of its close, for which WskDeregister waits (D2). */
import { callSite } from './call-site.js';
import { completeIrp, type IRP } from './irp.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { enqueue } from './scheduler.js';
import {
  WSK_SOCKET,
  type WSK_CLIENT_CONNECTION_DISPATCH,
  type WSK_CLIENT_LISTEN_DISPATCH,
  type WSK_DATA_INDICATION,
} from './socket-types.js';
import type { WSK_CLIENT } from './sockets.js';
import type { NTSTATUS } from './status.js';

/** One end of a connection: a socket, or the test's peer. */
export interface End {
  /** Bytes have arrived. */
  deliver(data: Uint8Array): void;
  /** The other end is gone. */
  disconnected(): void;
}

/** The callbacks of a socket of any kind, as they stand in the table that the driver gave. */
export type SocketEvents = Partial<WSK_CLIENT_LISTEN_DISPATCH & WSK_CLIENT_CONNECTION_DISPATCH>;

interface PendingAccept {
  readonly Irp: IRP;
  readonly context: unknown;
  readonly events: SocketEvents | null;
}

export interface Endpoint {
  readonly socket: WSK_SOCKET;
  readonly client: WSK_CLIENT;
  readonly image: Image;
  readonly isListening: boolean;
  readonly madeAt: string;
  context: unknown;
  events: SocketEvents | null;
  isClosed: boolean;
  local: unknown;
  /** The other end of the connection. */
  other: End | undefined;
  /** Connections that wait to be accepted. */
  readonly backlog: ((accepted: End) => End)[];
  readonly accepts: PendingAccept[];
  readonly receives: { readonly Irp: IRP; readonly Buffer: Uint8Array }[];
  /** Bytes that the driver did not take when they were indicated. */
  readonly unread: Uint8Array[];
  /** Bytes that the driver keeps. */
  readonly lent: Set<WSK_DATA_INDICATION>;
}

const endpoints = machine.part(() => new Map<WSK_SOCKET, Endpoint>());

export const endpointOf = (socket: WSK_SOCKET): Endpoint | undefined => endpoints().get(socket);
export const allEndpoints = (): readonly Endpoint[] => [...endpoints().values()];

interface NewEndpoint {
  readonly client: WSK_CLIENT;
  readonly image: Image;
  readonly isListening: boolean;
  readonly context: unknown;
  readonly events: unknown;
}

/** Makes a socket. It counts among those of its client until `removeEndpoint`. */
export function addEndpoint(made: NewEndpoint, Dispatch: unknown): Endpoint {
  const endpoint: Endpoint = {
    ...made,
    socket: new WSK_SOCKET(Dispatch),
    events: made.events as SocketEvents | null,
    madeAt: callSite(),
    isClosed: false,
    local: null,
    other: undefined,
    backlog: [],
    accepts: [],
    receives: [],
    unread: [],
    lent: new Set(),
  };
  endpoints().set(endpoint.socket, endpoint);
  made.client.countSockets(1);
  machine.remember(endpoint.socket, 'made');
  return endpoint;
}

export function removeEndpoint(endpoint: Endpoint): void {
  if (endpoints().delete(endpoint.socket)) endpoint.client.countSockets(-1);
}

/** Completes a request later: at the level of callbacks, in a context of its own. The request counts as outstanding until then. */
export function completeLater(endpoint: Endpoint, call: string, Irp: IRP, status: NTSTATUS, information: () => unknown = () => null): void {
  endpoint.client.countRequests(1);
  const run = (): void => {
    endpoint.client.countRequests(-1);
    completeIrp(Irp, status, information(), machine.callbackLevel);
  };
  enqueue(`completion of ${call}`, run, { image: endpoint.image });
}

listLeaks((image) =>
  allEndpoints()
    .filter((endpoint) => endpoint.image === image)
    .map(({ madeAt, socket }) => ({ what: 'a socket was not closed', callSite: madeAt, history: machine.historyOf(socket) })),
);
