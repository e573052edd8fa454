/** Operators on abstract values: computed where the operands are constants, tests where they are not. */
import type { UnaryOperator } from '../flow/graph.js';
import type { Primitive } from '../flow/graph.js';
import * as constraint from './constraint.js';
import { typeOf } from './relations.js';
import type { State } from './state.js';
import { knownOf, sumOf, testValue } from './truth.js';
import { maskOf, maskOperator, sumOperator, TOP, type Atom, type Mask, type Place, type Universe, type Value } from './values.js';

/** The one primitive that a value is. */
export function constantOf(universe: Universe, state: State, value: Value): { readonly value: Primitive } | undefined {
  const atom = universe.single(value);
  return atom === undefined ? undefined : constraint.onlyValue(knownOf(universe, state, atom));
}

export function evaluateUnary(
  universe: Universe,
  state: State,
  operator: Exclude<UnaryOperator, 'void'>,
  operand: Value,
  place: Place | null,
): Value | undefined {
  if (operator === '!' || operator === 'isNullish' || operator === 'isUndefined') {
    return testValue(universe, state, operator, operand, universe.undefined, place);
  }
  if (operator === 'typeof') {
    const types = new Set(universe.atoms(operand).map((atom) => typeOf(universe, knownOf(universe, state, atom), atom)));
    const [type] = types;
    if (types.size === 1 && type !== undefined) return universe.constant(type);
  }
  const known = constantOf(universe, state, operand);
  if (known === undefined || typeof known.value === 'bigint') return expression(universe, operator, operand, universe.undefined);
  switch (operator) {
    case '-':
      return universe.constant(-Number(known.value));
    case '+':
      return universe.constant(Number(known.value));
    case '~':
      return universe.constant(~Number(known.value));
    case 'typeof':
      return universe.constant(typeof known.value);
  }
}

const compute: Readonly<Record<string, (a: never, b: never) => Primitive>> = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '**': (a: number, b: number) => a ** b,
  '|': (a: number, b: number) => a | b,
  '&': (a: number, b: number) => a & b,
  '^': (a: number, b: number) => a ^ b,
  '<<': (a: number, b: number) => a << b,
  '>>': (a: number, b: number) => a >> b,
  '>>>': (a: number, b: number) => a >>> b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '===': '===' };

/** Longer constants are data, not flags; they are not computed with. */
export const MAX_TEXT = 64;

const isPlain = (value: Primitive): value is number | string =>
  typeof value === 'number' || (typeof value === 'string' && value.length <= MAX_TEXT);

/** Undefined when the result is a value that has no name but where it was made. */
export function evaluateBinary(
  universe: Universe,
  state: State,
  operator: string,
  left: Value,
  right: Value,
  [leftPlace, rightPlace]: readonly [Place | null, Place | null],
): Value | undefined {
  if (operator === '!==' || operator === '!=') {
    const equal = evaluateBinary(universe, state, operator === '!==' ? '===' : '==', left, right, [leftPlace, rightPlace]);
    return equal === undefined ? undefined : evaluateUnary(universe, state, '!', equal, null);
  }
  const [a, b] = [constantOf(universe, state, left), constantOf(universe, state, right)];
  if (operator === '==' || operator === '===')
    return evaluateEquality(universe, state, operator, [left, a, leftPlace], [right, b, rightPlace]);
  if (operator === 'instanceof' || operator === 'in') return testValue(universe, state, operator, left, right, leftPlace);
  const computed = compute[operator];
  if (computed === undefined) return undefined;
  if (a !== undefined && b !== undefined) {
    return isPlain(a.value) && isPlain(b.value) ? universe.constant(computed(a.value as never, b.value as never)) : undefined;
  }
  if (mirrored[operator] !== undefined) {
    if (a === undefined && b === undefined) return compareUnknown(universe, state, operator, left, right);
    if (b !== undefined) return testValue(universe, state, operator, left, right, leftPlace);
    return testValue(universe, state, mirrored[operator], right, left, rightPlace);
  }
  return (
    elementwise(universe, state, computed, left, right) ??
    shifted(universe, state, operator, left, b?.value) ??
    onBits(universe, state, operator, left, right) ??
    sum(universe, state, operator, left, right) ??
    expression(universe, operator, left, right)
  );
}

/** `a > b`, `b < a` and the opposite of `a <= b` are one test. */
function compareUnknown(universe: Universe, state: State, operator: string, left: Value, right: Value): Value | undefined {
  const isMirrored = operator === '>' || operator === '<=';
  const [low, high] = isMirrored ? [right, left] : [left, right];
  const isLess = testValue(universe, state, '<', low, high, null);
  return operator === '<' || operator === '>' ? isLess : evaluateUnary(universe, state, '!', isLess, null);
}

/** What is left of a number when all that is not known of it is shifted out: the severity of a status. */
function shifted(universe: Universe, state: State, operator: string, left: Value, by: Primitive): Value | undefined {
  const compute = shifts.get(operator);
  if (compute === undefined || typeof by !== 'number' || left === TOP) return undefined;
  const results = universe.atoms(left).map((atom) => {
    const { ones, zeros } = constraint.bitsOfInterval(knownOf(universe, state, atom));
    const [clear, set] = [compute(ones, by), compute(~zeros, by)];
    return clear === set ? universe.single(universe.constant(clear)) : undefined;
  });
  return results.includes(undefined) ? undefined : universe.of(results.map((atom) => atom as Atom));
}

