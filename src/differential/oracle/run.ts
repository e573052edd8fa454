/** One run of a program: the state that the hooks and the oracle share. */
import type { Role } from '../../contracts/roles.js';
import type { Resource, Rundown } from '../../contracts/types.js';
import type { Choices } from './choices.js';
import { Statuses } from './statuses.js';
import { Record as RunRecord } from './violations.js';

/** Marks what nobody in the program has acquired. */
export const BEFORE = 'before';

/** What may have happened to a block before the function was entered. */
export interface Unknown {
  /** It may have been captured. */
  captures: boolean;
}

interface ProgramModule {
  /** Values of the variables, by name. */
  readonly values: () => Readonly<Record<string, unknown>>;
  readonly setters: Readonly<Record<string, (value: unknown) => void>>;
  readonly entries: Readonly<Record<string, unknown>>;
  readonly classes: Readonly<Record<string, new () => object>>;
}

/** A call that attaches a client: what it handed over, and how it ended. */
interface Attachment {
  readonly line: number;
  readonly context: unknown;
  readonly dispatch: unknown;
  readonly succeeded: boolean;
  readonly status: unknown;
}

/** Rounds of loops in one run. */
const MOST_STEPS = 40;

/** Ends a run that is not judged. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

export class Run {
  /** Where the program is. */
  line = 0;
  /** Whatever the run enters comes one after the other: what one routine has deregistered, the next one knows of. */
  readonly thread = {};
  /** How many `try` blocks the program is in. */
  tries = 0;
  /** What the run chose for the contract call under way, when that is to fail. */
  outcome: number | undefined;
  /** The contract call under way has come as far as to ask for it. */
  hasChosenOutcome = false;
  /** A contract call has failed since the function was entered. */
  hasFailed = false;
  /** Raises that are still to be undone, oldest first, with the cell that has saved the level; lost when a raise within saved another level over it. */
  readonly raises: {
    readonly line: number;
    readonly cell: { readonly value: unknown } | undefined;
    readonly saved: unknown;
    isSavedOver: boolean;
    isLost: boolean;
  }[] = [];
  /** Locks that were acquired at a wrong level. */
  readonly misacquired = new Set<object>();
  /** The contract call that was a misuse of levels or locks, counted from the first: the level is not known any more. */
  misusedAt: number | undefined;
  /** What tests of the level have answered. */
  readonly #answers: boolean[] = [];
  /** The levels at which the function may have been entered, as far as is known by now. */
  entryLevels: readonly number[] = [];
  /** Arguments and receiver of the function entered. */
  given: Readonly<Record<string, unknown>> = {};
  readonly statuses = new Statuses();
  readonly record = new RunRecord();
  readonly unknown = new Map<object, Unknown>();
  /** Blocks and NPIs that were there before the function was entered. */
  readonly wereBefore = new Set<object>();
  /** Those of them on which a call has failed: what was only assumed of them is forgotten when more is learned of what was before. */
  readonly assumed = new Set<object>();
  /** What the call under way is about was unknown or only assumed before it. */
  wasAssumed = false;
  /** First lines of the functions that were entered. */
  readonly entered = new Set<number>();
  readonly #known = new Set<string>();
  /** Handles that were in cells before the function was entered; untouched, as long as nothing has been done with them. */
  readonly handlesBefore = new Set<object>();
  readonly untouchedHandles = new Set<object>();
  /** Cells that were there before and hold nothing. */
  readonly emptyBefore = new Set<object>();
  /** A test has shown that something is nothing, and its ways have not met yet, or have: using it as a handle is no assumption any more. */
  foundNothing: 'nowhere' | 'here' | 'before' = 'nowhere';
  /** Waits for handles that were there before, which may have come before the deregistration. */
  readonly earlyWaits: { readonly handle: object; readonly resource: Rundown; readonly line: number }[] = [];
  /** The cell that was read last, or what stands for the variable. */
  cellRead: object | undefined;
  /** Values of local variables, by name. */
  readonly locals = new Map<string, unknown>();
  readonly #variables = new Map<string, object>();
  /** Where everything was when the function was entered. */
  pathsOnEntry: ReadonlyMap<object, string> = new Map();
  /** The program looks at whether a deregistration is pending. */
  asksWhetherPending = false;
  /** The driver's entry routine runs. */
  isInitializing = false;
  /** The contract functions that were called. */
  readonly called = new Set<string>();
  /** What was given back that the function entered had not acquired, or had. */
  readonly released: { readonly resource: Resource; readonly object: object }[] = [];
  /** What was given back in vain: that is the bug, not that nothing gives it back. */
  readonly releasedWrongly: { readonly resource: Resource; readonly object: object }[] = [];
  /** The driver's unload routine has broken a contract after its entry routine. */
  isUnloadBroken = false;
  /** A contract call was made at a wrong level. */
  wasAtWrongLevel = false;
  /** A detach that was left pending is to be completed by that call. */
  pendingDetach: { readonly line: number; readonly completedBy: string } | undefined;
  /** The role of the routine entered, if it has one. */
  role: Role | undefined;
  /** Routines that are written where they are handed to the kit, as far as the run has come there, by where they stand. */
  readonly routines = new Map<string, (...args: unknown[]) => unknown>();
  /** What the program has made with `new`. */
  readonly made = new Set<object>();
  /** By structure that a call has filled: the block for which it is filled. */
  readonly filledFor = new Map<object, object>();
  /** Another entry was run before. */
  isLater = false;
  /** The instance to which a function around the routine belongs. */
  receiver: unknown;
  /** What that routine was called with. */
  handed: readonly unknown[] = [];
  /** The line of the `return` that came last. */
  returnLine = 0;
  /** The last call that attaches. */
  attach: Attachment | undefined;
  /** The dispatch table of the other module, once a callback has it. */
  othersTable: object | undefined;
  /** Members that it was put into, of objects that may be lost since. */
  readonly othersTableIn = new Set<string>();
  /** The line of the call that completes a detach. */
  completed: number | undefined;
  /** What the kit still uses while the routine runs. */
  stillUsed: object | undefined;
  /** By cell: the line on which its value was set last. */
  readonly cellsSet = new Map<object, number>();
  /** The run is not judged. */
  isGivenUp = false;
  /** The run was given up because it goes on for ever: what it has shown until then counts. */
  isEndless = false;
  #steps = 0;
  #module: ProgramModule | undefined;

  constructor(readonly choices: Choices) {}

  setModule(module: ProgramModule): void {
    this.#module = module;
  }

  /** Goes on with a program that another run has loaded. `isLater`: an entry was run in it, and has handed a routine to the kit. */
  follow(earlier: Run, isLater: boolean): void {
    this.#module = earlier.module;
    this.isLater = isLater;
    this.receiver = earlier.given['this'] ?? earlier.receiver;
    for (const [key, routine] of earlier.routines) this.routines.set(key, routine);
    for (const object of earlier.made) this.made.add(object);
    for (const [filled, block] of earlier.filledFor) this.filledFor.set(filled, block);
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

  /** What stands for a variable that may hold a handle. */
  variable(name: string): object {
    let found = this.#variables.get(name);
    if (found === undefined) this.#variables.set(name, (found = {}));
    return found;
  }

  get isLevelUnsure(): boolean {
    return this.misusedAt !== undefined;
  }

  /** A test of the level has told what it is. */
  answered(isThere: boolean): boolean {
    this.#answers.push(isThere);
    return isThere;
  }

  /** Tells the path from others through the same function: the level at which that was entered makes no other path of it. */
  get path(): string {
    return [...this.choices.taken, ...this.#answers].join();
  }

  step(): void {
    if (++this.#steps <= MOST_STEPS) return;
    this.isEndless = !this.isGivenUp;
    this.record.end();
    this.giveUp();
  }

  /** The run goes on for ever, or what it has assumed cannot be. */
  giveUp(): never {
    this.isGivenUp = true;
    throw new GivenUp('the run is not judged');
  }

  noteRelease(resource: Resource, object: object): void {
    this.released.push({ resource, object });
  }

  noteWrongRelease(resource: Resource, object: unknown): void {
    if (typeof object === 'object' && object !== null) this.releasedWrongly.push({ resource, object });
  }
}
