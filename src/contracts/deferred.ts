import type { ContractFunction } from './types.js';

/** Work that runs later or elsewhere: DPCs, timers, work items, system threads. */
export const deferredFunctions = {
  KeInitializeDpc: {
    page: 'nf-wdm-keinitializedpc',
    parameters: ['Dpc', 'DeferredRoutine', 'DeferredContext'],
    levels: { clause: 'I1' },
    takes: [{ parameter: 'DeferredRoutine', role: 'KDEFERRED_ROUTINE', context: 'DeferredContext', keptBy: 'Dpc' }],
    initializes: true,
  },
  KeInsertQueueDpc: {
    page: 'nf-wdm-keinsertqueuedpc',
    parameters: ['Dpc', 'SystemArgument1', 'SystemArgument2'],
    levels: { clause: 'I1' },
    starts: { of: 'Dpc', role: 'KDEFERRED_ROUTINE' },
  },
  KeInitializeTimer: {
    page: 'nf-wdm-keinitializetimer',
    parameters: ['Timer'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    initializes: true,
  },
  KeSetTimer: {
    page: 'nf-wdm-kesettimer',
    parameters: ['Timer', 'DueTime', 'Dpc'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    starts: { of: 'Dpc', role: 'KDEFERRED_ROUTINE' },
  },
  KeCancelTimer: {
    page: 'nf-wdm-kecanceltimer',
    parameters: ['Timer'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
  },
  IoAllocateWorkItem: {
    page: 'nf-wdm-ioallocateworkitem',
    parameters: ['DeviceObject'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    result: 'pointer',
    initializes: true,
  },
  IoQueueWorkItem: {
    page: 'nf-wdm-ioqueueworkitem',
    parameters: ['IoWorkItem', 'WorkerRoutine', 'QueueType', 'Context'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    takes: [{ parameter: 'WorkerRoutine', role: 'IO_WORKITEM_ROUTINE', context: 'Context' }],
  },
  IoFreeWorkItem: {
    page: 'nf-wdm-iofreeworkitem',
    parameters: ['IoWorkItem'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
  },
  PsCreateSystemThread: {
    page: 'nf-wdm-pscreatesystemthread',
    parameters: ['ThreadHandle', 'DesiredAccess', 'ObjectAttributes', 'ProcessHandle', 'ClientId', 'StartRoutine', 'StartContext'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'I1' },
    result: 'status',
    writesCell: ['ThreadHandle'],
    takes: [{ parameter: 'StartRoutine', role: 'KSTART_ROUTINE', context: 'StartContext' }],
    initializes: true,
  },
  PsTerminateSystemThread: {
    page: 'nf-wdm-psterminatesystemthread',
    parameters: ['ExitStatus'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'I1' },
    result: 'never',
  },
} as const satisfies Record<string, ContractFunction>;
