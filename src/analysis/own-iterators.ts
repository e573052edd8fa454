/** Iterators that the program has written itself: objects with a `next`, and maybe a `return`, whose bodies can be seen. */
import type { Node } from '../flow/graph.js';
import { functionBehind } from './bound-functions.js';
import { callFunction } from './calls.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import type { Resumed } from './generators.js';
import { readMemberOf } from './members.js';
import { combine, type Completion, type Outcome } from './outcomes.js';
import { amend, type State } from './state.js';
import { assume } from './truth.js';
import { TOP, type Atom } from './values.js';

/** What its `next` gives: another element, or the end. Undefined for an object that has none that can be seen. */
export function askForNext(engine: Engine, frame: Frame, state: State, iterator: Atom, node: Node): Resumed | undefined {
  const asked = callOwn(engine, frame, state, iterator, 'next', node);
  if (asked === undefined) return undefined;
  const yields: Completion[] = [];
  const returns: Completion[] = [];
  for (const { state: after, value } of asked.completes) {
    const record = engine.universe.single(value);
    for (const done of readFrom(engine, frame, after, record, 'done', node)) {
      const [goesOn, ends] = [false, true].map((isDone) => assume(engine.universe, done.state, done.value, isDone, null));
      if (goesOn) yields.push(...readFrom(engine, frame, goesOn, record, 'value', node));
      if (ends) returns.push(...readFrom(engine, frame, ends, record, 'value', node));
    }
  }
  return { yields, returns, throws: asked.throws };
}

/** A loop leaves it before it is done: the states behind its `return`, if it has one. */
export function leaveOwn(engine: Engine, frame: Frame, state: State, iterator: Atom, node: Node): readonly State[] {
  const left = callOwn(engine, frame, state, iterator, 'return', node)?.completes.map((completion) => completion.state) ?? [];
  return left.length === 0 ? [state] : left;
}

function readFrom(engine: Engine, frame: Frame, state: State, record: Atom | undefined, key: string, node: Node): readonly Completion[] {
  return record === undefined ? [{ state, value: TOP }] : readMemberOf(engine, frame, state, record, key, node);
}

function callOwn(engine: Engine, frame: Frame, state: State, iterator: Atom, name: 'next' | 'return', node: Node): Outcome | undefined {
  const { universe } = engine;
  const info = universe.info(iterator);
  if (info.kind !== 'object' || info.shape !== 'object') return undefined;
  const [method] = readMemberOf(engine, frame, state, iterator, name, node);
  if (method === undefined || functionBehind(engine, method.state, method.value) === undefined) return undefined;
  const args = { values: [], more: false };
  const { completes, throws } = callFunction(engine, frame, method.state, method.value, universe.one(iterator), args, node);
  return combine([{ completes: [], throws }, ...completes.map((completion) => awaited(engine, completion, node))]);
}

/** Of an asynchronous iterator, what the promise that it gives settles with. */
function awaited(engine: Engine, { state, value }: Completion, node: Node): Outcome {
  const { universe } = engine;
  const settled = universe.atoms(value).map((atom): Outcome => {
    const info = universe.info(atom);
    if (info.kind !== 'promise') return { completes: [{ state, value: universe.one(atom) }], throws: [] };
    return info.state === 'fulfilled'
      ? { completes: [{ state, value: info.value }], throws: [] }
      : { completes: [], throws: [amend(state, { thrown: { value: info.value, node } })] };
  });
  return settled.length === 0 ? { completes: [{ state, value }], throws: [] } : combine(settled);
}
