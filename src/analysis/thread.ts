/**
 * What holds of the thread that runs: the interval of interrupt request levels that it may be at, the levels that it
 * saved, the locks that it holds. Two threads are alike when their keys are equal.
 *
 * The level on entry has the name '', and each raise names the level that it makes after the one before and the call. So a value in which
 * a level was saved tells which raise it undoes, also where nobody can say which number it is.
 */
import type { Node } from '../flow/graph.js';
import { TOP, type Value } from './values.js';

/**
 * Which ends of an interval of levels follow from a role, an annotation or a raise, so that the code may run there. Of the others it is only known that it
 * runs inside.
 */
export type KnownEnds = 'none' | 'low' | 'both';

/** A raise that is still to be undone: the level before it. */
export interface Save {
  readonly id: string;
  readonly low: number;
  readonly high: number;
  readonly without: readonly number[];
  readonly known: KnownEnds;
  /** The call that carries a report about it, and the function that raised. */
  readonly by: Node;
  readonly how: string;
  /** The lock whose acquisition raised; null for a plain raise. */
  readonly lock: Value | null;
  /** The cell in which the level was saved; null when the caller got it, or the lock keeps it. */
  readonly cell: Value | null;
  /** A later raise saved its own level in the same cell. */
  readonly isLost: boolean;
}

/** A lock held; `lock` is the value that the call was handed. Locks that nobody can name are not listed: the thread is then not sure. */
export interface HeldLock {
  readonly lock: Value;
  /** The call that carries a report about it, and what that calls. */
  readonly by: Node;
  readonly how: string;
  /** The documented function that acquired it. */
  readonly acquiredWith: string;
}

/** A call that carries the reports about what happens inside, and the name of the function called. */
interface Caller {
  readonly by: Node;
  readonly how: string;
}

/** What follows from the routine in which the thread runs. */
interface Within {
  /** A WSK event callback or completion routine (E2). */
  readonly mayNotWait: boolean;
  /** A driver's entry routine, or what it calls (C9). */
  readonly isDriverEntry: boolean;
  /** What the caller raised or acquired may be given back: annotated so, or nobody knows who calls. */
  readonly mayRestore: boolean;
  /** The kit calls the routine, which holds nothing then. */
  readonly isCalledByKit: boolean;
  /** The call of an annotated function that is under way: raises and wrong values inside are that call's (interface, section 6). */
  readonly inCall: Caller | null;
}

export interface Thread extends Within {
  /** The name of the current level. */
  readonly id: string;
  readonly low: number;
  readonly high: number;
  /** Levels between these that tests have ruled out, in order. */
  readonly without: readonly number[];
  readonly known: KnownEnds;
  /** Innermost last. */
  readonly saves: readonly Save[];
  /** In the order of acquisition. */
  readonly locks: readonly HeldLock[];
  /** After a misuse, or a raise that is not understood, what was saved before is not known any more. */
  readonly isSure: boolean;
  /** After a fatal misuse: nothing more is reported on this path. */
  readonly isOver: boolean;
  readonly key: string;
}

export type ThreadParts = Omit<Thread, 'key'>;

const LOWEST = 0;
const HIGHEST = 15;

/** The name of a level of which only its interval is known. */
export const UNSURE = '?';

/** The name of the level before raises that a loop has made too often to be told apart. */
export const UNCOUNTED = `${UNSURE}*`;

const NONE: readonly never[] = [];

/** Levels between which code may run; `known` is `both` unless it says otherwise. */
export interface LevelInterval {
  readonly low: number;
  readonly high: number;
  readonly known?: KnownEnds;
}

/** The interval of a range of levels; what is above a minimum that stands alone, nobody knows. */
export const intervalBetween = (min: number | undefined, max: number | undefined): Required<LevelInterval> => ({
  low: min ?? LOWEST,
  high: max ?? HIGHEST,
  known: max === undefined ? 'low' : 'both',
});

/** A routine is entered: at a level between these, or at any level when there is no range. */
export function entryParts(range: LevelInterval | null, within: Partial<Within> = {}): ThreadParts {
  const { low, high, known = 'both' } = range ?? { low: LOWEST, high: HIGHEST, known: 'none' };
  const { mayNotWait, isDriverEntry, mayRestore, isCalledByKit, inCall } = within;
  return {
    mayNotWait: mayNotWait ?? false,
    isDriverEntry: isDriverEntry ?? false,
    mayRestore: mayRestore ?? false,
    isCalledByKit: isCalledByKit ?? false,
    inCall: inCall ?? null,
    id: '',
    low,
    high,
    without: NONE,
    known,
    saves: NONE,
    locks: NONE,
    isSure: true,
    isOver: false,
  };
}

/** Only what the routine itself implies is left. */
export function unsure(thread: ThreadParts): ThreadParts {
  return { ...thread, id: UNSURE, low: LOWEST, high: HIGHEST, without: NONE, known: 'none', saves: [], isSure: false };
}

const OVER: ThreadParts = { ...entryParts(null), isOver: true, isSure: false };

