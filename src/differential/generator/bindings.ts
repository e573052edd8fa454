/** Modules of the NMR with callbacks of their own: attach, detach (at once or later), cleanup. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Names } from './context.js';
import { asMember } from './kinds.js';
import { body } from './statements.js';
import { hasFailed, hasSucceeded } from './tests.js';

type Side = 'Client' | 'Provider';

const constant = (head: string, statements: readonly Statement[]): Statement => ({ ...compound([head, statements]), tail: ';' });

const peerType = line('type Peer = { Send(): NTSTATUS };');

/** A call into the other module. */
const send = (binding: string): Statement => line(`(${binding}.dispatch as Peer).Send();`);

/** What is kept of a binding: in memory from the pool, or in an object of the module. */
interface Keeping {
  readonly binding: string;
  readonly isPool: boolean;
}

const bindingClass = compound([
  'class Binding',
  [line('handle: HANDLE = NULL;'), line('context: unknown = NULL;'), line('dispatch: unknown = NULL;'), line('isLeaving = false;')],
]);

/** A callback of the module, as a constant or as a member of its characteristics. */
interface Callback {
  readonly name: string;
  readonly member: string;
  readonly role: string;
  readonly parameters: string;
  readonly statements: readonly Statement[];
}

export function bindings(random: Random, names: Names): Statement[] {
  const side: Side = random.int(2) === 0 ? 'Client' : 'Provider';
  const keeping = random.int(3) === 0 ? { binding: 'uplink', isPool: false } : { binding: 'binding', isPool: true };
  const ctx = new Context(random, names, { returns: 'NTSTATUS', blocks: [], conditions: [] });
  const { detached, others } = detach(ctx, side, keeping);
  const callbacks = [
    side === 'Client' ? clientAttach(ctx, keeping) : providerAttach(ctx, keeping),
    detached,
    ...(keeping.isPool ? [cleanup(side)] : []),
  ];
  const sender = keeping.isPool
    ? compound(['export function send(binding: Binding): void', [send('binding')]])
    : compound(['export function send(): void', [send('uplink')]]);
  return [
    peerType,
    bindingClass,
    ...(ctx.chance(40) ? [sender] : []),
    ...(keeping.isPool ? [] : [line('const uplink = new Binding();')]),
    line(`const table = { Version: 1, Send: () => STATUS_SUCCESS };`),
    ...(random.int(2) === 0 ? callbacks.map(asConstant) : registered(ctx, side, callbacks)),
    ...others,
  ];
}

const asConstant = ({ name, role, parameters, statements }: Callback): Statement =>
  constant(`export const ${name}: ${role} = (${parameters}) =>`, statements);

/** The characteristics with the callbacks in place, and what registers them. */
function registered(ctx: Context, side: Side, callbacks: readonly Callback[]): Statement[] {
  const cleanup = callbacks.some(({ name }) => name === 'onCleanup') ? [] : [line(`${side}CleanupBindingContext: null,`)];
  const instance = `{ Version: 0, Size: 0, NpiId: 'own', ModuleId: { Guid: 'own' }, Number: 0, NpiSpecificCharacteristics: null }`;
  const members = [
    line('Version: 0,'),
    line('Length: 0,'),
    ...callbacks.map(({ member, parameters, statements }) => asMember(ctx, member, parameters, statements)),
    ...cleanup,
    line(`${side}RegistrationInstance: ${instance},`),
  ];
  const undo = [line(`NmrDeregister${side}(handle.value);`), line(`NmrWaitFor${side}DeregisterComplete(handle.value);`)];
  return [
    constant(`const characteristics: NPI_${side.toUpperCase()}_CHARACTERISTICS =`, members),
    line('const handle = new Out<HANDLE>(NULL);'),
    compound(['export function start(): NTSTATUS', [line(`return NmrRegister${side}(characteristics, NULL, handle);`)]]),
    compound(['export function stop(): void', undo]),
  ];
}

/** Not attached: for want of memory, or because the other module does not fit. */
function beforeAttach(ctx: Context, { binding, isPool }: Keeping, instance: string): Statement[] {
  const noMemory = ctx.chance(70) ? 'STATUS_INSUFFICIENT_RESOURCES' : 'STATUS_NOINTERFACE';
  return [
    ...(ctx.chance(40) ? [compound([`if (${instance}.Number !== 1)`, [line('return STATUS_NOINTERFACE;')]])] : []),
    ...(ctx.chance(25) ? [compound(['if (probe())', [line('return STATUS_NOINTERFACE;')]])] : []),
    ...(isPool
      ? [
          line(`const ${binding} = ExAllocatePool2(POOL_FLAG_NON_PAGED, Binding, 1);`),
          compound([`if (${binding} === null)`, [line(`return ${noMemory};`)]]),
        ]
      : []),
  ];
}

const between = (ctx: Context): Statement[] => (ctx.chance(30) ? body(ctx.with({ mayReturn: false }).deeper(), 1) : []);

