/**
 * Tests: what they say in a state, and what a state says once one of them is known to hold. A test of a value that is not
 * known is itself a value, named by its operands, so that the same test twice agrees with itself, also through copies.
 */
import * as constraint from './constraint.js';
import type { Bits, Comparison, Constraint, Verdict } from './constraint.js';
import * as intMap from './int-map.js';
import { readPlace, writePlace } from './places.js';
import { isInstance, isMember } from './relations.js';
import { withFacts, type State } from './state.js';
import {
  addedBy,
  AMONG,
  isTest,
  maskOf,
  TOP,
  type Atom,
  type AtomInfo,
  type Literal,
  type Mask,
  type Place,
  type Universe,
  type Value,
} from './values.js';

type Expression = Extract<AtomInfo, { kind: 'expression' }>;

const negate = (verdict: Verdict): Verdict => (verdict === 'unknown' ? verdict : verdict === 'yes' ? 'no' : 'yes');

/** Everything that is known of an atom in a state. */
export function knownOf(universe: Universe, state: State, atom: Atom): Constraint {
  const fact = intMap.get(state.facts, atom);
  const sum = sumOf(universe, atom);
  if (sum !== undefined) {
    const known = constraint.plus(knownOf(universe, state, sum.of), sum.added);
    return fact === undefined ? known : (constraint.meet(known, fact) ?? known);
  }
  const bits = bitsOfAtom(universe, atom);
  if (bits === undefined) return thereIfHeld(universe, state, atom, fact ?? universe.intrinsic(atom));
  const [first, ...more] = universe.atoms(bits.of).map((base) => constraint.wholeOfBits(masked(knownOf(universe, state, base), bits)));
  const known = first === undefined ? universe.intrinsic(atom) : more.reduce(constraint.join, first);
  return fact === undefined ? known : constraint.settleBits(constraint.meet(known, fact) ?? known);
}

/** A lock that the thread holds is not `null`, nor is what it is a member of: a variable that names either tells whether it is held. */
function thereIfHeld(universe: Universe, { thread }: State, atom: Atom, known: Constraint): Constraint {
  if (thread.locks.length === 0 || !['entry', 'member', 'result'].includes(universe.info(atom).kind)) return known;
  const isHeld = thread.locks.some(({ lock }) => {
    for (let at = universe.single(lock); at !== undefined;) {
      if (at === atom) return true;
      const info = universe.info(at);
      at = info.kind === 'member' ? info.base : undefined;
    }
    return false;
  });
  return isHeld ? (constraint.assumeNullish(known, false) ?? known) : known;
}

/** Whether an atom is known to be `null` or `undefined`. */
export const isNothing = (universe: Universe, state: State, atom: Atom): boolean =>
  constraint.isNullish(knownOf(universe, state, atom)) === 'yes';

/** The bits that a mask lets through, and those that it sets. */
function masked(of: Constraint, { and, or }: Mask): Bits {
  const { ones, zeros } = constraint.bitsOfInterval(of);
  return { ones: (ones & and) | or, zeros: (zeros | ~and) & ~or };
}

function bitsOfAtom(universe: Universe, atom: Atom): (Mask & { readonly of: Value }) | undefined {
  const info = universe.info(atom);
  const mask = info.kind === 'expression' ? maskOf(info.operator) : undefined;
  return info.kind !== 'expression' || mask === undefined ? undefined : { ...mask, of: info.left };
}

/** The value, and the number that was added to it, that an atom is the sum of. */
export function sumOf(universe: Universe, atom: Atom): { readonly of: Atom; readonly added: number } | undefined {
  const info = universe.info(atom);
  const added = info.kind === 'expression' ? addedBy(info.operator) : undefined;
  const of = info.kind === 'expression' && added !== undefined ? universe.single(info.left) : undefined;
  return of === undefined || added === undefined ? undefined : { of, added };
}

/** All of the verdicts agree, or nobody can tell. */
function agree(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  return first !== undefined && verdicts.every((verdict) => verdict === first) ? first : 'unknown';
}

function truth(universe: Universe, state: State, value: Value): Verdict {
  return agree(universe.atoms(value).map((atom) => truthOfAtom(universe, state, atom)));
}

export function truthOfAtom(universe: Universe, state: State, atom: Atom): Verdict {
  const fact = intMap.get(state.facts, atom);
  if (fact !== undefined) {
    const verdict = constraint.isTruthy(fact);
    if (verdict !== 'unknown') return verdict;
  }
  const info = universe.info(atom);
  if (info.kind !== 'expression') return constraint.isTruthy(knownOf(universe, state, atom));
  if (maskOf(info.operator) !== undefined || addedBy(info.operator) !== undefined)
    return constraint.isTruthy(knownOf(universe, state, atom));
  return evaluateTest(universe, state, info);
}

