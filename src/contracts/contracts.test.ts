import { describe, expect, it } from 'vitest';
import { positions, roleOfMember, structures, type Structure } from './classes.js';
import { clauses, type Clause } from './clauses.js';
import { constants } from './constants.js';
import { contractFunctions, contractOf, dispatchMembers } from './functions.js';
import { levelName, levels } from './levels.js';
import { roles } from './roles.js';
import { statusConstants, statusTests } from './status.js';
import type { ContractFunction, LevelRange, Levels } from './types.js';

const all: Readonly<Record<string, ContractFunction>> = { ...contractFunctions, ...dispatchMembers };

/** Section by section as the public interface lists them. */
const signatures = `
NT_SUCCESS(Status) NT_INFORMATION(Status) NT_WARNING(Status) NT_ERROR(Status) MAKE_WSK_VERSION(Major, Minor)
KeGetCurrentIrql() KeRaiseIrql(NewIrql, OldIrql) KeRaiseIrqlToDpcLevel() KeLowerIrql(NewIrql) PAGED_CODE()
KeInitializeSpinLock(SpinLock) KeAcquireSpinLock(SpinLock, OldIrql) KeReleaseSpinLock(SpinLock, NewIrql)
KeAcquireSpinLockAtDpcLevel(SpinLock) KeReleaseSpinLockFromDpcLevel(SpinLock)
ExInitializeFastMutex(FastMutex) ExAcquireFastMutex(FastMutex) ExReleaseFastMutex(FastMutex)
KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext) KeInsertQueueDpc(Dpc, SystemArgument1, SystemArgument2)
KeInitializeTimer(Timer) KeSetTimer(Timer, DueTime, Dpc) KeCancelTimer(Timer)
IoAllocateWorkItem(DeviceObject) IoQueueWorkItem(IoWorkItem, WorkerRoutine, QueueType, Context) IoFreeWorkItem(IoWorkItem)
PsCreateSystemThread(ThreadHandle, DesiredAccess, ObjectAttributes, ProcessHandle, ClientId, StartRoutine, StartContext)
PsTerminateSystemThread(ExitStatus)
KeInitializeEvent(Event, Type, State) KeSetEvent(Event, Increment, Wait) KeClearEvent(Event)
KeWaitForSingleObject(Object, WaitReason, WaitMode, Alertable, Timeout) KeDelayExecutionThread(WaitMode, Alertable, Interval)
ExAllocatePool2(Flags, type, Tag) ExFreePool(P) ExFreePoolWithTag(P, Tag)
WskRegister(WskClientNpi, WskRegistration) WskDeregister(WskRegistration)
WskCaptureProviderNPI(WskRegistration, WaitTimeout, WskProviderNpi) WskReleaseProviderNPI(WskRegistration)
WskQueryProviderCharacteristics(WskRegistration, WskProviderCharacteristics)
NmrRegisterProvider(ProviderCharacteristics, ProviderContext, NmrProviderHandle) NmrDeregisterProvider(NmrProviderHandle)
NmrWaitForProviderDeregisterComplete(NmrProviderHandle)
NmrRegisterClient(ClientCharacteristics, ClientContext, NmrClientHandle) NmrDeregisterClient(NmrClientHandle)
NmrWaitForClientDeregisterComplete(NmrClientHandle)
NmrClientAttachProvider(NmrBindingHandle, ClientBindingContext, ClientDispatch, ProviderBindingContext, ProviderDispatch)
NmrClientDetachProviderComplete(NmrBindingHandle) NmrProviderDetachClientComplete(NmrBindingHandle)
IoAllocateIrp(StackSize, ChargeQuota) IoFreeIrp(Irp)
IoSetCompletionRoutine(Irp, CompletionRoutine, Context, InvokeOnSuccess, InvokeOnError, InvokeOnCancel)
`;

const P = 'PASSIVE_LEVEL';
const A = 'APC_LEVEL';
const D = 'DISPATCH_LEVEL';
const any = 'HIGH_LEVEL';

