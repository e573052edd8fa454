/** I/O request packets, as far as the functions of a captured provider need them: allocated, completed once, freed once. */
import { DEVICE_OBJECT } from './basics.js';
import { bugCheck, requireLevel } from './irql.js';
import { callSite } from './call-site.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { runRoutine } from './scheduler.js';
import { NT_SUCCESS, STATUS_CANCELLED, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { IO_COMPLETION_ROUTINE } from './roles.js';

export interface IO_STATUS_BLOCK {
  /** How the request ended; valid once it has completed. */
  Status: NTSTATUS;
  /** What it gave back: after `WskSocket` the `WSK_SOCKET`. */
  Information: unknown;
}

export class IRP {
  readonly IoStatus: IO_STATUS_BLOCK = { Status: STATUS_SUCCESS, Information: null };
}

interface Completion {
  readonly routine: IO_COMPLETION_ROUTINE | null;
  readonly context: unknown;
  readonly onSuccess: boolean;
  readonly onError: boolean;
  readonly onCancel: boolean;
  readonly image: Image;
}

interface Irps {
  readonly completions: WeakMap<IRP, Completion>;
  readonly freed: WeakSet<IRP>;
  /** Allocated and not freed, with who did it where. */
  readonly live: Map<IRP, { image: Image; site: string }>;
}

const irps = machine.part<Irps>(() => ({ completions: new WeakMap(), freed: new WeakSet(), live: new Map() }));
const noDevice = new DEVICE_OBJECT();

/** Stops the system when there is no packet, or it was freed before. */
export function requireLiveIrp(Irp: IRP | null, caller: string): void {
  if (!(Irp instanceof IRP)) bugCheck('KMODE_EXCEPTION_NOT_HANDLED', undefined, caller, 'no IRP was given');
  if (irps().freed.has(Irp)) bugCheck('BAD_POOL_CALLER', undefined, caller, 'the IRP was freed before', Irp);
}

/** Null when there is no memory (which the fault script decides). At most DISPATCH_LEVEL. Page nf-wdm-ioallocateirp. */
export function IoAllocateIrp(_StackSize: number, _ChargeQuota: boolean): IRP | null {
  requireLevel('IoAllocateIrp');
  if (machine.fault('IoAllocateIrp') !== undefined) return null;
  const irp = new IRP();
  irps().live.set(irp, { image: machine.routine.image, site: callSite() });
  machine.remember(irp, 'allocated');
  return irp;
}

/** At most DISPATCH_LEVEL. A second free stops the system. Page nf-wdm-iofreeirp. */
export function IoFreeIrp(Irp: IRP): void {
  requireLevel('IoFreeIrp');
  requireLiveIrp(Irp, 'IoFreeIrp');
  irps().freed.add(Irp);
  irps().live.delete(Irp);
  machine.remember(Irp, 'freed');
}

/** Replaces the routine that is called when the request completes. At most DISPATCH_LEVEL. Page nf-wdm-iosetcompletionroutine. */
export function IoSetCompletionRoutine(
  Irp: IRP,
  CompletionRoutine: IO_COMPLETION_ROUTINE | null,
  Context: unknown,
  InvokeOnSuccess: boolean,
  InvokeOnError: boolean,
  InvokeOnCancel: boolean,
): void {
  requireLevel('IoSetCompletionRoutine');
  requireLiveIrp(Irp, 'IoSetCompletionRoutine');
  const flags = { onSuccess: InvokeOnSuccess, onError: InvokeOnError, onCancel: InvokeOnCancel, image: machine.routine.image };
  irps().completions.set(Irp, { routine: CompletionRoutine, context: Context, ...flags });
}

/** Ends a request at the given level: fills the status block, then calls the completion routine if it asked for such an end. */
export function completeIrp(Irp: IRP, status: NTSTATUS, information: unknown, level: number): void {
  requireLiveIrp(Irp, 'IoCompleteRequest');
  Irp.IoStatus.Status = status;
  Irp.IoStatus.Information = information;
  const completion = irps().completions.get(Irp);
  if (completion?.routine == null) return;
  const { routine, context, image } = completion;
  const asked = (status === STATUS_CANCELLED && completion.onCancel) || (NT_SUCCESS(status) ? completion.onSuccess : completion.onError);
  const options = { kind: 'completion routine', name: 'IO_COMPLETION_ROUTINE', level, image } as const;
  if (asked) runRoutine(options, () => routine(noDevice, Irp, context));
}

listLeaks((image) =>
  [...irps().live.values()].filter((irp) => irp.image === image).map(({ site }) => ({ what: 'an IRP was not freed', callSite: site })),
);
