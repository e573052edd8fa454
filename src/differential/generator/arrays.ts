/** Functions with several blocks in arrays whose length can be seen. */
import type { Random } from '../../bench/random.js';
import { compound, line, type Statement } from '../tree.js';
import { Context, type Names, type Returns } from './context.js';
import { body } from './statements.js';
import { hasFailed } from './tests.js';

export function arrayFunction(random: Random, names: Names): Statement[] {
  const returns = random.pick<Returns['type']>(['NTSTATUS', 'boolean', 'void']);
  const ctx = new Context(random, names, { returns, blocks: [], conditions: ['flag'] });
  const count = 2 + random.int(2);
  const made = `[${Array.from({ length: count }, () => 'new WSK_REGISTRATION()').join(', ')}]`;
  const shape = random.pick([oneByOne, registeredOnes, counted, destructured]);
  const end = returns === 'void' ? [] : ctx.succeed();
  return [
    compound([
      `export function ${names.fresh('entry')}(flag: boolean, items: readonly number[]): ${returns}`,
      [...shape(ctx, made), ...end],
    ]),
  ];
}

type Shape = (ctx: Context, made: string) => Statement[];

/** Each block is used and done with before the next one. */
const oneByOne: Shape = (ctx, made) => {
  const isCallback = ctx.chance(40);
  const inside = body(ctx.with({ blocks: ['block'], ...(isCallback ? { returns: 'void' as const } : {}) }).deeper(), 1 + ctx.random.int(2));
  if (isCallback) return [{ ...compound([`${made}.forEach((block) =>`, inside]), tail: ');' }];
  if (ctx.chance(50)) return [compound([`for (const block of ${made})`, inside])];
  return [
    line(`const blocks = ${made};`),
    compound(['for (let i = 0; i < blocks.length; i++)', [line('const block = blocks[i]!;'), ...inside]]),
  ];
};

const whileRegistered = (ctx: Context): Statement[] => body(ctx.with({ mayReturn: false }).deeper(), 1);

/** Those that are registered are put into an array of their own. */
const registeredOnes: Shape = (ctx, made) => {
  const status = ctx.names.fresh('status');
  const undo = ctx.chance(30)
    ? [line('registered.forEach((block) => WskDeregister(block));')]
    : [compound(['for (const block of registered)', [line('WskDeregister(block);')]])];
  return [
    line('const registered: WSK_REGISTRATION[] = [];'),
    compound([
      `for (const block of ${made})`,
      [
        line(`const ${status} = WskRegister(client, block);`),
        compound([`if (${hasFailed(ctx, status)})`, [...undo, ...ctx.fail(status)]]),
        line('registered.push(block);'),
      ],
    ]),
    ...whileRegistered(ctx),
    ...undo,
  ];
};

/** How many are registered is counted. */
const counted: Shape = (ctx, made) => {
  const status = ctx.names.fresh('status');
  const undo = ctx.chance(50)
    ? [compound(['for (let i = 0; i < count; i++)', [line('WskDeregister(blocks[i]!);')]])]
    : [compound(['while (count > 0)', [line('count--;'), line('WskDeregister(blocks[count]!);')]])];
  return [
    line(`const blocks = ${made};`),
    line('let count = 0;'),
    compound([
      'for (const block of blocks)',
      [
        line(`const ${status} = WskRegister(client, block);`),
        compound([`if (${hasFailed(ctx, status)})`, ctx.chance(50) ? [line('break;')] : [...undo, ...ctx.fail(status)]]),
        line('count++;'),
      ],
    ]),
    ...whileRegistered(ctx),
    ...undo,
  ];
};

/** Two of them have names, or are named by their indices. */
const destructured: Shape = (ctx, made) => {
  const isNamed = ctx.chance(60);
  const blocks = isNamed ? ['block0', 'block1'] : ['blocks[0]!', 'blocks[1]!'];
  return [line(`const ${isNamed ? '[block0, block1]' : 'blocks'} = ${made} as const;`), ...body(ctx.with({ blocks }), 2)];
};