/** Lowest and highest level, for each form of the call that its page tells apart. */
const expectedLevels: Readonly<Record<string, readonly [string, string] | Readonly<Record<string, readonly [string, string]>>>> = {
  NT_SUCCESS: [P, any],
  NT_INFORMATION: [P, any],
  NT_WARNING: [P, any],
  NT_ERROR: [P, any],
  MAKE_WSK_VERSION: [P, any],
  KeGetCurrentIrql: [P, any],
  KeRaiseIrql: [P, any],
  KeRaiseIrqlToDpcLevel: [P, D],
  KeLowerIrql: [P, any],
  PAGED_CODE: [P, A],
  KeInitializeSpinLock: [P, any],
  KeAcquireSpinLock: [P, D],
  KeReleaseSpinLock: [D, D],
  KeAcquireSpinLockAtDpcLevel: [D, any],
  KeReleaseSpinLockFromDpcLevel: [D, D],
  ExInitializeFastMutex: [P, D],
  ExAcquireFastMutex: [P, A],
  ExReleaseFastMutex: [A, A],
  KeInitializeDpc: [P, any],
  KeInsertQueueDpc: [P, any],
  KeInitializeTimer: [P, D],
  KeSetTimer: [P, D],
  KeCancelTimer: [P, D],
  IoAllocateWorkItem: [P, D],
  IoQueueWorkItem: [P, D],
  IoFreeWorkItem: [P, D],
  PsCreateSystemThread: [P, P],
  PsTerminateSystemThread: [P, P],
  KeInitializeEvent: [P, any],
  KeSetEvent: { 'Wait is true': [P, A], otherwise: [P, D] },
  KeClearEvent: [P, D],
  KeWaitForSingleObject: { 'Timeout is 0': [P, D], otherwise: [P, A] },
  KeDelayExecutionThread: [P, A],
  ExAllocatePool2: { 'Flags is 256': [P, A], otherwise: [P, D] },
  ExFreePool: { nonPaged: [P, D], paged: [P, A] },
  ExFreePoolWithTag: { nonPaged: [P, D], paged: [P, A] },
  WskRegister: [P, P],
  WskDeregister: [P, P],
  WskCaptureProviderNPI: { 'WaitTimeout is 0': [P, D], otherwise: [P, P] },
  WskReleaseProviderNPI: [P, D],
  WskQueryProviderCharacteristics: [P, D],
  WskSocket: [P, D],
  WskSocketConnect: [P, D],
  WskControlClient: [P, D],
  WskGetAddressInfo: [P, P],
  WskFreeAddressInfo: [P, P],
  WskGetNameInfo: [P, P],
  IoAllocateIrp: [P, D],
  IoFreeIrp: [P, D],
  IoSetCompletionRoutine: [P, D],
  NmrRegisterProvider: [P, P],
  NmrDeregisterProvider: [P, D],
  NmrWaitForProviderDeregisterComplete: [P, A],
  NmrRegisterClient: [P, P],
  NmrDeregisterClient: [P, D],
  NmrWaitForClientDeregisterComplete: [P, A],
  NmrClientAttachProvider: [P, P],
  NmrClientDetachProviderComplete: [P, D],
  NmrProviderDetachClientComplete: [P, D],
};

const passiveRoles = [
  'DRIVER_INITIALIZE',
  'DRIVER_UNLOAD',
  'KSTART_ROUTINE',
  'IO_WORKITEM_ROUTINE',
  'NPI_CLIENT_ATTACH_PROVIDER_FN',
  'NPI_PROVIDER_ATTACH_CLIENT_FN',
];
const passiveToDispatchRoles = [
  'IO_COMPLETION_ROUTINE',
  'NPI_CLIENT_DETACH_PROVIDER_FN',
  'NPI_PROVIDER_DETACH_CLIENT_FN',
  'NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN',
  'NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN',
  'PFN_WSK_CLIENT_EVENT',
  'PFN_WSK_ACCEPT_EVENT',
  'PFN_WSK_RECEIVE_EVENT',
  'PFN_WSK_RECEIVE_FROM_EVENT',
  'PFN_WSK_DISCONNECT_EVENT',
  'PFN_WSK_ABORT_EVENT',
  'PFN_WSK_SEND_BACKLOG_EVENT',
  'PFN_WSK_INSPECT_EVENT',
];

const range = ({ min = P, max = any }: LevelRange): readonly [string, string] => [min, max];

function formsOf(stated: Levels): unknown {
  if ('poolOf' in stated) return { nonPaged: range(stated.nonPaged), paged: range(stated.paged) };
  if ('parameter' in stated)
    return { [`${stated.parameter} is ${String(stated.equals)}`]: range(stated.then), otherwise: range(stated.otherwise) };
  return range(stated);
}

/** Every `clause`, `checkedBy` value anywhere in a table. */
function clausesIn(table: unknown): string[] {
  if (typeof table !== 'object' || table === null) return [];
  return Object.entries(table).flatMap(([key, value]) =>
    (key === 'clause' || key === 'checkedBy') && typeof value === 'string' ? [value] : clausesIn(value),
  );
}

