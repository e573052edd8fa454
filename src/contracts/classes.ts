/** The structures of the runtime, what matters about them, and which of their members make a function a callback. */
import type { ClauseId } from './clauses.js';
import type { RoleName } from './roles.js';

/**
 * `registrationBlock`: what WskRegister initialises. `npi`: its members are usable only while captured. `cell`: a scalar out-parameter. `lock`:
 * acquired and released. `object`: an object of the kernel without a state that a contract speaks of. `table`: an interface, which an
 * object literal satisfies.
 */
type StructureKind = 'registrationBlock' | 'npi' | 'cell' | 'lock' | 'object' | 'table';

export interface Structure {
  readonly kind: StructureKind;
  /** Made with `new`; otherwise only a type. */
  readonly constructible: boolean;
  /** Members that are structures themselves. */
  readonly members?: Readonly<Record<string, string>>;
  /** Members that may be used only while the NPI is captured. */
  readonly whileCaptured?: readonly string[];
  /** A cell's member that holds the value; the first constructor argument is the initial one. */
  readonly valueIn?: string;
}

export const structures = {
  WSK_REGISTRATION: { kind: 'registrationBlock', constructible: true },
  WSK_PROVIDER_NPI: {
    kind: 'npi',
    constructible: true,
    members: { Dispatch: 'WSK_PROVIDER_DISPATCH' },
    whileCaptured: ['Client', 'Dispatch'],
  },
  Out: { kind: 'cell', constructible: true, valueIn: 'value' },
  KSPIN_LOCK: { kind: 'lock', constructible: true },
  FAST_MUTEX: { kind: 'lock', constructible: true },
  KEVENT: { kind: 'object', constructible: true },
  KDPC: { kind: 'object', constructible: true },
  KTIMER: { kind: 'object', constructible: true },
  IO_WORKITEM: { kind: 'object', constructible: true },
  IRP: { kind: 'object', constructible: true },
  WSK_SOCKET: { kind: 'object', constructible: true },
  DRIVER_OBJECT: { kind: 'object', constructible: true },
  DEVICE_OBJECT: { kind: 'object', constructible: true },
  WSK_PROVIDER_CHARACTERISTICS: { kind: 'object', constructible: true },
  WSK_PROVIDER_DISPATCH: { kind: 'table', constructible: false },
  WSK_CLIENT_NPI: { kind: 'table', constructible: false, members: { Dispatch: 'WSK_CLIENT_DISPATCH' } },
  WSK_CLIENT_DISPATCH: { kind: 'table', constructible: false },
  WSK_CLIENT_LISTEN_DISPATCH: { kind: 'table', constructible: false },
  WSK_CLIENT_DATAGRAM_DISPATCH: { kind: 'table', constructible: false },
  WSK_CLIENT_CONNECTION_DISPATCH: { kind: 'table', constructible: false },
  WSK_CLIENT_STREAM_DISPATCH: {
    kind: 'table',
    constructible: false,
    members: { Connect: 'WSK_CLIENT_CONNECTION_DISPATCH', Listen: 'WSK_CLIENT_LISTEN_DISPATCH' },
  },
  NPI_CLIENT_CHARACTERISTICS: {
    kind: 'table',
    constructible: false,
    members: { ClientRegistrationInstance: 'NPI_REGISTRATION_INSTANCE' },
  },
  NPI_PROVIDER_CHARACTERISTICS: {
    kind: 'table',
    constructible: false,
    members: { ProviderRegistrationInstance: 'NPI_REGISTRATION_INSTANCE' },
  },
  NPI_REGISTRATION_INSTANCE: { kind: 'table', constructible: false, members: { ModuleId: 'NPI_MODULEID' } },
  NPI_MODULEID: { kind: 'table', constructible: false },
} as const satisfies Record<string, Structure>;

export type StructureName = keyof typeof structures;

export function isStructureName(name: string): name is StructureName {
  return Object.hasOwn(structures, name);
}

export function structureOf(name: string): Structure | undefined {
  return isStructureName(name) ? structures[name] : undefined;
}