function evaluateTest(universe: Universe, state: State, test: Expression): Verdict {
  if (test.operator === '!') return negate(truth(universe, state, test.left));
  return agree(universe.atoms(test.left).map((atom) => testAtom(universe, state, test.operator, atom, test.right)));
}

const comparisons = new Set(['<', '<=', '>', '>=']);

const rangeOf = (operator: string): readonly [number, number] | undefined => {
  const [, low, high] = /^range:(-?\d+):(-?\d+)$/.exec(operator) ?? [];
  return low === undefined || high === undefined ? undefined : [Number(low), Number(high)];
};

/** What the test says of one atom on its left. */
function testAtom(universe: Universe, state: State, operator: string, atom: Atom, right: Value): Verdict {
  const known = knownOf(universe, state, atom);
  if (operator === 'isNullish') return constraint.isNullish(known);
  if (operator === 'isUndefined') return constraint.isUndefined(known);
  const range = rangeOf(operator);
  if (range !== undefined) {
    const [above, below] = [constraint.compares(known, '>=', range[0]), constraint.compares(known, '<=', range[1])];
    return above === 'no' || below === 'no' ? 'no' : above === 'yes' && below === 'yes' ? 'yes' : 'unknown';
  }
  if (operator === AMONG) return isAmong(universe.atoms(right).map((other) => compareAtoms(universe, state, '===', atom, other)));
  return agree(universe.atoms(right).map((other) => compareAtoms(universe, state, operator, atom, other)));
}

const isAmong = (verdicts: readonly Verdict[]): Verdict => (verdicts.includes('yes') ? 'yes' : agree(verdicts));

function compareAtoms(universe: Universe, state: State, operator: string, atom: Atom, other: Atom): Verdict {
  const bound = constraint.onlyValue(knownOf(universe, state, other));
  if (operator === 'instanceof') return isInstance(universe, state, atom, other);
  if (operator === 'in') return isMember(universe, state, atom, other);
  const known = knownOf(universe, state, atom);
  if (operator === '===') {
    const [one, two] = [universe.info(atom), universe.info(other)];
    if (one.kind === 'constant' && two.kind === 'constant') return one.value === two.value ? 'yes' : 'no';
    if (bound !== undefined) {
      const verdict = constraint.equals(asComparedWith(known, bound.value), bound.value);
      const operand = verdict === 'unknown' ? operandOfTypeof(universe, atom) : undefined;
      return operand === undefined ? verdict : constraint.isOfType(knownOf(universe, state, operand), String(bound.value));
    }
    return atom === other ? 'yes' : areDifferent(universe, atom, other) ? 'no' : 'unknown';
  }
  if (comparisons.has(operator) && typeof bound?.value === 'number') {
    return constraint.compares(known, operator as Comparison, bound.value);
  }
  return 'unknown';
}

/** What is asked for its type; undefined for other atoms. */
function operandOfTypeof(universe: Universe, atom: Atom): Atom | undefined {
  const info = universe.info(atom);
  return info.kind === 'expression' && info.operator === 'typeof' ? universe.single(info.left) : undefined;
}

const flag = constraint.ofKinds(constraint.TRUE | constraint.FALSE | constraint.NULL | constraint.UNDEFINED);

/** What is compared with `true` or `false` is a flag, or not set at all. */
function asComparedWith(known: Constraint, bound: unknown): Constraint {
  return typeof bound === 'boolean' ? (constraint.meet(known, flag) ?? known) : known;
}

/** Two things that were made in different places are not the same. */
function areDifferent(universe: Universe, a: Atom, b: Atom): boolean {
  const made = (atom: Atom): boolean => ['object', 'closure', 'class'].includes(universe.info(atom).kind);
  return a !== b && made(a) && made(b);
}

/** A value for a test, decided where the state decides it. */
export function testValue(universe: Universe, state: State, operator: string, left: Value, right: Value, place: Place | null): Value {
  if (left === TOP || right === TOP) return TOP;
  const test: Expression = { kind: 'expression', operator, left, right, place };
  const atom = universe.atom(test);
  const verdict = truthOfAtom(universe, state, atom);
  return verdict === 'unknown' ? universe.one(atom) : verdict === 'yes' ? universe.true : universe.false;
}

/**
 * The state in which `value` is truthy (or falsy), null when it cannot be. `place` is where the value was read: there too it is
 * then known to be one of those that fit.
 */