function clientAttach(ctx: Context, keeping: Keeping): Callback {
  const { binding, isPool } = keeping;
  const status = ctx.names.fresh('status');
  const save = line(`${binding}.handle = NmrBindingHandle;`);
  const isEarly = ctx.chance(40);
  const attach = `NmrClientAttachProvider(NmrBindingHandle, ${binding}, table, context, dispatch)`;
  const kept = [
    ...(isEarly ? [] : [save]),
    line(`${binding}.context = context.value;`),
    line(`${binding}.dispatch = dispatch.value;`),
    ...(ctx.chance(20) ? [send(binding)] : []),
  ];
  const undo = isPool ? [line(ctx.chance(50) ? `ExFreePool(${binding});` : `ExFreePoolWithTag(${binding}, 1);`)] : [];
  const end = line(ctx.chance(50) ? `return ${status};` : 'return STATUS_SUCCESS;');
  const tested =
    ctx.chance(70) || undo.length === 0
      ? [compound([`if (${hasFailed(ctx, status)})`, [...undo, line(`return ${status};`)]]), ...kept, ...between(ctx), end]
      : [compound([`if (${hasSucceeded(ctx, status)})`, kept], ['else', undo]), line(`return ${status};`)];
  return {
    name: 'onAttach',
    member: 'ClientAttachProvider',
    role: 'NPI_CLIENT_ATTACH_PROVIDER_FN',
    parameters: 'NmrBindingHandle, ClientContext, ProviderRegistrationInstance',
    statements: [
      ...beforeAttach(ctx, keeping, 'ProviderRegistrationInstance'),
      line('const context = new Out<unknown>();'),
      line('const dispatch = new Out<unknown>();'),
      ...between(ctx),
      ...(isEarly ? [save] : []),
      line(`const ${status} = ${attach};`),
      ...tested,
    ],
  };
}

function providerAttach(ctx: Context, keeping: Keeping): Callback {
  const { binding } = keeping;
  const parameters =
    'NmrBindingHandle, ProviderContext, ClientRegistrationInstance, ClientBindingContext, ClientDispatch, ProviderBindingContext, ProviderDispatch';
  const statements = [
    ...beforeAttach(ctx, keeping, 'ClientRegistrationInstance'),
    line(`${binding}.handle = NmrBindingHandle;`),
    line(`${binding}.context = ClientBindingContext;`),
    line(`${binding}.dispatch = ClientDispatch;`),
    ...between(ctx),
    line(`ProviderBindingContext.value = ${ctx.chance(80) ? binding : 'new Binding()'};`),
    line('ProviderDispatch.value = table;'),
    line('return STATUS_SUCCESS;'),
  ];
  return { name: 'onAttach', member: 'ProviderAttachClient', role: 'NPI_PROVIDER_ATTACH_CLIENT_FN', parameters, statements };
}

/** No call in progress, or one: then the last one completes the detach. */
function detach(ctx: Context, side: Side, { isPool, binding }: Keeping): { readonly detached: Callback; readonly others: Statement[] } {
  const [other, role] =
    side === 'Client' ? (['Provider', 'NPI_CLIENT_DETACH_PROVIDER_FN'] as const) : (['Client', 'NPI_PROVIDER_DETACH_CLIENT_FN'] as const);
  const complete = `Nmr${side}Detach${other}Complete`;
  const at = ctx.with({ level: 2, isLevelExact: false, mayReturn: false });
  const own = isPool ? [line('const binding = BindingContext as Binding;')] : [];
  const around = (): Statement[] => (ctx.chance(30) ? body(at.deeper(), 1) : []);
  const callback = (statements: readonly Statement[]): Callback => {
    // Too late: nothing may be called there any more.
    const late = ctx.chance(15) ? [send(binding)] : [];
    const all = [...own, ...late, ...around(), ...statements, line('return STATUS_SUCCESS;')];
    return { name: 'onDetach', member: `${side}Detach${other}`, role, parameters: 'BindingContext', statements: all };
  };
  if (ctx.chance(40)) return { detached: callback([]), others: [] };
  const done = isPool
    ? compound([
        'export function callDone(binding: Binding): void',
        [compound(['if (binding.isLeaving)', [line(`${complete}(binding.handle);`)]])],
      ])
    : compound(['export function callDone(): void', [compound(['if (uplink.isLeaving)', [line(`${complete}(uplink.handle);`)]])]]);
  const early = ctx.chance(25) ? [line(`${complete}(${binding}.handle);`)] : [];
  const inProgress = [line(`${binding}.isLeaving = true;`), ...early, line('return STATUS_PENDING;')];
  return { detached: callback([compound(['if (probe())', inProgress])]), others: [done] };
}

const cleanup = (side: Side): Callback => ({
  name: 'onCleanup',
  member: `${side}CleanupBindingContext`,
  role: `NPI_${side.toUpperCase()}_CLEANUP_BINDING_CONTEXT_FN`,
  parameters: 'BindingContext',
  statements: [line('ExFreePool(BindingContext);')],
});
