/**
 * Code that cannot be seen: what is handed to it may be kept, changed and given back there, so nothing more is said about it.
 * Everything else stays as it was, and the call has a value of which nothing is known.
 */
import type { Node, Variable } from '../flow/graph.js';
import { fieldOf, isOwnField } from './class-members.js';
import { classOf } from './classes.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { CLASS, KEPT } from './hidden-members.js';
import * as intMap from './int-map.js';
import { isSavedLevel, levelIdOf } from './levels.js';
import { withPlaced, withStored } from './object-state.js';
import { mayThrow, result, type Outcome } from './outcomes.js';
import { recordOf, withRecord } from './places.js';
import { functionAround } from './program.js';
import { Reachability } from './reach.js';
import { withCells, withThread, type State } from './state.js';
import { examineReached } from './statuses.js';
import { forgetLocks } from './thread.js';
import type { Atom, Value } from './values.js';

/** Methods of collections that keep what they are handed, or make something of it that does. */
const keeping = new Set(['add', 'set', 'push', 'unshift', 'splice', 'fill', 'bind', 'structuredClone', 'assign', 'defineProperty']);

/** Whether a method of that name keeps what it is handed. */
export const keepsWhatItGets = (method: string): boolean => keeping.has(method);

/** Methods whose first argument is what the others go into. */
const intoFirst = new Set(['assign', 'defineProperty']);

/** The library keeps some of what it is handed where nobody follows it: that outlives whoever made it. */
export function keep(engine: Engine, state: State, path: string, values: readonly Value[]): State {
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (!keeping.has(method)) return state;
  const reachability = new Reachability(engine.universe, engine.program, state);
  for (const value of intoFirst.has(method) ? values.slice(1) : values) reachability.addValue(value);
  const { atoms } = reachability.close();
  return [...atoms].reduce(
    (into, atom) => {
      const own = engine.objectState(into, atom);
      return own.silent || own.stored ? into : engine.withObjectState(into, atom, withStored(own));
    },
    examineReached(engine, state, atoms),
  );
}

/** A value is put where it may outlive the function: what is held on what it leads to may be left there. */
export function notePlaced(engine: Engine, state: State, value: Value): State {
  if (state.hot === null || engine.universe.atoms(value).every((atom) => engine.universe.info(atom).kind === 'constant')) return state;
  const reachability = new Reachability(engine.universe, engine.program, state);
  reachability.addValue(value);
  const { atoms } = reachability.close();
  let after = state;
  intMap.forEach(state.hot, (atom) => {
    const own = engine.objectState(after, atom);
    if (!own.placed && !own.silent && atoms.has(atom)) after = engine.withObjectState(after, atom, withPlaced(own));
  });
  return after;
}

/** The state after unseen code got these values. */
export function escape(engine: Engine, state: State, values: readonly Value[], node: Node): State {
  const { universe } = engine;
  const reachability = new Reachability(universe, engine.program, state, false);
  for (const value of values) reachability.addValue(value);
  const { atoms } = reachability.close();
  const epoch = universe.siteId(node);
  let after = examineReached(engine, state, atoms);
  for (const atom of atoms) {
    const info = universe.info(atom);
    if (info.kind === 'object' || info.kind === 'entry' || info.kind === 'member' || info.kind === 'result') {
      after = engine.escape(after, atom);
      const record = recordOf(after, atom);
      after = withRecord(after, atom, {
        members: intMap.map(record.members, (value, key) => (staysKnown(engine, after, atom, universe.keyName(key)) ? value : undefined)),
        epoch,
      });
    } else if (info.kind === 'external' && info.external.kind === 'function') {
      const { name } = info.external;
      engine.note(({ callbacks }) => {
        callbacks.noteCalled(name);
      });
    } else if (info.kind === 'closure') {
      for (const variable of engine.program.freeVariables(info.function)) {
        if (isWrittenIn(variable, info.function)) after = forget(engine, after, variable, node);
      }
    }
  }
  return withoutLevels(engine, after, atoms);
}

/** A saved level may be restored by whoever gets it: nobody knows the level any more, nor whether the lock that raised it is held. */
function withoutLevels(engine: Engine, state: State, atoms: ReadonlySet<Atom>): State {
  const { universe } = engine;
  const { thread } = state;
  const isHanded = (value: Value | null): boolean => value !== null && universe.atoms(value).some((atom) => atoms.has(atom));
  const levels = new Set([...atoms].filter((atom) => isSavedLevel(engine, atom)).map((atom) => levelIdOf(engine, atom)));
  const handed = thread.saves.filter(({ id, cell }) => isHanded(cell) || levels.has(id));
  if (handed.length === 0) return state;
  const isGivenBack = (lock: Value): boolean => handed.some((save) => save.lock === lock);
  return withThread(state, engine.makeThread(forgetLocks(thread, ({ lock }) => isGivenBack(lock))));
}

/** What code that cannot be seen cannot change: the class, where the variables of closures are, and fields of its own that no function of a class writes. */
function staysKnown(engine: Engine, state: State, atom: Atom, key: string): boolean {
  if (key === CLASS || key === KEPT) return true;
  if (key.startsWith('[[') || engine.mutations.keys.has(key)) return false;
  const cls = classOf(engine.universe, state, atom);
  const info = cls === undefined ? undefined : engine.universe.info(cls);
  const field = info?.kind === 'class' ? fieldOf(info.class, key) : undefined;
  return field !== undefined && isOwnField(field);
}

function isWrittenIn(variable: Variable, fn: Node): boolean {
  return variable.references.some((reference) => {
    if (!reference.isWrite() || reference.init === true) return false;
    for (let at: Node | null = functionAround(reference.identifier); at !== null; at = functionAround(at.parent)) {
      if (at === fn) return true;
    }
    return false;
  });
}

/** The variable may hold anything now, of which nothing but its name is known. */
function forget(engine: Engine, state: State, variable: Variable, node: Node): State {
  const { universe } = engine;
  const unknown = universe.one(universe.atom({ kind: 'entry', of: variable, name: `${variable.name}@${universe.siteId(node)}` }));
  return withCells(state, intMap.set(state.cells, universe.siteId(variable), unknown));
}

/** Code that cannot be seen gets these values: it may be there that what they lead to is given back. */
export function noteHandedOut(engine: Engine, state: State, values: readonly Value[]): void {
  const { universe } = engine;
  for (const value of values) {
    if (!universe.atoms(value).some((atom) => universe.mayBeObject(atom))) continue;
    engine.note(({ onHandedOut }) => {
      onHandedOut(value, state);
    });
  }
}

/** A value is put where nobody sees it any more. */
export function handOut(engine: Engine, state: State, values: readonly Value[], node: Node): State {
  noteHandedOut(engine, state, values);
  return escape(engine, state, values, node);
}

/** A call to code that cannot be seen. */
export function unseenCall(engine: Engine, frame: Frame, state: State, handed: readonly Value[], node: Node): Outcome {
  noteHandedOut(engine, state, handed);
  return unfollowedCall(engine, frame, state, handed, node);
}

/** A call to code that is not looked into where it is called. */
export function unfollowedCall(engine: Engine, frame: Frame, state: State, handed: readonly Value[], node: Node): Outcome {
  if (node.type === 'CallExpression' && engine.program.moduleOf(node).resolver.neverReturns(node)) return { completes: [], throws: [] };
  const after = escape(engine, state, handed, node);
  return mayThrow(frame, state, result(engine, after, node), node, after);
}
