/**
 * What is left of a test of several parts where its paths meet. `a && b` does not hold where `a` does not, nor where `a` holds and `b` does not:
 * what is known of each part is lost when the two paths are joined, but that one of the two does not hold is remembered, as a test of its own. So
 * the same parts tested again agree with what they were before.
 */
import * as constraint from './constraint.js';
import * as intMap from './int-map.js';
import { withFacts, type State } from './state.js';
import type { Atom, Literal, Universe } from './values.js';

/** Paths that differ in more than this have more between them than a test. */
const MAX_PIVOTS = 2;
const MAX_OTHERS = 2;

interface Difference {
  /** What holds on the left and does not on the right, or the other way round. */
  readonly pivots: Literal[];
  /** What is known on one side only. */
  readonly left: Literal[];
  readonly right: Literal[];
}

/** The joined state, with what is known of several tests together on both sides. */
export function withDisjunctions(universe: Universe, joined: State, a: State, b: State): State {
  if (a.facts === b.facts || a.facts === null || b.facts === null) return joined;
  const { pivots, left, right } = differenceOf(universe, a, b);
  let { facts } = joined;
  const isTest = pivots.length > 0 && pivots.length <= MAX_PIVOTS && left.length <= MAX_OTHERS && right.length <= MAX_OTHERS;
  if (isTest)
    for (const pivot of pivots) {
      const opposite = { atom: pivot.atom, holds: !pivot.holds };
      for (const other of right) facts = intMap.set(facts, universe.disjunction(pivot, other), HOLDS);
      for (const other of left) facts = intMap.set(facts, universe.disjunction(opposite, other), HOLDS);
    }
  return facts === joined.facts ? joined : withFacts(joined, facts);
}

const HOLDS = constraint.ofKinds(constraint.TRUE);

function differenceOf(universe: Universe, a: State, b: State): Difference {
  const difference: Difference = { pivots: [], left: [], right: [] };
  // What tells that a disjunction does not hold is no difference of its own.
  const contradicted = new Set<Atom>();
  intMap.forEachDifference(a.facts, b.facts, (atom, one, two) => {
    const parts = universe.disjunctionOf(atom);
    if (parts !== undefined) {
      if (isNested(universe, parts)) return;
      const [side, other] = one === undefined ? [difference.right, a] : [difference.left, b];
      if (!parts.every((part) => isFalseIn(other, part))) {
        side.push({ atom, holds: true });
      } else {
        difference.pivots.push({ atom, holds: one !== undefined });
        for (const part of parts) contradicted.add(part.atom);
      }
      return;
    }
    const [here, there] = [one, two].map((fact) => (fact === undefined ? 'unknown' : constraint.isTruthy(fact)));
    if (here === there) return;
    if (here === 'unknown') difference.right.push({ atom, holds: there === 'yes' });
    else if (there === 'unknown') difference.left.push({ atom, holds: here === 'yes' });
    else difference.pivots.push({ atom, holds: here === 'yes' });
  });
  const isOther = ({ atom }: Literal): boolean => !contradicted.has(atom);
  return { ...difference, left: difference.left.filter(isOther), right: difference.right.filter(isOther) };
}

/** Tests of three parts are disjunctions of one, of more parts nothing is remembered. */
const isNested = (universe: Universe, parts: readonly Literal[]): boolean =>
  parts.some((part) => universe.disjunctionOf(part.atom) !== undefined);

function isFalseIn({ facts }: State, { atom, holds }: Literal): boolean {
  const fact = intMap.get(facts, atom);
  return fact !== undefined && constraint.isTruthy(fact) === (holds ? 'no' : 'yes');
}
