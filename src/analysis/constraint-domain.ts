/**
 * What is known of one value of which the program text does not say which it is: the kinds it may have, for numbers
 * an interval and some excluded values, and bits. Constraints are interned: equal ones are identical.
 *
 *        ANY            nothing is known
 *    /    |    \
 *  kinds, interval, excluded values, bits
 *    \    |    /
 *       null            no value fits: the path cannot be taken
 */
import type { Primitive } from '../flow/graph.js';

export const UNDEFINED = 1;
export const NULL = 2;
export const FALSE = 4;
export const TRUE = 8;
export const NUMBER = 16;
export const STRING = 32;
/** Other than zero. */
export const BIGINT = 64;
/** Objects, functions and symbols. */
export const OBJECT = 128;
export const BIGINT_ZERO = 256;
const EVERY_KIND = 511;
export const NULLISH = UNDEFINED | NULL;

export interface Constraint {
  /** The kinds that are possible, as a union of the bits above. */
  readonly kinds: number;
  /** Interval of a number; both ends belong to it. */
  readonly low: number;
  readonly high: number;
  /** The number is known to be whole: an NTSTATUS or an IRQL. */
  readonly whole: boolean;
  /** Numbers and strings that it is known not to be. */
  readonly not: readonly (number | string)[];
  /** The only strings that it can be, sorted, if these are known and few. */
  readonly texts: readonly string[] | undefined;
  /** Bits that are known to be set, and to be clear, in what the value is to an operator on bits. */
  readonly ones: number;
  readonly zeros: number;
}

/** A string that can be more than these can be any. */
const MAX_TEXTS = 8;

const interned = new Map<string, Constraint>();

/** What is said of kinds that are not possible says nothing. */
function normalized(of: Constraint): Constraint {
  const isNumber = (of.kinds & NUMBER) !== 0;
  const isString = (of.kinds & STRING) !== 0;
  if (isNumber && isString) return of;
  const isSingle = onlyValue(of) !== undefined;
  return {
    kinds: of.kinds,
    low: isNumber ? of.low : -Infinity,
    high: isNumber ? of.high : Infinity,
    whole: isNumber && of.whole,
    not: of.not.filter((value) => (typeof value === 'number' ? isNumber : isString && of.texts === undefined)),
    texts: isString ? of.texts : undefined,
    ones: isSingle ? 0 : of.ones,
    zeros: isSingle ? 0 : of.zeros,
  };
}

export function intern(given: Constraint): Constraint {
  const of = normalized(given);
  const key = `${of.kinds}|${of.low}|${of.high}|${of.whole ? 1 : 0}|${JSON.stringify(of.not)}|${of.texts === undefined ? '' : JSON.stringify(of.texts)}|${of.ones}|${of.zeros}`;
  const known = interned.get(key);
  if (known !== undefined) return known;
  interned.set(key, of);
  return of;
}

export const ANY = intern({
  kinds: EVERY_KIND,
  low: -Infinity,
  high: Infinity,
  whole: false,
  not: [],
  texts: undefined,
  ones: 0,
  zeros: 0,
});

const byKinds = new Map<number, Constraint>();

export function ofKinds(kinds: number): Constraint {
  let known = byKinds.get(kinds);
  if (known === undefined) byKinds.set(kinds, (known = intern({ ...ANY, kinds })));
  return known;
}

const ranges = new Map<number, Map<number, Constraint>>();

export function wholeBetween(low: number, high: number): Constraint {
  let byHigh = ranges.get(low);
  if (byHigh === undefined) ranges.set(low, (byHigh = new Map<number, Constraint>()));
  let known = byHigh.get(high);
  if (known === undefined) byHigh.set(high, (known = intern({ ...ANY, kinds: NUMBER, low, high, whole: true })));
  return known;
}

const ofNumbers = new Map<number, Constraint>();

