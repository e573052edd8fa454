/** Bindings between a client and a provider: offered, attached, detaching on both sides, cleaned up. */
import { KernelHandle, Out, type HANDLE } from './basics.js';
import { PASSIVE_LEVEL } from './irql.js';
import { machine } from './machine.js';
import { guardDispatch, noteChangedDispatch } from './nmr-dispatch.js';
import { flatten, noteChangedCharacteristics, type ClientModule, type ProviderModule } from './nmr-modules.js';
import { setLeakClause } from './pool.js';
import { runRoutine, type RoutineOptions } from './scheduler.js';
import { STATUS_INSUFFICIENT_RESOURCES, STATUS_NOINTERFACE, STATUS_PENDING, STATUS_SUCCESS, type NTSTATUS } from './status.js';

/** How far one side's detachment is. `completed early`: its complete function was called before its callback returned. */
type Detachment = 'attached' | 'in callback' | 'completed early' | 'pending' | 'done';

export interface Binding {
  readonly handle: KernelHandle;
  readonly client: ClientModule;
  readonly provider: ProviderModule;
  /** True inside the client's attach callback, where alone the client can attach. */
  isOffered: boolean;
  isAttached: boolean;
  /** Both sides have detached: contexts may be freed. */
  isCleaningUp: boolean;
  /** What the last `NmrClientAttachProvider` returned (A1). */
  attachStatus: NTSTATUS | undefined;
  clientContext: unknown;
  clientDispatch: unknown;
  providerContext: unknown;
  providerDispatch: unknown;
  /** The dispatch tables as they were when the modules attached (A5, V3). */
  then: { client: readonly unknown[]; provider: readonly unknown[] };
  detachment: { client: Detachment; provider: Detachment };
}

const bindings = machine.part(() => new Map<KernelHandle, Binding>());

export const bindingOf = (handle: HANDLE): Binding | undefined => (handle === null ? undefined : bindings().get(handle));

/** Offers a provider to a client, which may attach from its callback. */
export function offer(client: ClientModule, provider: ProviderModule): void {
  const binding: Binding = {
    handle: new KernelHandle('NMR binding'),
    client,
    provider,
    isOffered: true,
    isAttached: false,
    isCleaningUp: false,
    attachStatus: undefined,
    clientContext: null,
    clientDispatch: null,
    providerContext: null,
    providerDispatch: null,
    then: { client: [], provider: [] },
    detachment: { client: 'attached', provider: 'attached' },
  };
  bindings().set(binding.handle, binding);
  noteChangedCharacteristics(client, 'NPI_CLIENT_ATTACH_PROVIDER_FN');
  const options = { kind: 'nmr callback', name: 'NPI_CLIENT_ATTACH_PROVIDER_FN', level: PASSIVE_LEVEL, image: client.image } as const;
  const status = runRoutine(options, () => client.characteristics.ClientAttachProvider(binding.handle, client.context, provider.instance));
  binding.isOffered = false;
  if (!binding.isAttached) {
    bindings().delete(binding.handle);
    // The client frees it now, or never (A4).
    setLeakClause(binding.clientContext, 'A4');
  }
  checkClientAnswer(binding, status);
}

function checkClientAnswer(binding: Binding, status: NTSTATUS): void {
  const where = 'NPI_CLIENT_ATTACH_PROVIDER_FN';
  const { attachStatus } = binding;
  if (attachStatus === undefined) {
    if (status !== STATUS_NOINTERFACE && status !== STATUS_INSUFFICIENT_RESOURCES) {
      machine.note(
        'A2',
        where,
        'did not attach and returned something other than STATUS_NOINTERFACE',
        binding.handle,
        undefined,
        binding.client.image,
      );
    }
  } else if (status !== attachStatus) {
    machine.refuse(
      'A1',
      where,
      'returned something other than the status of its last NmrClientAttachProvider',
      binding.handle,
      binding.client.image,
    );
  }
}

/** The provider's half of an attachment: calls its attach callback and, when it accepts, fills in what it gave. */
export function askProvider(binding: Binding, ClientBindingContext: unknown, ClientDispatch: unknown): NTSTATUS {
  const where = 'NPI_PROVIDER_ATTACH_CLIENT_FN';
  const { client, provider } = binding;
  const context = new Out<unknown>();
  const dispatch = new Out<unknown>();
  noteChangedCharacteristics(provider, where);
  const status = runRoutine({ kind: 'nmr callback', name: where, level: PASSIVE_LEVEL, image: provider.image }, () =>
    provider.characteristics.ProviderAttachClient(
      binding.handle,
      provider.context,
      client.instance,
      ClientBindingContext,
      guardDispatch(ClientDispatch, binding, 'provider'),
      context,
      dispatch,
    ),
  );
  if (status !== STATUS_SUCCESS) {
    if (status !== STATUS_NOINTERFACE && status !== STATUS_INSUFFICIENT_RESOURCES) {
      machine.note('V2', where, 'declined with something other than STATUS_NOINTERFACE', binding.handle, undefined, provider.image);
    }
    return status;
  }
  if (context.value === undefined || dispatch.value === undefined) {
    const message = 'returned STATUS_SUCCESS without setting ProviderBindingContext and ProviderDispatch';
    machine.refuse('V1', where, message, binding.handle, provider.image);
  }
  attach(binding, { clientDispatch: ClientDispatch, providerContext: context.value, providerDispatch: dispatch.value });
  return STATUS_SUCCESS;
}

