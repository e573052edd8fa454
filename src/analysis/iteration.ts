/** Loops over what can be iterated, and the way out of a `yield`. */
import type { BlockId, Node, Terminator } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import { setTemp, tempValue, type Engine, type Frame } from './engine.js';
import { isGenerator, resume } from './generators.js';
import { arrayElements } from './instructions.js';
import * as intMap from './int-map.js';
import { newRecord } from './members.js';
import { recordOf, setMember } from './places.js';
import type { Flow } from './solver.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

type Iterate = Extract<Terminator, { kind: 'iterate' }>;
type Yield = Extract<Terminator, { kind: 'yield' }>;

/** Hidden members of the iterator of an array whose elements are known: the array, and how many elements were taken. */
const ITERATED = '[[iterated]]';
const TAKEN = '[[taken]]';

/** Longer arrays are not walked element by element. */
const MAX_ROUNDS = 8;

/** What a loop asks for its elements: an iterator of its own for an array whose elements are known, else the value that is iterated. */
export function openIterator(engine: Engine, state: State, iterable: Value, node: Node): readonly [State, Value] {
  const { universe } = engine;
  const elements = arrayElements(engine, state, iterable);
  if (elements === undefined || elements.length > MAX_ROUNDS) return [state, iterable];
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'iterator', site: node, age: 0 });
  const open = setMember(universe, newRecord(made, atom), atom, ITERATED, iterable);
  return [setMember(universe, open, atom, TAKEN, universe.constant(0)), universe.one(atom)];
}

const hidden = (engine: Engine, state: State, atom: Atom, key: string): Value | undefined =>
  intMap.get(recordOf(state, atom).members, engine.universe.keyId(key));

/** How far the loops of a graph have come: paths that differ in it are not the same round. */
export function roundOf(engine: Engine, frame: Frame, state: State): string {
  let round = '';
  for (const temp of frame.index.iterators) {
    const atom = engine.universe.single(tempValue(state, temp));
    const taken = atom === undefined ? undefined : hidden(engine, state, atom, TAKEN);
    if (taken !== undefined) round += `@${temp}:${taken}`;
  }
  return round;
}

/** One round of a loop: a generator that can be seen is resumed; anything else gives an element that has no name but that of the round, or ends. */
export function iterate(engine: Engine, frame: Frame, state: State, terminator: Iterate): Flow<State>[] {
  const { node, iterator, target, next, done, unwind } = terminator;
  const { universe } = engine;
  const value = tempValue(state, iterator);
  const iterable = universe.single(value);
  if (iterable !== undefined && isGenerator(engine, state, iterable)) return iterateGenerator(engine, frame, state, terminator, iterable);
  const iterated = iterable === undefined ? undefined : hidden(engine, state, iterable, ITERATED);
  const round = iterable === undefined || iterated === undefined ? null : takeElement(engine, state, terminator, iterable, iterated);
  if (round !== null) return round;
  const collection = iterated === undefined ? iterable : universe.single(iterated);
  const flows: Flow<State>[] = [{ to: done, state }];
  const tag = collection === undefined ? 'element' : `element:${collection}`;
  const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known: constraint.ANY, tag });
  flows.push({ to: next, state: setTemp(made, target, universe.one(atom)) });
  if (terminator.insideTry || frame.mayThrow) flows.push({ to: unwind, state: { ...state, thrown: { value: TOP, node } } });
  return flows;
}

/** The next element of an array, or the end of the loop; null when nobody can tell which element is next. */
function takeElement(
  engine: Engine,
  state: State,
  { node, target, next, done, unwind }: Iterate,
  iterator: Atom,
  iterated: Value,
): Flow<State>[] | null {
  const { universe } = engine;
  const elements = arrayElements(engine, state, iterated);
  const taken = universe.info(universe.single(hidden(engine, state, iterator, TAKEN) ?? TOP) ?? 0);
  if (elements === undefined || taken.kind !== 'constant' || typeof taken.value !== 'number' || taken.value > MAX_ROUNDS) return null;
  const element = elements[taken.value];
  if (element === undefined) return [{ to: done, state }];
  const after = setMember(universe, state, iterator, TAKEN, universe.constant(taken.value + 1));
  const atom = universe.single(element);
  const info = node.type === 'ForOfStatement' && node.await && atom !== undefined ? universe.info(atom) : undefined;
  if (info?.kind !== 'promise') return [{ to: next, state: setTemp(after, target, element) }];
  return info.state === 'fulfilled'
    ? [{ to: next, state: setTemp(after, target, info.value) }]
    : [{ to: unwind, state: { ...after, thrown: { value: info.value, node } } }];
}

function iterateGenerator(
  engine: Engine,
  frame: Frame,
  state: State,
  { node, target, next, done, unwind }: Iterate,
  generator: number,
): Flow<State>[] {
  const { yields, returns, throws } = resume(engine, frame, state, generator, 'next', node);
  return [
    ...yields.map((completion) => ({ to: next, state: setTemp(completion.state, target, completion.value) })),
    ...returns.map((completion) => ({ to: done, state: completion.state })),
    ...throws.map((thrown) => ({ to: unwind, state: thrown })),
  ];
}

/** A generator stops where its consumer is in sight; another consumer is taken to resume it. */
export function leaveYield(
  frame: Frame,
  state: State,
  block: BlockId,
  { node, value, target, resume: to, unwind, insideTry }: Yield,
): Flow<State>[] {
  if (frame.suspensions !== null) {
    frame.suspensions.push({ state, block, value: value === null ? TOP : tempValue(state, value) });
    return [];
  }
  const flows: Flow<State>[] = [{ to, state: setTemp(state, target, TOP) }];
  if (insideTry) flows.push({ to: unwind, state: { ...state, thrown: { value: TOP, node } } });
  return flows;
}
