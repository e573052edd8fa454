/** Loops over what can be iterated, and the way out of a `yield`. */
import type { BlockId, Node, Temp, Terminator } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { arrayElements } from './arrays.js';
import { functionBehind } from './bound-functions.js';
import { callFunction } from './calls.js';
import { collectionElements } from './collections.js';
import * as constraint from './constraint.js';
import { putBack } from './elements.js';
import type { Engine } from './engine.js';
import { noteHandedOut } from './escape.js';
import { setTemp, tempValue, type Frame } from './frame.js';
import { isGenerator, POSITION } from './generator-objects.js';
import { resume, type Resumed } from './generators.js';
import { ITERATED, TAKEN } from './hidden-members.js';
import * as intMap from './int-map.js';
import { handOutFunctions } from './kept-functions.js';
import { readMemberOf } from './members.js';
import type { Completion } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import type { Flow } from './solver.js';
import { amend, type State } from './state.js';
import { handOver } from './statuses.js';
import { TOP, type Atom, type Value } from './values.js';

type Iterate = Extract<Terminator, { kind: 'iterate' }>;
type Yield = Extract<Terminator, { kind: 'yield' }>;

/** Longer arrays are not walked element by element. */
const MAX_ROUNDS = 8;

/** What a loop asks for its elements: an iterator of its own for an array whose elements are known, else the value that is iterated. */
export function openIterator(engine: Engine, frame: Frame, state: State, iterable: Value, node: Node): readonly [State, Value] {
  const { universe } = engine;
  const listed = collectionElements(engine, state, iterable, node);
  if (listed !== undefined) return openIterator(engine, frame, listed.state, listed.value, node);
  const own = ownIterator(engine, frame, state, iterable, node);
  if (own !== undefined) return [own.state, own.value];
  const elements = arrayElements(engine, state, iterable);
  if (elements === undefined || elements.length > MAX_ROUNDS) return [state, iterable];
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'iterator', site: node, age: 0 });
  const open = setMember(universe, newRecord(made, atom), atom, ITERATED, iterable);
  return [setMember(universe, open, atom, TAKEN, universe.constant(0)), universe.one(atom)];
}

/** What the `[Symbol.iterator]` of an object gives, if it can be seen and completes in one way. */
function ownIterator(engine: Engine, frame: Frame, state: State, iterable: Value, node: Node): Completion | undefined {
  const atom = engine.universe.single(iterable);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  if (atom === undefined || info?.kind !== 'object' || info.shape !== 'object') return undefined;
  for (const key of ['@@iterator', '@@asyncIterator']) {
    const [method] = readMemberOf(engine, frame, state, atom, key, node);
    if (method === undefined || functionBehind(engine, method.state, method.value) === undefined) continue;
    const { completes } = callFunction(engine, frame, method.state, method.value, iterable, { values: [], more: false }, node);
    if (completes.length === 1) return completes[0];
  }
  return undefined;
}

const hidden = (engine: Engine, state: State, atom: Atom, key: string): Value | undefined =>
  intMap.get(recordOf(state, atom).members, engine.universe.keyId(key));

/** How far the loops of a graph have come: paths that differ in it are not the same round. */
export function roundOf(engine: Engine, frame: Frame, state: State): string {
  let round = '';
  for (const temp of frame.index.iterators) {
    const atom = engine.universe.single(tempValue(state, temp));
    const taken = atom === undefined ? undefined : (hidden(engine, state, atom, TAKEN) ?? hidden(engine, state, atom, POSITION));
    if (taken !== undefined) round += `@${temp}:${taken}`;
  }
  return round;
}

/** One round of a loop: what can be seen to be iterated gives its next element or ends; anything else gives one that has no name but that of the round, or ends. */
export function iterate(engine: Engine, frame: Frame, state: State, terminator: Iterate): Flow<State>[] {
  const { node, iterator, target, next, done, unwind } = terminator;
  const { universe } = engine;
  const value = tempValue(state, iterator);
  const atom = universe.single(value);
  const seen =
    atom === undefined || node.type !== 'ForOfStatement' ? undefined : nextOf(engine, frame, state, atom, universe.undefined, node);
  if (seen !== undefined) {
    return [
      ...seen.yields.map((completion) => bind(engine, terminator, completion)),
      ...seen.returns.map((completion) => ({ to: done, state: completion.state })),
      ...seen.throws.map((thrown) => ({ to: unwind, state: thrown })),
    ];
  }
  const iterated = atom === undefined ? undefined : hidden(engine, state, atom, ITERATED);
  const collection = iterated === undefined ? atom : universe.single(iterated);
  const tag = collection === undefined ? 'element' : `element:${collection}`;
  const info = { kind: 'result', site: node, age: 0, known: constraint.ANY, tag } as const;
  const gone = handOutFunctions(engine, putBack(engine, state, universe.atom(info)), collection, node);
  const flows: Flow<State>[] = [{ to: done, state: gone }];
  const [made, element] = allocate(engine, gone, info);
  flows.push({ to: next, state: setTemp(made, target, universe.one(element)) });
  if (terminator.insideTry || frame.mayThrow) flows.push({ to: unwind, state: amend(state, { thrown: { value: TOP, node } }) });
  return flows;
}

