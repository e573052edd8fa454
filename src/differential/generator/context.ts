/** What the generator knows at the point where it writes the next statement. */
import type { Random } from '../../bench/random.js';
import { line, type Statement } from '../tree.js';

/** Something that is held, with the statement that gives it back. */
export interface Held {
  readonly what: 'registration' | 'capture' | 'level';
  readonly of: string;
  readonly undo: readonly Statement[];
}

/** How the function that is being written says that it failed, and that it did not. */
export interface Returns {
  readonly type: 'NTSTATUS' | 'boolean' | 'void';
}

export class Context {
  constructor(
    readonly random: Random,
    readonly names: Names,
    readonly returns: Returns['type'],
    /** Expressions of blocks that may be registered. */
    readonly blocks: readonly string[],
    /** Expressions that are true or false. */
    readonly conditions: readonly string[],
    readonly held: readonly Held[] = [],
    /** Compound statements around this point. */
    readonly depth = 0,
    /** Inside a function that is an argument: its `return` is not the function's. */
    readonly mayReturn = true,
    /** The level here. */
    readonly level: 0 | 1 | 2 = 0,
  ) {}

  with(change: Partial<Pick<Context, 'blocks' | 'conditions' | 'held' | 'depth' | 'mayReturn' | 'returns' | 'level'>>): Context {
    return new Context(
      this.random,
      this.names,
      change.returns ?? this.returns,
      change.blocks ?? this.blocks,
      change.conditions ?? this.conditions,
      change.held ?? this.held,
      change.depth ?? this.depth,
      change.mayReturn ?? this.mayReturn,
      change.level ?? this.level,
    );
  }

  deeper(): Context {
    return this.with({ depth: this.depth + 1 });
  }

  holding(held: Held): Context {
    return this.with({ held: [...this.held, held] });
  }

  /** An array of which nobody knows how long it is. */
  get items(): string {
    return this.conditions.includes('flag') ? 'items' : '[1, 2].filter(() => probe())';
  }

  holds(what: Held['what'], of: string): boolean {
    return this.held.some((each) => each.what === what && each.of === of);
  }

  /** Gives back everything, the last first. */
  undoAll(): Statement[] {
    return [...this.held].reverse().flatMap(({ undo }) => undo);
  }

  chance(percent: number): boolean {
    return this.random.int(100) < percent;
  }

  /** A condition that nobody can see, or that the function was given. */
  condition(): string {
    const picked = this.random.pick(['probe()', ...this.conditions]);
    return this.chance(25) ? `!${picked}` : picked;
  }

  /** Ends the function, saying that it failed; `status` is the name of the status that says why. */
  fail(status: string | undefined): Statement[] {
    if (this.chance(6)) return [line("throw new Error('failed');")];
    if (this.returns === 'void') return [line('return;')];
    if (this.returns === 'boolean') return [line('return false;')];
    return [line(`return ${status !== undefined && this.chance(80) ? status : 'STATUS_UNSUCCESSFUL'};`)];
  }

  succeed(): Statement[] {
    if (this.returns === 'void') return [line('return;')];
    return [line(this.returns === 'boolean' ? 'return true;' : 'return STATUS_SUCCESS;')];
  }
}

/** Names that were not used before. */
export class Names {
  readonly #counts = new Map<string, number>();

  fresh(base: string): string {
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    return `${base}${count}`;
  }
}
