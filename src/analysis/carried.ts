/**
 * Values that the analysis holds while it runs code: they lie in the state, where code that gives them other names finds them, in temporaries
 * beyond those of any graph.
 */
import type { Node } from '../flow/graph.js';
import * as intMap from './int-map.js';
import { withTemps, type State } from './state.js';
import type { Universe, Value } from './values.js';

const CARRIED = 0x2000_0000;
const MAX_CARRIED = 0x100;

/** The values that one call carries, by number. */
export class Carried {
  readonly #first: number;

  constructor(universe: Universe, call: Node) {
    this.#first = CARRIED + universe.siteId(call) * MAX_CARRIED;
  }

  put(state: State, index: number, value: Value): State {
    if (index >= MAX_CARRIED) throw new RangeError(`more than ${MAX_CARRIED} values are carried`);
    return withTemps(state, intMap.set(state.temps, this.#first + index, value));
  }

  get(state: State, index: number): Value {
    const value = intMap.get(state.temps, this.#first + index);
    if (value === undefined) throw new RangeError(`no value ${index} is carried`);
    return value;
  }

  /** The state without any of them. */
  drop(state: State): State {
    const { temps } = state;
    const kept = intMap.map(temps, (value, temp) => (temp >= this.#first && temp < this.#first + MAX_CARRIED ? undefined : value));
    return kept === temps ? state : withTemps(state, kept);
  }
}
