/**
 * The vocabulary in which a documented contract is written down. Data only: what each fact means for a path is the
 * business of `analysis`, what it means for a run that of `runtime`.
 */

import type { ClauseId } from './clauses.js';

export type { ClauseId } from './clauses.js';

/** A named interrupt request level. */
export type LevelName = 'PASSIVE_LEVEL' | 'APC_LEVEL' | 'DISPATCH_LEVEL' | 'HIGH_LEVEL';

/** The levels at which a function may be called. No `min` means PASSIVE_LEVEL, no `max` means HIGH_LEVEL. */
export interface LevelRange {
  readonly min?: LevelName;
  readonly max?: LevelName;
  readonly clause: ClauseId;
}

/** Levels that depend on a parameter: `then` holds for the constant given. An unknown argument may be either. */
export interface ConditionalLevels {
  readonly parameter: string;
  readonly equals: number | boolean;
  readonly then: LevelRange;
  readonly otherwise: LevelRange;
  /** An argument that is not known to be the constant counts as another. */
  readonly mustBeKnown?: true;
}

/** Levels that depend on how the memory that is handed over was allocated (pool flag). */
export interface PoolLevels {
  readonly poolOf: string;
  /** The flag of the allocation that makes the memory paged. */
  readonly pagedFlag: number;
  readonly nonPaged: LevelRange;
  readonly paged: LevelRange;
}

export type Levels = LevelRange | ConditionalLevels | PoolLevels;

/**
 * A thing that is acquired and given back. `registration` and `capture` belong to a WSK registration block, `nmrProvider` and
 * `nmrClient` to the handle in an `Out<HANDLE>`. A rundown is what a deregistration that is pending leaves to be waited for.
 */
export type Resource = 'registration' | 'capture' | 'nmrProvider' | 'nmrClient' | Rundown;

export type Rundown = 'nmrProviderRundown' | 'nmrClientRundown';

/** Parameters are named as on the reference page. */
export interface Acquires {
  readonly resource: Resource;
  /** The block itself, or the cell that receives the handle. */
  readonly of: string;
  readonly heldBy: 'parameter' | 'valueOfCell';
  readonly releasedBy: string;
  /** Several may be outstanding on the same object. */
  readonly counted: boolean;
  readonly clause: ClauseId;
}

export interface Releases {
  readonly resource: Resource;
  readonly of: string;
  readonly clause: ClauseId;
  /** Its status may be STATUS_PENDING; then this function has to be called before the module unloads. */
  readonly thenWaitWith?: string;
  /** What is then outstanding, and the clause that asks for the wait. */
  readonly rundown?: { readonly resource: Rundown; readonly clause: ClauseId };
}

/** Ends a rundown: comes after the call that releases `after`. */
interface Awaits {
  readonly resource: Rundown;
  readonly after: Resource;
  readonly of: string;
  readonly clause: ClauseId;
}

interface Needs {
  readonly resource: Resource;
  readonly of: string;
  readonly state: 'held' | 'notHeld';
  readonly clause: ClauseId;
}

/** How the call can stop the calling thread. */
export interface Waits {
  /** Never waits when this parameter has this value. */
  readonly unless?: { readonly parameter: string; readonly equals: number };
  /** An argument that is not known to be that value may make it wait. */
  readonly mustBeKnown?: true;
  readonly clause: ClauseId;
  /** The parameter that says for how many milliseconds, where a driver's entry routine must not wait long. */
  readonly milliseconds?: { readonly parameter: string; readonly clause: ClauseId };
}

/** Effects on the interrupt request level and on locks. */
export type LevelEffect =
  | {
      readonly kind: 'raise';
      readonly to: { readonly parameter: string } | { readonly level: LevelName };
      readonly savesIn: 'result' | { readonly cell: string };
    }
  | { readonly kind: 'lower'; readonly to: { readonly parameter: string } }
  /** `savesIn` is absent when the lock keeps the old level itself or the level stays as it is. */
  | {
      readonly kind: 'acquireLock';
      readonly lock: string;
      readonly raisesTo: LevelName | null;
      readonly savesIn?: { readonly cell: string };
    }
  | {
      readonly kind: 'releaseLock';
      readonly lock: string;
      readonly acquiredBy: readonly string[];
      readonly restores: { readonly parameter: string } | 'savedInLock' | 'nothing';
    }
  | { readonly kind: 'query' }
  /** Looks at the level: above `max` it asserts (rule irql-requirements), otherwise the level is known to be at most `max`. */
  | { readonly kind: 'assertAtMost'; readonly max: LevelName };

/** What a call does with memory from the pool. */
type MemoryEffect =
  { readonly kind: 'allocate'; readonly type: string; readonly flags: string } | { readonly kind: 'free'; readonly memory: string };

/** A parameter that takes a routine, and the role it then has. */
interface TakesRoutine {
  readonly parameter: string;
  readonly role: string;
  /** The context that the routine is called with, if the same call names it. */
  readonly context?: string;
  /** The parameter whose object keeps the two until another call starts the routine. Absent when the call itself does. */
  readonly keptBy?: string;
}

/** Data that must stay as it is, and stay allocated, while the registration or attachment lasts. */
export interface KeepsData {
  readonly parameter: string;
  /** The member that is kept, for a structure that may itself be a local. */
  readonly member?: string;
  /** `contents` must not change either; `lifetime` only has to stay allocated and in scope. */
  readonly what: 'contents' | 'lifetime';
  /** What it is, when some of its members have fixed values. */
  readonly structure?: string;
  readonly clause: ClauseId;
}

/** One function of the documentation. An absent part means that the page says nothing of the kind. */
export interface ContractFunction {
  /** File name of the reference page, without extension. */
  readonly page: string;
  readonly parameters: readonly string[];
  readonly levels?: Levels;
  /**
   * `status`: an NTSTATUS that decides between success and failure. `statusOrPending`: a status that is success or
   * STATUS_PENDING, never failure. `pointer`: an object, or null when there is none to be had. `level`: a KIRQL.
   */
  readonly result?: 'status' | 'statusOrPending' | 'pointer' | 'level' | 'never';
  /** Documented failures; others may come too. */
  readonly failsWith?: readonly string[];
  /** The status has to be looked at, by this clause (rule checked-status). */
  readonly checkedBy?: ClauseId;
  readonly needs?: readonly Needs[];
  readonly acquires?: Acquires;
  readonly releases?: Releases;
  readonly awaits?: Awaits;
  /** Once it has succeeded the kit may call the module: whatever its callbacks use has to be there by then. */
  readonly startsCallbacks?: ClauseId;
  /** On success the call fills this structure, which is valid until `until` is called for the same `of`. */
  readonly fills?: { readonly parameter: string; readonly of: string; readonly until: string; readonly clause: ClauseId };
  /** On success the call writes a value to this cell (`Out.value`). */
  readonly writesCell?: readonly string[];
  readonly waits?: Waits;
  readonly levelEffect?: LevelEffect;
  readonly memory?: MemoryEffect;
  readonly takes?: readonly TakesRoutine[];
  /** Has the kit run the routine that the parameter's object keeps. */
  readonly starts?: { readonly of: string; readonly role: string };
  readonly keeps?: readonly KeepsData[];
  /** Prepares something (a lock, event, timer, work item, request packet, thread): done before any NMR registration in a DRIVER_INITIALIZE (N5). */
  readonly initializes?: boolean;
}
