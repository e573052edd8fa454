/** Tests of constraints: what is known of a value says of a test, and what a test that holds, or does not, says of the value. */
import type { Primitive } from '../flow/graph.js';
import {
  BIGINT,
  BIGINT_ZERO,
  FALSE,
  intern,
  mayBe,
  NULL,
  NULLISH,
  NUMBER,
  OBJECT,
  ofPrimitive,
  onlyValue,
  STRING,
  TRUE,
  UNDEFINED,
  type Constraint,
} from './constraint-domain.js';

export {
  ANY,
  assumeBits,
  BIGINT,
  BIGINT_ZERO,
  bitsOf,
  bitsOfInterval,
  FALSE,
  join,
  meet,
  NULL,
  NUMBER,
  OBJECT,
  ofKinds,
  ofPrimitive,
  onlyValue,
  plus,
  settleBits,
  STRING,
  TRUE,
  UNDEFINED,
  wholeBetween,
  wholeOfBits,
  type Bits,
  type Constraint,
} from './constraint-domain.js';

/** More excluded values than this are forgotten: a `switch` over many strings needs no more to be decided. */
const MAX_EXCLUDED = 32;

export type Verdict = 'yes' | 'no' | 'unknown';

const decide = (canBeTrue: boolean, canBeFalse: boolean): Verdict => (canBeTrue ? (canBeFalse ? 'unknown' : 'yes') : 'no');

const numberMayBeOtherThan = (of: Constraint, value: number): boolean =>
  (of.kinds & NUMBER) !== 0 && !(of.low === value && of.high === value);

const onlyText = ({ texts }: Constraint): string | undefined => (texts?.length === 1 ? texts[0] : undefined);

export function isTruthy(of: Constraint): Verdict {
  const truthy =
    (of.kinds & (TRUE | OBJECT | BIGINT)) !== 0 || numberMayBeOtherThan(of, 0) || ((of.kinds & STRING) !== 0 && onlyText(of) !== '');
  const falsy = (of.kinds & (NULLISH | FALSE | BIGINT_ZERO)) !== 0 || mayBe(of, 0) || mayBe(of, '');
  return decide(truthy, falsy);
}

export const mayBeNumber = (of: Constraint): boolean => (of.kinds & NUMBER) !== 0;

export const isBoolean = (of: Constraint): boolean => (of.kinds & ~(TRUE | FALSE)) === 0;

export function isNullish(of: Constraint): Verdict {
  return decide((of.kinds & NULLISH) !== 0, (of.kinds & ~NULLISH) !== 0);
}

export function isUndefined(of: Constraint): Verdict {
  return decide((of.kinds & UNDEFINED) !== 0, (of.kinds & ~UNDEFINED) !== 0);
}

const kindsOfType: ReadonlyMap<string, number> = new Map([
  ['undefined', UNDEFINED],
  ['boolean', TRUE | FALSE],
  ['number', NUMBER],
  ['string', STRING],
  ['bigint', BIGINT | BIGINT_ZERO],
  ['object', OBJECT | NULL],
  ['function', OBJECT],
  ['symbol', OBJECT],
]);

/** Whether `typeof` gives `type`. */
export function isOfType({ kinds }: Constraint, type: string): Verdict {
  const own = kindsOfType.get(type) ?? 0;
  return decide((kinds & own) !== 0, (kinds & (~own | OBJECT)) !== 0);
}

/** Objects are of three types: what is not of one of them may be of another. */
export const assumeType = (of: Constraint, type: string, holds: boolean): Constraint | null =>
  withKinds(of, of.kinds & (holds ? (kindsOfType.get(type) ?? 0) : ~(kindsOfType.get(type) ?? 0) | OBJECT));

const kindOf = (value: Primitive): number => ofPrimitive(value).kinds;

/** Strict equality with a constant. */
export function equals(of: Constraint, value: Primitive): Verdict {
  const kind = kindOf(value);
  if ((of.kinds & kind) === 0) return 'no';
  if (typeof value === 'number' || typeof value === 'string') {
    if (!mayBe(of, value)) return 'no';
    const only = onlyValue(of);
    return only !== undefined && only.value === value ? 'yes' : 'unknown';
  }
  return of.kinds === kind && kind !== BIGINT ? 'yes' : 'unknown';
}

export type Comparison = '<' | '<=' | '>' | '>=';

