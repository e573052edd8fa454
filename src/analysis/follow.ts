/**
 * Follows calls into the bodies of functions and into field initialisers: a body runs on the part of the caller's state that it can
 * get at (`reach.ts`), and what it leaves is put back into the caller's state (`embed.ts`). The same body on the same part is run once.
 */
import type { Node } from '../flow/graph.js';
import { embed, markAged } from './embed.js';
import type { Engine } from './engine.js';
import { collectionsOf, putBack } from './elements.js';
import { closeEnvironment, withoutEnvironment } from './environments.js';
import { unfollowedCall, unseenCall } from './escape.js';
import { asMadeBefore } from './first-use.js';
import type { Exit, Followable, Followed } from './followed.js';
import { blocksToEnter } from './fuel.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { reportLostAtExit } from './leaks.js';
import { identityOf } from './object-state.js';
import type { Arguments, Outcome } from './outcomes.js';
import { whereHeld } from './placement.js';
import { isFunction } from './program.js';
import { isHeldOutside, Reachability, restrict, type Reach } from './reach.js';
import { amend, partition, withoutFailure, type PathEvent, type State, type Step } from './state.js';
import { heldByThread } from './thread.js';
import { TOP, type Atom, type Value } from './values.js';

/** How many blocks may run in a call to a function that has nothing to do with contracts itself: it may only set flags or hand on arguments. */
const MAX_BLOCKS_ASIDE = 1500;

/** A function that can get at more than this is not followed: every step in it would carry all of that along. */
export const MAX_REACH = 8000;

/** How deep calls are followed; further down they are taken for unseen. */
const MAX_DEPTH = 24;

/**
 * Runs a function's body on the part of the caller's state that it can get at, and puts what comes out into the caller's state. The
 * same function on the same part is run once.
 */
export function follow(
  engine: Engine,
  frame: Frame,
  state: State,
  fn: Followable,
  thisValue: Value,
  args: Arguments,
  node: Node,
  classAtom: Atom | null,
): Outcome {
  const index = engine.program.graph(fn);
  const activations = engine.followed.activations(fn);
  const isEndless = activations > (isCounted(engine, args) || isAnotherActivation(engine, frame, fn, thisValue, args) ? MAX_NESTED : 0);
  if (index === null || frame.depth >= MAX_DEPTH || isEndless || engine.workspace.isTooMuch(fn))
    return unseenBody(engine, frame, state, fn, thisValue, args, node);
  const reach = reachOfCall(engine, state, fn, thisValue, args.values);
  if (reach.atoms.size > MAX_REACH || (activations > 0 && reachesOuterActivation(engine, fn, reach)))
    return unseenBody(engine, frame, state, fn, thisValue, args, node);
  engine.burn(blocksToEnter(reach.atoms.size + reach.cells.size));
  const entry = markAged(engine, amend(restrict(state, reach), { trace: withoutFailure(state.trace) }), reach);
  const heldElsewhere = heldOutside(engine, state, reach, frame);
  const key = memoKey(engine, entry, thisValue, args, frame.mayThrow, heldElsewhere);
  const followed =
    engine.followed.get(fn, key) ??
    runOnce(engine, fn, key, entry, reach, {
      index,
      owner: fn,
      module: engine.program.moduleOf(fn),
      thisValue,
      args: args.values,
      moreArgs: args.more,
      mayThrow: frame.mayThrow,
      caller: frame,
      classAtom,
      heldElsewhere,
      depth: frame.depth + 1,
      suspensions: null,
    });
  if (followed === null) return unseenBody(engine, frame, state, fn, thisValue, args, node);
  engine.addRecorded(followed, node);
  const back = (exit: Exit): State => embed(engine, state, entry, reach, exit, node);
  const completes = followed.returns.map((exit) => ({
    state: amend(back(exit), { returned: state.returned, thrown: state.thrown }),
    value: exit.value,
  }));
  const throws = followed.throws.map((exit) => amend(back(exit), { returned: state.returned, thrown: { value: exit.value, node } }));
  return { completes, throws };
}

