/** Statements of a function that keeps its contracts: what is acquired is given back on every way out. Mistakes are made later (mutate.ts). */
import { compound, line, type Statement } from '../tree.js';
import type { Context, Held } from './context.js';
import { hasFailed, hasSucceeded, test } from './tests.js';
import { guardedScope, inPlace } from './closures.js';
import { queued, waiting } from './deferred.js';
import { network } from './network.js';
import { request, socketCall } from './sockets.js';

type Piece = (ctx: Context, size: number) => Statement[] | undefined;

/** Some statements. */
export function body(ctx: Context, size: number): Statement[] {
  const statements: Statement[] = [];
  for (let left = size; left > 0; left--) {
    const piece = ctx.random.pick(pieces)(ctx, Math.max(1, left >> 1));
    statements.push(...(piece ?? [line('log();')]));
  }
  return statements;
}

/** A call that can fail, what happens then, and what happens otherwise with what it acquired. */
function bracket(ctx: Context, call: string, held: Held, size: number): Statement[] {
  const inside = ctx.holding(held);
  switch (ctx.mayReturn ? ctx.random.int(9) : 0) {
    case 0:
      return nested(ctx, call, inside, held, size);
    case 1:
      return withFlag(ctx, call, inside, held, size);
    case 2:
      return withFinally(ctx, call, inside, held, size);
    case 3: {
      if (held.what !== 'registration') return withFinally(ctx, call, inside, held, size);
      const [declaration, status] = assigned(ctx, call);
      const failed = compound([`if (${hasFailed(ctx, status)})`, [...ctx.undoAll(), ...ctx.fail(status)]]);
      return [...declaration, failed, ...guardedScope(ctx, held, size)];
    }
    default: {
      const [declaration, status] = assigned(ctx, call);
      return [...declaration, ...test(ctx, status, [...ctx.undoAll(), ...ctx.fail(status)], [...body(inside, size), ...held.undo])];
    }
  }
}

/** The statements that put the status of a call into a variable, and the variable. */
function assigned(ctx: Context, call: string): [Statement[], string] {
  if (ctx.chance(60)) {
    const status = ctx.names.fresh('status');
    return [[line(`${ctx.chance(80) ? 'const' : 'let'} ${status} = ${call};`)], status];
  }
  const status = ctx.names.fresh('result');
  return [[line(`let ${status}: NTSTATUS;`), line(`${status} = ${call};`)], status];
}

function nested(ctx: Context, call: string, inside: Context, held: Held, size: number): Statement[] {
  const within = [...body(inside.deeper(), size), ...held.undo];
  if (ctx.chance(40)) return [compound([`if (${hasSucceeded(ctx, call)})`, within])];
  const [declaration, status] = assigned(ctx, call);
  return [...declaration, compound([`if (${hasSucceeded(ctx, status)})`, within])];
}

function withFlag(ctx: Context, call: string, inside: Context, held: Held, size: number): Statement[] {
  const flag = ctx.names.fresh('held');
  const [declaration, status] = assigned(ctx, call);
  const safe = ctx.with({ mayReturn: false });
  const set = ctx.chance(50)
    ? [line(`const ${flag} = ${hasSucceeded(ctx, status)};`)]
    : [line(`let ${flag} = false;`), compound([`if (${hasSucceeded(ctx, status)})`, [line(`${flag} = true;`)]])];
  return [
    ...declaration,
    ...set,
    ...(ctx.chance(50) ? body(safe, 1) : []),
    compound([`if (${flag})`, body(inside.with({ mayReturn: false }).deeper(), size)]),
    compound([`if (${flag})`, held.undo]),
  ];
}

function withFinally(ctx: Context, call: string, inside: Context, held: Held, size: number): Statement[] {
  const [declaration, status] = assigned(ctx, call);
  // What the `finally` gives back is not given back by those who leave the `try`.
  const within = inside.with({ held: ctx.held }).deeper();
  const guarded = compound(
    ['try', body(within.with({ blocks: ctx.blocks.filter((block) => block !== held.of) }), size)],
    ['finally', held.undo],
  );
  return [
    ...declaration,
    compound([`if (!${hasSucceeded(ctx, status).replace(/^!?(.*)$/, '($&)')})`, [...ctx.undoAll(), ...ctx.fail(status)]]),
    guarded,
  ];
}