describe('contract functions', () => {
  const expected = new Map(
    [...signatures.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, name = '', parameters = '']) => [name, parameters.split(', ').filter(Boolean)]),
  );

  it('are the functions of the public interface, with its parameters', () => {
    expect(new Map(Object.entries(contractFunctions).map(([name, { parameters }]) => [name, parameters]))).toEqual(expected);
  });

  it('has the members of WSK_PROVIDER_DISPATCH beside them', () => {
    expect(Object.keys(dispatchMembers)).toEqual([
      'WskSocket',
      'WskSocketConnect',
      'WskControlClient',
      'WskGetAddressInfo',
      'WskFreeAddressInfo',
      'WskGetNameInfo',
    ]);
    expect(contractOf('WskSocket')).toBeUndefined();
    expect(contractOf('toString')).toBeUndefined();
  });

  it.each(Object.entries(all))('%s refers to its own parameters and to functions that exist', (_name, contract) => {
    const named = [
      contract.acquires?.of,
      contract.releases?.of,
      contract.waits?.unless?.parameter,
      contract.fills?.parameter,
      contract.fills?.of,
      ...(contract.needs ?? []).map(({ of }) => of),
      ...(contract.writesCell ?? []),
      ...(contract.takes ?? []).flatMap(({ parameter, context }) => [parameter, context]),
      ...(contract.keeps ?? []).map(({ parameter }) => parameter),
      ...parametersOfEffect(contract),
    ].filter((name) => name !== undefined);
    for (const name of named) expect(contract.parameters).toContain(name);
    const functions = [contract.acquires?.releasedBy, contract.releases?.thenWaitWith, contract.fills?.until].filter(
      (name) => name !== undefined,
    );
    for (const name of functions) expect(contractOf(name)).toBeDefined();
    for (const { role } of contract.takes ?? []) expect(roles).toHaveProperty(role);
    for (const status of contract.failsWith ?? []) expect(statusConstants).toHaveProperty(status);
  });

  it('checks the status of the calls that fail in the documented ways', () => {
    expect(
      Object.keys(all)
        .filter((name) => all[name]?.checkedBy !== undefined)
        .sort(),
    ).toEqual([
      'NmrClientAttachProvider',
      'NmrRegisterClient',
      'NmrRegisterProvider',
      'WskCaptureProviderNPI',
      'WskQueryProviderCharacteristics',
      'WskRegister',
    ]);
  });
});

function parametersOfEffect({ levelEffect, levels: stated, memory }: ContractFunction): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  if (stated !== undefined) names.push('parameter' in stated ? stated.parameter : 'poolOf' in stated ? stated.poolOf : undefined);
  if (memory !== undefined) names.push(...(memory.kind === 'allocate' ? [memory.type, memory.flags] : [memory.memory]));
  if (levelEffect?.kind === 'acquireLock' || levelEffect?.kind === 'releaseLock') names.push(levelEffect.lock);
  if (levelEffect?.kind === 'acquireLock') names.push(levelEffect.savesIn?.cell);
  if (levelEffect?.kind === 'raise' && levelEffect.savesIn !== 'result') names.push(levelEffect.savesIn.cell);
  if ((levelEffect?.kind === 'raise' || levelEffect?.kind === 'lower') && 'parameter' in levelEffect.to)
    names.push(levelEffect.to.parameter);
  return names;
}

describe('levels', () => {
  it('are stated for every function', () => {
    expect(Object.keys(expectedLevels).sort()).toEqual(Object.keys(all).sort());
  });

  it.each(Object.entries(expectedLevels))('%s', (name, expected) => {
    expect(formsOf(all[name]?.levels ?? { clause: 'I1' })).toEqual(expected);
  });

  it('are stated for every role', () => {
    const stated = Object.entries(roles).map(([name, role]) => [name, range(role.levels)]);
    expect(Object.fromEntries(stated)).toEqual({
      ...Object.fromEntries(passiveRoles.map((name) => [name, [P, P]])),
      ...Object.fromEntries(passiveToDispatchRoles.map((name) => [name, [P, D]])),
      KDEFERRED_ROUTINE: [D, D],
    });
  });

  it('have names and values', () => {
    expect(levels).toEqual({ PASSIVE_LEVEL: 0, APC_LEVEL: 1, DISPATCH_LEVEL: 2, HIGH_LEVEL: 15 });
    expect(levelName(2)).toBe('DISPATCH_LEVEL');
    expect(levelName(7)).toBeUndefined();
  });
});

