/** The kinds of routines that the kit calls: what they are called with, at which level, and what they may do there. */
import { compound, line, type Statement } from '../tree.js';
import type { Context } from './context.js';
import { body } from './statements.js';

export interface Kind {
  readonly role: string;
  readonly parameters: string;
  /** For a function that is declared by itself. */
  readonly typed: string;
  readonly returns: 'void' | 'NTSTATUS';
  /** `upTo2`: at PASSIVE_LEVEL to DISPATCH_LEVEL, and it must not wait. */
  readonly level: 0 | 2 | 'upTo2';
}

export const dpc: Kind = {
  role: 'KDEFERRED_ROUTINE',
  parameters: 'Dpc, DeferredContext, SystemArgument1, SystemArgument2',
  typed: 'Dpc: KDPC, DeferredContext: unknown',
  returns: 'void',
  level: 2,
};
export const thread: Kind = {
  role: 'KSTART_ROUTINE',
  parameters: 'StartContext',
  typed: 'StartContext: unknown',
  returns: 'void',
  level: 0,
};
export const workItem: Kind = {
  role: 'IO_WORKITEM_ROUTINE',
  parameters: 'DeviceObject, Context',
  typed: 'DeviceObject: DEVICE_OBJECT, Context: unknown',
  returns: 'void',
  level: 0,
};
export const completion: Kind = {
  role: 'IO_COMPLETION_ROUTINE',
  parameters: 'DeviceObject, Irp, Context',
  typed: 'DeviceObject: DEVICE_OBJECT, Irp: IRP, Context: unknown',
  returns: 'NTSTATUS',
  level: 'upTo2',
};
export function wskEvent(role: string, parameters: string): Kind {
  return { role, parameters, typed: '', returns: 'NTSTATUS', level: 'upTo2' };
}

/** What is true in such a routine. */
export function inside(ctx: Context, { returns, level }: Kind): Context {
  const isPassive = level === 0;
  return ctx.with({
    returns,
    held: [],
    blocks: [],
    conditions: [],
    level: isPassive ? 0 : 2,
    isLevelExact: level !== 'upTo2',
    mayWait: level !== 'upTo2',
    mayReturn: true,
    mayAwait: false,
    socket: undefined,
  });
}

/** A routine with a little work of its own, written where it is handed over: the text around it has a `$` in its place. */
export function inPlace(ctx: Context, kind: Kind, around: string, last: readonly Statement[] = []): Statement {
  const within = inside(ctx, kind).deeper();
  const isPassive = kind.level === 0 && ctx.chance(50);
  const block = ctx.names.fresh('own');
  const made = isPassive ? [line(`const ${block} = new WSK_REGISTRATION();`)] : [];
  // What comes last has to be done on every way out.
  const blocks = isPassive ? [block] : [];
  const statements = [...made, ...body(within.with({ blocks, mayReturn: last.length === 0 }), 1), ...last];
  return written(ctx, kind, around, [...statements, ...(kind.returns === 'void' ? [] : within.succeed())]);
}

/** A routine as an arrow function or function expression in the place of `$`. */
export function written(ctx: Context, { parameters }: Kind, around: string, statements: readonly Statement[]): Statement {
  const [before = '', after = ''] = around.split('$');
  const isUsed = /Context as|Irp\.IoStatus/.test(JSON.stringify(statements));
  const used = isUsed || ctx.chance(50) ? parameters : (parameters.split(', ')[0] ?? '');
  const head = ctx.chance(60) ? `(${used}) =>` : `function (${used})`;
  return { ...compound([`${before}${head}`, statements]), tail: after };
}

/** A routine as a member of an object literal: a method, or a function that is its value. */
export function asMember(ctx: Context, name: string, parameters: string, statements: readonly Statement[]): Statement {
  const head = ctx.random.pick([`${name}(${parameters})`, `${name}: (${parameters}) =>`, `${name}: function (${parameters})`]);
  return { ...compound([head, statements]), tail: ',' };
}