const register: Piece = (ctx, size) => {
  const free = ctx.blocks.filter((block) => !ctx.holds('registration', block));
  const [first, ...others] = free;
  if (first === undefined || ctx.depth > 4 || ctx.level > 0) return undefined;
  const block = ctx.random.pick([first, ...others]);
  const { call, undo } = ctx.random.pick(registrations(ctx, block));
  return bracket(ctx, call, { what: 'registration', of: block, undo: [line(undo)] }, size);
};

/** The ways to register a block and to undo that. */
function registrations(ctx: Context, block: string): readonly [Way, ...Way[]] {
  const plain = { call: `WskRegister(client, ${block})`, undo: `WskDeregister(${block});` };
  return [
    plain,
    plain,
    plain,
    { call: `open(${block})`, undo: ctx.chance(50) ? `close(${block});` : plain.undo },
    ctx.mayAwait
      ? { call: `await openLater(${block})`, undo: ctx.chance(50) ? `await closeLater(${block});` : plain.undo }
      : { call: `(() => WskRegister(client, ${block}))()`, undo: `close(${block});` },
  ];
}

interface Way {
  readonly call: string;
  readonly undo: string;
}

const capture: Piece = (ctx, size) => {
  const [held] = ctx.held.filter(({ what, of }) => what === 'registration' && !ctx.holds('capture', of)).slice(-1);
  if (held === undefined || ctx.depth > 4) return undefined;
  const npi = ctx.names.fresh('npi');
  const timeout = ctx.level === 0 && ctx.mayWait && ctx.chance(20) ? '500' : 'WSK_NO_WAIT';
  const call = ctx.chance(20) ? `take(${held.of}, ${npi})` : `WskCaptureProviderNPI(${held.of}, ${timeout}, ${npi})`;
  const use = ctx.chance(60) ? [line(`log(${npi}.Dispatch.Version);`)] : [];
  const undo = [...(ctx.chance(20) ? use : []), line(`WskReleaseProviderNPI(${held.of});`)];
  const [made, ...rest] = bracket(ctx, call, { what: 'capture', of: held.of, undo, npi }, size);
  return [line(`const ${npi} = new WSK_PROVIDER_NPI();`), ...(made === undefined ? [] : [made]), ...rest];
};

const module: Piece = (ctx, size) => {
  if (ctx.blocks.length === 0 || ctx.depth > 3 || ctx.level > 0) return undefined;
  const cell = ctx.names.fresh('handle');
  const [made, ...rest] = bracket(ctx, ...network(ctx, cell), size);
  return [line(`const ${cell} = new Out<HANDLE>(NULL);`), ...(made === undefined ? [] : [made]), ...rest];
};

const query: Piece = (ctx) => {
  const held = ctx.held.find(({ what }) => what === 'registration');
  if (held === undefined) return undefined;
  const [declaration, status] = assigned(ctx, `WskQueryProviderCharacteristics(${held.of}, new WSK_PROVIDER_CHARACTERISTICS())`);
  return [...declaration, compound([`if (${hasSucceeded(ctx, status)})`, [line('log();')]])];
};

const unseen: Piece = (ctx) => [line(ctx.mayAwait ? 'await pause();' : ctx.chance(50) ? 'log();' : 'work();')];

const choice: Piece = (ctx, size) => {
  if (ctx.depth > 3) return undefined;
  const then = body(ctx.deeper(), size);
  const condition = ctx.condition();
  return [
    ctx.chance(40) ? compound([`if (${condition})`, then], ['else', body(ctx.deeper(), size)]) : compound([`if (${condition})`, then]),
  ];
};

const leave: Piece = (ctx) => {
  if (!ctx.mayReturn) return undefined;
  return [compound([`if (${ctx.condition()})`, [...ctx.undoAll(), ...(ctx.chance(50) ? ctx.fail(undefined) : ctx.succeed())]])];
};

const handled: Piece = (ctx, size) => {
  if (ctx.depth > 3) return undefined;
  // Whatever throws in there must find nothing acquired: a bracket would be left in the middle.
  const quiet = ctx.with({ blocks: [], held: ctx.held.filter(({ what }) => what !== 'registration') }).deeper();
  const inside = body(ctx.chance(80) ? quiet : ctx.deeper(), size);
  return [compound(['try', inside], ['catch', body(ctx.deeper(), 1)])];
};

