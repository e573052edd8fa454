/** What the generator knows at the point where it writes the next statement. */
import type { Random } from '../../bench/random.js';
import { line, type Statement } from '../tree.js';

/** Something that is held, with the statement that gives it back. */
export interface Held {
  readonly what: 'registration' | 'capture' | 'module' | 'memory' | 'level';
  readonly of: string;
  readonly undo: readonly Statement[];
  /** The NPI that a capture has filled. */
  readonly npi?: string;
}

/** How the function that is being written says that it failed, and that it did not. */
export interface Returns {
  readonly type: 'NTSTATUS' | 'boolean' | 'void';
}

/** What is true at a point of the program. */
interface Facts {
  readonly returns: Returns['type'];
  /** Expressions of blocks that may be registered. */
  readonly blocks: readonly string[];
  /** Expressions that are true or false. */
  readonly conditions: readonly string[];
  readonly held: readonly Held[];
  /** Compound statements around this point. */
  readonly depth: number;
  /** False inside a function that is an argument: its `return` is not the function's. */
  readonly mayReturn: boolean;
  /** The level here, or the highest at which the code may run. */
  readonly level: 0 | 1 | 2;
  /** False where the code may run at a lower level, too. */
  readonly isLevelExact: boolean;
  /** False in callbacks of WSK and completion routines. */
  readonly mayWait: boolean;
  /** Inside an `async` function. */
  readonly mayAwait: boolean;
  /** The name of a socket, if there is one. */
  readonly socket: string | undefined;
}

const atFirst: Omit<Facts, 'returns' | 'blocks' | 'conditions'> = {
  held: [],
  depth: 0,
  mayReturn: true,
  level: 0,
  isLevelExact: true,
  mayWait: true,
  mayAwait: false,
  socket: undefined,
};

export class Context implements Facts {
  readonly returns!: Facts['returns'];
  readonly blocks!: Facts['blocks'];
  readonly conditions!: Facts['conditions'];
  readonly held!: Facts['held'];
  readonly depth!: number;
  readonly mayReturn!: boolean;
  readonly level!: Facts['level'];
  readonly isLevelExact!: boolean;
  readonly mayWait!: boolean;
  readonly mayAwait!: boolean;
  readonly socket!: string | undefined;
  readonly #facts: Facts;

  constructor(
    readonly random: Random,
    readonly names: Names,
    facts: Pick<Facts, 'returns' | 'blocks' | 'conditions'> & Partial<Facts>,
  ) {
    this.#facts = { ...atFirst, ...facts };
    Object.assign(this, this.#facts);
  }

  with(change: Partial<Facts>): Context {
    return new Context(this.random, this.names, { ...this.#facts, ...change });
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