export function ofPrimitive(value: Primitive): Constraint {
  if (typeof value !== 'number') return describe(value);
  let known = ofNumbers.get(value);
  if (known === undefined) ofNumbers.set(value, (known = describe(value)));
  return known;
}

function describe(value: Primitive): Constraint {
  switch (typeof value) {
    case 'undefined':
      return ofKinds(UNDEFINED);
    case 'boolean':
      return ofKinds(value ? TRUE : FALSE);
    case 'number':
      return intern({ ...ANY, kinds: NUMBER, low: value, high: value, whole: Number.isInteger(value) });
    case 'string':
      return intern({ ...ANY, kinds: STRING, texts: [value] });
    case 'bigint':
      return ofKinds(value === 0n ? BIGINT_ZERO : BIGINT);
    default:
      return ofKinds(NULL);
  }
}

/** The one value that fits, if there is only one and it is a number, string, boolean, null or undefined. */
export function onlyValue(of: Constraint): { readonly value: Primitive } | undefined {
  switch (of.kinds) {
    case UNDEFINED:
      return { value: undefined };
    case NULL:
      return { value: null };
    case FALSE:
      return { value: false };
    case TRUE:
      return { value: true };
    case NUMBER:
      return of.low === of.high ? { value: of.low } : undefined;
    case STRING:
      return of.texts?.length === 1 ? { value: of.texts[0] } : undefined;
    default:
      return undefined;
  }
}

export function join(a: Constraint, b: Constraint): Constraint {
  if (a === b) return a;
  const numbers = (c: Constraint): boolean => (c.kinds & NUMBER) !== 0;
  const [low, high, whole] =
    numbers(a) && numbers(b)
      ? [Math.min(a.low, b.low), Math.max(a.high, b.high), a.whole && b.whole]
      : numbers(a)
        ? [a.low, a.high, a.whole]
        : [b.low, b.high, b.whole];
  const strings = (c: Constraint): boolean => (c.kinds & STRING) !== 0;
  const texts = strings(a) && strings(b) ? eitherOf(a.texts, b.texts) : strings(a) ? a.texts : b.texts;
  const [bitsOfA, bitsOfB] = [bitsOf(a), bitsOf(b)];
  return intern({
    kinds: a.kinds | b.kinds,
    low,
    high,
    whole,
    not: [...a.not.filter((value) => !mayBe(b, value)), ...excludedByTexts(a, b, texts)],
    texts,
    ones: bitsOfA.ones & bitsOfB.ones,
    zeros: bitsOfA.zeros & bitsOfB.zeros,
  });
}

/** What `b` is known not to be, nor `a`, because that is one of a few strings. */
function excludedByTexts(a: Constraint, b: Constraint, texts: Constraint['texts']): string[] {
  if (a.texts === undefined || texts !== undefined) return [];
  return b.not.filter((value): value is string => typeof value === 'string' && !a.not.includes(value) && !mayBe(a, value));
}

function eitherOf(a: Constraint['texts'], b: Constraint['texts']): Constraint['texts'] {
  if (a === undefined || b === undefined) return undefined;
  const either = [...new Set([...a, ...b])].sort();
  return either.length > MAX_TEXTS ? undefined : either;
}

/** Whether the value can be this number or string. */
export function mayBe(of: Constraint, value: number | string): boolean {
  if (of.not.includes(value) || !hasBits(of, Number(value))) return false;
  if (typeof value === 'string') return (of.kinds & STRING) !== 0 && of.texts?.includes(value) !== false;
  return (of.kinds & NUMBER) !== 0 && of.low <= value && value <= of.high;
}

/** What an operator on bits finds in the value. */
export interface Bits {
  readonly ones: number;
  readonly zeros: number;
}

const hasBits = ({ ones, zeros }: Bits, value: number): boolean => (ones & ~value) === 0 && (zeros & value) === 0;

/** The bits that are known, of a single value all of them. */
export function bitsOf(of: Constraint): Bits {
  const only = onlyValue(of);
  if (only === undefined) return of;
  const value = Number(only.value) | 0;
  return { ones: value, zeros: ~value };
}