describe('effects on the level', () => {
  it('belong to the functions whose page has one', () => {
    expect(
      Object.fromEntries(Object.entries(all).flatMap(([name, { levelEffect }]) => (levelEffect ? [[name, levelEffect]] : []))),
    ).toEqual({
      KeGetCurrentIrql: { kind: 'query' },
      KeRaiseIrql: { kind: 'raise', to: { parameter: 'NewIrql' }, savesIn: { cell: 'OldIrql' } },
      KeRaiseIrqlToDpcLevel: { kind: 'raise', to: { level: D }, savesIn: 'result' },
      KeLowerIrql: { kind: 'lower', to: { parameter: 'NewIrql' } },
      PAGED_CODE: { kind: 'assertAtMost', max: A },
      KeAcquireSpinLock: { kind: 'acquireLock', lock: 'SpinLock', raisesTo: D, savesIn: { cell: 'OldIrql' } },
      KeReleaseSpinLock: { kind: 'releaseLock', lock: 'SpinLock', acquiredBy: ['KeAcquireSpinLock'], restores: { parameter: 'NewIrql' } },
      KeAcquireSpinLockAtDpcLevel: { kind: 'acquireLock', lock: 'SpinLock', raisesTo: null },
      KeReleaseSpinLockFromDpcLevel: {
        kind: 'releaseLock',
        lock: 'SpinLock',
        acquiredBy: ['KeAcquireSpinLockAtDpcLevel'],
        restores: 'nothing',
      },
      ExAcquireFastMutex: { kind: 'acquireLock', lock: 'FastMutex', raisesTo: A },
      ExReleaseFastMutex: { kind: 'releaseLock', lock: 'FastMutex', acquiredBy: ['ExAcquireFastMutex'], restores: 'savedInLock' },
    });
  });
});

describe('clauses', () => {
  const expected = { R: 9, D: 4, C: 10, L: 2, Q: 1, E: 2, N: 8, W: 5, A: 6, V: 4, T: 5, I: 5 };

  it('are all there, in order', () => {
    expect(Object.keys(clauses)).toEqual(
      Object.entries(expected).flatMap(([letter, count]) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)),
    );
  });

  it('exist wherever a table cites one', () => {
    for (const id of clausesIn({ all, roles })) expect(clauses).toHaveProperty(id);
  });

  it('say who reports them; only what describes behaviour has no rule', () => {
    const unreported = Object.entries<Clause>(clauses).filter(([, { rules }]) => rules.length === 0);
    expect(unreported.map(([id]) => id)).toEqual(['C5', 'C8', 'C10']);
  });
});

describe('statuses', () => {
  const holds = (test: keyof typeof statusTests, status: number): boolean =>
    statusTests[test][0] <= status && status <= statusTests[test][1];

  it('are signed, with the severity in the top bits', () => {
    for (const [name, value] of Object.entries(statusConstants)) {
      expect(value, name).toBe(value | 0);
      expect([0, 3], name).toContain(value >>> 30);
    }
    expect(constants.STATUS_DEVICE_NOT_READY).toBe(-1073741661);
  });

  it('belong to one class of severity each', () => {
    for (const [status, success, information, warning, error] of [
      [0, true, false, false, false],
      [0x103, true, false, false, false],
      [0x40000000, true, true, false, false],
      [0x80000000 | 0, false, false, true, false],
      [0xbfffffff | 0, false, false, true, false],
      [0xc0000000 | 0, false, false, false, true],
      [-1, false, false, false, true],
    ] as const) {
      expect(holds('NT_SUCCESS', status)).toBe(success);
      expect(holds('NT_INFORMATION', status)).toBe(information);
      expect(holds('NT_WARNING', status)).toBe(warning);
      expect(holds('NT_ERROR', status)).toBe(error);
    }
  });
});

describe('structures', () => {
  it('have members that are structures', () => {
    for (const structure of Object.values<Structure>(structures))
      for (const name of Object.values(structure.members ?? {})) expect(structures).toHaveProperty(name);
  });

  it('give a role by a member name that is theirs alone', () => {
    const members = Object.values(positions).flatMap((of) => Object.keys(of));
    expect(new Set(members).size).toBe(members.length);
    expect(roleOfMember('DriverUnload')).toBe('DRIVER_UNLOAD');
    expect(roleOfMember('constructor')).toBeUndefined();
  });
});
