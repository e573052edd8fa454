/** Loops over what can be iterated, and the way out of a `yield`. */
import type { BlockId, Terminator } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import { setTemp, tempValue, type Engine, type Frame } from './engine.js';
import { isGenerator, resume } from './generators.js';
import { arrayElements } from './instructions.js';
import type { Flow } from './solver.js';
import { amend, type State } from './state.js';
import { TOP } from './values.js';

type Iterate = Extract<Terminator, { kind: 'iterate' }>;
type Yield = Extract<Terminator, { kind: 'yield' }>;

/** One round of a loop: a generator that can be seen is resumed; anything else gives an element that has no name but that of the round, or ends. */
export function iterate(engine: Engine, frame: Frame, state: State, terminator: Iterate): Flow<State>[] {
  const { node, iterator, target, next, done, unwind } = terminator;
  const { universe } = engine;
  const value = tempValue(state, iterator);
  const iterable = universe.single(value);
  if (iterable !== undefined && isGenerator(engine, state, iterable)) return iterateGenerator(engine, frame, state, terminator, iterable);
  const elements = node.type === 'ForOfStatement' ? arrayElements(engine, state, value) : undefined;
  const flows: Flow<State>[] = [{ to: done, state }];
  const [only] = elements ?? [];
  if (elements?.length === 1 && only !== undefined) {
    flows.push({ to: next, state: setTemp(state, target, only) });
  } else if (elements?.length !== 0) {
    const tag = iterable === undefined ? 'element' : `element:${iterable}`;
    const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known: constraint.ANY, tag });
    flows.push({ to: next, state: setTemp(made, target, universe.one(atom)) });
  }
  if (terminator.insideTry || frame.mayThrow) flows.push({ to: unwind, state: amend(state, { thrown: { value: TOP, node } }) });
  return flows;
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
  if (insideTry) flows.push({ to: unwind, state: amend(state, { thrown: { value: TOP, node } }) });
  return flows;
}