/** `for await` awaits what it is given. */
function bind(engine: Engine, { node, target, next, unwind }: Iterate, { state, value }: Completion): Flow<State> {
  const atom = engine.universe.single(value);
  const info = node.type === 'ForOfStatement' && node.await && atom !== undefined ? engine.universe.info(atom) : undefined;
  if (info?.kind !== 'promise') return { to: next, state: setTemp(state, target, value) };
  return info.state === 'fulfilled'
    ? { to: next, state: setTemp(state, target, info.value) }
    : { to: unwind, state: amend(state, { thrown: { value: info.value, node } }) };
}

/** Asks an iterator that can be seen for its next element: of a generator, of an array, of an object with a `next`. Undefined for others. */
export function nextOf(engine: Engine, frame: Frame, state: State, iterator: Atom, sent: Value, node: Node): Resumed | undefined {
  if (isGenerator(engine, state, iterator)) return resume(engine, frame, state, iterator, 'next', sent, node);
  const iterated = hidden(engine, state, iterator, ITERATED);
  if (iterated !== undefined) return takeElement(engine, state, iterator, iterated);
  return undefined;
}

/** The next element of an array, or the end; undefined when nobody can tell which element is next. */
function takeElement(engine: Engine, state: State, iterator: Atom, iterated: Value): Resumed | undefined {
  const { universe } = engine;
  const elements = arrayElements(engine, state, iterated);
  const taken = universe.info(universe.single(hidden(engine, state, iterator, TAKEN) ?? TOP) ?? 0);
  if (elements === undefined || taken.kind !== 'constant' || typeof taken.value !== 'number' || taken.value > MAX_ROUNDS) return undefined;
  const element = elements[taken.value];
  if (element === undefined) return { yields: [], returns: [{ state, value: universe.undefined }], throws: [] };
  const after = setMember(universe, state, iterator, TAKEN, universe.constant(taken.value + 1));
  return { yields: [{ state: after, value: element }], returns: [], throws: [] };
}

/** `yield*` without a consumer in sight runs through at most so many elements of what it hands on. */
const MAX_DELEGATED = 8;

/** A generator stops where its consumer is in sight; another consumer is taken to resume it. */
export function leaveYield(engine: Engine, frame: Frame, state: State, block: BlockId, terminator: Yield): Flow<State>[] {
  const { node, value, target, resume: to, unwind, insideTry, delegate } = terminator;
  if (delegate && value !== null) return delegateYield(engine, frame, state, block, terminator, value);
  if (frame.suspensions !== null) {
    frame.suspensions.push({ state, block, value: value === null ? engine.universe.undefined : tempValue(state, value) });
    return [];
  }
  const handed = value === null ? [] : [tempValue(state, value)];
  noteHandedOut(engine, state, handed);
  const given = handOver(engine, state, handed);
  const flows: Flow<State>[] = [{ to, state: setTemp(given, target, TOP) }];
  if (insideTry) flows.push({ to: unwind, state: amend(given, { thrown: { value: TOP, node } }) });
  return flows;
}

/** `yield* value`: the elements of the value are the generator's, and what it returns is what the expression gives. */
function delegateYield(engine: Engine, frame: Frame, state: State, block: BlockId, terminator: Yield, value: Temp): Flow<State>[] {
  const { node, target, resume: to, unwind } = terminator;
  const [opened, iterator] = openIterator(engine, frame, state, tempValue(state, value), node);
  const flows: Flow<State>[] = [];
  let pending: State[] = [setTemp(opened, value, iterator)];
  for (let round = 0; round < MAX_DELEGATED && pending.length > 0; round++) {
    const going: State[] = [];
    for (const at of pending) {
      const inner = engine.universe.single(tempValue(at, value));
      const resumed = inner === undefined ? undefined : nextOf(engine, frame, at, inner, engine.universe.undefined, node);
      if (resumed === undefined) {
        if (frame.suspensions !== null) frame.suspensions.push({ state: setTemp(at, value, TOP), block, value: TOP });
        else flows.push({ to, state: setTemp(at, target, TOP) });
        continue;
      }
      flows.push(...resumed.returns.map((completion) => ({ to, state: setTemp(completion.state, target, completion.value) })));
      flows.push(...resumed.throws.map((thrown) => ({ to: unwind, state: thrown })));
      for (const completion of resumed.yields) {
        if (frame.suspensions === null) {
          noteHandedOut(engine, completion.state, [completion.value]);
          going.push(handOver(engine, completion.state, [completion.value]));
        } else frame.suspensions.push({ state: completion.state, block, value: completion.value });
      }
    }
    pending = going;
  }
  return [...flows, ...pending.map((at) => ({ to, state: setTemp(at, target, TOP) }))];
}