const loop: Piece = (ctx, size) => {
  if (ctx.depth > 3) return undefined;
  const inside = body(ctx.deeper(), size);
  switch (ctx.random.int(4)) {
    case 0:
      return [compound([`for (let i = 0; i < ${1 + ctx.random.int(3)}; i++)`, inside])];
    case 1:
      return [compound(['while (probe())', inside])];
    case 2:
      return [{ ...compound(['do', inside]), tail: ' while (probe());' }];
    default:
      return [compound([`for (const item of ${ctx.items})`, [line('log(item);'), ...inside]])];
  }
};

/** Raised, or with a lock held, and back again. */
const raised: Piece = (ctx, size) => {
  if (ctx.depth > 3) return undefined;
  const within = (level: 1 | 2, acquire: readonly string[], undo: string): Statement[] => {
    const held: Held = { what: 'level', of: undo, undo: [line(undo)] };
    const before = acquire.slice(0, -1).map(line);
    const inside = body(ctx.with({ level, isLevelExact: true }).holding(held), size);
    const call = line(acquire.at(-1) ?? '');
    if (ctx.mayReturn && ctx.chance(20)) {
      const guarded = body(ctx.with({ level, isLevelExact: true }).deeper(), size);
      return [...before, call, compound(['try', guarded.some(isReturning) ? [line('log();')] : guarded], ['finally', held.undo])];
    }
    return [...before, call, ...inside, ...held.undo];
  };
  const [old, lock] = [ctx.names.fresh('old'), ctx.names.fresh('lock')];
  const cell = `const ${old} = new Out<KIRQL>();`;
  switch (ctx.random.int(4)) {
    case 0:
      return within(2, [`const ${old} = KeRaiseIrqlToDpcLevel();`], `KeLowerIrql(${old});`);
    case 1: {
      const level = ctx.level < 2 && ctx.chance(30) ? 1 : 2;
      return within(level, [cell, `KeRaiseIrql(${level === 1 ? 'APC_LEVEL' : 'DISPATCH_LEVEL'}, ${old});`], `KeLowerIrql(${old}.value);`);
    }
    case 2: {
      const made = [`const ${lock} = new KSPIN_LOCK();`, `KeInitializeSpinLock(${lock});`];
      if (ctx.level === 2 && ctx.isLevelExact && ctx.chance(60))
        return within(2, [...made, `KeAcquireSpinLockAtDpcLevel(${lock});`], `KeReleaseSpinLockFromDpcLevel(${lock});`);
      return within(2, [...made, cell, `KeAcquireSpinLock(${lock}, ${old});`], `KeReleaseSpinLock(${lock}, ${old}.value);`);
    }
    default:
      if (ctx.level > 1) return undefined;
      return within(
        1,
        [`const ${lock} = new FAST_MUTEX();`, `ExInitializeFastMutex(${lock});`, `ExAcquireFastMutex(${lock});`],
        `ExReleaseFastMutex(${lock});`,
      );
  }
};

/** What the `finally` undoes must not be undone by who leaves the `try`, nor may it be left for the outer ones. */
const isReturning = (statement: Statement): boolean =>
  statement.kind === 'line'
    ? /^(?:return|throw)/.test(statement.text)
    : statement.parts.some(({ body: inside }) => inside.some(isReturning));

const guarded: Piece = (ctx, size) => {
  if (ctx.depth > 3) return undefined;
  const names = ['PASSIVE_LEVEL', 'APC_LEVEL', 'DISPATCH_LEVEL'] as const;
  const name = ctx.random.pick(names);
  const level = names.indexOf(name) as 0 | 1 | 2;
  const mayBe = ctx.isLevelExact ? level === ctx.level : level <= ctx.level;
  const inside = mayBe ? body(ctx.with({ level, isLevelExact: true }).deeper(), size) : [line('work();')];
  return [compound([`if (KeGetCurrentIrql() === ${name})`, inside])];
};

const pieces: readonly [Piece, ...Piece[]] = [
  register,
  register,
  register,
  capture,
  capture,
  capture,
  module,
  query,
  unseen,
  choice,
  choice,
  leave,
  handled,
  loop,
  raised,
  raised,
  guarded,
  queued,
  waiting,
  inPlace,
  request,
  request,
  socketCall,
];
