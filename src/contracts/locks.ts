import type { ContractFunction } from './types.js';

/** Spin locks and fast mutexes. None of them is recursive (I4). */
export const lockFunctions = {
  KeInitializeSpinLock: {
    page: 'nf-wdm-keinitializespinlock',
    parameters: ['SpinLock'],
    levels: { clause: 'I1' },
    initializes: true,
  },
  KeAcquireSpinLock: {
    page: 'nf-wdm-keacquirespinlock',
    parameters: ['SpinLock', 'OldIrql'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    writesCell: ['OldIrql'],
    levelEffect: { kind: 'acquireLock', lock: 'SpinLock', raisesTo: 'DISPATCH_LEVEL', savesIn: { cell: 'OldIrql' } },
  },
  KeReleaseSpinLock: {
    page: 'nf-wdm-kereleasespinlock',
    parameters: ['SpinLock', 'NewIrql'],
    levels: { min: 'DISPATCH_LEVEL', max: 'DISPATCH_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'releaseLock', lock: 'SpinLock', acquiredBy: ['KeAcquireSpinLock'], restores: { parameter: 'NewIrql' } },
  },
  KeAcquireSpinLockAtDpcLevel: {
    page: 'nf-wdm-keacquirespinlockatdpclevel',
    parameters: ['SpinLock'],
    levels: { min: 'DISPATCH_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'acquireLock', lock: 'SpinLock', raisesTo: null },
  },
  KeReleaseSpinLockFromDpcLevel: {
    page: 'nf-wdm-kereleasespinlockfromdpclevel',
    parameters: ['SpinLock'],
    levels: { min: 'DISPATCH_LEVEL', max: 'DISPATCH_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'releaseLock', lock: 'SpinLock', acquiredBy: ['KeAcquireSpinLockAtDpcLevel'], restores: 'nothing' },
  },
  ExInitializeFastMutex: {
    page: 'nf-wdm-exinitializefastmutex',
    parameters: ['FastMutex'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    initializes: true,
  },
  ExAcquireFastMutex: {
    page: 'nf-wdm-exacquirefastmutex',
    parameters: ['FastMutex'],
    levels: { max: 'APC_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'acquireLock', lock: 'FastMutex', raisesTo: 'APC_LEVEL' },
  },
  ExReleaseFastMutex: {
    page: 'nf-wdm-exreleasefastmutex',
    parameters: ['FastMutex'],
    levels: { min: 'APC_LEVEL', max: 'APC_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'releaseLock', lock: 'FastMutex', acquiredBy: ['ExAcquireFastMutex'], restores: 'savedInLock' },
  },
} as const satisfies Record<string, ContractFunction>;
