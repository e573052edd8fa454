/** Loops over what can be iterated, and generators. */
import type { BlockId, Instruction, Terminator } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import { setTemp, tempValue, type Engine, type Frame } from './engine.js';
import { arrayElements } from './instructions.js';
import type { Flow } from './solver.js';
import { setMember } from './places.js';
import type { State } from './state.js';
import { TOP } from './values.js';

type OpenIterator = Extract<Instruction, { kind: 'openIterator' }>;
type Iterate = Extract<Terminator, { kind: 'iterate' }>;
type Yield = Extract<Terminator, { kind: 'yield' }>;

/** The iterator is the value that is iterated: each round asks it for an element. */
export function openIterator(engine: Engine, _frame: Frame, state: State, { target, iterable }: OpenIterator): State {
  void engine;
  return setTemp(state, target, tempValue(state, iterable));
}

/** One round: an element that has no name but that of this round, or the end. */
export function iterate(
  engine: Engine,
  frame: Frame,
  state: State,
  { node, iterator, target, next, done, unwind, insideTry }: Iterate,
): Flow<State>[] {
  const { universe } = engine;
  const value = tempValue(state, iterator);
  const iterable = universe.single(value);
  const elements = node.type === 'ForOfStatement' ? arrayElements(engine, state, value) : undefined;
  const flows: Flow<State>[] = [];
  if (elements?.length !== 0) {
    const [only] = elements ?? [];
    if (elements?.length === 1 && only !== undefined) {
      flows.push({ to: next, state: setTemp(state, target, only) });
    } else {
      const tag = iterable === undefined ? 'element' : `element:${iterable}`;
      const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known: constraint.ANY, tag });
      flows.push({ to: next, state: setTemp(made, target, universe.one(atom)) });
    }
  }
  flows.push({ to: done, state });
  if (insideTry || frame.mayThrow) flows.push({ to: unwind, state: { ...state, thrown: { value: TOP, node } } });
  return flows;
}

/** A generator whose consumer cannot be seen is resumed. */
export function closeIteration(
  engine: Engine,
  frame: Frame,
  state: State,
  { node, target, resume, unwind, insideTry }: Yield,
): Flow<State>[] {
  const flows: { to: BlockId; state: State }[] = [{ to: resume, state: setTemp(state, target, TOP) }];
  if (insideTry) flows.push({ to: unwind, state: { ...state, thrown: { value: TOP, node } } });
  void engine;
  void frame;
  void setMember;
  return flows;
}
