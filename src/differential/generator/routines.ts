/** Routines that the kit calls: threads, work items, DPCs, completion routines, callbacks of WSK. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Held, type Names } from './context.js';
import { completion, dpc, inside, thread, workItem, written, wskEvent, type Kind } from './kinds.js';
import { body } from './statements.js';

/** How a routine, in the place of `$`, is handed to the kit. */
const handing: ReadonlyMap<Kind, readonly string[]> = new Map([
  [dpc, ['const dpc = new KDPC();', 'KeInitializeDpc(dpc, $, NULL);', 'KeInsertQueueDpc(dpc, NULL, NULL);']],
  [
    thread,
    [
      'const thread = new Out<HANDLE>(NULL);',
      'const created = PsCreateSystemThread(thread, 0, NULL, NULL, NULL, $, NULL);',
      'if (!NT_SUCCESS(created)) log();',
    ],
  ],
  [workItem, ['const item = IoAllocateWorkItem(device);', 'if (item !== null) IoQueueWorkItem(item, $, DelayedWorkQueue, item);']],
  [
    completion,
    [
      'const irp = IoAllocateIrp(1, false);',
      'if (irp !== null) IoSetCompletionRoutine(irp, $, NULL, true, true, true);',
      'if (irp !== null) IoFreeIrp(irp);',
    ],
  ],
]);

const kinds: readonly [Kind, ...Kind[]] = [
  thread,
  thread,
  workItem,
  workItem,
  dpc,
  dpc,
  completion,
  completion,
  wskEvent('PFN_WSK_RECEIVE_EVENT', 'SocketContext, Flags, DataIndication, BytesIndicated, BytesAccepted'),
  wskEvent('PFN_WSK_DISCONNECT_EVENT', 'SocketContext, Flags'),
  wskEvent('PFN_WSK_ACCEPT_EVENT', 'SocketContext'),
];

/** A routine with blocks of its own, or that captures on the module's block. */
export function routine(random: Random, names: Names): Statement[] {
  const kind = random.pick(kinds);
  const isPassive = kind.level === 0;
  const before: Held = { what: 'registration', of: 'registration', undo: [] };
  const outside = new Context(random, names, { returns: kind.returns, blocks: [], conditions: [] });
  const ctx = inside(outside, kind).with({ blocks: isPassive ? ['block0'] : [], held: random.int(2) === 0 ? [before] : [] });
  const hasSocket = kind === completion && random.int(2) === 0;
  const made = [
    ...(isPassive ? [line('const block0 = new WSK_REGISTRATION();')] : []),
    ...(hasSocket ? [line('const socket = Irp.IoStatus.Information as WSK_SOCKET;')] : []),
  ];
  const statements = [
    ...made,
    ...body(hasSocket ? ctx.with({ socket: 'socket' }) : ctx, 1 + random.int(3)),
    ...(kind.returns === 'void' ? [] : ctx.succeed()),
  ];
  const module = [line('export const registration = new WSK_REGISTRATION();')];
  const queue = handing.get(kind);
  if (queue !== undefined && random.int(3) > 0) {
    const isInPlace = random.int(2) === 0;
    const queued = queue.map((text) =>
      isInPlace && text.includes('$') ? written(ctx, kind, text, statements) : line(text.replace('$', 'onCalled')),
    );
    return [
      ...module,
      ...(isInPlace ? [] : [compound([`function onCalled(${kind.typed}): ${kind.returns}`, statements])]),
      compound(['export function entry(): void', queued]),
    ];
  }
  const head = `export const onCalled: ${kind.role} = (${kind.parameters}) =>`;
  return [...module, { ...compound([head, statements]), tail: ';' }];
}