export function thread(of: ThreadParts, idOf: (node: Node) => number): Thread {
  return of.isOver ? withKey(OVER, 'over') : withKey(of, keyOf(of, idOf));
}

/** Written out, as every step of the level makes one: the spread of an object costs many times as much. */
function withKey(of: ThreadParts, key: string): Thread {
  const { mayNotWait, isDriverEntry, mayRestore, isCalledByKit, inCall, id, low, high, without, known, saves, locks, isSure, isOver } = of;
  return { mayNotWait, isDriverEntry, mayRestore, isCalledByKit, inCall, id, low, high, without, known, saves, locks, isSure, isOver, key };
}

function keyOf(of: ThreadParts, idOf: (node: Node) => number): string {
  let key = `${of.id}=${intervalKey(of)}`;
  key += knownKeys[of.known];
  if (!of.isSure) key += '~';
  if (of.mayNotWait) key += 'w';
  if (of.isDriverEntry) key += 'd';
  if (of.mayRestore) key += 'r';
  if (of.isCalledByKit) key += 'k';
  if (of.inCall !== null) key += `i${idOf(of.inCall.by)}`;
  for (const save of of.saves) {
    const { id, known, by, lock, cell, isLost } = save;
    key += `|${id}:${intervalKey(save)}${knownKeys[known]}@${idOf(by)}l${lock ?? ''}c${cell ?? ''}${isLost ? '!' : ''}`;
  }
  for (const { lock, by, acquiredWith } of of.locks) key += `&${lock}@${idOf(by)}${acquiredWith}`;
  return key;
}

const knownKeys: Readonly<Record<KnownEnds, string>> = { none: '?', low: '>', both: '' };

const intervalKey = ({ low, high, without }: Pick<Save, 'low' | 'high' | 'without'>): string =>
  `${low}-${high}${without.map((level) => `^${level}`).join('')}`;

/** What holds on either of two paths; where they raised or acquired different things, nothing is known of it. */
export function joinThreads(a: Thread, b: Thread): ThreadParts {
  if (a.isOver || b.isOver) return OVER;
  const locks = a.locks.length === b.locks.length && a.locks.every((lock, index) => lock.lock === b.locks[index]?.lock) ? a.locks : [];
  const isAlike =
    a.id === b.id &&
    a.isSure === b.isSure &&
    locks === a.locks &&
    a.saves.map(({ id }) => id).join() === b.saves.map(({ id }) => id).join();
  if (!isAlike) return { ...unsure(a), locks };
  const isRuledOut = (of: Thread, level: number): boolean => level < of.low || level > of.high || of.without.includes(level);
  const without = [...new Set([...a.without, ...b.without])].sort((x, y) => x - y);
  return {
    ...a,
    low: Math.min(a.low, b.low),
    high: Math.max(a.high, b.high),
    without: without.filter((level) => isRuledOut(a, level) && isRuledOut(b, level)),
    known: a.known === b.known ? a.known : a.known === 'none' || b.known === 'none' ? 'none' : 'low',
  };
}

/** The thread after values got other names; a lock that lost its name is held, and nobody can tell which it is. */
export function renameThread(of: Thread, rename: (value: Value) => Value): ThreadParts {
  const saves = of.saves.map((save) => ({
    ...save,
    lock: save.lock === null ? null : rename(save.lock),
    cell: save.cell === null ? null : rename(save.cell),
  }));
  const locks = of.locks.map((lock) => ({ ...lock, lock: rename(lock.lock) })).filter(({ lock }) => lock !== TOP);
  return { ...of, saves, locks, isSure: of.isSure && locks.length === of.locks.length };
}

/** The call at which a report about the thread stands. */
export const answering = (of: Thread, node: Node, name: string): Caller => of.inCall ?? { by: node, how: name };

/** The thread that holds some locks of which nothing more can be told. */
export function forgetLocks(of: ThreadParts, isForgotten: (held: HeldLock) => boolean): ThreadParts {
  return { ...unsure(of), locks: of.locks.filter((held) => !isForgotten(held)) };
}

/** The locks that are held, and the cells that levels are saved in. */
export const heldByThread = ({ saves, locks }: ThreadParts): Value[] => [
  ...saves.flatMap(({ cell, lock }) => [cell, lock]).filter((value) => value !== null),
  ...locks.map(({ lock }) => lock),
];

/** What was raised or acquired in another file is reported at the call that leads there. */
export function threadAtHome(of: Thread, call: Node, isForeign: (node: Node) => boolean, isTold: (node: Node) => boolean): ThreadParts {
  const atHome = <T extends Caller>(each: T): T => (isForeign(each.by) ? { ...each, by: call } : each);
  const isLeft = ({ by }: Caller): boolean => isForeign(by) && isTold(by);
  // What that file is told to give back itself is not held here as well, and nobody knows the level any more.
  const isSure = ![...of.saves, ...of.locks].some(isLeft);
  const locks = of.locks.filter((held) => !isLeft(held)).map(atHome);
  return { ...(isSure ? { ...of, saves: of.saves.map(atHome) } : unsure(of)), locks };
}