/** Runs a body on a part that it has not run on before, and remembers how that ended; null when it takes more work than it is given. */
function runOnce(engine: Engine, fn: Followable, key: string, entry: State, reach: Reach, frame: Frame): Followed | null {
  const run = (): Followed =>
    recorded(engine, () => engine.followed.during(fn, () => runBody(engine, frame, entry, reach, [frame.thisValue, ...frame.args])));
  const isAside = engine.relevant !== null && fn.type !== 'ClassBody' && fn.type !== 'Program' && !engine.relevant.has(fn);
  const followed = isAside ? engine.withFuel(MAX_BLOCKS_ASIDE, run) : run();
  if (followed === null) engine.workspace.giveUp(fn);
  else engine.followed.set(fn, key, followed);
  return followed;
}

/** A function whose activations differ in what they are handed is followed into so many of them. */
const MAX_NESTED = 4;

/** Some argument is a number that is known: it may be what the recursion ends by. */
function isCounted(engine: Engine, { values }: Arguments): boolean {
  return values.some((value) => {
    const info = engine.universe.info(engine.universe.single(value) ?? 0);
    return info.kind === 'constant' && typeof info.value === 'number';
  });
}

/**
 * Some object or function that is handed in is not what any activation in progress was handed there: a helper that takes a callback is called in a
 * callback of its own, a method of an object calls that of another.
 */
function isAnotherActivation({ universe }: Engine, frame: Frame, fn: Followable, thisValue: Value, { values }: Arguments): boolean {
  const inProgress: Frame[] = [];
  for (let at: Frame | null = frame; at !== null; at = at.caller) if (at.owner === fn) inProgress.push(at);
  return (
    inProgress.length > 0 &&
    [thisValue, ...values].some((value, position) => {
      const { kind } = universe.info(universe.single(value) ?? 0);
      if (kind !== 'closure' && kind !== 'object') return false;
      return inProgress.every((outer) => [outer.thisValue, ...outer.args][position] !== value);
    })
  );
}

/** The callee gets at variables of an activation of its own function that is in progress: it has none for itself. */
function reachesOuterActivation(engine: Engine, fn: Followable, { cells }: Reach): boolean {
  return engine.program.ownVariables(fn).some((variable) => cells.has(engine.universe.siteId(variable)));
}

export function recorded(engine: Engine, run: () => Pick<Followed, 'returns' | 'throws'>): Followed {
  const { result, recorded: left } = engine.recording(run);
  const { candidates, notes, inner, modules } = left;
  return { ...result, candidates, notes, inner, modules };
}

export function runBody(
  engine: Engine,
  frame: Frame,
  entry: State,
  reach: Reach,
  roots: readonly Value[],
): Pick<Followed, 'returns' | 'throws'> {
  const { owner } = frame;
  const shares = owner.type !== 'Program' && isFunction(owner) && engine.program.sharedVariables(owner).length > 0;
  const { returns, throws } = engine.run(frame, [shares ? withoutEnvironment(engine, entry, owner) : entry]);
  const leave = (exit: State, outcome: State['returned']): Exit =>
    leaveBody(engine, frame, entry, reach, roots, shares ? closeEnvironment(engine, exit, owner) : exit, outcome);
  return {
    returns: merged(
      engine,
      owner,
      asMadeBefore(
        engine,
        entry,
        returns.map((exit) => leave(exit, exit.returned)),
      ),
    ),
    throws: throws.map((exit) => leave(exit, exit.thrown)),
  };
}

/** What an activation leaves to its caller: the part that the caller can get at. */
export function leaveBody(
  engine: Engine,
  frame: Frame,
  entry: State,
  reach: Reach,
  roots: readonly Value[],
  exit: State,
  outcome: State['returned'],
): Exit {
  const value = outcome?.value ?? engine.universe.undefined;
  const reachability = new Reachability(engine.universe, engine.program, exit);
  for (const cell of reach.cells) reachability.addCell(cell);
  for (const atom of reach.atoms) reachability.addAtom(atom);
  for (const other of [value, ...roots]) reachability.addValue(other);
  for (const atom of engine.callbacks.attachedWith(exit)) reachability.addAtom(atom);
  // A lock that is still held is another one than what the callee makes when it is called again.
  for (const held of heldByThread(exit.thread)) reachability.addValue(held);
  const elements = elementsLeft(engine, exit, reachability.close());
  for (const atom of elements) reachability.addAtom(atom);
  const left = reachability.closeWithTests();
  const state = reportLostAtExit(engine, exit, left, frame, outcome?.node ?? null);
  const back = elements.reduce((each, element) => putBack(engine, each, element), restrict(state, left));
  return { state: back, value, steps: stepsSince(exit.trace, entry.trace) };
}

