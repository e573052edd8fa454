/** Requests to a captured provider and to sockets, with the packets that carry them. */
import { compound, line, type Statement } from '../tree.js';
import type { Context } from './context.js';
import { asMember, completion, inPlace, inside, wskEvent } from './kinds.js';
import { body } from './statements.js';

const receive = wskEvent('PFN_WSK_RECEIVE_EVENT', 'SocketContext, Flags, DataIndication, BytesIndicated, BytesAccepted');
const disconnect = wskEvent('PFN_WSK_DISCONNECT_EVENT', 'SocketContext, Flags');
const accept = wskEvent('PFN_WSK_ACCEPT_EVENT', 'SocketContext, Flags');

/** Tables of callbacks of sockets, and the end of requests; those that nobody uses are not printed. */
export function socketRoutines(ctx: Context): Statement[] {
  const table = (head: string, members: readonly Statement[]): Statement => ({ ...compound([head, members]), tail: ';' });
  const member = (name: string, kind: typeof receive): Statement => {
    const within = inside(ctx, kind).deeper();
    return asMember(ctx, name, kind.parameters, [...body(within, 1), ...within.succeed()]);
  };
  return [
    table('const events: WSK_CLIENT_CONNECTION_DISPATCH =', [member('WskReceiveEvent', receive), member('WskDisconnectEvent', disconnect)]),
    table('const arrivals: WSK_CLIENT_LISTEN_DISPATCH =', [member('WskAcceptEvent', accept)]),
    table('const onCompleted: IO_COMPLETION_ROUTINE = (DeviceObject, Irp, Context) =>', [
      line('IoFreeIrp(Irp);'),
      line('return STATUS_SUCCESS;'),
    ]),
  ];
}

/** A call through an NPI that is captured. */
export function request(ctx: Context): Statement[] | undefined {
  const npi = ctx.held.findLast((held) => held.npi !== undefined)?.npi;
  if (npi === undefined) return undefined;
  if (!ctx.chance(50)) return requestOf(ctx, `${npi}.Dispatch`, `${npi}.Client`);
  const [table, own] = [ctx.names.fresh('table'), ctx.names.fresh('own')];
  const copied = [line(`const ${table} = ${npi}.Dispatch;`), line(`const ${own} = ${npi}.Client;`)];
  return [...copied, ...(ctx.chance(50) ? body(ctx.deeper(), 1) : []), ...requestOf(ctx, table, own)];
}

/** A call through a table, for the client that it was captured for. */
function requestOf(ctx: Context, table: string, client: string): Statement[] {
  const call = (name: string, ...args: readonly string[]): string => `${table}.${name}(${[client, ...args].join(', ')})`;
  const isPassive = ctx.level === 0;
  switch (ctx.random.int(isPassive ? 5 : 3)) {
    case 0:
      return [line(`${call('WskControlClient', '7', '4', 'NULL', '0', 'NULL', 'NULL', 'NULL')};`)];
    case 1:
      return withPacket(ctx, (irp) => call('WskSocket', '2', '1', '6', '1', 'NULL', 'arrivals', 'NULL', 'NULL', 'NULL', irp));
    case 2:
      return withPacket(ctx, (irp) =>
        call('WskSocketConnect', '1', '6', 'NULL', 'NULL', '0', 'NULL', 'events', 'NULL', 'NULL', 'NULL', irp),
      );
    case 3:
      return [line(`${call('WskFreeAddressInfo', 'NULL')};`)];
    default:
      return withPacket(ctx, (irp) =>
        call('WskGetAddressInfo', "'host'", 'NULL', '0', 'NULL', 'NULL', 'new Out<unknown>()', 'NULL', 'NULL', irp),
      );
  }
}

/** A call to a socket that the function was given. */
export function socketCall(ctx: Context): Statement[] | undefined {
  if (ctx.socket === undefined) return undefined;
  const own = `(${ctx.socket}.Dispatch as WSK_PROVIDER_SOCKET_DISPATCH)`;
  const call = (name: string, ...args: readonly string[]): string => `${own}.${name}(${[ctx.socket, ...args].join(', ')})`;
  return withPacket(ctx, (irp) =>
    ctx.random.pick([
      call('WskSend', 'new Uint8Array(4)', '0', irp),
      call('WskReceive', 'new Uint8Array(4)', '0', irp),
      call('WskDisconnect', 'NULL', '0', irp),
      call('WskCloseSocket', irp),
    ]),
  );
}

/** Makes a packet with the routine that is called when the request completes, and the request. */
function withPacket(ctx: Context, call: (irp: string) => string): Statement[] {
  const irp = ctx.names.fresh('irp');
  const set = `IoSetCompletionRoutine(${irp}, $, NULL, true, true, true);`;
  const isInPlace = ctx.depth < 3 && ctx.chance(40);
  const use = [
    isInPlace ? inPlace(ctx, completion, set, [line(`IoFreeIrp(${irp});`)]) : line(set.replace('$', 'onCompleted')),
    ...requested(ctx, call(irp)),
  ];
  const made = line(`const ${irp} = IoAllocateIrp(1, false);`);
  if (ctx.mayReturn && ctx.chance(50))
    return [made, compound([`if (${irp} === null)`, [...ctx.undoAll(), ...ctx.fail(undefined)]]), ...use];
  return [made, compound([`if (${irp} !== null)`, use])];
}

function requested(ctx: Context, call: string): Statement[] {
  if (ctx.chance(30)) return [line(`${call};`)];
  const status = ctx.names.fresh('status');
  const made = line(`const ${status} = ${call};`);
  if (ctx.mayReturn && ctx.chance(60)) return [made, compound([`if (!NT_SUCCESS(${status}))`, [...ctx.undoAll(), ...ctx.fail(status)]])];
  return [made, compound([`if (${status} !== STATUS_PENDING)`, [line('log();')]])];
}