const isInt32 = (value: number): boolean => value === (value | 0);

/** The same, with the bits that all numbers of the interval begin with: the severity of a status that is a failure. */
export function bitsOfInterval(of: Constraint): Bits {
  const known = bitsOf(of);
  if (of.kinds !== NUMBER || !of.whole || !isInt32(of.low) || !isInt32(of.high)) return known;
  const differing = 32 - Math.clz32(of.low ^ of.high);
  const common = differing === 32 ? 0 : -1 << differing;
  return { ones: known.ones | (of.low & common), zeros: known.zeros | (~of.low & common) };
}

/** The number that has these bits, if they are all known. */
const ofBits = ({ ones, zeros }: Bits): Constraint | undefined => ((ones | zeros) === -1 ? ofPrimitive(ones) : undefined);

/** What a whole number added to the value gives. TypeScript adds it to nothing but numbers and strings. */
export function plus(of: Constraint, added: number): Constraint {
  const { low, high, whole } = (of.kinds & NUMBER) === 0 ? ANY : of;
  const not = of.not.flatMap((value) => (typeof value === 'number' ? [value + added] : []));
  const kinds = of.kinds === NUMBER ? NUMBER : NUMBER | STRING | BIGINT | BIGINT_ZERO;
  return intern({ ...ANY, kinds, low: low + added, high: high + added, whole, not });
}

/** What an operator on bits gives that leaves these bits known. */
export function wholeOfBits({ ones, zeros }: Bits): Constraint {
  // The sign is a bit like the others: known to be clear, the least of them are those that are set, and the most those that are not clear.
  const [low, high] = zeros < 0 ? [ones, ~zeros] : [-0x8000_0000, 0x7fff_ffff];
  return ofBits({ ones, zeros }) ?? intern({ ...ANY, kinds: NUMBER, low, high, whole: true, ones, zeros });
}

/** With these bits as well; null when that cannot be. */
export function assumeBits(of: Constraint, { ones, zeros }: Bits): Constraint | null {
  const known = bitsOf(of);
  if ((known.ones & zeros) !== 0 || (known.zeros & ones) !== 0) return null;
  if ((ones & ~known.ones) === 0 && (zeros & ~known.zeros) === 0) return of;
  // Nothing, and what is false, have no bits set.
  const kinds = ones === 0 ? of.kinds : of.kinds & ~(NULLISH | FALSE | BIGINT_ZERO);
  return kinds === 0 ? null : intern({ ...of, kinds, ones: known.ones | ones, zeros: known.zeros | zeros });
}

/** A number with one bit that is not known is one of two. */
export function settleBits(of: Constraint): Constraint {
  const free = ~(of.ones | of.zeros);
  if (of.kinds !== NUMBER || !of.whole || free === 0 || (free & (free - 1)) !== 0) return of;
  const [clear, set] = [mayBe(of, of.ones), mayBe(of, of.ones | free)];
  return clear === set ? of : ofPrimitive(set ? of.ones | free : of.ones);
}

/** Both constraints at once. */
export function meet(a: Constraint, b: Constraint): Constraint | null {
  if (a === b || b === ANY) return a;
  if (a === ANY) return b;
  let kinds = a.kinds & b.kinds;
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  if (low > high) kinds &= ~NUMBER;
  const texts = a.texts === undefined || b.texts === undefined ? (a.texts ?? b.texts) : a.texts.filter((text) => b.texts?.includes(text));
  if (texts?.length === 0) kinds &= ~STRING;
  if (kinds === 0) return null;
  const [known, more] = [bitsOf(a), bitsOf(b)];
  const both = { ones: known.ones | more.ones, zeros: known.zeros | more.zeros };
  if ((both.ones & both.zeros) !== 0) return null;
  return intern({ kinds, low, high, whole: a.whole || b.whole, not: [...new Set([...a.not, ...b.not])], texts, ...both });
}
