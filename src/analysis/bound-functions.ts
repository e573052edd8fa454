/** What `bind` makes: an object that keeps the function, its `this` and its first arguments in hidden members. */
import type { FunctionNode, Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import type { Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** Hidden members of what `bind` makes. */
export const BOUND = '[[bound]]';
const BOUND_THIS = '[[boundThis]]';
export const BOUND_ARGUMENT = '[[boundArgument]]';

/** `f.bind(receiver, ...args)` */
export function bind(engine: Engine, state: State, callee: Value, receiver: Value, args: readonly Value[], node: Node): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  let filled = setMember(universe, newRecord(made, atom), atom, BOUND, callee);
  filled = setMember(universe, filled, atom, BOUND_THIS, receiver);
  args.forEach((value, index) => {
    filled = setMember(universe, filled, atom, `${BOUND_ARGUMENT}${index}`, value);
  });
  return { completes: [{ state: filled, value: universe.one(atom) }], throws: [] };
}

export function boundFunction(
  engine: Engine,
  state: State,
  atom: Atom,
): { readonly callee: Value; readonly receiver: Value; readonly args: readonly Value[] } | undefined {
  const { universe } = engine;
  const { members } = recordOf(state, atom);
  const callee = intMap.get(members, universe.keyId(BOUND));
  if (callee === undefined) return undefined;
  const args: Value[] = [];
  for (;;) {
    const value = intMap.get(members, universe.keyId(`${BOUND_ARGUMENT}${args.length}`));
    if (value === undefined) break;
    args.push(value);
  }
  return { callee, receiver: intMap.get(members, universe.keyId(BOUND_THIS)) ?? TOP, args };
}

/** The function whose body can be seen that a value is, or that it was bound from. */
export function functionBehind(engine: Engine, state: State, value: Value): FunctionNode | undefined {
  const atom = engine.universe.single(value);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  if (info?.kind === 'closure') return info.function;
  const bound = info?.kind === 'object' && atom !== undefined ? boundFunction(engine, state, atom) : undefined;
  return bound === undefined ? undefined : functionBehind(engine, state, bound.callee);
}
