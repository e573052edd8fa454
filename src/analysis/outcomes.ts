/** What a call is handed, and how it ends: it completes with a value or throws, each on so many paths. */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { amend, withFacts, type State } from './state.js';
import { TOP, type Place, type Value } from './values.js';

export interface Completion {
  readonly state: State;
  readonly value: Value;
}

export interface Outcome {
  readonly completes: readonly Completion[];
  /** The exception is `state.thrown`. */
  readonly throws: readonly State[];
}

export interface Arguments {
  readonly values: readonly Value[];
  /** More follow, of which nothing is known (a spread). */
  readonly more: boolean;
}

/** A call under way, whatever it is that is called. */
export interface CallTarget {
  readonly frame: Frame;
  readonly node: Node;
  readonly args: Arguments;
  readonly receiver: Value;
  /** Where the values of the arguments were read. */
  readonly places: readonly (Place | null)[];
  /** Anything is done with the value of the call. */
  readonly resultIsRead: boolean;
}

export function combine(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 1) return outcomes[0] as Outcome;
  return { completes: outcomes.flatMap(({ completes }) => completes), throws: outcomes.flatMap(({ throws }) => throws) };
}

/** Goes on where the first completes. */
export function andThen(first: Outcome, next: (completion: Completion) => Outcome): Outcome {
  const after = combine(first.completes.map(next));
  return first.completes.length === 0 ? first : { completes: after.completes, throws: [...first.throws, ...after.throws] };
}

/** The value of a call of which nothing is known. */
export function result(engine: Engine, state: State, node: Node, tag = '', known = constraint.ANY): Outcome {
  const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known, tag });
  const fresh = withFacts(made, intMap.remove(made.facts, atom));
  return { completes: [{ state: fresh, value: engine.universe.one(atom) }], throws: [] };
}

/** Where someone handles it, any call that is not a contract's may throw (interface 4.3): before it did anything, or after. */
export function mayThrow(frame: Frame, before: State, outcome: Outcome, node: Node, after = before): Outcome {
  if (!frame.mayThrow) return outcome;
  return { completes: outcome.completes, throws: [...outcome.throws, amend(after, { thrown: { value: TOP, node } })] };
}
