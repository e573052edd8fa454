/**
 * What analyses of different files share: the names of values, the graphs of functions, and what is known of calls that have been followed. With
 * types, one workspace serves all files of a project, so that a function of another file is analysed once for each state in which it is called,
 * and not once for each file that imports it.
 */
import type { GraphOwner, Node } from '../flow/graph.js';
import type { Followable, Followed } from './followed.js';
import type { GraphIndex } from './graph-index.js';
import type { Module } from './program.js';
import { Universe, type Atom, type Value } from './values.js';

export class Workspace {
  readonly universe = new Universe();
  readonly graphs = new WeakMap<GraphOwner, GraphIndex | null>();
  /** Calls that allocated from the pool. */
  readonly poolSites = new WeakSet();
  /** What the user calls an object, at each call that was handed it. */
  readonly argumentNames: WeakMap<Node, Atom> = new WeakMap();
  /** Which function a call that gives a status calls. */
  readonly statuses = new WeakMap<object, string>();
  readonly #writes = new Map<string, Node>();
  readonly #followed = new WeakMap<Followable, Map<string, Followed>>();
  readonly #tooMuch = new WeakSet<Followable>();
  /** Whether other files are going to be analysed in it. */
  readonly isShared: boolean;

  constructor(isShared: boolean) {
    this.isShared = isShared;
  }

  /** Remembers where a member got a value. */
  noteWrite(object: Atom, key: string, value: Value, node: Node): void {
    this.#writes.set(`${object}.${key}=${value}`, node);
  }

  writeSite(object: Atom, key: string, value: Value): Node | undefined {
    return this.#writes.get(`${object}.${key}=${value}`);
  }

  /** Following this function takes more work than it is worth. */
  giveUp(fn: Followable): void {
    this.#tooMuch.add(fn);
  }

  isTooMuch(fn: Followable): boolean {
    return this.#tooMuch.has(fn);
  }

  /**
   * What is known of a call, if it holds for the file that is linted now: what was found out in a function of that file depends on which file it
   * is, and what was found out in a text that has changed is of no use.
   */
  followed(fn: Followable, key: string, isOther: (module: Module) => boolean): Followed | undefined {
    const followed = this.#followed.get(fn)?.get(key);
    return followed !== undefined && [...followed.modules].every(isOther) ? followed : undefined;
  }

  keep(fn: Followable, key: string, followed: Followed): void {
    let byKey = this.#followed.get(fn);
    if (byKey === undefined) this.#followed.set(fn, (byKey = new Map<string, Followed>()));
    byKey.set(key, followed);
  }
}
