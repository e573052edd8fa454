/** What starts and what stops, with a variable or field that holds the block or handle as long as it is registered. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Held, type Names, type Returns } from './context.js';
import { body } from './statements.js';
import { test } from './tests.js';

interface Kind {
  readonly type: string;
  readonly nothing: 'null' | 'NULL';
  /** Makes what is registered. */
  readonly made: Statement;
  readonly register: string;
  /** What goes into the variable `$`. */
  readonly holds: string;
  readonly undo: readonly string[];
  readonly undoMade: readonly string[];
}

const blockKind: Kind = {
  type: 'WSK_REGISTRATION | null',
  nothing: 'null',
  made: line('const made = new WSK_REGISTRATION();'),
  register: 'WskRegister(client, made)',
  holds: 'made',
  undo: ['WskDeregister($);'],
  undoMade: ['WskDeregister(made);'],
};

const handleKind = (side: 'Client' | 'Provider'): Kind => ({
  type: 'HANDLE',
  nothing: 'NULL',
  made: line('const cell = new Out<HANDLE>(NULL);'),
  register: `NmrRegister${side}(as${side}, null, cell)`,
  holds: 'cell.value',
  undo: [`NmrDeregister${side}($);`, `NmrWaitFor${side}DeregisterComplete($);`],
  undoMade: [`NmrDeregister${side}(cell.value);`, `NmrWaitFor${side}DeregisterComplete(cell.value);`],
});

export function holder(random: Random, names: Names): Statement[] {
  const kind = random.pick([blockKind, blockKind, handleKind('Client'), handleKind('Provider')]);
  const isClass = random.int(2) === 0;
  const variable = isClass ? 'this.current' : 'current';
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'NTSTATUS', 'boolean']);
  const ctx = new Context(random, names, { returns, blocks: [], conditions: ['flag'] });
  const start = startBody(ctx, kind, variable);
  const stop = stopBody(ctx, kind, variable);
  const declared = `current: ${kind.type} = ${kind.nothing};`;
  if (isClass)
    return [
      compound([
        'export class Service',
        [
          line(`private ${declared}`),
          compound([`start(flag: boolean, items: readonly number[]): ${returns}`, start]),
          compound(['stop(): void', stop]),
        ],
      ]),
    ];
  return [
    line(`let ${declared}`),
    compound([`export function start(flag: boolean, items: readonly number[]): ${returns}`, start]),
    compound(['export function stop(): void', stop]),
  ];
}

function startBody(ctx: Context, kind: Kind, variable: string): Statement[] {
  const held: Held = { what: 'registration', of: 'made', undo: kind.undoMade.map(line) };
  const status = ctx.names.fresh('status');
  const inside = ctx.holding(held);
  const between = ctx.chance(40) ? body(inside, 1) : [];
  return [
    ...(ctx.chance(30) ? [compound([`if (${variable} !== ${kind.nothing})`, ctx.succeed()])] : []),
    kind.made,
    line(`const ${status} = ${kind.register};`),
    ...test(ctx, status, ctx.fail(status), [...between, line(`${variable} = ${kind.holds};`), ...ctx.succeed()]),
  ];
}

/** Gives back what is held, if anything is, directly or through a copy. */
function stopBody(ctx: Context, { nothing, undo }: Kind, variable: string): Statement[] {
  const undone = (of: string): Statement[] => undo.map((text) => line(text.replace('$', of)));
  const clear = line(`${variable} = ${nothing};`);
  const copy = ctx.names.fresh('copy');
  switch (ctx.random.int(4)) {
    case 0:
      return [compound([`if (${variable} === ${nothing})`, [line('return;')]]), ...undone(variable), clear];
    case 1:
      return [line(`const ${copy} = ${variable};`), clear, compound([`if (${copy} !== ${nothing})`, undone(copy)])];
    case 2:
      return [
        line(`const ${copy} = ${variable};`),
        compound([`if (${copy} === ${nothing})`, [line('return;')]]),
        ...undone(copy),
        ...(ctx.chance(70) ? [clear] : []),
      ];
    default:
      return [compound([`if (${variable} !== ${nothing})`, [...undone(variable), ...(ctx.chance(80) ? [clear] : [])]])];
  }
}
