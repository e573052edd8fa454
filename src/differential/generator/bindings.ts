/** Modules of the NMR with callbacks of their own: attach, detach (at once or later), cleanup. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Names } from './context.js';
import { body } from './statements.js';
import { hasFailed, hasSucceeded } from './tests.js';

type Side = 'Client' | 'Provider';

const constant = (head: string, statements: readonly Statement[]): Statement => ({ ...compound([head, statements]), tail: ';' });

/** What is kept of a binding: in memory from the pool, or in an object of the module. */
interface Keeping {
  readonly binding: string;
  readonly isPool: boolean;
}

const bindingClass = compound([
  'class Binding',
  [line('handle: HANDLE = NULL;'), line('context: unknown = NULL;'), line('dispatch: unknown = NULL;'), line('isLeaving = false;')],
]);

export function bindings(random: Random, names: Names): Statement[] {
  const side: Side = random.int(2) === 0 ? 'Client' : 'Provider';
  const keeping = random.int(3) === 0 ? { binding: 'uplink', isPool: false } : { binding: 'binding', isPool: true };
  const ctx = new Context(random, names, { returns: 'NTSTATUS', blocks: [], conditions: [] });
  return [
    bindingClass,
    ...(keeping.isPool ? [] : [line('const uplink = new Binding();')]),
    line(`const table = { Version: 1, Send: () => STATUS_SUCCESS };`),
    side === 'Client' ? clientAttach(ctx, keeping) : providerAttach(ctx, keeping),
    ...detach(ctx, side, keeping),
    ...(keeping.isPool ? [cleanup(side)] : []),
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

function clientAttach(ctx: Context, keeping: Keeping): Statement {
  const { binding, isPool } = keeping;
  const status = ctx.names.fresh('status');
  const save = line(`${binding}.handle = NmrBindingHandle;`);
  const isEarly = ctx.chance(40);
  const attach = `NmrClientAttachProvider(NmrBindingHandle, ${binding}, table, context, dispatch)`;
  const kept = [...(isEarly ? [] : [save]), line(`${binding}.context = context.value;`), line(`${binding}.dispatch = dispatch.value;`)];
  const undo = isPool ? [line(ctx.chance(50) ? `ExFreePool(${binding});` : `ExFreePoolWithTag(${binding}, 1);`)] : [];
  const end = line(ctx.chance(50) ? `return ${status};` : 'return STATUS_SUCCESS;');
  const tested =
    ctx.chance(70) || undo.length === 0
      ? [compound([`if (${hasFailed(ctx, status)})`, [...undo, line(`return ${status};`)]]), ...kept, ...between(ctx), end]
      : [compound([`if (${hasSucceeded(ctx, status)})`, kept], ['else', undo]), line(`return ${status};`)];
  return constant(
    'export const onAttach: NPI_CLIENT_ATTACH_PROVIDER_FN = (NmrBindingHandle, ClientContext, ProviderRegistrationInstance) =>',
    [
      ...beforeAttach(ctx, keeping, 'ProviderRegistrationInstance'),
      line('const context = new Out<unknown>();'),
      line('const dispatch = new Out<unknown>();'),
      ...between(ctx),
      ...(isEarly ? [save] : []),
      line(`const ${status} = ${attach};`),
      ...tested,
    ],
  );
}

function providerAttach(ctx: Context, keeping: Keeping): Statement {
  const { binding } = keeping;
  const parameters =
    'NmrBindingHandle, ProviderContext, ClientRegistrationInstance, ClientBindingContext, ClientDispatch, ProviderBindingContext, ProviderDispatch';
  return constant(`export const onAttach: NPI_PROVIDER_ATTACH_CLIENT_FN = (${parameters}) =>`, [
    ...beforeAttach(ctx, keeping, 'ClientRegistrationInstance'),
    line(`${binding}.handle = NmrBindingHandle;`),
    line(`${binding}.context = ClientBindingContext;`),
    line(`${binding}.dispatch = ClientDispatch;`),
    ...between(ctx),
    line(`ProviderBindingContext.value = ${ctx.chance(80) ? binding : 'new Binding()'};`),
    line('ProviderDispatch.value = table;'),
    line('return STATUS_SUCCESS;'),
  ]);
}

/** No call in progress, or one: then the last one completes the detach. */
function detach(ctx: Context, side: Side, { isPool, binding }: Keeping): Statement[] {
  const [other, role] =
    side === 'Client' ? (['Provider', 'NPI_CLIENT_DETACH_PROVIDER_FN'] as const) : (['Client', 'NPI_PROVIDER_DETACH_CLIENT_FN'] as const);
  const complete = `Nmr${side}Detach${other}Complete`;
  const at = ctx.with({ level: 2, isLevelExact: false, mayReturn: false });
  const own = isPool ? [line('const binding = BindingContext as Binding;')] : [];
  const around = (): Statement[] => (ctx.chance(30) ? body(at.deeper(), 1) : []);
  if (ctx.chance(40))
    return [constant(`export const onDetach: ${role} = (BindingContext) =>`, [...own, ...around(), line('return STATUS_SUCCESS;')])];
  const inProgress = [line(`${binding}.isLeaving = true;`), line('return STATUS_PENDING;')];
  const done = isPool
    ? compound([
        'export function callDone(binding: Binding): void',
        [compound(['if (binding.isLeaving)', [line(`${complete}(binding.handle);`)]])],
      ])
    : compound(['export function callDone(): void', [compound(['if (uplink.isLeaving)', [line(`${complete}(uplink.handle);`)]])]]);
  const early = ctx.chance(25) ? [line(`${complete}(${binding}.handle);`)] : [];
  return [
    constant(`export const onDetach: ${role} = (BindingContext) =>`, [
      ...own,
      ...around(),
      compound(['if (probe())', [...inProgress.slice(0, 1), ...early, ...inProgress.slice(1)]]),
      line('return STATUS_SUCCESS;'),
    ]),
    done,
  ];
}

function cleanup(side: Side): Statement {
  const role = side === 'Client' ? 'NPI_CLIENT_CLEANUP_BINDING_CONTEXT_FN' : 'NPI_PROVIDER_CLEANUP_BINDING_CONTEXT_FN';
  return constant(`export const onCleanup: ${role} = (BindingContext) =>`, [line('ExFreePool(BindingContext);')]);
}
