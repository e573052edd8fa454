/** Locks that a round of a loop takes out of a collection: another round, or another loop, may give them back (interface 4.8). */
import type { Node } from '../flow/graph.js';
import { elementSite, loopOfIndex } from './elements.js';
import type { Engine } from './engine.js';
import { isSilent } from './level-effects.js';
import { nameOfObject } from './names.js';
import { parentOf } from './program.js';
import { withThread, type State } from './state.js';
import { forgetLocks, type HeldLock } from './thread.js';
import { TOP, type Universe, type Value } from './values.js';
import type { Words } from './wording.js';

const isWithin = (node: Node | null, ancestor: Node): boolean => {
  for (let at = node ?? undefined; at !== undefined; at = parentOf(at)) if (at === ancestor) return true;
  return false;
};

/** Tells of a lock left behind at an exit, unless another round of the loop may have gone for another one (interface 4.8). */
export function tellLockLeft(engine: Engine, state: State, held: HeldLock, exit: Words, at: Node | null): void {
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

/** A lock that nobody can name, or that code has that cannot be seen, is not judged. */
function reportLockLeft(engine: Engine, state: State, { lock, by, how }: HeldLock, exit: Words): void {
  if (lock === TOP || isSilent(engine, state, lock)) return;
  const atom = engine.universe.single(lock);
  const object = atom === undefined ? 'the lock' : nameOfObject(engine, atom, by);
  engine.report(state, { rule: 'paired-irql', messageId: 'lockLeft', node: by, clause: 'I3', data: { call: how, object, path: exit } });
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
