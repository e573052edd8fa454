import type { ContractFunction } from './types.js';

/** Arithmetic on values: no effect, at any level. */
export const statusFunctions = {
  NT_SUCCESS: { page: 'using-ntstatus-values', parameters: ['Status'], levels: { clause: 'I1' } },
  NT_INFORMATION: { page: 'using-ntstatus-values', parameters: ['Status'], levels: { clause: 'I1' } },
  NT_WARNING: { page: 'using-ntstatus-values', parameters: ['Status'], levels: { clause: 'I1' } },
  NT_ERROR: { page: 'using-ntstatus-values', parameters: ['Status'], levels: { clause: 'I1' } },
  MAKE_WSK_VERSION: { page: 'ns-wsk-_wsk_provider_characteristics', parameters: ['Major', 'Minor'], levels: { clause: 'I1' } },
} as const satisfies Record<string, ContractFunction>;

export type StatusTestName = 'NT_SUCCESS' | 'NT_INFORMATION' | 'NT_WARNING' | 'NT_ERROR';

/** The signed 32-bit values for which each test holds, both ends included. */
export const statusTests: Readonly<Record<StatusTestName, readonly [number, number]>> = {
  NT_SUCCESS: [0, 0x7fffffff],
  NT_INFORMATION: [0x40000000, 0x7fffffff],
  NT_WARNING: [0x80000000 | 0, 0xbfffffff | 0],
  NT_ERROR: [0xc0000000 | 0, -1],
};

/** Every named NTSTATUS as a signed 32-bit value (ntstatus.h). */
export const statusConstants = {
  STATUS_SUCCESS: 0,
  STATUS_TIMEOUT: 0x102,
  STATUS_PENDING: 0x103,
  STATUS_UNSUCCESSFUL: 0xc0000001 | 0,
  STATUS_NOT_IMPLEMENTED: 0xc0000002 | 0,
  STATUS_INVALID_PARAMETER: 0xc000000d | 0,
  STATUS_INSUFFICIENT_RESOURCES: 0xc000009a | 0,
  STATUS_DEVICE_NOT_READY: 0xc00000a3 | 0,
  STATUS_NOT_SUPPORTED: 0xc00000bb | 0,
  STATUS_CANCELLED: 0xc0000120 | 0,
  STATUS_INVALID_DEVICE_STATE: 0xc0000184 | 0,
  STATUS_NOINTERFACE: 0xc00002b9 | 0,
} as const;

export type StatusName = keyof typeof statusConstants;
