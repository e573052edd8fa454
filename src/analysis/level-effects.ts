/** Raising, lowering, acquiring and releasing: what a call does to the level and the locks, and what is wrong with it. */
import { levels as levelValues } from '../contracts/levels.js';
import type { ClauseId, LevelEffect } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { elementSite, loopOfIndex, mayBeGivenAgain, nameable } from './elements.js';
import { currentLevel, intervalOf, isSavedLevel, knownMost, levelIdOf, nameOfLevel } from './levels.js';
import { nameOfObject } from './names.js';
import { lineOf, type Words } from './wording.js';
import { setMember } from './places.js';
import { areSame, canBeWrong, findSave, isExactly, type Restored } from './saved-levels.js';
import { amend, type State } from './state.js';
import { answering, forgetLocks, UNCOUNTED, unsure, type HeldLock, type Save, type Thread, type ThreadParts } from './thread.js';
import { TOP, type Atom, type Universe, type Value } from './values.js';

/** What is left of a call once its effect on the level is known. */
export interface LevelOutcome {
  readonly state: State;
  /** The value of the call, if that is a level. */
  readonly value?: Value | undefined;
  /** The call is reported already, or not judged: nothing more is said about the level at which it stands. */
  readonly isTold?: true;
}

interface Effect {
  readonly engine: Engine;
  readonly name: string;
  readonly node: Node;
  readonly argument: (name: string) => Value;
}

export function runLevelEffect(
  engine: Engine,
  state: State,
  effect: LevelEffect,
  argument: (name: string) => Value,
  name: string,
  node: Node,
): LevelOutcome {
  const call: Effect = { engine, name, node, argument };
  switch (effect.kind) {
    case 'query': {
      const [asked, value] = currentLevel(engine, state, node, 'asked');
      return { state: asked, value };
    }
    case 'assertAtMost': {
      const max = levelValues[effect.max];
      const { low, high } = state.thread;
      return { state: low <= max && high > max ? withThread(call, state, { ...state.thread, high: max }) : state };
    }
    case 'raise':
      return raiseTo(call, state, effect);
    case 'lower':
      return lower(call, state, argument(effect.to.parameter));
    case 'acquireLock':
      return acquireLock(call, state, effect);
    case 'releaseLock':
      return releaseLock(call, state, effect);
  }
}

const withThread = ({ engine }: Effect, state: State, thread: ThreadParts): State => amend(state, { thread: engine.makeThread(thread) });

type Of<K extends LevelEffect['kind']> = Extract<LevelEffect, { kind: K }>;

function raiseTo(call: Effect, state: State, { to, savesIn }: Of<'raise'>): LevelOutcome {
  const { engine, argument } = call;
  const level =
    'level' in to ? { low: levelValues[to.level], high: levelValues[to.level] } : intervalOf(engine, state, argument(to.parameter));
  const current = knownMost(state.thread);
  if (level !== null && current > level.high) {
    report(call, state, 'raisesToLower', 'I2', { level: nameOfLevel(level.high), current: nameOfLevel(current) });
    return { state: withThread(call, state, { ...state.thread, isOver: true }), isTold: true };
  }
  const [saved, value] = currentLevel(engine, state, call.node, 'saved');
  if (savesIn === 'result') return { state: raise(call, saved, level, null, null), value };
  const cell = argument(savesIn.cell);
  return { state: saveIn(call, raise(call, saved, level, null, cell), cell, value) };
}

function saveIn({ engine }: Effect, state: State, cell: Value, level: Value): State {
  const atom = engine.universe.single(cell);
  return atom === undefined ? state : setMember(engine.universe, state, atom, 'value', level);
}

/** A call that raises again before it has been undone goes round in a loop; this often it is counted. */
const MAX_ROUNDS = 2;
/** More raises than this, one inside the other, are not told apart. */
const MAX_DEPTH = 12;

function raise(
  call: Effect,
  state: State,
  to: { readonly low: number; readonly high: number } | null,
  lock: Value | null,
  cell: Value | null,
): State {
  const { thread } = state;
  const { by, how } = answering(thread, call.node, call.name);
  const rounds = thread.saves.filter((save) => save.by === by);
  const { id, low, high, without, known } = thread;
  const level = to ?? { low, high: levelValues.HIGH_LEVEL };
  const [first] = rounds;
  const isUncounted = first?.id === UNCOUNTED;
  // What is due to be undone is no longer known, but the level is; locks along a collection may all have been given back by what comes next.
  if (rounds.length >= MAX_ROUNDS || thread.saves.length >= MAX_DEPTH || isUncounted) {
    const isDue = lock === null && first !== undefined && (thread.isSure || isUncounted);
    return withThread(call, state, {
      ...unsure(thread),
      ...(to === null ? {} : { ...level, without: [], known: 'both' }),
      // That something is due stays known until anything lowers the level.
      saves: isDue ? [{ ...first, id: UNCOUNTED, cell: null, isLost: false }] : [],
    });
  }
  const save: Save = { id, low, high, without, known, by, how, lock, cell: cell === TOP ? null : cell, isLost: false };
  const before = thread.saves.map((each) =>
    lock === null && each.lock === null && cell !== null && cell !== TOP && each.cell === cell ? { ...each, isLost: true } : each,
  );
  return withThread(call, state, {
    ...thread,
    id: `${id}/${call.engine.universe.siteId(call.node)}`,
    ...level,
    without: to === null ? without : [],
    known: to === null ? 'none' : 'both',
    saves: [...before, save],
  });
}

