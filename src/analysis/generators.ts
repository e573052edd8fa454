/** Generators whose consumer can be seen: bodies that stop at a `yield` and go on from there. */
import type { BlockId, FunctionNode, Node, Terminator } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { classOfMethod } from './classes.js';
import { embed, markAged } from './embed.js';
import type { Engine } from './engine.js';
import { heldOutside, leaveBody, reachOfCall } from './follow.js';
import { setTemp, tempValue, type Frame, type Suspension } from './frame.js';
import { ARGUMENT, BODY, end, hidden, isGenerator, numbered, POSITION, restore, suspend, THIS_VALUE } from './generator-objects.js';
import { nextOf } from './iteration.js';
import type { CallTarget, Completion, Outcome } from './outcomes.js';
import { leaveOwn } from './own-iterators.js';
import { newRecord, setMember } from './places.js';
import { restrict } from './reach.js';
import type { Flow, Solution } from './solver.js';
import { amend, type State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

type YieldTerminator = Extract<Terminator, { kind: 'yield' }>;

export interface Resumed {
  readonly yields: readonly Completion[];
  readonly returns: readonly Completion[];
  readonly throws: readonly State[];
}

const NOTHING: Resumed = { yields: [], returns: [], throws: [] };

/** Lets the body go on with a value (`next`), or leave for good through its `finally` blocks (`return`). */
export function resume(
  engine: Engine,
  frame: Frame,
  state: State,
  generator: Atom,
  how: 'next' | 'return',
  sent: Value,
  node: Node,
): Resumed {
  const { universe } = engine;
  const body = universe.single(hidden(engine, state, generator, BODY) ?? TOP);
  const info = body === undefined ? undefined : universe.info(body);
  if (info?.kind !== 'closure' || engine.followed.isRunning(info.function))
    return { ...NOTHING, returns: [{ state, value: universe.undefined }] };
  const position = hidden(engine, state, generator, POSITION);
  const starts = position === undefined ? [null] : universe.atoms(position).map((atom) => blockOf(engine, atom));
  return starts.map((start) => resumeAt(engine, frame, state, generator, info.function, start, how, sent, node)).reduce(together, NOTHING);
}

const together = (all: Resumed, one: Resumed): Resumed => ({
  yields: [...all.yields, ...one.yields],
  returns: [...all.returns, ...one.returns],
  throws: [...all.throws, ...one.throws],
});

function blockOf(engine: Engine, atom: Atom): BlockId | null {
  const info = engine.universe.info(atom);
  return info.kind === 'constant' && typeof info.value === 'number' ? info.value : null;
}

/** `at` is the block that ends in the `yield` where the body stopped; null before it has begun. */
function resumeAt(
  engine: Engine,
  frame: Frame,
  state: State,
  generator: Atom,
  fn: FunctionNode,
  at: BlockId | null,
  how: 'next' | 'return',
  sent: Value,
  node: Node,
): Resumed {
  const { universe } = engine;
  const index = engine.program.graph(fn);
  const stopped = at === null ? undefined : index?.graph.blocks[at]?.terminator;
  const nothingLeft: Resumed = { ...NOTHING, returns: [{ state, value: universe.undefined }] };
  if (index === null || (at !== null && stopped?.kind !== 'yield') || (at === null && how === 'return')) return nothingLeft;
  const thisValue = hidden(engine, state, generator, THIS_VALUE) ?? TOP;
  const args = numbered(engine, state, generator, ARGUMENT).map(([, value]) => value);
  const self = universe.one(generator);
  const reach = reachOfCall(engine, state, fn, thisValue, [...args, self, sent]);
  const entry = markAged(engine, restrict(state, reach), reach);
  const suspensions: Suspension[] = [];
  const inner: Frame = {
    ...frame,
    index,
    owner: fn,
    module: engine.program.moduleOf(fn),
    thisValue,
    args,
    moreArgs: false,
    caller: frame,
    classAtom: classOfMethod(engine, fn),
    heldElsewhere: heldOutside(engine, state, reach, frame),
    depth: frame.depth + 1,
    suspensions,
  };
  const begun = restore(engine, entry, generator);
  const starts =
    stopped?.kind !== 'yield' || at === null
      ? [{ to: index.graph.entry, state: begun }]
      : goOn(engine, inner, begun, at, stopped, how, sent, node);
  const run = (): Solution<State> => runFrom(engine, inner, fn, starts);
  const { returns, throws } = engine.isForeign(fn) ? toldAt(engine, node, run) : run();
  const roots = [thisValue, ...args, self, sent];
  const back = (exit: State, outcome: State['returned']): Completion => {
    const left = leaveBody(engine, inner, entry, reach, roots, exit, outcome);
    return {
      state: amend(embed(engine, state, entry, reach, left, node), { returned: state.returned, thrown: state.thrown }),
      value: left.value,
    };
  };
  return {
    yields: suspensions.map((suspension) =>
      back(amend(suspend(engine, suspension, generator, reach), { returned: null }), { value: suspension.value, node }),
    ),
    returns: returns.map((exit) => back(end(engine, exit, generator), exit.returned)),
    throws: throws.map((exit) =>
      amend(back(end(engine, exit, generator), exit.thrown).state, { thrown: { value: exit.thrown?.value ?? TOP, node } }),
    ),
  };
}

/** What a body of another file does wrong stands where it is resumed. */
function toldAt<T>(engine: Engine, node: Node, run: () => T): T {
  const { result, recorded } = engine.recording(run);
  engine.addRecorded(recorded, node);
  return result;
}

/** Runs the body from where it goes on to its next `yield`, or to its end. */
function runFrom(engine: Engine, frame: Frame, fn: FunctionNode, starts: readonly Flow<State>[]): Solution<State> {
  const left = starts.map((start) => engine.followed.during(fn, () => engine.run(frame, [start.state], start.to)));
  return { returns: left.flatMap(({ returns }) => returns), throws: left.flatMap(({ throws }) => throws) };
}

/** Where a body goes on that stopped at a `yield`. */
function goOn(
  engine: Engine,
  frame: Frame,
  state: State,
  block: BlockId,
  terminator: YieldTerminator,
  how: 'next' | 'return',
  sent: Value,
  node: Node,
): readonly Flow<State>[] {
  const inside = goOnInside(engine, frame, state, block, terminator, how, sent, node);
  if (inside !== undefined) return inside;
  return [{ to: how === 'next' ? terminator.resume : terminator.abandon, state: setTemp(state, terminator.target, sent) }];
}

/** A body that stopped in a `yield*` goes on inside of what it hands on; undefined for a plain `yield`. */
function goOnInside(
  engine: Engine,
  frame: Frame,
  state: State,
  block: BlockId,
  terminator: YieldTerminator,
  how: 'next' | 'return',
  sent: Value,
  node: Node,
): readonly Flow<State>[] | undefined {
  if (!terminator.delegate || terminator.value === null) return undefined;
  const inner = engine.universe.single(tempValue(state, terminator.value));
  if (inner === undefined) return undefined;
  const resumed = how === 'next' ? nextOf(engine, frame, state, inner, sent, node) : leave(engine, frame, state, inner, node);
  if (resumed === undefined) return undefined;
  for (const { state: at, value } of resumed.yields) frame.suspensions?.push({ state: at, block, value });
  return [
    ...resumed.returns.map(({ state: after, value }) => ({
      to: how === 'next' ? terminator.resume : terminator.abandon,
      state: setTemp(after, terminator.target, value),
    })),
    ...resumed.throws.map((thrown) => ({ to: terminator.unwind, state: thrown })),
  ];
}

const leave = (engine: Engine, frame: Frame, state: State, inner: Atom, node: Node): Resumed =>
  isGenerator(engine, state, inner)
    ? resume(engine, frame, state, inner, 'return', engine.universe.undefined, node)
    : { ...NOTHING, returns: [{ state, value: engine.universe.undefined }] };

/** A loop is left before its generator is done. */
export function closeIterator(engine: Engine, frame: Frame, state: State, iterator: Value, node: Node): readonly State[] {
  const atom = engine.universe.single(iterator);
  if (atom === undefined) return [state];
  if (!isGenerator(engine, state, atom)) return leaveOwn(engine, frame, state, atom, node);
  const { returns, yields } = resume(engine, frame, state, atom, 'return', engine.universe.undefined, node);
  const after = [...returns, ...yields].map((completion) => completion.state);
  return after.length === 0 ? [state] : after;
}

/**
 * What an element of an array pattern takes from a generator: its next value, after those that the holes before it pass over. The last element leaves the
 * generator. Undefined for any other read, and for a pattern that takes all there is.
 */
export function takeByPattern(engine: Engine, frame: Frame, state: State, source: Atom, element: Node): readonly Completion[] | undefined {
  const { parent } = element;
  if (parent?.type !== 'ArrayPattern' || !isGenerator(engine, state, source)) return undefined;
  const { elements } = parent;
  const index = elements.indexOf(element as (typeof elements)[number]);
  if (index < 0 || elements.some((each) => each?.type === 'RestElement')) return undefined;
  const { undefined: nothing } = engine.universe;
  const next = (states: readonly State[]): Completion[] =>
    states.flatMap((each) => {
      const { yields, returns } = resume(engine, frame, each, source, 'next', nothing, element);
      return [...yields, ...returns.map((ended) => ({ state: ended.state, value: nothing }))];
    });
  const isHole = (at: number): boolean => at in elements && elements[at] === null;
  let states: readonly State[] = [state];
  for (let at = index - 1; isHole(at); at--) states = next(states).map((passed) => passed.state);
  const taken = next(states);
  if (elements.slice(index + 1).some((each) => each !== null)) return taken;
  return taken.flatMap(({ state: last, value }) => {
    let ended: readonly State[] = [last];
    for (let at = index + 1; isHole(at); at++) ended = next(ended).map((passed) => passed.state);
    return ended.flatMap((each) =>
      closeIterator(engine, frame, each, engine.universe.one(source), element).map((left) => ({ state: left, value })),
    );
  });
}

/** `next` and `return` of a generator, called by hand. Undefined for other methods. */
export function callIteratorMethod(
  engine: Engine,
  state: State,
  method: string,
  { frame, args, receiver, node }: CallTarget,
): Outcome | undefined {
  const { universe } = engine;
  const atom = universe.single(receiver);
  if (atom === undefined || (method !== 'next' && method !== 'return') || !isGenerator(engine, state, atom)) return undefined;
  const { yields, returns, throws } = resume(engine, frame, state, atom, method, args.values[0] ?? universe.undefined, node);
  const given =
    (done: boolean) =>
    (completion: Completion): Completion => {
      const [made, record] = allocate(engine, completion.state, { kind: 'object', shape: 'object', site: node, age: 0 });
      const filled = setMember(universe, newRecord(made, record), record, 'done', done ? universe.true : universe.false);
      return { state: setMember(universe, filled, record, 'value', completion.value), value: universe.one(record) };
    };
  return { completes: [...yields.map(given(false)), ...returns.map(given(true))], throws };
}
