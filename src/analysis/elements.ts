/** What comes out of a collection has a name that holds only in one round of a loop (interface 4.8). */
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { isFunction, parentOf } from './program.js';
import { withThread, type State } from './state.js';
import { forgetLocks, type HeldLock } from './thread.js';
import { reportLockLeft } from './thread-exits.js';
import { TOP, type Atom, type Universe, type Value } from './values.js';

/** The loop that took the atom, or what it is a member of, out of a collection; undefined for an index; null for other atoms. */
export function elementSite(universe: Universe, atom: Atom): object | undefined | null {
  const info = universe.info(atom);
  if (info.kind === 'member') return elementSite(universe, info.base);
  if (info.kind === 'result' && info.tag.startsWith('element')) return info.site;
  return info.kind === 'expression' && info.operator === 'element' ? undefined : null;
}

/** Further down a chain of members, things that were there before are not told apart: it may be a list that a loop walks along. */
const MAX_CHAIN = 3;

/** A lock by a name that stays the same; TOP for one that nobody can name. */
export function nameable(universe: Universe, lock: Value): Value {
  const isDeep = (atom: Atom, depth: number): boolean => {
    const info = universe.info(atom);
    return info.kind === 'member' && (depth === 0 || isDeep(info.base, depth - 1));
  };
  return universe.atoms(lock).some((atom) => isDeep(atom, MAX_CHAIN)) ? TOP : lock;
}

const loops = new Set(['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForInStatement', 'ForOfStatement']);

/** The loop around a call that is handed an element under an index that is not constant; null for other calls. */
export function loopOfIndex(call: Node): Node | null {
  if (call.type !== 'CallExpression' || !call.arguments.some(isIndexed)) return null;
  for (let at = parentOf(call); at !== undefined && !isFunction(at); at = parentOf(at)) if (loops.has(at.type)) return at;
  return null;
}

function isIndexed(node: Node): boolean {
  if (node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression') return isIndexed(node.expression);
  if (node.type !== 'MemberExpression') return false;
  return (node.computed && node.property.type !== 'Literal') || isIndexed(node.object);
}

const isWithin = (node: Node | null, ancestor: Node): boolean => {
  for (let at = node ?? undefined; at !== undefined; at = parentOf(at)) if (at === ancestor) return true;
  return false;
};

/** Tells of a lock left behind at an exit, unless another round of the loop may have gone for another one (interface 4.8). */
export function tellLockLeft(engine: Engine, state: State, held: HeldLock, exit: string, at: Node | null): void {
  const tell = (to: Engine): void => {
    reportLockLeft(to, state, held, exit);
  };
  const loop = loopOfIndex(held.by);
  if (loop === null || isWithin(at, loop)) tell(engine);
  else
    engine.note(({ rounds }) => {
      rounds.carries(loop, tell);
    });
}

/**
 * Locks that a round of a loop takes out of a collection and still holds when the next one begins. A loop that acquires all of them, for
 * another one to release, is left alone; where another path through the same round releases them, this one forgets to.
 */
export class Rounds {
  /** Locks that some call has acquired. */
  readonly acquired = new Set<Value>();
  readonly #releasing = new Set<object>();
  readonly #carried: { readonly loop: object; readonly tell: (to: Engine) => void }[] = [];

  releases(universe: Universe, lock: Value, call: Node): void {
    const around = loopOfIndex(call);
    if (around !== null) this.#releasing.add(around);
    for (const atom of universe.atoms(lock)) {
      const loop = elementSite(universe, atom);
      if (loop) this.#releasing.add(loop);
    }
  }

  carries(loop: object, tell: (to: Engine) => void): void {
    this.#carried.push({ loop, tell });
  }

  finish(engine: Engine): void {
    for (const { loop, tell } of this.#carried) if (this.#releasing.has(loop)) tell(engine);
  }
}

/** A loop goes on to its next element: locks of the one before are no longer judged in another round. */
export function leaveRound(engine: Engine, state: State, loop: object): State {
  const { universe } = engine;
  const { thread } = state;
  const isOfLoop = (lock: Value): boolean => universe.atoms(lock).some((atom) => elementSite(universe, atom) === loop);
  const carried = thread.locks.filter(({ lock }) => isOfLoop(lock));
  if (carried.length === 0) return state;
  for (const lock of carried)
    engine.note(({ rounds }) => {
      rounds.carries(loop, (to) => {
        reportLockLeft(to, state, lock, 'the loop goes round again');
      });
    });
  return withThread(state, engine.makeThread(forgetLocks(thread, ({ lock }) => isOfLoop(lock))));
}
