/** Programs whose blocks outlive the call: drivers with an unload routine, pairs of functions, classes. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Held, type Names, type Returns } from './context.js';
import { written, type Kind } from './kinds.js';
import { network } from './network.js';
import { body } from './statements.js';
import { test } from './tests.js';

interface Start {
  readonly statements: readonly Statement[];
  /** What has to be undone later. */
  readonly held: readonly Held[];
}

const registers = (block: string): readonly [string, Held] => [
  `WskRegister(client, ${block})`,
  { what: 'registration', of: block, undo: [line(`WskDeregister(${block});`)] },
];

const captures = (block: string, npi: string): readonly [string, Held] => [
  `WskCaptureProviderNPI(${block}, WSK_NO_WAIT, ${npi})`,
  { what: 'capture', of: block, undo: [line(`WskReleaseProviderNPI(${block});`)], npi },
];

/** What is kept: blocks, NPIs and handles, by the expressions that stand for them. */
interface Kept {
  readonly block: string | undefined;
  readonly npi: string | undefined;
  readonly cell: string | undefined;
}

/** What a driver or service keeps: a registration, perhaps with a capture; a module; both. */
function keeps(random: Random, self: string, perCapture: number): Kept {
  const kind = random.int(5);
  const block = kind === 0 ? undefined : `${self}registration`;
  return {
    block,
    npi: block !== undefined && random.int(perCapture) === 0 ? `${self}npi` : undefined,
    cell: kind < 2 ? `${self}handle` : undefined,
  };
}

/** Declares them: as variables of the module, or as fields of a class. */
const declared = ({ block, npi, cell }: Kept, keyword: string): Statement[] => [
  ...(block === undefined ? [] : [line(`${keyword} registration = new WSK_REGISTRATION();`)]),
  ...(npi === undefined ? [] : [line(`${keyword} npi = new WSK_PROVIDER_NPI();`)]),
  ...(cell === undefined ? [] : [line(`${keyword} handle = new Out<HANDLE>(NULL);`)]),
];

/** Acquires and keeps what it acquired: whatever fails on the way undoes what came before. */
function start(ctx: Context, { block, npi, cell }: Kept, last: (inside: Context) => Statement[]): Start {
  const steps = [
    ...(block === undefined ? [] : [registers(block)]),
    ...(block === undefined || npi === undefined ? [] : [captures(block, npi)]),
    ...(cell === undefined ? [] : [network(ctx, cell)]),
  ];
  let inside = ctx;
  const around: ((rest: readonly Statement[]) => Statement[])[] = [];
  for (const [call, held] of steps) {
    const before = inside;
    const status = ctx.names.fresh('status');
    around.push((rest) => [
      line(`const ${status} = ${call};`),
      ...test(before, status, [...before.undoAll(), ...before.fail(status)], rest),
    ]);
    inside = inside.holding(held);
    if (ctx.chance(50)) {
      const between = body(inside, 1);
      around.push((rest) => [...between, ...rest]);
    }
  }
  const end = last(inside);
  return { statements: around.reduceRight<Statement[]>((rest, wrap) => wrap(rest), end), held: inside.held };
}

const undoing = (held: readonly Held[]): Statement[] => [...held].reverse().flatMap(({ undo }) => undo);

/** A `DRIVER_INITIALIZE` and the routine that undoes what it left. */
export function driver(random: Random, names: Names): Statement[] {
  const kept = keeps(random, '', 2);
  const ctx = new Context(random, names, { returns: 'NTSTATUS', blocks: kept.block === undefined ? [] : [kept.block], conditions: [] });
  const unloadContext = new Context(random, names, { returns: 'void', blocks: [], conditions: [] });
  const isInPlace = random.int(3) === 0;
  const isEarly = random.int(3) === 0;
  let unload: Statement[] = [];
  const setUnload = (held: readonly Held[]): Statement => {
    const first = random.int(2) === 0 ? body(unloadContext.with({ held }), 1) : [];
    unload = [...first, ...undoing(held)];
    return isInPlace
      ? written(ctx, unloadRoutine, 'DriverObject.DriverUnload = $;', unload)
      : line('DriverObject.DriverUnload = onUnload;');
  };
  const { statements, held } = start(ctx, kept, (inside) => [...(isEarly ? [] : [setUnload(inside.held)]), ...inside.succeed()]);
  const early = isEarly ? [setUnload(held)] : [];
  return [
    ...declared(kept, 'const'),
    ...(isInPlace ? [] : [compound(['const onUnload: DRIVER_UNLOAD = () =>', unload])]),
    compound(['export const DriverEntry: DRIVER_INITIALIZE = (DriverObject) =>', [...early, ...statements]]),
  ].map(asConstant);
}

const unloadRoutine: Kind = { role: 'DRIVER_UNLOAD', parameters: 'DriverObject', typed: '', returns: 'void', level: 0 };

/** An arrow function that is a constant ends with a semicolon. */
const asConstant = (statement: Statement): Statement =>
  statement.kind === 'compound' && /=>$/.test(statement.parts[0]?.head ?? '') ? { ...statement, tail: ';' } : statement;

const returnTypes: readonly [Returns['type'], ...Returns['type'][]] = ['NTSTATUS', 'NTSTATUS', 'boolean'];

/** What starts and what stops, with or without a flag that says which came last; as functions of the module or methods of a class. */
export function pair(random: Random, names: Names): Statement[] {
  const isClass = random.int(2) === 0;
  const self = isClass ? 'this.' : '';
  const flag = `${self}started`;
  const kept = keeps(random, self, 3);
  const hasFlag = random.int(2) === 0;
  const returns = random.pick(returnTypes);
  const ctx = new Context(random, names, { returns, blocks: kept.block === undefined ? [] : [kept.block], conditions: ['flag'] });
  const { statements, held } = start(ctx, kept, (inside) => [...(hasFlag ? [line(`${flag} = true;`)] : []), ...inside.succeed()]);
  const already = hasFlag && random.int(2) === 0 ? [compound([`if (${flag})`, ctx.succeed()])] : [];
  const stop = [...undoing(held), ...(hasFlag ? [line(`${flag} = false;`)] : [])];
  const startBody = [...already, ...statements];
  const stopBody = hasFlag ? [compound([`if (${flag})`, stop])] : stop;
  if (isClass) {
    const fields = [...declared(kept, 'private readonly'), ...(hasFlag ? [line('private started = false;')] : [])];
    const methods = [
      compound([`start(flag: boolean, items: readonly number[]): ${returns}`, startBody]),
      compound(['stop(): void', stopBody]),
    ];
    return [compound(['export class Service', [...fields, ...methods]])];
  }
  return [
    ...declared(kept, 'const'),
    ...(hasFlag ? [line('let started = false;')] : []),
    compound([`export function start(flag: boolean, items: readonly number[]): ${returns}`, startBody]),
    compound(['export function stop(): void', stopBody]),
  ];
}
