/** Two drivers on one simulated computer: a server that listens, a client that connects to it. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  IoAllocateIrp,
  IoFreeIrp,
  IoSetCompletionRoutine,
  KEVENT,
  KeInitializeEvent,
  KeSetEvent,
  KeWaitForSingleObject,
  loadDriver,
  MAKE_WSK_VERSION,
  NULL,
  simulation,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PENDING,
  STATUS_SUCCESS,
  SynchronizationEvent,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskDeregister,
  WskRegister,
  WskReleaseProviderNPI,
  type IRP,
  type NTSTATUS,
  type PFN_WSK_ACCEPT_EVENT,
  type PFN_WSK_RECEIVE_EVENT,
  type WSK_PROVIDER_SOCKET_DISPATCH,
  type WSK_SOCKET,
} from './index.js';

const PORT = 7;
const LISTEN = 1;
const CONNECTION = 2;

beforeEach(() => {
  simulation.reset();
});

const dispatchOf = (socket: WSK_SOCKET): WSK_PROVIDER_SOCKET_DISPATCH => socket.Dispatch as WSK_PROVIDER_SOCKET_DISPATCH;

/** Makes a request and waits for its end. */
function request(start: (irp: IRP) => NTSTATUS): { status: NTSTATUS; information: unknown } {
  const irp = IoAllocateIrp(1, false);
  if (irp === null) return { status: STATUS_INSUFFICIENT_RESOURCES, information: null };
  const done = new KEVENT();
  KeInitializeEvent(done, SynchronizationEvent, false);
  IoSetCompletionRoutine(irp, () => (KeSetEvent(done, 0, false), STATUS_SUCCESS), NULL, true, true, true);
  if (start(irp) === STATUS_PENDING) KeWaitForSingleObject(done, 0, 0, false, null);
  IoFreeIrp(irp);
  return { status: irp.IoStatus.Status, information: irp.IoStatus.Information };
}

/** A client of WSK with its sockets. */
class Client {
  readonly registration = new WSK_REGISTRATION();
  readonly sockets: WSK_SOCKET[] = [];

  start(): void {
    const Dispatch = { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: null };
    WskRegister({ ClientContext: NULL, Dispatch }, this.registration);
  }

  open(flags: number, events: unknown): WSK_SOCKET {
    const npi = new WSK_PROVIDER_NPI();
    WskCaptureProviderNPI(this.registration, WSK_NO_WAIT, npi);
    const { information } = request((irp) => npi.Dispatch.WskSocket(npi.Client, 2, 1, 6, flags, NULL, events, NULL, NULL, NULL, irp));
    WskReleaseProviderNPI(this.registration);
    this.sockets.push(information as WSK_SOCKET);
    return information as WSK_SOCKET;
  }

  stop(): void {
    for (const socket of this.sockets) request((irp) => dispatchOf(socket).WskCloseSocket(socket, irp));
    WskDeregister(this.registration);
  }
}

const decode = (data: Uint8Array): string => new TextDecoder().decode(data);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Loads a driver that is this client. */
function load(client: Client, start: () => void): ReturnType<typeof loadDriver> {
  return loadDriver((DriverObject) => {
    DriverObject.DriverUnload = () => {
      client.stop();
    };
    client.start();
    start();
    return STATUS_SUCCESS;
  });
}

describe('two drivers', () => {
  const received: string[] = [];
  const onReceive: PFN_WSK_RECEIVE_EVENT = (_SocketContext, _Flags, DataIndication) => {
    received.push(decode((DataIndication as { Buffer: Uint8Array }).Buffer));
    return STATUS_SUCCESS;
  };

  test('connect, send, receive and close', () => {
    const [server, client] = [new Client(), new Client()];
    const onAccept: PFN_WSK_ACCEPT_EVENT = (_c, _f, _l, _r, AcceptSocket, _context, AcceptSocketDispatch) => {
      if (AcceptSocket !== null) server.sockets.push(AcceptSocket);
      AcceptSocketDispatch.value = { WskReceiveEvent: onReceive };
      return STATUS_SUCCESS;
    };
    const serverDriver = load(server, () => {
      const socket = server.open(LISTEN, { WskAcceptEvent: onAccept });
      request((irp) => dispatchOf(socket).WskBind(socket, { sin_port: PORT }, 0, irp));
    });
    const answer = new Uint8Array(8);
    let length: unknown;
    const clientDriver = load(client, () => {
      const socket = client.open(CONNECTION, NULL);
      const calls = dispatchOf(socket);
      expect(request((irp) => calls.WskConnect(socket, { sin_port: PORT }, 0, irp)).status).toBe(STATUS_SUCCESS);
      request((irp) => calls.WskSend(socket, encode('ping'), 0, irp));
      const accepted = server.sockets[1];
      if (accepted !== undefined) request((irp) => dispatchOf(accepted).WskSend(accepted, encode('pong'), 0, irp));
      length = request((irp) => calls.WskReceive(socket, answer, 0, irp)).information;
    });
    expect([received, decode(answer.subarray(0, 4)), length]).toEqual([['ping'], 'pong', 4]);
    clientDriver.unload();
    serverDriver.unload();
    clientDriver.expectNoViolations();
    serverDriver.expectNoViolations();
  });
});

describe('one driver and peers of the test', () => {
  test('a listener without a callback accepts on request', () => {
    const server = new Client();
    const driver = load(server, () => {
      const socket = server.open(LISTEN, NULL);
      const peer = simulation.connect();
      const { information } = request((irp) => dispatchOf(socket).WskAccept(socket, 0, NULL, NULL, NULL, NULL, irp));
      const accepted = information as WSK_SOCKET;
      server.sockets.push(accepted);
      request((irp) => dispatchOf(accepted).WskDisconnect(accepted, encode('bye'), 0, irp));
      simulation.runQueued();
      expect([peer.received, peer.state]).toEqual(['bye', 'disconnected']);
    });
    driver.unload();
    driver.expectNoViolations();
  });

  test('nobody listens', () => {
    expect(simulation.connect(PORT).state).toBe('refused');
    const client = new Client();
    const driver = load(client, () => {
      const socket = client.open(CONNECTION, NULL);
      expect(request((irp) => dispatchOf(socket).WskConnect(socket, PORT, 0, irp)).status).toBe(0xc0000236 | 0);
    });
    driver.unload();
    driver.expectNoViolations();
  });

  test('a request on a closed socket stops the system', () => {
    const client = new Client();
    const driver = load(client, () => {
      const socket = client.open(CONNECTION, NULL);
      request((irp) => dispatchOf(socket).WskCloseSocket(socket, irp));
    });
    driver.unload();
    expect(driver.stop?.message).toContain('the socket was closed before');
  });
});