/** What is held on elements of collections that the caller can get at, though it goes by a name that only this activation has. */
function elementsLeft({ universe }: Engine, exit: State, { atoms }: Reach): Atom[] {
  const elements: Atom[] = [];
  intMap.forEach(exit.hot, (atom) => {
    if (!atoms.has(atom) && collectionsOf(universe, atom).some((collection) => atoms.has(collection))) elements.push(atom);
  });
  return elements;
}

/** Exits that differ in nothing but what the function kept to itself are one. */
function merged(engine: Engine, owner: Followable, exits: readonly Exit[]): Exit[] {
  const byKey = new Map<string, Exit>();
  for (const exit of exits) {
    const key = `${partition(exit.state)}>${exit.value}${whereHeld(engine, exit.state, owner)}`;
    const there = byKey.get(key);
    if (there === undefined) {
      byKey.set(key, exit);
      continue;
    }
    const state = engine.lattice.join(there.state, exit.state);
    byKey.set(key, { ...there, state, steps: state.trace === there.state.trace ? there.steps : exit.steps });
  }
  return [...byKey.values()];
}

function stepsSince(last: Step | null, entry: Step | null): PathEvent[] {
  const steps: PathEvent[] = [];
  for (let step = last; step !== null && step !== entry; step = step.before) steps.push(step);
  return steps.reverse();
}

export function reachOfCall(engine: Engine, state: State, fn: Followable, thisValue: Value, args: readonly Value[]): Reach {
  const reachability = new Reachability(engine.universe, engine.program, state, true);
  for (const variable of engine.program.freeVariables(fn)) reachability.addVariable(variable);
  for (const value of [thisValue, ...args]) reachability.addValue(value);
  // What the thread holds keeps its name apart from what the callee makes anew, though the callee cannot get at it.
  for (const value of heldByThread(state.thread)) reachability.addValue(value);
  return reachability.closeWithTests();
}

/** Registered or captured objects that the callee can get at, and that something else holds as well. */
export function heldOutside(engine: Engine, state: State, reach: Reach, frame: Frame): ReadonlySet<Atom> {
  const outside = new Set<Atom>();
  intMap.forEach(state.hot, (atom) => {
    if (reach.atoms.has(atom) && (frame.heldElsewhere.has(atom) || isHeldOutside(engine.universe, state, atom, reach))) outside.add(atom);
  });
  return outside;
}

export function memoKey(
  engine: Engine,
  entry: State,
  thisValue: Value,
  args: Arguments,
  mayThrowHere: boolean,
  heldElsewhere: ReadonlySet<Atom>,
): string {
  const parts: (string | number)[] = [
    thisValue,
    args.values.join(','),
    args.more ? '+' : '',
    mayThrowHere ? '!' : '',
    [...heldElsewhere].join(','),
    entry.thread.key,
    entry.duty?.key ?? '',
  ];
  intMap.forEach(entry.cells, (cell, value) => parts.push(cell, value));
  intMap.forEach(entry.heap, (atom, record) => {
    parts.push(`h${atom}:${record.epoch}`);
    intMap.forEach(record.members, (key, value) => parts.push(key, value));
  });
  intMap.forEach(entry.objects, (atom, object) => parts.push(`o${atom}`, identityOf(object)));
  intMap.forEach(entry.facts, (atom, fact) => parts.push(`f${atom}`, engine.universe.siteId(fact)));
  intMap.forEach(entry.born, (atom) => parts.push(`b${atom}`));
  intMap.forEach(entry.unexamined, (atom) => parts.push(`u${atom}`));
  return parts.join(' ');
}

/** Recursion, or a body too large: whatever it touches is unknown afterwards. */
function unseenBody(engine: Engine, frame: Frame, state: State, fn: Followable, thisValue: Value, args: Arguments, node: Node): Outcome {
  const { universe } = engine;
  const cells = engine.program.freeVariables(fn).map((variable) => intMap.get(state.cells, universe.siteId(variable)) ?? TOP);
  const callee: Value[] =
    fn.type === 'ClassBody' || fn.type === 'Program' ? [] : [universe.one(universe.atom({ kind: 'closure', function: fn, age: 0 }))];
  const handed = [thisValue, ...args.values, ...cells, ...callee];
  return (engine.program.graph(fn) === null ? unseenCall : unfollowedCall)(engine, frame, state, handed, node);
}
