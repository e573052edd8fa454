/**
 * The role types: in which context the kit calls a driver's routine. What the rules about attaching and detaching compare is written down with the
 * role that it binds.
 */
import type { ContractName } from './functions.js';
import type { StatusName } from './status.js';
import type { ClauseId, LevelRange } from './types.js';

type RoleKind =
  'driverInitialize' | 'driverUnload' | 'thread' | 'workItem' | 'deferred' | 'completion' | 'wskEvent' | 'attach' | 'detach' | 'cleanup';

/** Which of the two modules of an NMR binding the routine belongs to. */
type Side = 'client' | 'provider';

export interface Role {
  readonly page: string;
  readonly kind: RoleKind;
  readonly parameters: readonly string[];
  /** Parameters that are structures of the runtime; `Out` is a cell. */
  readonly structures?: Readonly<Record<string, string>>;
  /** The level at which it is called. */
  readonly levels: LevelRange;
  readonly returns: 'status' | 'nothing' | 'other';
  /** It must not wait, not even at PASSIVE_LEVEL (E2). */
  readonly mayNotWait?: true;
  readonly side?: Side;
  /** Attach callbacks: what to return so as not to attach, and by which call it attaches (absent: by returning success). */
  readonly declinesWith?: StatusName;
  readonly attachesWith?: ContractName;
  /** Parameters that have to be kept, and cells that have to be set, when it attaches. */
  readonly saves?: readonly string[];
  readonly sets?: readonly string[];
  /** Statuses that say that there are no resources: they excuse an attach callback that does not attach. */
  readonly failsWith?: readonly StatusName[];
  /** The parameter, of the callback or of the call that attaches, that brings the other side's dispatch table. */
  readonly dispatch?: string;
  /** The rule about what it returns. */
  readonly judgedBy?: string;
  /** The parameter that the kit still uses while the routine runs, and after. */
  readonly stillUses?: { readonly parameter: string; readonly clause: ClauseId };
  /** The only answer that is defined (R8). */
  readonly answersWith?: StatusName;
  /** Detach callbacks: the function that completes a detach for which STATUS_PENDING was returned. */
  readonly completedBy?: ContractName;
}

const passive = { max: 'PASSIVE_LEVEL', clause: 'I1' } as const;
const event = { kind: 'wskEvent', levels: { max: 'DISPATCH_LEVEL', clause: 'E1' }, mayNotWait: true } as const;

