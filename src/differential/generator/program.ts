/** A driver program out of a seed. */
import { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, Names, type Returns } from './context.js';
import { driver, pair } from './modules.js';
import { mutate } from './mutate.js';
import { body } from './statements.js';

const prelude: readonly Statement[] = [
  line('const dispatch: WSK_CLIENT_DISPATCH = { Version: 0x100, Reserved: 0, WskClientEvent: null };'),
  line('const client: WSK_CLIENT_NPI = { ClientContext: null, Dispatch: dispatch };'),
];

const helpers: readonly Statement[] = [
  compound(['function isOk(value: NTSTATUS): boolean', [line('return NT_SUCCESS(value);')]]),
  compound(['function open(block: WSK_REGISTRATION): NTSTATUS', [line('return WskRegister(client, block);')]]),
  compound(['function close(block: WSK_REGISTRATION): void', [line('WskDeregister(block);')]]),
  compound([
    'function take(block: WSK_REGISTRATION, npi: WSK_PROVIDER_NPI): NTSTATUS',
    [
      line('const status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi);'),
      compound(['if (!NT_SUCCESS(status))', [line('log();')]]),
      line('return status;'),
    ],
  ]),
];

export function generate(seed: number): readonly Statement[] {
  const random = new Random(seed);
  const names = new Names();
  const make = random.pick([localFunction, localFunction, routine, driver, pair]);
  const program = [...prelude, ...helpers, ...make(random, names)];
  const mistakes = random.int(10) < 4 ? 0 : 1 + random.int(2);
  let changed: readonly Statement[] = program;
  for (let made = 0; made < mistakes; made++) changed = mutate(random, changed);
  return changed;
}

/** An exported function with blocks of its own. */
function localFunction(random: Random, names: Names): Statement[] {
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'NTSTATUS', 'boolean', 'void']);
  const blocks = random.int(4) === 0 ? ['block0', 'block1'] : ['block0'];
  const ctx = new Context(random, names, returns, blocks, ['flag']);
  const statements = [
    ...blocks.map((block) => line(`const ${block} = new WSK_REGISTRATION();`)),
    ...body(ctx, 1 + random.int(3)),
    ...(returns === 'void' ? [] : ctx.succeed()),
  ];
  return [compound([`export function ${names.fresh('entry')}(flag: boolean, items: readonly number[]): ${returns}`, statements])];
}

/** A thread or a DPC, with blocks of its own. */
function routine(random: Random, names: Names): Statement[] {
  const isDpc = random.int(3) === 0;
  const ctx = new Context(random, names, 'void', isDpc ? [] : ['block0'], []).with({ level: isDpc ? 2 : 0 });
  const head = isDpc
    ? 'export const onDpc: KDEFERRED_ROUTINE = (Dpc, DeferredContext, SystemArgument1, SystemArgument2) =>'
    : 'export const onThread: KSTART_ROUTINE = (StartContext) =>';
  const made = isDpc ? [] : [line('const block0 = new WSK_REGISTRATION();')];
  return [{ ...compound([head, [...made, ...body(ctx, 1 + random.int(3))]]), tail: ';' }];
}
