import type { ContractFunction } from './types.js';

/** Reading, raising and restoring the interrupt request level. */
export const irqlFunctions = {
  KeGetCurrentIrql: {
    page: 'nf-wdm-kegetcurrentirql',
    parameters: [],
    levels: { clause: 'I1' },
    result: 'level',
    levelEffect: { kind: 'query' },
  },
  KeRaiseIrql: {
    page: 'nf-wdm-keraiseirql',
    parameters: ['NewIrql', 'OldIrql'],
    levels: { clause: 'I1' },
    writesCell: ['OldIrql'],
    levelEffect: { kind: 'raise', to: { parameter: 'NewIrql' }, savesIn: { cell: 'OldIrql' } },
  },
  KeRaiseIrqlToDpcLevel: {
    page: 'nf-wdm-keraiseirqltodpclevel',
    parameters: [],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I2' },
    result: 'level',
    levelEffect: { kind: 'raise', to: { level: 'DISPATCH_LEVEL' }, savesIn: 'result' },
  },
  KeLowerIrql: {
    page: 'nf-wdm-kelowerirql',
    parameters: ['NewIrql'],
    levels: { clause: 'I1' },
    levelEffect: { kind: 'lower', to: { parameter: 'NewIrql' } },
  },
  PAGED_CODE: {
    page: 'paged_code',
    parameters: [],
    levels: { max: 'APC_LEVEL', clause: 'I1' },
    levelEffect: { kind: 'assertAtMost', max: 'APC_LEVEL' },
  },
} as const satisfies Record<string, ContractFunction>;