const table = {
  DRIVER_INITIALIZE: {
    page: 'nc-wdm-driver_initialize',
    kind: 'driverInitialize',
    parameters: ['DriverObject', 'RegistryPath'],
    structures: { DriverObject: 'DRIVER_OBJECT' },
    levels: passive,
    returns: 'status',
  },
  DRIVER_UNLOAD: {
    page: 'nc-wdm-driver_unload',
    kind: 'driverUnload',
    parameters: ['DriverObject'],
    structures: { DriverObject: 'DRIVER_OBJECT' },
    levels: passive,
    returns: 'nothing',
  },
  KSTART_ROUTINE: {
    page: 'nc-wdm-kstart_routine',
    kind: 'thread',
    parameters: ['StartContext'],
    levels: passive,
    returns: 'nothing',
  },
  IO_WORKITEM_ROUTINE: {
    page: 'nc-wdm-io_workitem_routine',
    kind: 'workItem',
    parameters: ['DeviceObject', 'Context'],
    structures: { DeviceObject: 'DEVICE_OBJECT' },
    levels: passive,
    returns: 'nothing',
  },
  KDEFERRED_ROUTINE: {
    page: 'nc-wdm-kdeferred_routine',
    kind: 'deferred',
    parameters: ['Dpc', 'DeferredContext', 'SystemArgument1', 'SystemArgument2'],
    structures: { Dpc: 'KDPC' },
    levels: { min: 'DISPATCH_LEVEL', max: 'DISPATCH_LEVEL', clause: 'I1' },
    returns: 'nothing',
  },
  IO_COMPLETION_ROUTINE: {
    page: 'nc-wdm-io_completion_routine',
    kind: 'completion',
    parameters: ['DeviceObject', 'Irp', 'Context'],
    structures: { DeviceObject: 'DEVICE_OBJECT', Irp: 'IRP' },
    levels: { max: 'DISPATCH_LEVEL', clause: 'E1' },
    returns: 'status',
    mayNotWait: true,
  },
  NPI_CLIENT_ATTACH_PROVIDER_FN: {
    page: 'nc-netioddk-npi_client_attach_provider_fn',
    kind: 'attach',
    side: 'client',
    parameters: ['NmrBindingHandle', 'ClientContext', 'ProviderRegistrationInstance'],
    structures: { ProviderRegistrationInstance: 'NPI_REGISTRATION_INSTANCE' },
    levels: { max: 'PASSIVE_LEVEL', clause: 'A6' },
    returns: 'status',
    declinesWith: 'STATUS_NOINTERFACE',
    failsWith: ['STATUS_INSUFFICIENT_RESOURCES'],
    attachesWith: 'NmrClientAttachProvider',
    saves: ['NmrBindingHandle'],
    dispatch: 'ProviderDispatch',
    judgedBy: 'client-attach-provider',
  },
  NPI_PROVIDER_ATTACH_CLIENT_FN: {
    page: 'nc-netioddk-npi_provider_attach_client_fn',
    kind: 'attach',
    side: 'provider',
    parameters: [
      'NmrBindingHandle',
      'ProviderContext',
      'ClientRegistrationInstance',
      'ClientBindingContext',
      'ClientDispatch',
      'ProviderBindingContext',
      'ProviderDispatch',
    ],
    structures: { ClientRegistrationInstance: 'NPI_REGISTRATION_INSTANCE', ProviderBindingContext: 'Out', ProviderDispatch: 'Out' },
    levels: { max: 'PASSIVE_LEVEL', clause: 'V4' },
    returns: 'status',
    declinesWith: 'STATUS_NOINTERFACE',
    failsWith: ['STATUS_INSUFFICIENT_RESOURCES'],
    saves: ['NmrBindingHandle', 'ClientBindingContext', 'ClientDispatch'],
    sets: ['ProviderBindingContext', 'ProviderDispatch'],
    dispatch: 'ClientDispatch',
    judgedBy: 'provider-attach-client',
  },
  NPI_CLIENT_DETACH_PROVIDER_FN: {
    page: 'nc-netioddk-npi_client_detach_provider_fn',
    kind: 'detach',
    side: 'client',
    parameters: ['BindingContext'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
    returns: 'status',
    completedBy: 'NmrClientDetachProviderComplete',
    stillUses: { parameter: 'BindingContext', clause: 'T4' },
  },
  NPI_PROVIDER_DETACH_CLIENT_FN: {
    page: 'nc-netioddk-npi_provider_detach_client_fn',
    kind: 'detach',
    side: 'provider',
    parameters: ['BindingContext'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
    returns: 'status',
    completedBy: 'NmrProviderDetachClientComplete',
    stillUses: { parameter: 'BindingContext', clause: 'T4' },
  },
  NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN: {
    page: 'nc-netioddk-npi_client_cleanup_binding_context_fn',
    kind: 'cleanup',
    side: 'client',
    parameters: ['BindingContext'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
    returns: 'nothing',
  },
  NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN: {
    page: 'nc-netioddk-npi_provider_cleanup_binding_context_fn',
    kind: 'cleanup',
    side: 'provider',
    parameters: ['BindingContext'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
    returns: 'nothing',
  },
  PFN_WSK_CLIENT_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_client_event',
    parameters: ['ClientContext', 'EventType', 'Information', 'InformationLength'],
    returns: 'status',
    answersWith: 'STATUS_NOT_IMPLEMENTED',
  },
  PFN_WSK_ACCEPT_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_accept_event',
    parameters: ['SocketContext', 'Flags', 'LocalAddress', 'RemoteAddress', 'AcceptSocket', 'AcceptSocketContext', 'AcceptSocketDispatch'],
    structures: { AcceptSocket: 'WSK_SOCKET', AcceptSocketContext: 'Out', AcceptSocketDispatch: 'Out' },
    returns: 'status',
  },
  PFN_WSK_RECEIVE_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_receive_event',
    parameters: ['SocketContext', 'Flags', 'DataIndication', 'BytesIndicated', 'BytesAccepted'],
    structures: { BytesAccepted: 'Out' },
    returns: 'status',
  },
  PFN_WSK_RECEIVE_FROM_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_receive_from_event',
    parameters: ['SocketContext', 'Flags', 'DataIndication'],
    returns: 'status',
  },
  PFN_WSK_DISCONNECT_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_disconnect_event',
    parameters: ['SocketContext', 'Flags'],
    returns: 'status',
  },
  PFN_WSK_ABORT_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_abort_event',
    parameters: ['SocketContext', 'InspectID'],
    returns: 'status',
  },
  PFN_WSK_SEND_BACKLOG_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_send_backlog_event',
    parameters: ['SocketContext', 'IdealBacklogSize'],
    returns: 'status',
  },
  PFN_WSK_INSPECT_EVENT: {
    ...event,
    page: 'nc-wsk-pfn_wsk_inspect_event',
    parameters: ['SocketContext', 'LocalAddress', 'RemoteAddress', 'InspectID'],
    returns: 'other',
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof table;

export const roles: Readonly<Record<RoleName, Role>> = table;

export function isRoleName(name: string): name is RoleName {
  return Object.hasOwn(roles, name);
}
