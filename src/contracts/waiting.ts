import type { ContractFunction } from './types.js';

/**
 * Events and waits. Not written down: with `Wait` true, KeSetEvent returns above the level at which it was called, for the wait that follows at
 * once.
 */
export const waitingFunctions = {
  KeInitializeEvent: {
    page: 'nf-wdm-keinitializeevent',
    parameters: ['Event', 'Type', 'State'],
    levels: { clause: 'I1' },
    initializes: true,
  },
  KeSetEvent: {
    page: 'nf-wdm-kesetevent',
    parameters: ['Event', 'Increment', 'Wait'],
    levels: {
      parameter: 'Wait',
      equals: true,
      then: { max: 'APC_LEVEL', clause: 'I1' },
      otherwise: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    },
  },
  KeClearEvent: {
    page: 'nf-wdm-keclearevent',
    parameters: ['Event'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
  },
  // No `result`: STATUS_TIMEOUT is a success code, and a wait has no documented failure.
  KeWaitForSingleObject: {
    page: 'nf-wdm-kewaitforsingleobject',
    parameters: ['Object', 'WaitReason', 'WaitMode', 'Alertable', 'Timeout'],
    levels: {
      parameter: 'Timeout',
      equals: 0,
      then: { max: 'DISPATCH_LEVEL', clause: 'I1' },
      otherwise: { max: 'APC_LEVEL', clause: 'I1' },
    },
    waits: { unless: { parameter: 'Timeout', equals: 0 }, clause: 'E2' },
  },
  KeDelayExecutionThread: {
    page: 'nf-wdm-kedelayexecutionthread',
    parameters: ['WaitMode', 'Alertable', 'Interval'],
    levels: { max: 'APC_LEVEL', clause: 'I1' },
    waits: { clause: 'E2' },
  },
} as const satisfies Record<string, ContractFunction>;
