/**
 * The IRQLs between which each function may be called, from the reference page of each. Read through `requireLevel` only,
 * so that another table can take this one's place.
 */
const PASSIVE = 0;
const APC = 1;
const DISPATCH = 2;
const HIGH = 15;

export interface LevelRange {
  readonly min: number;
  readonly max: number;
  readonly clause: string;
}

const upTo = (max: number, clause = 'I1'): LevelRange => ({ min: PASSIVE, max, clause });
const exactly = (level: number): LevelRange => ({ min: level, max: level, clause: 'I1' });

/** A name, or a name and the form of the call where the page tells forms apart. */
export const levels = {
  KeRaiseIrql: upTo(HIGH),
  KeRaiseIrqlToDpcLevel: upTo(DISPATCH),
  KeLowerIrql: upTo(HIGH),
  PAGED_CODE: upTo(APC),
  KeInitializeSpinLock: upTo(HIGH),
  KeAcquireSpinLock: upTo(DISPATCH),
  KeReleaseSpinLock: exactly(DISPATCH),
  KeAcquireSpinLockAtDpcLevel: { min: DISPATCH, max: HIGH, clause: 'I1' },
  KeReleaseSpinLockFromDpcLevel: exactly(DISPATCH),
  ExInitializeFastMutex: upTo(DISPATCH),
  ExAcquireFastMutex: upTo(APC),
  ExReleaseFastMutex: exactly(APC),
  KeInitializeDpc: upTo(HIGH),
  KeInsertQueueDpc: upTo(HIGH),
  KeInitializeTimer: upTo(DISPATCH),
  KeSetTimer: upTo(DISPATCH),
  KeCancelTimer: upTo(DISPATCH),
  IoAllocateWorkItem: upTo(DISPATCH),
  IoQueueWorkItem: upTo(DISPATCH),
  IoFreeWorkItem: upTo(DISPATCH),
  PsCreateSystemThread: upTo(PASSIVE),
  PsTerminateSystemThread: upTo(PASSIVE),
  KeInitializeEvent: upTo(HIGH),
  KeSetEvent: upTo(DISPATCH),
  'KeSetEvent, Wait': upTo(APC),
  KeClearEvent: upTo(DISPATCH),
  KeWaitForSingleObject: upTo(APC),
  'KeWaitForSingleObject, Timeout 0': upTo(DISPATCH),
  KeDelayExecutionThread: upTo(APC),
  'ExAllocatePool2, non-paged': upTo(DISPATCH),
  'ExAllocatePool2, paged': upTo(APC),
  'ExFreePool, non-paged': upTo(DISPATCH),
  'ExFreePool, paged': upTo(APC),
  'ExFreePoolWithTag, non-paged': upTo(DISPATCH),
  'ExFreePoolWithTag, paged': upTo(APC),
  WskRegister: upTo(PASSIVE, 'R7'),
  WskDeregister: upTo(PASSIVE, 'D3'),
  'WskCaptureProviderNPI, waiting': upTo(PASSIVE, 'C6'),
  'WskCaptureProviderNPI, WSK_NO_WAIT': upTo(DISPATCH, 'C7'),
  WskReleaseProviderNPI: upTo(DISPATCH, 'L1'),
  WskQueryProviderCharacteristics: upTo(DISPATCH, 'Q1'),
  WskSocket: upTo(DISPATCH),
  WskSocketConnect: upTo(DISPATCH),
  WskControlClient: upTo(DISPATCH),
  WskGetAddressInfo: upTo(PASSIVE),
  WskFreeAddressInfo: upTo(PASSIVE),
  WskGetNameInfo: upTo(PASSIVE),
  IoAllocateIrp: upTo(DISPATCH),
  IoFreeIrp: upTo(DISPATCH),
  IoSetCompletionRoutine: upTo(DISPATCH),
  NmrRegisterProvider: upTo(PASSIVE, 'N6'),
  NmrDeregisterProvider: upTo(DISPATCH, 'W3'),
  NmrWaitForProviderDeregisterComplete: upTo(APC, 'W3'),
  NmrRegisterClient: upTo(PASSIVE, 'N6'),
  NmrDeregisterClient: upTo(DISPATCH, 'W3'),
  NmrWaitForClientDeregisterComplete: upTo(APC, 'W3'),
  NmrClientAttachProvider: upTo(PASSIVE, 'A6'),
  NmrClientDetachProviderComplete: upTo(DISPATCH, 'T5'),
  NmrProviderDetachClientComplete: upTo(DISPATCH, 'T5'),
} as const satisfies Record<string, LevelRange>;

export type LeveledCall = keyof typeof levels;
