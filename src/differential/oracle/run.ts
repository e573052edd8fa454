/** One run of a program: the state that the hooks and the oracle share. */
import type { Resource } from '../../contracts/types.js';
import type { Choices } from './choices.js';
import { Statuses } from './statuses.js';
import { Record as RunRecord } from './violations.js';

/** What may have happened to a block before the function was entered. */
export interface Unknown {
  /** It may have been captured. */
  captures: boolean;
}

export interface ProgramModule {
  /** Values of the variables, by name. */
  readonly values: () => Readonly<Record<string, unknown>>;
  readonly setters: Readonly<Record<string, (value: unknown) => void>>;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** Rounds of loops in one run. */
const MOST_STEPS = 40;

/** Ends a run that goes round in a loop for ever. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

export class Run {
  /** Where the program is. */
  line = 0;
  /** How many `try` blocks the program is in. */
  tries = 0;
  /** What the run chose for the contract call under way, when that is to fail. */
  outcome: number | undefined;
  /** A contract call has failed since the function was entered. */
  hasFailed = false;
  /** Raises that are still to be undone, oldest first, with the cell that has saved the level; lost when a raise within saved into it too. */
  readonly raises: { readonly line: number; readonly cell: unknown; isLost: boolean }[] = [];
  /** After a misuse of levels or locks, the level is not known any more. */
  isLevelUnsure = false;
  /** The levels at which the function may have been entered, as far as is known by now. */
  entryLevels: readonly number[] = [];
  readonly statuses = new Statuses();
  readonly record = new RunRecord();
  readonly unknown = new Map<object, Unknown>();
  /** Blocks that were there before the function was entered. */
  readonly wereBefore = new Set<object>();
  /** Those of them on which a call has failed: what was only assumed of them is forgotten when more is learned of what was before. */
  readonly assumed = new Set<object>();
  /** What the call under way is about was unknown or only assumed before it. */
  wasAssumed = false;
  readonly #known = new Set<string>();
  /** What was given back that the function entered had not acquired, or had. */
  readonly released: { readonly resource: Resource; readonly object: object }[] = [];
  /** The run went round in a loop too long to be judged. */
  isGivenUp = false;
  #steps = 0;
  #module: ProgramModule | undefined;

  constructor(readonly choices: Choices) {}

  setModule(values: ProgramModule['values'], setters: ProgramModule['setters'], entries: ProgramModule['entries']): void {
    this.#module = { values, setters, entries };
  }

  get module(): ProgramModule {
    if (this.#module === undefined) throw new Error('The program did not come to its end when it was loaded.');
    return this.#module;
  }

  /** An error that the program threw itself: whatever is not the oracle's or the runtime's. */
  isOwn(error: unknown): boolean {
    return error instanceof Error && error.name === 'Error';
  }

  /** Something that was there before is tested. */
  learn(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    for (const block of this.assumed) this.unknown.set(block, { captures: true });
    this.assumed.clear();
  }

  /** From now on it is what the function made it. */
  know(name: string): void {
    this.#known.add(name);
  }

  step(): void {
    if (++this.#steps <= MOST_STEPS) return;
    this.isGivenUp = true;
    throw new GivenUp('the loop goes on and on');
  }

  noteRelease(resource: Resource, object: object): void {
    this.released.push({ resource, object });
  }
}
