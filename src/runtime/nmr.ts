/**
 * The Network Module Registrar. Modules of the same NPI are offered to each other as soon as both are registered, before the second
 * registration returns (N5). A deregistration starts the detachment of all bindings at once and always returns STATUS_PENDING.
 */
import { callSite } from './call-site.js';
import { requireLevel, requireThere } from './irql.js';
import { machine } from './machine.js';
import { askProvider, bindingOf, completeDetach, detach, offer } from './nmr-bindings.js';
import { guardDispatch } from './nmr-dispatch.js';
import { addClient, addProvider, forget, liveModules, moduleOf, noteChangedCharacteristics, type NetworkModule } from './nmr-modules.js';
import { waitUntil } from './scheduler.js';
import { STATUS_INVALID_PARAMETER, STATUS_PENDING, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { HANDLE, Out } from './basics.js';
import type { NPI_CLIENT_CHARACTERISTICS, NPI_PROVIDER_CHARACTERISTICS, NPI_REGISTRATION_INSTANCE } from './nmr-types.js';

/**
 * Registers a provider. On success the handle is filled in and attach callbacks of clients may have run already; on failure the cell
 * stays as it was. PASSIVE_LEVEL. Clauses N1 to N8, page nf-netioddk-nmrregisterprovider.
 */
export function NmrRegisterProvider(
  ProviderCharacteristics: NPI_PROVIDER_CHARACTERISTICS,
  ProviderContext: unknown,
  NmrProviderHandle: Out<HANDLE>,
): NTSTATUS {
  requireLevel('NmrRegisterProvider');
  requireThere('NmrRegisterProvider', { ProviderCharacteristics, NmrProviderHandle });
  const fault = machine.fault('NmrRegisterProvider');
  const { ProviderRegistrationInstance, ProviderCleanupBindingContext, Version } = ProviderCharacteristics;
  if (!hasLegalValues('NmrRegisterProvider', Version, ProviderRegistrationInstance, ProviderCleanupBindingContext))
    return STATUS_INVALID_PARAMETER;
  if (fault !== undefined) return fault;
  const provider = addProvider(ProviderCharacteristics, ProviderContext);
  NmrProviderHandle.value = provider.handle;
  for (const module of partners(provider)) if (module.kind === 'client') offer(module, provider);
  return STATUS_SUCCESS;
}

/**
 * Registers a client. On success the handle is filled in and its attach callback may have run already; on failure the cell stays as it
 * was. PASSIVE_LEVEL. Clauses N1 to N8, page nf-netioddk-nmrregisterclient.
 */
export function NmrRegisterClient(
  ClientCharacteristics: NPI_CLIENT_CHARACTERISTICS,
  ClientContext: unknown,
  NmrClientHandle: Out<HANDLE>,
): NTSTATUS {
  requireLevel('NmrRegisterClient');
  requireThere('NmrRegisterClient', { ClientCharacteristics, NmrClientHandle });
  const fault = machine.fault('NmrRegisterClient');
  const { ClientRegistrationInstance, ClientCleanupBindingContext, Version } = ClientCharacteristics;
  if (!hasLegalValues('NmrRegisterClient', Version, ClientRegistrationInstance, ClientCleanupBindingContext))
    return STATUS_INVALID_PARAMETER;
  if (fault !== undefined) return fault;
  const client = addClient(ClientCharacteristics, ClientContext);
  NmrClientHandle.value = client.handle;
  for (const module of partners(client)) if (module.kind === 'provider') offer(client, module);
  return STATUS_SUCCESS;
}

/** Registered modules of the same NPI. A module that is leaving is offered to nobody. */
const partners = (module: NetworkModule): NetworkModule[] =>
  liveModules().filter((other) => other.instance.NpiId === module.instance.NpiId && other.deregisteredAt === undefined);

function hasLegalValues(caller: string, version: number, instance: NPI_REGISTRATION_INSTANCE, cleanup: unknown): boolean {
  if (version !== 0 || instance.Version !== 0)
    machine.refuse('N7', caller, 'Version is not zero in the characteristics or the registration instance');
  else if (cleanup !== null && typeof cleanup !== 'function')
    machine.refuse('N7', caller, 'the cleanup callback is neither a callback nor NULL');
  else return true;
  return false;
}

/**
 * Starts to deregister; the module waits with `NmrWaitForProviderDeregisterComplete`. At most DISPATCH_LEVEL. Clauses W1 to W5, page
 * nf-netioddk-nmrderegisterprovider.
 */
export function NmrDeregisterProvider(NmrProviderHandle: HANDLE): NTSTATUS {
  requireLevel('NmrDeregisterProvider');
  return deregister(NmrProviderHandle, 'provider', 'NmrDeregisterProvider');
}

/**
 * Starts to deregister; the module waits with `NmrWaitForClientDeregisterComplete`. At most DISPATCH_LEVEL. Clauses W1 to W5, page
 * nf-netioddk-nmrderegisterclient.
 */
export function NmrDeregisterClient(NmrClientHandle: HANDLE): NTSTATUS {
  requireLevel('NmrDeregisterClient');
  return deregister(NmrClientHandle, 'client', 'NmrDeregisterClient');
}

function deregister(handle: HANDLE, kind: NetworkModule['kind'], caller: string): NTSTATUS {
  const module = moduleOf(handle, kind);
  if (module === undefined || module.deregisteredAt !== undefined) {
    machine.refuse(
      'W5',
      caller,
      module === undefined ? 'this is no handle of a registered module' : 'the module was deregistered before',
      handle ?? undefined,
    );
    return STATUS_INVALID_PARAMETER;
  }
  noteChangedCharacteristics(module, caller);
  module.deregisteredAt = callSite();
  machine.remember(module.handle, 'deregistered');
  for (const binding of [...module.bindings]) detach(binding);
  return STATUS_PENDING;
}

/**
 * Waits until all clients are detached. A handle that was not deregistered, or not by its kind, gives STATUS_INVALID_PARAMETER. At
 * most APC_LEVEL. Clauses W2 and W3, page nf-netioddk-nmrwaitforproviderderegistercomplete.
 */
export function NmrWaitForProviderDeregisterComplete(NmrProviderHandle: HANDLE): NTSTATUS {
  requireLevel('NmrWaitForProviderDeregisterComplete');
  return waitForBindings(moduleOf(NmrProviderHandle, 'provider'), 'NmrWaitForProviderDeregisterComplete');
}

/**
 * Waits until all providers are detached. A handle that was not deregistered, or not by its kind, gives STATUS_INVALID_PARAMETER. At
 * most APC_LEVEL. Clauses W2 and W3, page nf-netioddk-nmrwaitforclientderegistercomplete.
 */
export function NmrWaitForClientDeregisterComplete(NmrClientHandle: HANDLE): NTSTATUS {
  requireLevel('NmrWaitForClientDeregisterComplete');
  return waitForBindings(moduleOf(NmrClientHandle, 'client'), 'NmrWaitForClientDeregisterComplete');
}

function waitForBindings(module: NetworkModule | undefined, caller: string): NTSTATUS {
  if (module?.deregisteredAt === undefined) {
    machine.note(
      'W2',
      caller,
      module === undefined ? 'this is no handle of a module that is leaving' : 'the module was not deregistered before',
      module?.handle,
    );
    return STATUS_INVALID_PARAMETER;
  }
  // Who returned STATUS_PENDING from a detach callback and never completes it keeps this wait from ending.
  waitUntil(() => module.bindings.size === 0, `${caller} to see ${module.bindings.size} binding(s) detached`, {
    clause: 'T3',
    about: module.handle,
  });
  forget(module);
  return STATUS_SUCCESS;
}

/**
 * Attaches to the provider that was offered: calls its attach callback and returns what that returned. On success the two cells hold the
 * provider's context and dispatch. Only inside the client's attach callback; elsewhere it is refused.
 * PASSIVE_LEVEL. Clauses A1 to A6, page nf-netioddk-nmrclientattachprovider.
 */
export function NmrClientAttachProvider(
  NmrBindingHandle: HANDLE,
  ClientBindingContext: unknown,
  ClientDispatch: unknown,
  ProviderBindingContext: Out<unknown>,
  ProviderDispatch: Out<unknown>,
): NTSTATUS {
  requireLevel('NmrClientAttachProvider');
  requireThere('NmrClientAttachProvider', { ProviderBindingContext, ProviderDispatch });
  const fault = machine.fault('NmrClientAttachProvider');
  const binding = bindingOf(NmrBindingHandle);
  if (binding === undefined || !binding.isOffered || binding.isAttached) {
    machine.refuse('A6', 'NmrClientAttachProvider', 'this binding is not being offered to the client by its attach callback');
    return STATUS_INVALID_PARAMETER;
  }
  binding.clientContext = ClientBindingContext;
  const status = fault ?? askProvider(binding, ClientBindingContext, ClientDispatch);
  binding.attachStatus = status;
  if (status === STATUS_SUCCESS) {
    ProviderBindingContext.value = binding.providerContext;
    ProviderDispatch.value = guardDispatch(binding.providerDispatch, binding, 'client');
  }
  return status;
}

/**
 * Ends the client's detachment after its detach callback returned STATUS_PENDING; refused otherwise. At most DISPATCH_LEVEL. Clauses
 * T2, T3 and T5, page nf-netioddk-nmrclientdetachprovidercomplete.
 */
export function NmrClientDetachProviderComplete(NmrBindingHandle: HANDLE): void {
  requireLevel('NmrClientDetachProviderComplete');
  completeDetach(bindingOf(NmrBindingHandle), 'client', 'NmrClientDetachProviderComplete');
}

/**
 * Ends the provider's detachment after its detach callback returned STATUS_PENDING; refused otherwise. At most DISPATCH_LEVEL. Clauses
 * T2, T3 and T5, page nf-netioddk-nmrproviderdetachclientcomplete.
 */
export function NmrProviderDetachClientComplete(NmrBindingHandle: HANDLE): void {
  requireLevel('NmrProviderDetachClientComplete');
  completeDetach(bindingOf(NmrBindingHandle), 'provider', 'NmrProviderDetachClientComplete');
}
