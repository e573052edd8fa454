/**
 * Bindings between a client and a provider: offered, attached, detaching on both sides, cleaned up.
 * Not simulated: calls between attached modules are their own, so that a call after detachment (T1) is not seen.
 */
import { KernelHandle, Out, type HANDLE } from './basics.js';
import { PASSIVE_LEVEL } from './irql.js';
import { machine } from './machine.js';
import { noteChangedCharacteristics, type ClientModule, type ProviderModule } from './nmr-modules.js';
import { runRoutine } from './scheduler.js';
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
    detachment: { client: 'attached', provider: 'attached' },
  };
  bindings().set(binding.handle, binding);
  noteChangedCharacteristics(client, 'NPI_CLIENT_ATTACH_PROVIDER_FN');
  const status = runRoutine({ kind: 'nmr callback', name: 'NPI_CLIENT_ATTACH_PROVIDER_FN', level: PASSIVE_LEVEL }, () =>
    client.characteristics.ClientAttachProvider(binding.handle, client.context, provider.instance),
  );
  binding.isOffered = false;
  if (!binding.isAttached) bindings().delete(binding.handle);
  checkClientAnswer(binding, status);
}

function checkClientAnswer(binding: Binding, status: NTSTATUS): void {
  const where = 'NPI_CLIENT_ATTACH_PROVIDER_FN';
  const { attachStatus } = binding;
  if (attachStatus === undefined) {
    if (status !== STATUS_NOINTERFACE && status !== STATUS_INSUFFICIENT_RESOURCES) {
      machine.note('A2', where, 'did not attach and returned something other than STATUS_NOINTERFACE');
    }
  } else if (status !== attachStatus) {
    machine.refuse('A1', where, 'returned something other than the status of its last NmrClientAttachProvider');
  }
}

/** The provider's half of an attachment: calls its attach callback and, when it accepts, fills in what it gave. */
export function askProvider(binding: Binding, ClientBindingContext: unknown, ClientDispatch: unknown): NTSTATUS {
  const where = 'NPI_PROVIDER_ATTACH_CLIENT_FN';
  const { client, provider } = binding;
  const context = new Out<unknown>();
  const dispatch = new Out<unknown>();
  noteChangedCharacteristics(provider, where);
  const status = runRoutine({ kind: 'nmr callback', name: where, level: PASSIVE_LEVEL }, () =>
    provider.characteristics.ProviderAttachClient(
      binding.handle,
      provider.context,
      client.instance,
      ClientBindingContext,
      ClientDispatch,
      context,
      dispatch,
    ),
  );
  if (status !== STATUS_SUCCESS) {
    if (status !== STATUS_NOINTERFACE && status !== STATUS_INSUFFICIENT_RESOURCES) {
      machine.note('V2', where, 'declined with something other than STATUS_NOINTERFACE');
    }
    return status;
  }
  if (context.value === undefined || dispatch.value === undefined) {
    machine.refuse('V1', where, 'returned STATUS_SUCCESS without setting ProviderBindingContext and ProviderDispatch');
  }
  const given = {
    clientContext: ClientBindingContext,
    clientDispatch: ClientDispatch,
    providerContext: context.value,
    providerDispatch: dispatch.value,
  };
  Object.assign(binding, given, { isAttached: true });
  client.bindings.add(binding);
  provider.bindings.add(binding);
  return STATUS_SUCCESS;
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
  binding.detachment[side] = 'in callback';
  const status = runRoutine({ kind: 'nmr callback', name, level: machine.irql, thread: machine.routine.thread }, callback);
  const completedEarly = binding.detachment[side] !== 'in callback';
  if (status === STATUS_PENDING) {
    binding.detachment[side] = completedEarly ? 'done' : 'pending';
    return;
  }
  binding.detachment[side] = 'done';
  if (completedEarly) machine.refuse('T2', name, 'called its complete function and did not return STATUS_PENDING');
}

/** One side's complete function; refused when its detach callback was not called, or has said that it is done (T2). */
export function completeDetach(binding: Binding | undefined, side: 'client' | 'provider', caller: string): void {
  const state = binding?.detachment[side];
  if (binding === undefined || state === undefined) return machine.refuse('T2', caller, 'there is no such binding');
  if (state === 'in callback') {
    binding.detachment[side] = 'completed early';
  } else if (state === 'pending') {
    binding.detachment[side] = 'done';
    finishWhenDetached(binding);
  } else {
    machine.refuse('T2', caller, state === 'attached' ? 'the binding is attached' : 'the detachment is complete already');
  }
}

/** Cleans up and ends the binding once both sides have detached (T4). */
function finishWhenDetached(binding: Binding): void {
  const { client, provider, detachment } = binding;
  if (detachment.client !== 'done' || detachment.provider !== 'done') return;
  binding.isCleaningUp = true;
  const cleanUp = (name: string, body: () => void): void =>
    runRoutine({ kind: 'nmr callback', name, level: machine.irql, thread: machine.routine.thread }, body);
  cleanUp('NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN', () => client.characteristics.ClientCleanupBindingContext?.(binding.clientContext));
  cleanUp('NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN', () =>
    provider.characteristics.ProviderCleanupBindingContext?.(binding.providerContext),
  );
  client.bindings.delete(binding);
  provider.bindings.delete(binding);
  bindings().delete(binding.handle);
}