function acquireLock(call: Effect, state: State, { lock: parameter, raisesTo, savesIn }: Of<'acquireLock'>): LevelOutcome {
  const { engine, argument } = call;
  const lock = nameable(engine.universe, argument(parameter));
  const { thread } = state;
  const held = engine.universe.single(lock) === undefined ? undefined : thread.locks.find((each) => each.lock === lock);
  if (held !== undefined && !isSilent(engine, state, lock)) {
    report(call, state, 'acquiredTwice', 'I4', { object: nameOf(call, lock), line: lineOf(held.by) });
    return { state: withThread(call, state, { ...thread, isOver: true }), isTold: true };
  }
  engine.note(({ rounds }) => {
    rounds.acquired.add(lock);
  });
  const holding = withThread(call, state, withLock(call, thread, lock));
  if (raisesTo === null) return { state: holding };
  const to = { low: levelValues[raisesTo], high: levelValues[raisesTo] };
  const [saved, value] = currentLevel(engine, holding, call.node, 'saved');
  const cell = savesIn === undefined ? null : argument(savesIn.cell);
  const raised = raise(call, saved, to, lock, cell);
  return { state: cell === null ? raised : saveIn(call, raised, cell, value) };
}

/** A call that acquires another lock while it holds the one before goes along a collection: those are no longer judged (interface 4.8). */
function withLock({ node, name }: Effect, thread: Thread, lock: Value): ThreadParts {
  const caller = answering(thread, node, name);
  const rounds = thread.locks.filter(({ by }) => by === caller.by).length;
  const isOfRound = loopOfIndex(node) !== null;
  if (rounds >= (isOfRound ? 1 : MAX_ROUNDS)) return forgetLocks(thread, ({ by }) => by === caller.by);
  if (lock === TOP || (isOfRound && !thread.isSure)) return { ...thread, isSure: false };
  return { ...thread, locks: [...thread.locks, { lock, ...caller, acquiredWith: name }].slice(-MAX_DEPTH) };
}

/** Handed to code that cannot be seen: it is no longer judged (interface 4.7). */
export function isSilent(engine: Engine, state: State, lock: Value): boolean {
  return engine.universe.atoms(lock).some((atom) => engine.objectState(state, atom).silent);
}

function releaseLock(call: Effect, state: State, effect: Of<'releaseLock'>): LevelOutcome {
  const { engine, argument } = call;
  const lock = nameable(engine.universe, argument(effect.lock));
  const { thread } = state;
  const held = lock === TOP ? undefined : heldAs(engine.universe, thread, lock);
  const restores =
    effect.restores === 'nothing' ? null : effect.restores === 'savedInLock' ? 'savedInLock' : argument(effect.restores.parameter);
  if (held === undefined) return releaseNotHeld(call, state, lock, restores);
  engine.note(({ rounds, universe }) => {
    rounds.releases(universe, lock, call.node);
  });
  const without = withThread(call, state, { ...thread, locks: thread.locks.filter((each) => each !== held) });
  if (!effect.acquiredBy.includes(held.acquiredWith)) {
    report(call, state, 'wrongRelease', 'I3', { object: nameOf(call, lock), acquire: held.acquiredWith, line: lineOf(held.by) });
    return {
      state: withThread(
        call,
        without,
        afterMisuse(
          without.thread,
          findSave(thread, (save) => save.lock === held.lock),
        ),
      ),
      isTold: true,
    };
  }
  if (restores === null) return { state: without };
  return restore(
    call,
    without,
    findSave(thread, (save) => save.lock === held.lock),
    restores,
  );
}

/** What unseen code has got its hands on goes by another name; a lock that is a member of it is hardly ever another one. */
const heldAs = (universe: Universe, { locks }: Thread, lock: Value): HeldLock | undefined =>
  locks.findLast((each) => each.lock === lock) ?? locks.findLast((each) => isSameMember(universe, each.lock, lock));

