/** The network modules that are registered, and what must not change or be freed while they are. */
import { KernelHandle, type HANDLE } from './basics.js';
import { callSite } from './call-site.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { watchFrees } from './pool.js';
import type { Binding } from './nmr-bindings.js';
import type { NPI_CLIENT_CHARACTERISTICS, NPI_PROVIDER_CHARACTERISTICS, NPI_REGISTRATION_INSTANCE } from './nmr-types.js';

interface ModuleBase {
  readonly handle: KernelHandle;
  /** The driver that registered it, and whose callbacks it has. */
  readonly image: Image;
  readonly instance: NPI_REGISTRATION_INSTANCE;
  /** The characteristics as they were when they were registered (N2). */
  readonly then: readonly unknown[];
  readonly context: unknown;
  readonly registeredAt: string;
  /** Where it was deregistered, once it was: an omitted wait is reported there (W1). */
  deregisteredAt: string | undefined;
  /** Attached, or still detaching. The deregistration is complete when there is none left. */
  readonly bindings: Set<Binding>;
}

export interface ClientModule extends ModuleBase {
  readonly kind: 'client';
  readonly characteristics: NPI_CLIENT_CHARACTERISTICS;
}

export interface ProviderModule extends ModuleBase {
  readonly kind: 'provider';
  readonly characteristics: NPI_PROVIDER_CHARACTERISTICS;
}

export type NetworkModule = ClientModule | ProviderModule;

/** By handle, from registration to the end of the wait, in order of registration. */
const modules = machine.part(() => new Map<KernelHandle, NetworkModule>());

const base = (handle: KernelHandle, instance: NPI_REGISTRATION_INSTANCE, characteristics: object, context: unknown): ModuleBase => ({
  handle,
  image: machine.routine.image,
  instance,
  then: flatten(characteristics, 2),
  context,
  registeredAt: callSite(),
  deregisteredAt: undefined,
  bindings: new Set(),
});

export function addClient(
  characteristics: NPI_CLIENT_CHARACTERISTICS,
  context: unknown,
  handle = new KernelHandle('NMR client'),
): ClientModule {
  const instance = characteristics.ClientRegistrationInstance;
  const client: ClientModule = { kind: 'client', characteristics, ...base(handle, instance, characteristics, context) };
  modules().set(client.handle, client);
  machine.remember(client.handle, 'registered');
  return client;
}

export function addProvider(
  characteristics: NPI_PROVIDER_CHARACTERISTICS,
  context: unknown,
  handle = new KernelHandle('NMR provider'),
): ProviderModule {
  const instance = characteristics.ProviderRegistrationInstance;
  const provider: ProviderModule = { kind: 'provider', characteristics, ...base(handle, instance, characteristics, context) };
  modules().set(provider.handle, provider);
  machine.remember(provider.handle, 'registered');
  return provider;
}

/** The module behind a handle of that kind, until its deregistration was waited for; undefined for any other handle. */
export function moduleOf(handle: HANDLE, kind: NetworkModule['kind']): NetworkModule | undefined {
  const found = handle === null ? undefined : modules().get(handle);
  return found?.kind === kind ? found : undefined;
}

export function forget(module: NetworkModule): void {
  modules().delete(module.handle);
  machine.remember(module.handle, 'waited for');
}

/** Registered, or deregistered and not waited for, in order of registration. */
export const liveModules = (): readonly NetworkModule[] => [...modules().values()];

/** The values of a structure and of the structures in it, as far down as the NMR looks. */
export function flatten(structure: unknown, depth: number): unknown[] {
  if (typeof structure !== 'object' || structure === null) return [];
  return Object.values(structure).flatMap((value: unknown) =>
    typeof value === 'object' && value !== null && depth > 0 ? [value, ...flatten(value, depth - 1)] : [value],
  );
}

/** Found out at the next use: characteristics stay as they were registered (N2). */
export function noteChangedCharacteristics(module: NetworkModule, caller: string): void {
  const now = flatten(module.characteristics, 2);
  const same = now.length === module.then.length && now.every((value, index) => value === module.then[index]);
  if (!same)
    machine.note(
      'N2',
      caller,
      `the characteristics of the ${module.kind} were changed while registered`,
      module.handle,
      undefined,
      module.image,
    );
}

/** What a module needs of this memory, if anything; the clause says as what. */
function neededBy(module: NetworkModule, object: object): { clause: string; why: string } | undefined {
  if (module.context === object) return { clause: 'N3', why: `this is the context of a ${module.kind} that is still registered` };
  if (module.characteristics === object || module.instance === object) {
    return { clause: 'N2', why: `these are the characteristics of a ${module.kind} that is still registered` };
  }
  for (const binding of module.bindings) {
    if (binding.isCleaningUp) continue;
    if (module.kind === 'client' && (binding.clientContext === object || binding.clientDispatch === object)) {
      return { clause: 'A5', why: 'the client side of a binding is still attached' };
    }
    if (module.kind === 'provider' && (binding.providerContext === object || binding.providerDispatch === object)) {
      return { clause: 'V3', why: 'the provider side of a binding is still attached' };
    }
  }
  return undefined;
}

watchFrees((object) => {
  for (const module of modules().values()) {
    const needed = neededBy(module, object);
    if (needed !== undefined) return needed;
  }
  return undefined;
});

listLeaks((image) =>
  liveModules()
    .filter((module) => module.image === image)
    .map(({ kind, handle, registeredAt, deregisteredAt }) => {
      const history = machine.historyOf(handle);
      return deregisteredAt === undefined
        ? { clause: 'N4', what: `an NMR ${kind} was not deregistered`, callSite: registeredAt, history }
        : { clause: 'W1', what: `the deregistration of an NMR ${kind} was not waited for`, callSite: deregisteredAt, history };
    }),
);