export function assume(universe: Universe, state: State, value: Value, truthy: boolean, place: Place | null): State | null {
  if (value === TOP) return state;
  const wrong: Verdict = truthy ? 'no' : 'yes';
  const fitting = universe.atoms(value).filter((atom) => truthOfAtom(universe, state, atom) !== wrong);
  const assumed = narrow(universe, state, value, fitting, place, (into, atom) => assumeAtom(universe, into, atom, truthy));
  if (assumed === null || place === null || fitting.length < 2 || !fitting.every((atom) => isBoolean(universe, assumed, atom)))
    return assumed;
  // Which test it was that held is forgotten where paths meet; that it held is not.
  const known = readPlace(universe, assumed, place);
  return known === universe.of(fitting) ? writePlace(universe, assumed, place, truthy ? universe.true : universe.false) : assumed;
}

const isBoolean = (universe: Universe, state: State, atom: Atom): boolean => constraint.isBoolean(knownOf(universe, state, atom));

/** Only `fitting` of the value's atoms are left; when that is one, what holds of it holds. */
function narrow(
  universe: Universe,
  state: State,
  value: Value,
  fitting: readonly Atom[],
  place: Place | null,
  refine: (state: State, atom: Atom) => State | null,
): State | null {
  const [only] = fitting;
  if (only === undefined) return null;
  let narrowed = state;
  const rest = universe.of(fitting);
  if (rest !== value && place !== null && readPlace(universe, state, place) === value) narrowed = writePlace(universe, state, place, rest);
  return fitting.length === 1 ? refine(narrowed, only) : narrowed;
}

function assumeAtom(universe: Universe, state: State, atom: Atom, truthy: boolean): State | null {
  const info = universe.info(atom);
  if (info.kind === 'expression' && info.operator === '!') return assume(universe, state, info.left, !truthy, info.place);
  const refined = constraint.assumeTruthy(knownOf(universe, state, atom), truthy);
  if (refined === null) return null;
  const known = learn(universe, state, atom, refined);
  return info.kind !== 'expression' || known === null ? known : assumeTest(universe, known, atom, info, truthy);
}

/** What is known of some bits of a value is known of the value, and so is what is known of its sum with a number. */
function learn(universe: Universe, state: State, atom: Atom, refined: Constraint): State | null {
  const sum = sumOf(universe, atom);
  if (sum !== undefined) {
    const summand = constraint.meet(knownOf(universe, state, sum.of), constraint.plus(refined, -sum.added));
    const settled = settle(universe, withFact(universe, state, atom, refined), atom, constraint.isTruthy(refined));
    return summand === null || settled === null ? null : learn(universe, settled, sum.of, summand);
  }
  const bits = bitsOfAtom(universe, atom);
  if (bits === undefined) return settle(universe, withFact(universe, state, atom, refined), atom, constraint.isTruthy(refined));
  const settled = constraint.settleBits(refined);
  const base = universe.single(bits.of);
  const known = withFact(universe, state, atom, settled);
  if (base === undefined) return known;
  const { ones, zeros } = constraint.bitsOf(settled);
  const through = constraint.assumeBits(knownOf(universe, state, base), { ones: ones & bits.and, zeros: zeros & bits.and });
  return through === null ? null : learn(universe, known, base, through);
}

/** What is settled of one part of a disjunction that holds may settle the other. */
function settle(universe: Universe, state: State, atom: Atom, verdict: Verdict): State | null {
  if (verdict === 'unknown') return state;
  let settled: State | null = state;
  for (const disjunction of universe.disjunctionsWith(atom)) {
    if (intMap.get(state.facts, disjunction) === undefined) continue;
    const parts = universe.disjunctionOf(disjunction) ?? [];
    if (parts.some((part) => part.atom === atom && part.holds === (verdict === 'yes'))) continue;
    for (const other of parts)
      if (other.atom !== atom && settled !== null) settled = assumeAtom(universe, settled, other.atom, other.holds);
  }
  return settled;
}

export function withFact(universe: Universe, state: State, atom: Atom, known: Constraint): State {
  if (known === universe.intrinsic(atom)) return state;
  return withFacts(state, intMap.set(state.facts, atom, known));
}

function assumeDisjunction(universe: Universe, state: State, parts: readonly Literal[], holds: boolean): State | null {
  const isFalse = (part: Literal): boolean => truthOfAtom(universe, state, part.atom) === (part.holds ? 'no' : 'yes');
  const settled = holds ? parts.filter((_part, index) => parts.some((other, at) => at !== index && isFalse(other))) : parts;
  return settled.reduce<State | null>(
    (into, part) => (into === null ? null : assumeAtom(universe, into, part.atom, part.holds === holds)),
    state,
  );
}

