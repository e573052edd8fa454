/**
 * Role types: the type of a callback says in which context it runs, and with it the IRQL at which it is entered.
 * Parameter names are those of the reference pages (`nc-wdm-*`, `nc-netioddk-*`, `nc-wsk-*`).
 */
import type { DEVICE_OBJECT, DRIVER_OBJECT, HANDLE, Out } from './basics.js';
import type { KDPC } from './deferred.js';
import type { IRP } from './irp.js';
import type { NPI_REGISTRATION_INSTANCE } from './nmr-types.js';
import type { WSK_SOCKET } from './socket-types.js';
import type { NTSTATUS } from './status.js';

/** Loads the driver. A failure unloads it at once, without its `DriverUnload`. PASSIVE_LEVEL. */
export type DRIVER_INITIALIZE = (DriverObject: DRIVER_OBJECT, RegistryPath: string) => NTSTATUS;
/** Undoes what is left of the driver before its image goes away. PASSIVE_LEVEL. */
export type DRIVER_UNLOAD = (DriverObject: DRIVER_OBJECT) => void;
/** Body of a system thread; the thread ends when it returns. PASSIVE_LEVEL. */
export type KSTART_ROUTINE = (StartContext: unknown) => void;
/** Runs in a system worker thread. PASSIVE_LEVEL. */
export type IO_WORKITEM_ROUTINE = (DeviceObject: DEVICE_OBJECT, Context: unknown) => void;
/** Body of a DPC. DISPATCH_LEVEL. */
export type KDEFERRED_ROUTINE = (Dpc: KDPC, DeferredContext: unknown, SystemArgument1: unknown, SystemArgument2: unknown) => void;
/** Called when an IRP completes. PASSIVE_LEVEL to DISPATCH_LEVEL; must not wait at any of them (E2). */
export type IO_COMPLETION_ROUTINE = (DeviceObject: DEVICE_OBJECT, Irp: IRP, Context: unknown) => NTSTATUS;

/** Offers a provider to a client. Returns what `NmrClientAttachProvider` returned, or STATUS_NOINTERFACE (A1, A2). PASSIVE_LEVEL. */
export type NPI_CLIENT_ATTACH_PROVIDER_FN = (
  NmrBindingHandle: HANDLE,
  ClientContext: unknown,
  ProviderRegistrationInstance: NPI_REGISTRATION_INSTANCE,
) => NTSTATUS;
/** Offers a client to a provider. STATUS_SUCCESS with both out-parameters set, or STATUS_NOINTERFACE (V1, V2). PASSIVE_LEVEL. */
export type NPI_PROVIDER_ATTACH_CLIENT_FN = (
  NmrBindingHandle: HANDLE,
  ProviderContext: unknown,
  ClientRegistrationInstance: NPI_REGISTRATION_INSTANCE,
  ClientBindingContext: unknown,
  ClientDispatch: unknown,
  ProviderBindingContext: Out<unknown>,
  ProviderDispatch: Out<unknown>,
) => NTSTATUS;
/**
 * No more calls into the provider from now on (T1). STATUS_PENDING while calls are in progress (T2, T3). PASSIVE_LEVEL to
 * DISPATCH_LEVEL.
 */
export type NPI_CLIENT_DETACH_PROVIDER_FN = (BindingContext: unknown) => NTSTATUS;
/** No more calls into the client from now on (T1). STATUS_PENDING while calls are in progress (T2, T3). PASSIVE_LEVEL to DISPATCH_LEVEL. */
export type NPI_PROVIDER_DETACH_CLIENT_FN = (BindingContext: unknown) => NTSTATUS;
/** Frees what was allocated for the binding, after both sides have detached (T4). PASSIVE_LEVEL to DISPATCH_LEVEL. */
export type NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN = (BindingContext: unknown) => void;
/** Frees what was allocated for the binding, after both sides have detached (T4). PASSIVE_LEVEL to DISPATCH_LEVEL. */
export type NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN = (BindingContext: unknown) => void;

// The WSK event callbacks: all at PASSIVE_LEVEL to DISPATCH_LEVEL (E1), and none of them may wait (E2).

/** WSK defines no event of a client object: an implementation returns STATUS_NOT_IMPLEMENTED (R8). */
export type PFN_WSK_CLIENT_EVENT = (ClientContext: unknown, EventType: number, Information: unknown, InformationLength: number) => NTSTATUS;
export type PFN_WSK_ACCEPT_EVENT = (
  SocketContext: unknown,
  Flags: number,
  LocalAddress: unknown,
  RemoteAddress: unknown,
  AcceptSocket: WSK_SOCKET | null,
  AcceptSocketContext: Out<unknown>,
  AcceptSocketDispatch: Out<unknown>,
) => NTSTATUS;
export type PFN_WSK_RECEIVE_EVENT = (
  SocketContext: unknown,
  Flags: number,
  DataIndication: unknown,
  BytesIndicated: number,
  BytesAccepted: Out<number>,
) => NTSTATUS;
export type PFN_WSK_RECEIVE_FROM_EVENT = (SocketContext: unknown, Flags: number, DataIndication: unknown) => NTSTATUS;
export type PFN_WSK_DISCONNECT_EVENT = (SocketContext: unknown, Flags: number) => NTSTATUS;
export type PFN_WSK_ABORT_EVENT = (SocketContext: unknown, InspectID: unknown) => NTSTATUS;
export type PFN_WSK_SEND_BACKLOG_EVENT = (SocketContext: unknown, IdealBacklogSize: number) => NTSTATUS;
/** Returns a WSK_INSPECT_ACTION, not a status. */
export type PFN_WSK_INSPECT_EVENT = (SocketContext: unknown, LocalAddress: unknown, RemoteAddress: unknown, InspectID: unknown) => number;
