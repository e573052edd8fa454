/** A driver program out of a seed. */
import { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, Names, type Held, type Returns } from './context.js';
import { arrayFunction } from './arrays.js';
import { bindings } from './bindings.js';
import { guards } from './closures.js';
import { queuedRoutines } from './deferred.js';
import { holder } from './holders.js';
import { driver, pair } from './modules.js';
import { mutate } from './mutate.js';
import { routine } from './routines.js';
import { socketCall, socketRoutines } from './sockets.js';
import { body } from './statements.js';

const prelude: readonly Statement[] = [
  line('const dispatch: WSK_CLIENT_DISPATCH = { Version: 0x100, Reserved: 0, WskClientEvent: null };'),
  line('const client: WSK_CLIENT_NPI = { ClientContext: null, Dispatch: dispatch };'),
];

const characteristics: readonly Statement[] = (['Client', 'Provider'] as const).map((side) => {
  const [other, variable] = side === 'Client' ? ['Provider', 'asClient'] : ['Client', 'asProvider'];
  const instance = `{ Version: 0, Size: 0, NpiId: '${side}', ModuleId: { Guid: '${side}' }, Number: 0, NpiSpecificCharacteristics: null }`;
  const callbacks = `${side}Attach${other}: () => STATUS_NOINTERFACE, ${side}Detach${other}: () => STATUS_SUCCESS, ${side}CleanupBindingContext: null`;
  const type = `NPI_${side.toUpperCase()}_CHARACTERISTICS`;
  return line(`const ${variable}: ${type} = { Version: 0, Length: 0, ${callbacks}, ${side}RegistrationInstance: ${instance} };`);
});

const helpers: readonly Statement[] = [
  compound(['function isOk(value: NTSTATUS): boolean', [line('return NT_SUCCESS(value);')]]),
  compound(['function open(block: WSK_REGISTRATION): NTSTATUS', [line('return WskRegister(client, block);')]]),
  compound([
    'async function openLater(block: WSK_REGISTRATION): Promise<NTSTATUS>',
    [line('await pause();'), line('return WskRegister(client, block);')],
  ]),
  compound(['async function closeLater(block: WSK_REGISTRATION): Promise<void>', [line('await pause();'), line('WskDeregister(block);')]]),
  compound(['function close(block: WSK_REGISTRATION): void', [line('WskDeregister(block);')]]),
  compound([
    'function take(block: WSK_REGISTRATION, npi: WSK_PROVIDER_NPI): NTSTATUS',
    [
      line('const status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi);'),
      compound(['if (!NT_SUCCESS(status))', [line('log();')]]),
      line('return status;'),
    ],
  ]),
  compound(['function attach(cell: Out<HANDLE>): NTSTATUS', [line('return NmrRegisterClient(asClient, null, cell);')]]),
  compound([
    'function detach(cell: Out<HANDLE>): void',
    [line('NmrDeregisterClient(cell.value);'), line('NmrWaitForClientDeregisterComplete(cell.value);')],
  ]),
];

export function generate(seed: number): readonly Statement[] {
  const random = new Random(seed);
  const names = new Names();
  const make = random.pick([
    localFunction,
    localFunction,
    localFunction,
    socketFunction,
    poolFunction,
    arrayFunction,
    routine,
    routine,
    bindings,
    bindings,
    driver,
    driver,
    pair,
    pair,
    holder,
    holder,
  ]);
  const sockets = socketRoutines(new Context(random, names, { returns: 'void', blocks: [], conditions: [] }));
  const program = [...prelude, ...characteristics, ...queuedRoutines, ...sockets, ...guards, ...helpers, ...make(random, names)];
  const mistakes = random.int(10) < 4 ? 0 : 1 + random.int(2);
  let changed: readonly Statement[] = program;
  for (let made = 0; made < mistakes; made++) changed = mutate(random, changed);
  return changed;
}

/** An exported function with blocks of its own. */
function localFunction(random: Random, names: Names): Statement[] {
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'NTSTATUS', 'boolean', 'void']);
  const blocks = random.int(4) === 0 ? ['block0', 'block1'] : ['block0'];
  const isAsync = random.int(4) === 0;
  const ctx = new Context(random, names, { returns, blocks, conditions: ['flag'], mayAwait: isAsync });
  const statements = [
    ...blocks.map((block) => line(`const ${block} = new WSK_REGISTRATION();`)),
    ...body(ctx, 1 + random.int(3)),
    ...(returns === 'void' ? [] : ctx.succeed()),
  ];
  const [keyword, result] = isAsync ? ['async function', `Promise<${returns}>`] : ['function', returns];
  return [compound([`export ${keyword} ${names.fresh('entry')}(flag: boolean, items: readonly number[]): ${result}`, statements])];
}

/** An exported function that is handed a socket. */
function socketFunction(random: Random, names: Names): Statement[] {
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'boolean', 'void']);
  const ctx = new Context(random, names, { returns, blocks: ['block0'], conditions: ['flag'], socket: 'socket' });
  const statements = [
    line('const block0 = new WSK_REGISTRATION();'),
    ...(socketCall(ctx) ?? []),
    ...body(ctx, 1 + random.int(3)),
    ...(returns === 'void' ? [] : ctx.succeed()),
  ];
  const parameters = 'socket: WSK_SOCKET, flag: boolean, items: readonly number[]';
  return [compound([`export function ${names.fresh('entry')}(${parameters}): ${returns}`, statements])];
}

/** An exported function with a block in memory from the pool. */
function poolFunction(random: Random, names: Names): Statement[] {
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'boolean', 'void']);
  const ctx = new Context(random, names, { returns, blocks: ['pool0.registration'], conditions: ['flag'] });
  const free: Held = {
    what: 'memory',
    of: 'pool0',
    undo: [line(random.int(2) === 0 ? 'ExFreePool(pool0);' : 'ExFreePoolWithTag(pool0, 1);')],
  };
  const statements = [
    line('const pool0 = ExAllocatePool2(POOL_FLAG_NON_PAGED, Extension, 1);'),
    compound(['if (pool0 === null)', ctx.fail(undefined)]),
    ...body(ctx.holding(free), 1 + random.int(3)),
    ...free.undo,
    ...(returns === 'void' ? [] : ctx.succeed()),
  ];
  return [
    compound(['class Extension', [line('readonly registration = new WSK_REGISTRATION();')]]),
    compound([`export function ${names.fresh('entry')}(flag: boolean, items: readonly number[]): ${returns}`, statements]),
  ];
}