/** Comparison with a constant number; unknown where the value need not be a number. */
export function compares(of: Constraint, by: Comparison, bound: number): Verdict {
  if (of.kinds !== NUMBER) return 'unknown';
  const [canBeTrue, canBeFalse] = {
    '<': [of.low < bound, of.high >= bound],
    '<=': [of.low <= bound, of.high > bound],
    '>': [of.high > bound, of.low <= bound],
    '>=': [of.high >= bound, of.low < bound],
  }[by] as [boolean, boolean];
  const atBound = of.not.includes(bound);
  if (atBound && by === '>=' && of.high === bound) return 'no';
  if (atBound && by === '<=' && of.low === bound) return 'no';
  if (atBound && by === '<' && of.high === bound) return 'yes';
  if (atBound && by === '>' && of.low === bound) return 'yes';
  return decide(canBeTrue, canBeFalse);
}

function withKinds(of: Constraint, kinds: number): Constraint | null {
  return kinds === 0 ? null : kinds === of.kinds ? of : intern({ ...of, kinds });
}

/** Without this number or string; null when nothing is left. */
function without(of: Constraint, value: number | string): Constraint | null {
  if (!mayBe(of, value)) return of;
  const only = onlyValue(of);
  if (only !== undefined) return null;
  if (typeof value === 'string' && of.texts !== undefined) {
    const texts = of.texts.filter((text) => text !== value);
    return texts.length === 0 ? withKinds(of, of.kinds & ~STRING) : intern({ ...of, texts });
  }
  if (typeof value === 'number' && of.whole) {
    if (of.low === of.high) return withKinds(of, of.kinds & ~NUMBER);
    if (of.low === value) return intern({ ...of, low: value + 1 });
    if (of.high === value) return intern({ ...of, high: value - 1 });
  }
  if (typeof value === 'number' && of.low === of.high) return withKinds(of, of.kinds & ~NUMBER);
  return of.not.length >= MAX_EXCLUDED ? of : intern({ ...of, not: [...of.not, value] });
}

const truthyOf = new WeakMap<Constraint, Constraint | false>();
const falsyOf = new WeakMap<Constraint, Constraint | false>();

export function assumeTruthy(of: Constraint, truthy: boolean): Constraint | null {
  const known = truthy ? truthyOf : falsyOf;
  let answer = known.get(of);
  if (answer === undefined) known.set(of, (answer = truthOf(of, truthy) ?? false));
  return answer === false ? null : answer;
}

function truthOf(of: Constraint, truthy: boolean): Constraint | null {
  if (!truthy) {
    const zero = mayBe(of, 0) ? NUMBER : 0;
    const empty = mayBe(of, '') ? STRING : 0;
    const kinds = of.kinds & (NULLISH | FALSE | BIGINT_ZERO | zero | empty);
    if (kinds === 0) return null;
    return intern({ ...of, kinds, low: zero ? 0 : of.low, high: zero ? 0 : of.high, not: [], texts: empty ? [''] : of.texts });
  }
  const some = withKinds(of, of.kinds & ~(NULLISH | FALSE | BIGINT_ZERO));
  const notZero = some === null ? null : without(some, 0);
  return notZero === null ? null : without(notZero, '');
}

export function assumeNullish(of: Constraint, nullish: boolean): Constraint | null {
  return withKinds(of, nullish ? of.kinds & NULLISH : of.kinds & ~NULLISH);
}

export function assumeUndefined(of: Constraint, isUndefinedValue: boolean): Constraint | null {
  return withKinds(of, isUndefinedValue ? of.kinds & UNDEFINED : of.kinds & ~UNDEFINED);
}

export function assumeEquals(of: Constraint, value: Primitive, equal: boolean): Constraint | null {
  if (equal) return equals(of, value) === 'no' ? null : typeof value === 'bigint' ? withKinds(of, kindOf(value)) : ofPrimitive(value);
  if (typeof value === 'number' || typeof value === 'string') return without(of, value);
  return typeof value === 'bigint' ? of : withKinds(of, of.kinds & ~kindOf(value));
}

const opposite = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;

export function assumeCompares(of: Constraint, by: Comparison, bound: number, holds: boolean): Constraint | null {
  const comparison = holds ? by : opposite[by];
  if (compares(of, comparison, bound) === 'no') return null;
  // What is compared with a number is one: TypeScript lets nothing else be, and what is not a number by accident is not told apart.
  if ((of.kinds & NUMBER) === 0) return holds ? null : of;
  const numeric = intern({ ...of, kinds: NUMBER, texts: undefined });
  const strict = comparison === '<' || comparison === '>';
  const step = strict && of.whole && Number.isInteger(bound) ? 1 : 0;
  const bounded =
    comparison === '<' || comparison === '<='
      ? intern({ ...numeric, high: Math.min(numeric.high, bound - step) })
      : intern({ ...numeric, low: Math.max(numeric.low, bound + step) });
  if (bounded.low > bounded.high) return null;
  return strict ? without(bounded, bound) : bounded;
}
