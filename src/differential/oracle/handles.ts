/**
 * Handles of NMR registrations, and the cells that hold them: what is not known of those that were there before, what is lost when a
 * cell gets another value.
 */
import type { ContractFunction } from '../../contracts/types.js';
import { KernelHandle, Out } from '../../runtime/basics.js';
import { addClient, addProvider, forget, liveModules, type NetworkModule } from '../../runtime/nmr-modules.js';
import type { NPI_CLIENT_CHARACTERISTICS, NPI_PROVIDER_CHARACTERISTICS, NPI_REGISTRATION_INSTANCE } from '../../runtime/nmr-types.js';
import { STATUS_NOINTERFACE, STATUS_SUCCESS } from '../../runtime/status.js';
import { registrationOf, WSK_REGISTRATION } from '../../runtime/registrations.js';
import { reachableFrom } from './reach.js';
import { BEFORE, type Run } from './run.js';

/** A cell that was there before the function was entered holds a handle of which nothing is known, or none. */
export function enterCell(run: Run, cell: Out<unknown>, isCompared: boolean): void {
  if (cell.value === null || cell.value === undefined) cell.value = handleBefore(run, cell, isCompared);
}

/** A handle that was in a cell or variable before, or none. */
export function handleBefore(run: Run, holder: object, isCompared: boolean): KernelHandle | null {
  if (isCompared && run.choices.choose(2) === 1) {
    run.emptyBefore.add(holder);
    return null;
  }
  const handle = new KernelHandle('NMR');
  run.handlesBefore.add(handle);
  run.untouchedHandles.add(handle);
  return handle;
}

/** Before a call that takes a handle: one that was there before is in the state in which its first use is right. */
export function assumeHandle(run: Run, { releases, awaits, parameters }: ContractFunction, args: readonly unknown[]): void {
  const parameter = releases?.of ?? awaits?.of;
  const handle = parameter === undefined ? undefined : args[parameters.indexOf(parameter)];
  if (releases?.rundown !== undefined && handle === null && run.cellRead !== undefined && run.emptyBefore.has(run.cellRead)) {
    if (run.foundNothing === 'nowhere') run.giveUp();
    // Whether a test both ways of which went on is remembered is up to the rules.
    if (run.foundNothing === 'before') run.record.doubt();
  }
  if (!(handle instanceof KernelHandle) || !run.handlesBefore.has(handle)) return;
  if (awaits !== undefined && run.untouchedHandles.has(handle)) run.earlyWaits.push({ handle, resource: awaits.resource, line: run.line });
  if (releases === undefined) return;
  if (run.untouchedHandles.delete(handle)) registerBefore(handle, releases.resource === 'nmrClient');
  if (moduleBehind(handle)?.deregisteredAt === undefined) run.noteRelease(releases.resource, handle);
  // Whoever was here before may have deregistered; as this path still does, the wait came too early.
  const wait = run.earlyWaits.find((each) => each.handle === handle && each.resource === releases.rundown?.resource);
  if (wait !== undefined) run.record.add(wait.line, 'wait-after-nmr-deregister', handle);
}

const instance: NPI_REGISTRATION_INSTANCE = {
  Version: 0,
  Size: 0,
  NpiId: 'before',
  ModuleId: { Guid: 'before' },
  Number: 0,
  NpiSpecificCharacteristics: null,
};

/** Modules that nobody knows anything of, but for what they are. */
export const clientCharacteristics: NPI_CLIENT_CHARACTERISTICS = {
  Version: 0,
  Length: 0,
  ClientAttachProvider: () => STATUS_NOINTERFACE,
  ClientDetachProvider: () => STATUS_SUCCESS,
  ClientCleanupBindingContext: null,
  ClientRegistrationInstance: instance,
};

export const providerCharacteristics: NPI_PROVIDER_CHARACTERISTICS = {
  Version: 0,
  Length: 0,
  ProviderAttachClient: () => STATUS_NOINTERFACE,
  ProviderDetachClient: () => STATUS_SUCCESS,
  ProviderCleanupBindingContext: null,
  ProviderRegistrationInstance: instance,
};

function registerBefore(handle: KernelHandle, isClient: boolean): void {
  if (isClient) addClient(clientCharacteristics, null, handle);
  else addProvider(providerCharacteristics, null, handle);
}

const moduleBehind = (handle: unknown): NetworkModule | undefined => liveModules().find((module) => module.handle === handle);

/** The registrations of this run that are in force: the kit may call the module. */
export const isRegisteredHere = (run: Run): boolean =>
  liveModules().some(({ handle, deregisteredAt }) => deregisteredAt === undefined && !run.handlesBefore.has(handle));

/** A cell, member or variable held that and does not any more: what nothing leads to cannot be deregistered. */
export function noteLost(run: Run, line: number, before: unknown): void {
  if (typeof before !== 'object' || before === null) return;
  const left = reachableFrom({ ...run.module.values(), ...run.given, ...Object.fromEntries(run.locals) });
  for (const object of reachableFrom({ before }).keys())
    if (!left.has(object) && isInForce(run, object)) run.record.add(line, 'no-registration-overwrite', object);
}

/** A block or handle of a registration that was made since the function was entered. */
function isInForce(run: Run, object: object): boolean {
  if (object instanceof WSK_REGISTRATION) {
    const { state, registeredAt } = registrationOf(object);
    return state === 'registered' && registeredAt !== BEFORE;
  }
  const module = moduleBehind(object);
  return module !== undefined && module.deregisteredAt === undefined && !run.handlesBefore.has(module.handle);
}

/** What a deregistration answers: it is pending, or, where somebody asks, complete. */
export function answerOfDeregistration(run: Run, handle: unknown, pending: number): number {
  const module = moduleBehind(handle);
  if (!run.asksWhetherPending || run.choices.choose(2) === 0) return pending;
  if (module?.deregisteredAt !== undefined) forget(module);
  return STATUS_SUCCESS;
}
