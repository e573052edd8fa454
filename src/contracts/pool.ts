import type { ContractFunction } from './types.js';

const POOL_FLAG_PAGED = 0x100;

const freed = {
  poolOf: 'P',
  pagedFlag: POOL_FLAG_PAGED,
  nonPaged: { max: 'DISPATCH_LEVEL', clause: 'I1' },
  paged: { max: 'APC_LEVEL', clause: 'I1' },
} as const;

/** Memory from the pool. */
export const poolFunctions = {
  ExAllocatePool2: {
    page: 'nf-wdm-exallocatepool2',
    parameters: ['Flags', 'type', 'Tag'],
    levels: {
      parameter: 'Flags',
      equals: POOL_FLAG_PAGED,
      then: { max: 'APC_LEVEL', clause: 'I1' },
      otherwise: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    },
    result: 'pointer',
    memory: { kind: 'allocate', type: 'type', flags: 'Flags' },
  },
  ExFreePool: {
    page: 'nf-wdm-exfreepool',
    parameters: ['P'],
    levels: freed,
    memory: { kind: 'free', memory: 'P' },
  },
  ExFreePoolWithTag: {
    page: 'nf-wdm-exfreepoolwithtag',
    parameters: ['P', 'Tag'],
    levels: freed,
    memory: { kind: 'free', memory: 'P' },
  },
} as const satisfies Record<string, ContractFunction>;
