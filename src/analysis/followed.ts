/** What is known of a call that was followed: how it ends, what was found on the way, and what else it told the analysis. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { Candidates, type Candidate } from './findings.js';
import type { Module } from './program.js';
import type { PathEvent, State } from './state.js';
import type { Value } from './values.js';

/** What can be run in the state of whoever reaches it: a function, the initialisers of a class, the body of a module. */
export type Followable = FunctionNode | TSESTree.ClassBody | TSESTree.Program;

export interface Exit {
  readonly state: State;
  readonly value: Value;
  readonly steps: readonly PathEvent[];
}

/** Something that a run tells the analysis of the linted file, besides findings; told again when the run is not repeated. */
export type Note = (engine: Engine) => void;

/** What a run leaves behind besides its states. */
export interface Recorded {
  readonly candidates: Iterable<Candidate>;
  readonly notes: readonly Note[];
  /** Calls inside that were followed: what they told counts as well. */
  readonly inner: ReadonlySet<Recorded>;
  /** The modules whose code ran. */
  readonly modules: ReadonlySet<Module>;
}

export interface Followed extends Recorded {
  readonly returns: readonly Exit[];
  readonly throws: readonly Exit[];
}

/** Collects what a run leaves behind. */
export class Recording implements Recorded {
  readonly candidates = new Candidates();
  readonly notes: Note[] = [];
  readonly inner = new Set<Recorded>();
  readonly modules = new Set<Module>();

  add(inner: Recorded): void {
    if (this.inner.has(inner)) return;
    this.inner.add(inner);
    for (const module of inner.modules) this.modules.add(module);
  }
}

/** Tells an analysis all that was told in a run, and in the calls that it followed, once each: `told` says which. */
function tellAgain(engine: Engine, of: Recorded, told: Set<Recorded>): void {
  if (told.has(of)) return;
  told.add(of);
  for (const note of of.notes) note(engine);
  for (const inner of of.inner) tellAgain(engine, inner, told);
}

/** The calls that one analysis has followed, and those of others that hold for it. */
export class FollowedCalls {
  readonly #engine: Engine;
  readonly #own = new Map<Followable, Map<string, Followed>>();
  /** Calls that were only tried out: nobody was told what they tell. */
  readonly #tried = new Map<Followable, Map<string, Followed>>();
  /** How many activations there are of each. */
  readonly #running = new Map<Followable, number>();
  readonly #told = new Set<Recorded>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  isRunning(fn: Followable): boolean {
    return this.activations(fn) > 0;
  }

  activations(fn: Followable): number {
    return this.#running.get(fn) ?? 0;
  }

  during<T>(fn: Followable, run: () => T): T {
    const before = this.activations(fn);
    this.#running.set(fn, before + 1);
    try {
      return run();
    } finally {
      this.#running.set(fn, before);
    }
  }

  get(fn: Followable, key: string): Followed | undefined {
    if (this.#engine.isTrial) return this.#tried.get(fn)?.get(key);
    const own = this.#own.get(fn)?.get(key);
    if (own !== undefined) return own;
    const { workspace, program } = this.#engine;
    if (!workspace.isShared) return undefined;
    const shared = workspace.followed(fn, key, (module) => module !== program.linted && program.has(module));
    if (shared !== undefined) tellAgain(this.#engine, shared, this.#told);
    return shared;
  }

  set(fn: Followable, key: string, followed: Followed): void {
    const { workspace, program, isTrial } = this.#engine;
    if (isTrial) {
      add(this.#tried, fn, key, followed);
      return;
    }
    this.#told.add(followed);
    if (workspace.isShared && !followed.modules.has(program.linted)) {
      workspace.keep(fn, key, followed);
      return;
    }
    add(this.#own, fn, key, followed);
  }
}

function add(to: Map<Followable, Map<string, Followed>>, fn: Followable, key: string, followed: Followed): void {
  let byKey = to.get(fn);
  if (byKey === undefined) to.set(fn, (byKey = new Map<string, Followed>()));
  byKey.set(key, followed);
}