function assumeTest(universe: Universe, state: State, atom: Atom, test: Expression, holds: boolean): State | null {
  const parts = universe.disjunctionOf(atom);
  if (parts !== undefined) return assumeDisjunction(universe, state, parts, holds);
  if (!isTest(test.operator)) return state;
  const wrong: Verdict = holds ? 'no' : 'yes';
  const fitting = universe.atoms(test.left).filter((each) => testAtom(universe, state, test.operator, each, test.right) !== wrong);
  if (fitting.length === 0) return universe.atoms(test.left).length === 0 ? state : null;
  const assumed = narrow(universe, state, test.left, fitting, test.place, (into, each) => refineByTest(universe, into, each, test, holds));
  return assumed === null ? null : namedNothing(universe, assumed, test.place);
}

/**
 * A variable into which a member was read that turns out to be `null` holds that constant: it is still known where paths meet on which something
 * else there was `null`.
 */
function namedNothing(universe: Universe, state: State, place: Place | null): State {
  const atom = place === null || !('cell' in place) ? undefined : universe.single(readPlace(universe, state, place));
  if (place === null || atom === undefined || universe.info(atom).kind !== 'member') return state;
  const only = constraint.onlyValue(knownOf(universe, state, atom));
  const isNamed = only !== undefined && (only.value === null || only.value === undefined);
  return isNamed ? writePlace(universe, state, place, universe.constant(only.value)) : state;
}

function refineByTest(universe: Universe, state: State, atom: Atom, test: Expression, holds: boolean): State | null {
  const known = knownOf(universe, state, atom);
  const refined = refinement(universe, state, known, test, holds);
  if (refined === null) return null;
  if (refined === known) return state;
  const learned = learnType(universe, learn(universe, state, atom, refined), atom, test, holds);
  const info = universe.info(atom);
  const verdict = constraint.isTruthy(refined);
  // `(a < b) === true`: the test that is compared holds, or does not.
  if (learned === null || info.kind !== 'expression' || !isTest(info.operator) || verdict === 'unknown') return learned;
  return assumeAtom(universe, learned, atom, verdict === 'yes');
}

/** `typeof x === 'string'` tells of `x`. */
function learnType(universe: Universe, state: State | null, atom: Atom, test: Expression, holds: boolean): State | null {
  const operand = operandOfTypeof(universe, atom);
  const type = operand === undefined ? undefined : universe.info(universe.single(test.right) ?? atom);
  if (state === null || operand === undefined || type?.kind !== 'constant') return state;
  const known = knownOf(universe, state, operand);
  const refined = constraint.assumeType(known, String(type.value), holds);
  return refined === null || refined === known ? refined && state : learn(universe, state, operand, refined);
}

function refinement(universe: Universe, state: State, known: Constraint, test: Expression, holds: boolean): Constraint | null {
  const { operator } = test;
  if (operator === 'isNullish') return constraint.assumeNullish(known, holds);
  if (operator === 'isUndefined') return constraint.assumeUndefined(known, holds);
  const range = rangeOf(operator);
  if (range !== undefined) return assumeRange(known, range, holds);
  if (operator === AMONG) return assumeAmong(universe, state, known, universe.atoms(test.right), holds);
  const other = universe.single(test.right);
  const bound = other === undefined ? undefined : constraint.onlyValue(knownOf(universe, state, other));
  if (bound === undefined) return known;
  if (operator === '===') return constraint.assumeEquals(asComparedWith(known, bound.value), bound.value, holds);
  if (comparisons.has(operator) && typeof bound.value === 'number') {
    return constraint.assumeCompares(known, operator as Comparison, bound.value, holds);
  }
  return known;
}

function assumeAmong(universe: Universe, state: State, known: Constraint, others: readonly Atom[], holds: boolean): Constraint | null {
  const bounds = others.map((other) => constraint.onlyValue(knownOf(universe, state, other)));
  const equal = (to: (typeof bounds)[number]): Constraint | null =>
    to === undefined ? known : constraint.assumeEquals(known, to.value, true);
  if (holds)
    return bounds.map(equal).reduce((one, other) => (one === null || other === null ? (one ?? other) : constraint.join(one, other)));
  return bounds.reduce<Constraint | null>(
    (left, bound) => (left === null || bound === undefined ? left : constraint.assumeEquals(left, bound.value, false)),
    known,
  );
}

/** What is tested for a range is an NTSTATUS, wherever it comes from. */
const anyStatus = constraint.wholeBetween(-0x8000_0000, 0x7fff_ffff);

function assumeRange(tested: Constraint, [low, high]: readonly [number, number], holds: boolean): Constraint | null {
  const known = constraint.meet(tested, anyStatus) ?? tested;
  if (holds) {
    const above = constraint.assumeCompares(known, '>=', low, true);
    return above === null ? null : constraint.assumeCompares(above, '<=', high, true);
  }
  const below = constraint.assumeCompares(known, '>=', low, false);
  const above = constraint.assumeCompares(known, '<=', high, false);
  if (below === null) return above;
  return above === null ? below : constraint.join(below, above);
}
