/**
 * The reference runtime: types, constants and functions of the Windows Driver Kit as far as WSK and NMR clients need them, working on a
 * simulated computer (machine.ts). What is not simulated says so in its description, and fails.
 */
export * from './status.js';
export { DEVICE_OBJECT, DRIVER_OBJECT, NULL, Out, type HANDLE } from './basics.js';
export {
  APC_LEVEL,
  DISPATCH_LEVEL,
  HIGH_LEVEL,
  KeGetCurrentIrql,
  KeLowerIrql,
  KeRaiseIrql,
  KeRaiseIrqlToDpcLevel,
  PAGED_CODE,
  PASSIVE_LEVEL,
  type KIRQL,
} from './irql.js';
export * from './locks.js';
export {
  DelayedWorkQueue,
  IO_WORKITEM,
  IoAllocateWorkItem,
  IoFreeWorkItem,
  IoQueueWorkItem,
  KDPC,
  KeInitializeDpc,
  KeInsertQueueDpc,
  type WORK_QUEUE_TYPE,
} from './deferred.js';
export * from './timers.js';
export * from './threads.js';
export {
  KeClearEvent,
  KeDelayExecutionThread,
  KeInitializeEvent,
  KeSetEvent,
  KEVENT,
  KeWaitForSingleObject,
  NotificationEvent,
  SynchronizationEvent,
  type EVENT_TYPE,
} from './waiting.js';
export { ExAllocatePool2, ExFreePool, ExFreePoolWithTag, POOL_FLAG_NON_PAGED, POOL_FLAG_PAGED, type PoolTag } from './pool.js';
export { WSK_REGISTRATION } from './registrations.js';
export {
  MAKE_WSK_VERSION,
  WSK_INFINITE_WAIT,
  WSK_NO_WAIT,
  WSK_PROVIDER_CHARACTERISTICS,
  WSK_PROVIDER_NPI,
  type WSK_CLIENT_DISPATCH,
  type WSK_CLIENT_NPI,
} from './wsk-types.js';
export * from './wsk.js';
export * from './sockets.js';
export {
  WSK_SOCKET,
  type WSK_CLIENT_CONNECTION_DISPATCH,
  type WSK_CLIENT_LISTEN_DISPATCH,
  type WSK_DATA_INDICATION,
  type WSK_PROVIDER_SOCKET_DISPATCH,
} from './socket-types.js';
export { IoAllocateIrp, IoFreeIrp, IoSetCompletionRoutine, IRP, type IO_STATUS_BLOCK } from './irp.js';
export type * from './nmr-types.js';
export * from './nmr.js';
export type * from './roles.js';

// For tests of drivers: what steers the simulated computer and what it throws. No part of the Windows Driver Kit.
export { simulation } from './simulation.js';
export { bugCheckCodes, BugCheckError, ContractViolationError, DeadlockError, NotSimulatedError, type BugCheckName } from './bugcheck.js';
export { loadDriver, type LoadedDriver, type LoadOptions } from './drivers.js';
export { forEachOutcome, type Outcome, type OutcomeOptions, type OutcomeRun, type OutcomeSummary } from './outcomes.js';
export type { FallibleCall } from './faults.js';
export type { TestPeer } from './peer.js';
export type { Leak } from './leaks.js';
export type { Finding, HistoryStep, Image, RoutineKind } from './machine.js';
export type { DriverReport } from './report.js';
export type { Stop } from './stops.js';
export type { ScriptedFault, ScriptOptions } from './script.js';
