/** Registrations with the Network Module Registrar, and the ways to undo them. */
import { compound, line, type Statement } from '../tree.js';
import type { Context, Held } from './context.js';

/** A call that registers a module and puts its handle into a cell, and what gives it back. */
export function network(ctx: Context, cell: string): readonly [call: string, held: Held] {
  const side = ctx.chance(60) ? 'Client' : 'Provider';
  const isHelped = side === 'Client' && ctx.chance(25);
  const call = isHelped ? `attach(${cell})` : `NmrRegister${side}(as${side}, null, ${cell})`;
  return [call, { what: 'module', of: cell, undo: undoing(ctx, side, cell) }];
}

function undoing(ctx: Context, side: 'Client' | 'Provider', cell: string): Statement[] {
  if (side === 'Client' && ctx.chance(20)) return [line(`detach(${cell});`)];
  const [deregister, wait] = [`NmrDeregister${side}(${cell}.value)`, line(`NmrWaitFor${side}DeregisterComplete(${cell}.value);`)];
  if (ctx.chance(15)) {
    const copy = ctx.names.fresh('copy');
    const [leave, done] = [`NmrDeregister${side}(${copy});`, `NmrWaitFor${side}DeregisterComplete(${copy});`];
    return [line(`const ${copy} = ${cell}.value;`), line(`${cell}.value = NULL;`), line(leave), line(done)];
  }
  const clear = ctx.chance(20) ? [line(`${cell}.value = NULL;`)] : [];
  if (ctx.chance(30)) return [compound([`if (${deregister} === STATUS_PENDING)`, [wait]]), ...clear];
  return [line(`${deregister};`), wait, ...clear];
}
