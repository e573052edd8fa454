/**
 * What holds of the thread that runs: the interval of interrupt request levels that it may be at, the levels that it
 * saved, the locks that it holds. Two threads are alike when their keys are equal.
 */
import type { Node } from '../flow/graph.js';
import type { Atom } from './values.js';

/** A raise that is still to be undone. */
export interface Save {
  /** The value in which the old level was saved; null when the lock keeps it, or nothing does. */
  readonly atom: Atom | null;
  readonly low: number;
  readonly high: number;
  readonly known: boolean;
  readonly by: Node;
  /** The lock whose acquisition raised. */
  readonly lock: Atom | null;
}

export interface Thread {
  readonly low: number;
  readonly high: number;
  /** The interval follows from a role, an annotation, a raise or a test; otherwise nobody can say where this runs. */
  readonly known: boolean;
  /** Innermost last. */
  readonly saves: readonly Save[];
  /** Locks held, in the order of acquisition, and the name of the function that acquired each. */
  readonly locks: readonly { readonly atom: Atom; readonly by: Node; readonly how: string }[];
  readonly key: string;
}

export function thread(of: Omit<Thread, 'key'>, idOf: (node: Node) => number): Thread {
  const saves = of.saves.map(
    (save) => `${save.atom ?? ''}:${save.low}-${save.high}${save.known ? '' : '?'}@${idOf(save.by)}l${save.lock ?? ''}`,
  );
  const locks = of.locks.map((lock) => `${lock.atom}@${idOf(lock.by)}`);
  const key = `${of.low}-${of.high}${of.known ? '' : '?'}|${saves.join(',')}|${locks.join(',')}`;
  return { ...of, key };
}
