/** Whether something is among values that are known, and where: `[…].includes(x)`, `set.has(x)`, `[…].indexOf(x)`. */
import type { State } from './state.js';
import { testValue, truthOfAtom } from './truth.js';
import { AMONG, indexOperator, TOP, type Atom, type Place, type Universe, type Value } from './values.js';

/** A test of whether `value` is one of `elements`; undefined when these are too many to be named, or one of them is not one thing. */
export function testAmong(
  universe: Universe,
  state: State,
  value: Value,
  elements: readonly Value[],
  place: Place | null,
): Value | undefined {
  if (elements.length === 0) return universe.false;
  const among = namesOf(universe, elements);
  const test = among === undefined ? TOP : testValue(universe, state, AMONG, value, universe.of(among), place);
  return test === TOP ? undefined : test;
}

/** The first index at which `value` is, or -1; undefined as above. */
export function indexAmong(universe: Universe, state: State, value: Value, elements: readonly Value[]): Value | undefined {
  const among = namesOf(universe, elements);
  const atom = universe.single(value);
  if (among === undefined || atom === undefined) return undefined;
  const verdicts = among.map((other) => {
    const test = { kind: 'expression', operator: '===', left: value, right: universe.one(other), place: null } as const;
    return truthOfAtom(universe, state, universe.atom(test));
  });
  const first = verdicts.findIndex((verdict) => verdict !== 'no');
  if (first === -1 || verdicts[first] === 'yes') return universe.constant(first);
  const operator = indexOperator(among);
  return universe.one(universe.atom({ kind: 'expression', operator, left: value, right: universe.of(among), place: null }));
}

function namesOf(universe: Universe, elements: readonly Value[]): readonly Atom[] | undefined {
  const names = elements.map((element) => universe.single(element));
  return names.includes(undefined) ? undefined : names.map((name) => name as Atom);
}