const shifts: ReadonlyMap<string, (value: number, by: number) => number> = new Map([
  ['>>', (value: number, by: number) => value >> by],
  ['>>>', (value: number, by: number) => value >>> by],
]);

/** Sets, clears or picks bits of flags that are not known, or not all. */
function onBits(universe: Universe, state: State, operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [constantOf(universe, state, left)?.value, constantOf(universe, state, right)?.value];
  const [constant, flags] = typeof b === 'number' ? [b, left] : [a, right];
  if (typeof constant !== 'number' || flags === TOP || (operator !== '&' && operator !== '|')) return undefined;
  const step = operator === '&' ? { and: constant | 0, or: 0 } : { and: ~constant, or: constant | 0 };
  return universe.of(universe.atoms(flags).map((atom) => masked(universe, state, atom, step)));
}

/** A mask of what is masked already is one mask. */
function masked(universe: Universe, state: State, atom: Atom, { and, or }: Mask): Atom {
  const info = universe.info(atom);
  const before = info.kind === 'expression' ? maskOf(info.operator) : undefined;
  const base = info.kind === 'expression' && before !== undefined ? info.left : universe.one(atom);
  const mask = { and: and & (before?.and ?? -1), or: ((before?.or ?? 0) & and) | or };
  const named = universe.atom({ kind: 'expression', operator: maskOperator(mask), left: base, right: universe.undefined, place: null });
  const only = constraint.onlyValue(knownOf(universe, state, named));
  return only === undefined ? named : (universe.single(universe.constant(only.value)) as Atom);
}

/** A loop that counts would never come to an end of sums. */
const MAX_ADDED = 2;

/** A whole number added to a value that is not known: adding and taking away the same gives the value itself. */
function sum(universe: Universe, state: State, operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [constantOf(universe, state, left)?.value, constantOf(universe, state, right)?.value];
  const [number, other] = typeof b === 'number' ? [operator === '-' ? -b : b, left] : operator === '+' ? [a, right] : [undefined, right];
  const atom = universe.single(other);
  if ((operator !== '+' && operator !== '-') || !Number.isInteger(number) || atom === undefined) return undefined;
  const { of, added } = sumOf(universe, atom) ?? { of: atom, added: 0 };
  const total = added + Number(number);
  if (universe.info(of).kind === 'expression' || !constraint.mayBeNumber(knownOf(universe, state, of))) return undefined;
  if (total === 0) return universe.one(of);
  if (Math.abs(total) > MAX_ADDED && of !== atom) return undefined;
  const named = universe.atom({
    kind: 'expression',
    operator: sumOperator(total),
    left: universe.one(of),
    right: universe.undefined,
    place: null,
  });
  const only = constraint.onlyValue(knownOf(universe, state, named));
  return only === undefined ? universe.one(named) : universe.constant(only.value);
}

type Operand = readonly [value: Value, constant: { readonly value: Primitive } | undefined, place: Place | null];

function evaluateEquality(universe: Universe, state: State, operator: '==' | '===', left: Operand, right: Operand): Value {
  // Of two that are not known, the one that was named first is tested for being the other: `a === b` and `b === a` are one test.
  const isEither = left[1] === undefined && right[1] === undefined;
  const areSingle = universe.single(left[0]) !== undefined && universe.single(right[0]) !== undefined;
  const isInOrder = isEither ? !areSingle || left[0] <= right[0] : right[1] !== undefined;
  const [tested, [other, constant]] = isInOrder ? [left, right] : [right, left];
  const isNothing = constant !== undefined && (constant.value === null || constant.value === undefined);
  if (operator === '==' && isNothing) return testValue(universe, state, 'isNullish', tested[0], universe.undefined, tested[2]);
  return testValue(universe, state, '===', tested[0], other, tested[2]);
}

/** An operator applied to every combination of constants, for flags that are one of a few. */
function elementwise(
  universe: Universe,
  state: State,
  computed: (a: never, b: never) => Primitive,
  left: Value,
  right: Value,
): Value | undefined {
  const constants = (value: Value): Primitive[] | undefined => {
    const known = universe.atoms(value).map((atom) => constraint.onlyValue(knownOf(universe, state, atom)));
    return known.length > 0 && known.every((each) => each !== undefined && isPlain(each.value))
      ? known.map((each) => each?.value)
      : undefined;
  };
  const [as, bs] = [constants(left), constants(right)];
  if (as === undefined || bs === undefined) return undefined;
  const results = as.flatMap((a) => bs.map((b) => universe.single(universe.constant(computed(a as never, b as never))) as number));
  return universe.of(results);
}

/** What a function of its arguments gives: the same for the same; undefined when it has no name. */
export const namedCall = (universe: Universe, name: string, left: Value, right: Value): Value | undefined =>
  expression(universe, `call:${name}`, left, right);

/** Operations on operations are not named any further: a loop would never come to an end of names. */
function expression(universe: Universe, operator: string, left: Value, right: Value): Value | undefined {
  const isSimple = (value: Value): boolean =>
    universe.atoms(value).length === 1 && universe.atoms(value).every((atom) => universe.info(atom).kind !== 'expression');
  if (left === TOP || right === TOP || !isSimple(left) || !isSimple(right)) return undefined;
  return universe.one(universe.atom({ kind: 'expression', operator, left, right, place: null }));
}
