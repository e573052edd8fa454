/**
 * The network of the simulated computer: connections between its own sockets, and to peers that the test plays. What is sent arrives at once,
 * in order and whole. A listening socket accepts from the moment it is made, bound or not.
 */
import { Out } from './basics.js';
import { completeIrp } from './irp.js';
import { machine } from './machine.js';
import { addEndpoint, allEndpoints, removeEndpoint, type End, type Endpoint } from './endpoints.js';
import { enqueue, runRoutine } from './scheduler.js';
import { socketDispatch } from './socket-calls.js';
import { STATUS_PENDING, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { WSK_DATA_INDICATION } from './socket-types.js';

/** The port in an address of whatever shape: a number, `sin_port`, `sin6_port` or `Port` of a structure. */
function portOf(address: unknown): number | undefined {
  if (typeof address === 'number') return address;
  if (typeof address !== 'object' || address === null) return undefined;
  const { sin_port, sin6_port, Port } = address as Partial<Record<'sin_port' | 'sin6_port' | 'Port', unknown>>;
  return [sin_port, sin6_port, Port].find((port) => typeof port === 'number');
}

/** The listening socket at an address; without an address, the first one. */
function listenerAt(address: unknown): Endpoint | undefined {
  const listeners = allEndpoints().filter((endpoint) => endpoint.isListening && !endpoint.isClosed);
  const port = portOf(address);
  return port === undefined ? listeners[0] : listeners.find((listener) => portOf(listener.local) === port);
}

/**
 * Connects to the socket that listens at an address. `answer` is called once it accepts, with its end, or with undefined when it refuses;
 * it returns nothing to it. A listener without a callback keeps the connection until `WskAccept` asks for one.
 */
export function connect(address: unknown, from: End, remote: unknown, answer: (end: End | undefined) => void): void {
  const listener = listenerAt(address);
  if (listener === undefined) {
    answer(undefined);
    return;
  }
  enqueue(
    'connection',
    () => {
      arrive(listener, from, remote, answer);
    },
    { image: listener.image },
  );
}

function arrive(listener: Endpoint, from: End, remote: unknown, answer: (end: End | undefined) => void): void {
  if (listener.isClosed) {
    answer(undefined);
    return;
  }
  if (listener.accepts.length === 0 && listener.events?.WskAcceptEvent != null) {
    answer(indicate(listener, from, remote));
    return;
  }
  listener.backlog.push((end) => (answer(end), from));
  serveAccepts(listener);
}

/** Gives connections that wait to the accept requests that wait. */
export function serveAccepts(listener: Endpoint): void {
  while (listener.accepts.length > 0 && listener.backlog.length > 0) {
    const accept = listener.accepts.shift();
    const connection = listener.backlog.shift();
    if (accept === undefined || connection === undefined) return;
    const accepted = addEndpoint({ ...listener, isListening: false, context: accept.context, events: accept.events }, socketDispatch);
    accepted.other = connection(endOf(accepted));
    listener.client.countRequests(-1);
    completeIrp(accept.Irp, STATUS_SUCCESS, accepted.socket, machine.callbackLevel);
  }
}

/** Asks the accept callback of a listener; the new socket's end when it accepts. */
function indicate(listener: Endpoint, from: End, remote: unknown): End | undefined {
  const accepted = addEndpoint({ ...listener, isListening: false, context: null, events: null }, socketDispatch);
  const context = new Out<unknown>(null);
  const events = new Out<unknown>(null);
  const status = call(listener, 'PFN_WSK_ACCEPT_EVENT', () =>
    listener.events?.WskAcceptEvent?.(listener.context, 0, listener.local, remote, accepted.socket, context, events),
  );
  if (status !== STATUS_SUCCESS) {
    accepted.isClosed = true;
    removeEndpoint(accepted);
    return undefined;
  }
  accepted.context = context.value;
  accepted.events = events.value as Endpoint['events'];
  accepted.other = from;
  return endOf(accepted);
}

export const endOf = (endpoint: Endpoint): End => ({
  deliver: (data) => {
    enqueue(
      'received data',
      () => {
        receive(endpoint, data);
      },
      { image: endpoint.image },
    );
  },
  disconnected: () => {
    enqueue(
      'disconnection',
      () => {
        disconnected(endpoint);
      },
      { image: endpoint.image },
    );
  },
});

/** Gives bytes to a receive request that waits, or else to the receive callback; keeps what neither takes. */
function receive(endpoint: Endpoint, data: Uint8Array): void {
  if (endpoint.isClosed) return;
  const { WskReceiveEvent } = endpoint.events ?? {};
  if (endpoint.receives.length > 0 || WskReceiveEvent == null) {
    endpoint.unread.push(data);
    serveReceives(endpoint);
    return;
  }
  const indication: WSK_DATA_INDICATION = { Next: null, Buffer: data };
  const accepted = new Out<number>(data.length);
  // Lent from now on: the driver may give it back before its callback returns.
  endpoint.lent.add(indication);
  const status = call(endpoint, 'PFN_WSK_RECEIVE_EVENT', () => WskReceiveEvent(endpoint.context, 0, indication, data.length, accepted));
  if (status === STATUS_PENDING) return;
  endpoint.lent.delete(indication);
  const rest = data.subarray(status === STATUS_SUCCESS ? accepted.value : 0);
  if (rest.length > 0) endpoint.unread.push(rest);
}

/** Fills receive requests from the bytes that wait. */
export function serveReceives(endpoint: Endpoint): void {
  while (endpoint.receives.length > 0 && endpoint.unread.length > 0) {
    const request = endpoint.receives.shift();
    const data = endpoint.unread.shift();
    if (request === undefined || data === undefined) return;
    const taken = data.subarray(0, request.Buffer.length);
    request.Buffer.set(taken);
    if (taken.length < data.length) endpoint.unread.unshift(data.subarray(taken.length));
    endpoint.client.countRequests(-1);
    completeIrp(request.Irp, STATUS_SUCCESS, taken.length, machine.callbackLevel);
  }
}

function disconnected(endpoint: Endpoint): void {
  if (endpoint.isClosed || endpoint.other === undefined) return;
  endpoint.other = undefined;
  for (const { Irp } of endpoint.receives.splice(0)) {
    endpoint.client.countRequests(-1);
    completeIrp(Irp, STATUS_SUCCESS, 0, machine.callbackLevel);
  }
  const { WskDisconnectEvent } = endpoint.events ?? {};
  if (WskDisconnectEvent != null) call(endpoint, 'PFN_WSK_DISCONNECT_EVENT', () => WskDisconnectEvent(endpoint.context, 0));
}

const call = (endpoint: Endpoint, name: string, callback: () => NTSTATUS | undefined): NTSTATUS | undefined =>
  runRoutine({ kind: 'wsk event callback', name, level: machine.callbackLevel, image: endpoint.image }, callback);