function attach(binding: Binding, given: Pick<Binding, 'clientDispatch' | 'providerContext' | 'providerDispatch'>): void {
  const then = { client: flatten(given.clientDispatch, 0), provider: flatten(given.providerDispatch, 0) };
  Object.assign(binding, given, { isAttached: true, then });
  binding.client.bindings.add(binding);
  binding.provider.bindings.add(binding);
  machine.remember(binding.handle, 'attached');
  // From now on it is freed by the cleanup callbacks, or never (T4).
  setLeakClause(binding.clientContext, 'T4');
  setLeakClause(binding.providerContext, 'T4');
}

/** Starts the detachment of both sides, the client first; a binding that is detaching already is left alone. */
export function detach(binding: Binding): void {
  if (binding.detachment.client !== 'attached' || binding.detachment.provider !== 'attached') return;
  callDetach(binding, 'client', 'NPI_CLIENT_DETACH_PROVIDER_FN', () =>
    binding.client.characteristics.ClientDetachProvider(binding.clientContext),
  );
  callDetach(binding, 'provider', 'NPI_PROVIDER_DETACH_CLIENT_FN', () =>
    binding.provider.characteristics.ProviderDetachClient(binding.providerContext),
  );
  finishWhenDetached(binding);
}

function callDetach(binding: Binding, side: 'client' | 'provider', name: string, callback: () => NTSTATUS): void {
  noteChangedDispatch(binding, side, name);
  binding.detachment[side] = 'in callback';
  machine.remember(binding.handle, `${name} called`);
  const status = runRoutine(callbackOptions(binding, side, name), callback);
  const completedEarly = hasCompleted(binding, side);
  if (status === STATUS_PENDING) {
    binding.detachment[side] = completedEarly ? 'done' : 'pending';
    return;
  }
  binding.detachment[side] = 'done';
  if (completedEarly)
    machine.refuse('T2', name, 'called its complete function and did not return STATUS_PENDING', binding.handle, binding[side].image);
}

/** Its callback has called the complete function. */
const hasCompleted = (binding: Binding, side: 'client' | 'provider'): boolean => binding.detachment[side] === 'completed early';

/** Detach and cleanup callbacks run in the thread and at the level of the deregistration (T5). */
const callbackOptions = (binding: Binding, side: 'client' | 'provider', name: string): RoutineOptions => ({
  kind: 'nmr callback',
  name,
  level: machine.irql,
  thread: machine.routine.thread,
  image: binding[side].image,
});

/** One side's complete function; refused when its detach callback was not called, or has said that it is done (T2). */
export function completeDetach(binding: Binding | undefined, side: 'client' | 'provider', caller: string): void {
  const state = binding?.detachment[side];
  if (binding === undefined || state === undefined) {
    machine.refuse('T2', caller, 'there is no such binding');
    return;
  }
  if (state === 'in callback') {
    binding.detachment[side] = 'completed early';
  } else if (state === 'pending') {
    binding.detachment[side] = 'done';
    finishWhenDetached(binding);
  } else {
    machine.refuse('T2', caller, state === 'attached' ? 'the binding is attached' : 'the detachment is complete already', binding.handle);
  }
}

/** Cleans up and ends the binding once both sides have detached (T4). */
function finishWhenDetached(binding: Binding): void {
  const { client, provider, detachment } = binding;
  if (detachment.client !== 'done' || detachment.provider !== 'done') return;
  binding.isCleaningUp = true;
  runRoutine(callbackOptions(binding, 'client', 'NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN'), () =>
    client.characteristics.ClientCleanupBindingContext?.(binding.clientContext),
  );
  runRoutine(callbackOptions(binding, 'provider', 'NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN'), () =>
    provider.characteristics.ProviderCleanupBindingContext?.(binding.providerContext),
  );
  machine.remember(binding.handle, 'cleaned up');
  client.bindings.delete(binding);
  provider.bindings.delete(binding);
  bindings().delete(binding.handle);
}
