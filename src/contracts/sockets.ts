import type { ContractFunction } from './types.js';

/** The members of WSK_PROVIDER_DISPATCH: called through a captured NPI, and only while the capture lasts (L2). */
export const dispatchMembers = {
  WskSocket: {
    page: 'nc-wsk-pfn_wsk_socket',
    parameters: [
      'Client',
      'AddressFamily',
      'SocketType',
      'Protocol',
      'Flags',
      'SocketContext',
      'Dispatch',
      'OwningProcess',
      'OwningThread',
      'SecurityDescriptor',
      'Irp',
    ],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    result: 'status',
  },
  WskSocketConnect: {
    page: 'nc-wsk-pfn_wsk_socket_connect',
    parameters: [
      'Client',
      'SocketType',
      'Protocol',
      'LocalAddress',
      'RemoteAddress',
      'Flags',
      'SocketContext',
      'Dispatch',
      'OwningProcess',
      'OwningThread',
      'SecurityDescriptor',
      'Irp',
    ],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    result: 'status',
  },
  WskControlClient: {
    page: 'nc-wsk-pfn_wsk_control_client',
    parameters: ['Client', 'ControlCode', 'InputSize', 'InputBuffer', 'OutputSize', 'OutputBuffer', 'OutputSizeReturned', 'Irp'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    result: 'status',
  },
  WskGetAddressInfo: {
    page: 'nc-wsk-pfn_wsk_get_address_info',
    parameters: ['Client', 'NodeName', 'ServiceName', 'NameSpace', 'Provider', 'Hints', 'Result', 'OwningProcess', 'OwningThread', 'Irp'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'I1' },
    result: 'status',
  },
  WskFreeAddressInfo: {
    page: 'nc-wsk-pfn_wsk_free_address_info',
    parameters: ['Client', 'AddrInfo'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'I1' },
  },
  WskGetNameInfo: {
    page: 'nc-wsk-pfn_wsk_get_name_info',
    parameters: ['Client', 'SockAddr', 'SockAddrLength', 'NodeName', 'ServiceName', 'Flags', 'OwningProcess', 'OwningThread', 'Irp'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'I1' },
    result: 'status',
  },
} as const satisfies Record<string, ContractFunction>;

/** Request packets, which carry the requests made through a captured NPI. */
export const irpFunctions = {
  IoAllocateIrp: {
    page: 'nf-wdm-ioallocateirp',
    parameters: ['StackSize', 'ChargeQuota'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    result: 'pointer',
    initializes: true,
  },
  IoFreeIrp: {
    page: 'nf-wdm-iofreeirp',
    parameters: ['Irp'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
  },
  IoSetCompletionRoutine: {
    page: 'nf-wdm-iosetcompletionroutine',
    parameters: ['Irp', 'CompletionRoutine', 'Context', 'InvokeOnSuccess', 'InvokeOnError', 'InvokeOnCancel'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'I1' },
    takes: [{ parameter: 'CompletionRoutine', role: 'IO_COMPLETION_ROUTINE', context: 'Context' }],
  },
} as const satisfies Record<string, ContractFunction>;
