/** Functions within functions: run in place, called by name, or run when a scope is left. */
import { compound, line, type Statement } from '../tree.js';
import type { Context, Held } from './context.js';
import { body } from './statements.js';

/** What runs when a scope is left; printed where something uses it. */
export const guards: readonly Statement[] = [
  compound([
    'class Registered',
    [
      line('readonly #block: WSK_REGISTRATION;'),
      compound(['constructor(block: WSK_REGISTRATION)', [line('this.#block = block;')]]),
      compound(['[Symbol.dispose](): void', [line('WskDeregister(this.#block);')]]),
    ],
  ]),
  compound(['function closing(block: WSK_REGISTRATION): Disposable', [line('return { [Symbol.dispose]: () => WskDeregister(block) };')]]),
];

/** A callback that the language's library runs at once, or a function that is called where it stands, or right after. */
export function inPlace(ctx: Context, size: number): Statement[] | undefined {
  if (ctx.depth > 3) return undefined;
  // Its `return` leaves what the function around it holds.
  const own = { blocks: ctx.blocks.filter((block) => !ctx.holds('registration', block)), held: [], returns: 'void' as const };
  const within = (ctx.chance(50) ? ctx.with({ mayReturn: false }) : ctx.with(own)).with({ mayAwait: false });
  const inside = body(within.deeper(), size);
  switch (ctx.random.int(4)) {
    case 0:
      return [{ ...compound([`${ctx.items}.forEach((item) =>`, [line('log(item);'), ...inside]]), tail: ');' }];
    case 1:
      return [{ ...compound(['(() =>', inside]), tail: ')();' }];
    case 2:
      return ctx.mayAwait
        ? [{ ...compound(['await (async () =>', inside]), tail: ')();' }]
        : [{ ...compound(['[1, 2].forEach(() =>', inside]), tail: ');' }];
    default: {
      const run = ctx.names.fresh('run');
      return [{ ...compound([`const ${run} = () =>`, inside]), tail: ';' }, line(`${run}();`)];
    }
  }
}

/** What follows a registration that succeeded, in a scope at whose end it is undone. */
export function guardedScope(ctx: Context, held: Held, size: number): Statement[] {
  const guard = ctx.names.fresh('guard');
  const made = ctx.chance(50) ? `new Registered(${held.of})` : `closing(${held.of})`;
  // What leaves the scope leaves that to the guard.
  const within = ctx.with({ blocks: ctx.blocks.filter((block) => block !== held.of) }).deeper();
  const inside = [line(`using ${guard} = ${made};`), ...body(within, size)];
  return [compound(['', inside])];
}