function isSameMember(universe: Universe, a: Value, b: Value): boolean {
  if (a === b) return a !== TOP;
  const [one, two] = [a, b].map((value) => universe.info(universe.single(value) ?? 0));
  if (one?.kind !== 'member' || two?.kind !== 'member' || one.key !== two.key) return false;
  return isSameMember(universe, universe.one(one.base), universe.one(two.base));
}

/** Taken out of a collection: which other round of a loop acquired it, nobody can tell. */
const isElement = ({ universe }: Engine, lock: Value): boolean => universe.atoms(lock).some((atom) => elementSite(universe, atom) !== null);

function releaseNotHeld(call: Effect, state: State, lock: Value, restores: Restored | null): LevelOutcome {
  const { engine, node } = call;
  const { thread } = state;
  const { universe } = engine;
  const mayBeIt = (held: Value): boolean =>
    universe.atoms(held).some((one) => universe.atoms(lock).some((other) => mayBeGivenAgain(universe, one, other)));
  if (thread.locks.some((held) => mayBeIt(held.lock)))
    return {
      state: withThread(
        call,
        state,
        forgetLocks(thread, (held) => mayBeIt(held.lock)),
      ),
      isTold: true,
    };
  if (lock === TOP || isElement(engine, lock) || loopOfIndex(node) !== null) return releaseUnnamed(call, state, restores);
  const goesOn = restores === null ? thread : { ...unsure(thread), isSure: thread.isSure };
  if (!thread.isSure || thread.mayRestore || isSilent(engine, state, lock) || mayBeHeldByCaller(engine, state, lock, restores)) {
    return { state: withThread(call, state, goesOn) };
  }
  report(call, state, 'notHeld', 'I3', { object: nameOf(call, lock) });
  const silenced = engine.universe.atoms(lock).reduce((into, atom) => engine.silence(into, atom), state);
  return { state: withThread(call, silenced, restores === null ? thread : unsure(thread)), isTold: true };
}

/** A lock that was there before, that nothing here ever acquires, and that goes back with a level that may be its own: a caller may hold it. */
function mayBeHeldByCaller(engine: Engine, state: State, lock: Value, restores: Restored | null): boolean {
  const { thread } = state;
  const isKnown = thread.isCalledByKit || engine.rounds.acquired.has(lock) || thread.locks.length > 0 || thread.saves.length > 0;
  if (isKnown || engine.universe.atoms(lock).some((atom) => engine.objectState(state, atom).memory === 'live')) return false;
  return restores === null || restores === 'savedInLock' || !canBeWrong(engine, state, restores);
}

/** A lock that nobody can name is told by the level that goes back with it. */
function releaseUnnamed(call: Effect, state: State, restores: Restored | null): LevelOutcome {
  const { engine } = call;
  if (restores === null) return { state, isTold: true };
  const at = findSave(state.thread, (save) => save.lock === TOP && areSame(engine, state, restores, save) === 'yes');
  if (at === -1) return { state: withThread(call, state, { ...unsure(state.thread), isSure: state.thread.isSure }), isTold: true };
  return { ...restore(call, state, at, restores), isTold: true };
}

/** Goes back to the level before a save: with the value that it saved, and with nothing raised in between. */
function restore(call: Effect, state: State, at: number, restored: Restored): LevelOutcome {
  const { engine } = call;
  const { thread } = state;
  const save = thread.saves[at];
  if (save === undefined) return { state: withThread(call, state, { ...unsure(thread), saves: thread.saves }) };
  if (areSame(engine, state, restored, save) === 'no') return wrongValue(call, state, at, save);
  const inner = thread.saves.slice(at + 1);
  // No raise lowers: where the last level is no higher than the first can be, all between them are one.
  if (inner.length > 0 && thread.high !== save.low) {
    const lost = inner.find((each) => each.isLost);
    if (lost !== undefined) reportLost(call, state, lost);
    else reportSkipped(call, state, inner as [Save]);
    return { state: withThread(call, state, afterMisuse(thread, at)), isTold: true };
  }
  if (inner.length > 0) return { state: withThread(call, state, { ...thread, saves: thread.saves.filter((each) => each !== save) }) };
  const { id, low, high, without, known } = save;
  return { state: withThread(call, state, { ...thread, id, low, high, without, known, saves: thread.saves.slice(0, at) }) };
}

/** The only cell that held the level was saved into again, so nothing can go back to it. */
const reportLost = (call: Effect, state: State, lost: Save): void => {
  report(call, state, 'savedOver', 'I3', { call: lost.how }, lost.by);
};

const reportSkipped = (call: Effect, state: State, [first]: readonly [Save, ...Save[]]): void => {
  report(call, state, 'skipsLevel', 'I3', { raise: first.how, line: lineOf(first.by) });
};

