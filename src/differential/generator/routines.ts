/** Routines that the kit calls: threads, work items, DPCs, completion routines, callbacks of WSK. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Held, type Names } from './context.js';
import { body } from './statements.js';

interface Kind {
  readonly role: string;
  readonly parameters: string;
  /** For a function that is declared by itself. */
  readonly typed: string;
  readonly returns: 'void' | 'NTSTATUS';
  /** `upTo2`: at PASSIVE_LEVEL to DISPATCH_LEVEL, and it must not wait. */
  readonly level: 0 | 2 | 'upTo2';
  /** How the routine `$` is handed to the kit. */
  readonly queue?: readonly string[];
}

const dpc: Kind = {
  role: 'KDEFERRED_ROUTINE',
  parameters: 'Dpc, DeferredContext, SystemArgument1, SystemArgument2',
  typed: 'Dpc: KDPC, DeferredContext: unknown',
  returns: 'void',
  level: 2,
  queue: ['const dpc = new KDPC();', 'KeInitializeDpc(dpc, $, NULL);', 'KeInsertQueueDpc(dpc, NULL, NULL);'],
};
const thread: Kind = {
  role: 'KSTART_ROUTINE',
  parameters: 'StartContext',
  typed: 'StartContext: unknown',
  returns: 'void',
  level: 0,
  queue: [
    'const thread = new Out<HANDLE>(NULL);',
    'const created = PsCreateSystemThread(thread, 0, NULL, NULL, NULL, $, NULL);',
    'if (!NT_SUCCESS(created)) log();',
  ],
};
const workItem: Kind = {
  role: 'IO_WORKITEM_ROUTINE',
  parameters: 'DeviceObject, Context',
  typed: 'DeviceObject: DEVICE_OBJECT, Context: unknown',
  returns: 'void',
  level: 0,
  queue: ['const item = IoAllocateWorkItem(device);', 'if (item !== null) IoQueueWorkItem(item, $, DelayedWorkQueue, item);'],
};
const completion: Kind = {
  role: 'IO_COMPLETION_ROUTINE',
  parameters: 'DeviceObject, Irp, Context',
  typed: 'DeviceObject: DEVICE_OBJECT, Irp: IRP, Context: unknown',
  returns: 'NTSTATUS',
  level: 'upTo2',
  queue: [
    'const irp = IoAllocateIrp(1, false);',
    'if (irp !== null) IoSetCompletionRoutine(irp, $, NULL, true, true, true);',
    'if (irp !== null) IoFreeIrp(irp);',
  ],
};
const wskEvent = (role: string, parameters: string): Kind => ({ role, parameters, typed: '', returns: 'NTSTATUS', level: 'upTo2' });

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
  const ctx = new Context(random, names, {
    returns: kind.returns,
    blocks: isPassive ? ['block0'] : [],
    conditions: [],
    held: random.int(2) === 0 ? [before] : [],
    level: isPassive ? 0 : 2,
    isLevelExact: kind.level !== 'upTo2',
    mayWait: kind.level !== 'upTo2',
  });
  const made = isPassive ? [line('const block0 = new WSK_REGISTRATION();')] : [];
  const statements = [...made, ...body(ctx, 1 + random.int(3)), ...(kind.returns === 'void' ? [] : ctx.succeed())];
  const module = [line('export const registration = new WSK_REGISTRATION();')];
  if (kind.queue !== undefined && random.int(2) === 0) {
    const queue = kind.queue.map((text) => line(text.replace('$', 'onCalled')));
    return [
      ...module,
      compound([`function onCalled(${kind.typed}): ${kind.returns}`, statements]),
      compound(['export function entry(): void', queue]),
    ];
  }
  const head = `export const onCalled: ${kind.role} = (${kind.parameters}) =>`;
  return [...module, { ...compound([head, statements]), tail: ';' }];
}