/** A member that must have one value: `zero`, or for a callback `routineOrNull`. */
export interface FixedMember {
  readonly is: 'zero' | 'routineOrNull';
  readonly clause: ClauseId;
}

export const fixedMembers: Readonly<Record<string, Readonly<Record<string, FixedMember>>>> = {
  WSK_CLIENT_DISPATCH: { Reserved: { is: 'zero', clause: 'R8' }, WskClientEvent: { is: 'routineOrNull', clause: 'R8' } },
  NPI_CLIENT_CHARACTERISTICS: {
    Version: { is: 'zero', clause: 'N7' },
    ClientCleanupBindingContext: { is: 'routineOrNull', clause: 'N7' },
  },
  NPI_PROVIDER_CHARACTERISTICS: {
    Version: { is: 'zero', clause: 'N7' },
    ProviderCleanupBindingContext: { is: 'routineOrNull', clause: 'N7' },
  },
  NPI_REGISTRATION_INSTANCE: { Version: { is: 'zero', clause: 'N7' } },
};

/** Members that take a routine, and the role it then has. */
export const positions: Readonly<Partial<Record<StructureName, Readonly<Record<string, RoleName>>>>> = {
  DRIVER_OBJECT: { DriverUnload: 'DRIVER_UNLOAD' },
  NPI_CLIENT_CHARACTERISTICS: {
    ClientAttachProvider: 'NPI_CLIENT_ATTACH_PROVIDER_FN',
    ClientDetachProvider: 'NPI_CLIENT_DETACH_PROVIDER_FN',
    ClientCleanupBindingContext: 'NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN',
  },
  NPI_PROVIDER_CHARACTERISTICS: {
    ProviderAttachClient: 'NPI_PROVIDER_ATTACH_CLIENT_FN',
    ProviderDetachClient: 'NPI_PROVIDER_DETACH_CLIENT_FN',
    ProviderCleanupBindingContext: 'NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN',
  },
  WSK_CLIENT_DISPATCH: { WskClientEvent: 'PFN_WSK_CLIENT_EVENT' },
  WSK_CLIENT_LISTEN_DISPATCH: {
    WskAcceptEvent: 'PFN_WSK_ACCEPT_EVENT',
    WskInspectEvent: 'PFN_WSK_INSPECT_EVENT',
    WskAbortEvent: 'PFN_WSK_ABORT_EVENT',
  },
  WSK_CLIENT_DATAGRAM_DISPATCH: { WskReceiveFromEvent: 'PFN_WSK_RECEIVE_FROM_EVENT' },
  WSK_CLIENT_CONNECTION_DISPATCH: {
    WskReceiveEvent: 'PFN_WSK_RECEIVE_EVENT',
    WskDisconnectEvent: 'PFN_WSK_DISCONNECT_EVENT',
    WskSendBacklogEvent: 'PFN_WSK_SEND_BACKLOG_EVENT',
  },
};

const byMember: ReadonlyMap<string, RoleName> = new Map(Object.values(positions).flatMap((members) => Object.entries(members)));

/** The role of what is put into such a member, for a structure that is not known: no two structures share a name with different roles. */
export function roleOfMember(member: string): RoleName | undefined {
  return byMember.get(member);
}

/** The members that take a routine with this role. */
export function membersOfRole(role: RoleName): string[] {
  return [...byMember].flatMap(([member, taken]) => (taken === role ? [member] : []));
}

/** Parameters of contract functions that take an object literal with callbacks. */
const literals: Readonly<Record<string, StructureName>> = {
  ProviderCharacteristics: 'NPI_PROVIDER_CHARACTERISTICS',
  ClientCharacteristics: 'NPI_CLIENT_CHARACTERISTICS',
  WskClientNpi: 'WSK_CLIENT_NPI',
};

/** The structure that a contract function takes as the parameter of this name; undefined for one that holds no callbacks. */
export function structureOfParameter(parameter: string): StructureName | undefined {
  return Object.hasOwn(literals, parameter) ? literals[parameter] : undefined;
}