function wrongValue(call: Effect, state: State, at: number, save: Save): LevelOutcome {
  const { thread } = state;
  if (save.isLost) {
    reportLost(call, state, save);
  } else {
    report(call, state, 'wrongLevel', 'I2', { raise: save.how, line: lineOf(save.by) });
  }
  return { state: withThread(call, state, afterMisuse(thread, at)), isTold: true };
}

/** One misuse, one report: the levels saved outside of the one in question are taken for what they should be. */
const afterMisuse = (thread: Thread, at: number): ThreadParts => ({ ...unsure(thread), saves: at <= 0 ? [] : thread.saves.slice(0, at) });

/** Lowers without releasing a lock. */
function lower(call: Effect, state: State, to: Value): LevelOutcome {
  const { engine } = call;
  const { thread } = state;
  const saves = (save: Save): boolean => areSame(engine, state, to, save) === 'yes';
  // It undoes a raise, not an acquisition that has saved the same level.
  const raise = findSave(thread, (save) => save.lock === null && saves(save));
  const at = raise === -1 ? findSave(thread, saves) : raise;
  const top = thread.saves.length - 1;
  if (top === -1) return lowerFromEntry(call, state, to);
  const save = thread.saves[top] as Save;
  // How many raises that undoes, nobody has counted.
  if (save.id === UNCOUNTED) return { state: withThread(call, state, unsure(thread)) };
  // A cell that was saved into twice holds the inner level for both lowerings: that is another mistake.
  if (raise === -1 && !save.isLost && isRestoredAgain(engine, state, to)) {
    report(call, state, 'wrongLevel', 'I2', { raise: save.how, line: lineOf(save.by) });
    return { state, isTold: true };
  }
  // After a misuse, what a raise before it has saved may be what is due now.
  if (at === -1 && !thread.isSure && isSavedByRaise(engine, to)) return { state: withThread(call, state, unsure(thread)) };
  if (at === -1) return canBeWrong(engine, state, to) ? wrongValue(call, state, top, save) : restore(call, state, top, to);
  const found = thread.saves[at] as Save;
  if (found.lock !== null && thread.locks.some((held) => held.lock === found.lock)) {
    if (isExactly(thread, found)) return { state };
    report(call, state, 'lowersUnderLock', 'I3', { acquire: found.how, line: lineOf(found.by) });
    return { state: withThread(call, state, afterMisuse(thread, at)), isTold: true };
  }
  return restore(call, state, at, to);
}

/** A level that a raise saved which is undone already, and at which the thread is: to go there once more changes nothing. */
function isRestoredAgain(engine: Engine, { thread }: State, to: Value): boolean {
  const isUndone = (atom: Atom): boolean => isSavedLevel(engine, atom) && levelIdOf(engine, atom) === thread.id;
  return to !== TOP && engine.universe.atoms(to).every(isUndone);
}

const isSavedByRaise = (engine: Engine, level: Value): boolean =>
  level !== TOP && engine.universe.atoms(level).every((atom) => isSavedLevel(engine, atom));

/** Nothing has been raised here. */
function lowerFromEntry(call: Effect, state: State, to: Value): LevelOutcome {
  const { engine } = call;
  const { thread } = state;
  // Lowering to the level that was asked for changes nothing; to one that a raise saved, it undoes that raise once more.
  const isAgain = isSavedByRaise(engine, to);
  if (areSame(engine, state, to, thread) === 'yes' && !isAgain) return { state };
  const level = intervalOf(engine, state, to);
  const goesOn = { ...unsure(thread), ...(level !== null && level.low === level.high ? { ...level, known: 'both' as const } : {}) };
  if (!thread.isSure || thread.mayRestore || !canBeWrong(engine, state, to))
    return { state: withThread(call, state, { ...goesOn, isSure: thread.isSure }) };
  const isHigher = level !== null && thread.known === 'both' && level.low > thread.high;
  report(call, state, isHigher ? 'lowersToHigher' : 'notRaised', 'I2', { current: nameOfLevel(thread.high) });
  return { state: withThread(call, state, isHigher ? unsure(thread) : goesOn) };
}

const nameOf = ({ engine, node }: Effect, lock: Value): string => {
  const atom = engine.universe.single(lock);
  return atom === undefined ? 'the lock' : nameOfObject(engine, atom, node);
};

function report(
  { engine, name, node }: Effect,
  state: State,
  messageId: string,
  clause: ClauseId,
  data: Readonly<Record<string, Words>>,
  at?: Node,
): void {
  const { by, how } = answering(state.thread, node, name);
  engine.report(state, { rule: 'paired-irql', messageId, node: at ?? by, clause, data: { call: how, ...data } });
}
