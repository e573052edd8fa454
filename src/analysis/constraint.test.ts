import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Primitive } from '../flow/graph.js';
import {
  ANY,
  assumeBits,
  assumeCompares,
  assumeEquals,
  assumeNullish,
  assumeTruthy,
  assumeUndefined,
  compares,
  equals,
  isNullish,
  isTruthy,
  join,
  ofPrimitive,
  meet,
  onlyValue,
  settleBits,
  wholeBetween,
  wholeOfBits,
  type Comparison,
  type Constraint,
  type Verdict,
} from './constraint.js';

const samples: readonly Primitive[] = [undefined, null, false, true, 0, 1, -1, 7, -0x3fff_ffff, '', 'a', 'b', 0n, 5n];
const value = fc.constantFrom(...samples);
const comparison = fc.constantFrom<Comparison>('<', '<=', '>', '>=');

type Assumption = (of: Constraint) => { readonly after: Constraint | null; readonly holds: (of: Primitive) => boolean };

const compare: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const assumption: fc.Arbitrary<Assumption> = fc.oneof(
  fc.boolean().map((truthy): Assumption => (of) => ({ after: assumeTruthy(of, truthy), holds: (x) => Boolean(x) === truthy })),
  fc.boolean().map((yes): Assumption => (of) => ({ after: assumeNullish(of, yes), holds: (x) => (x === null || x === undefined) === yes })),
  fc.boolean().map((yes): Assumption => (of) => ({ after: assumeUndefined(of, yes), holds: (x) => (x === undefined) === yes })),
  fc
    .tuple(value, fc.boolean())
    .map(([to, yes]): Assumption => (of) => ({ after: assumeEquals(of, to, yes), holds: (x) => (x === to) === yes })),
  fc.tuple(comparison, fc.constantFrom(0, 1, -1, 7), fc.boolean()).map(([by, bound, yes]): Assumption => (of) => ({
    after: assumeCompares(of, by, bound, yes),
    holds: (x) => typeof x === 'number' && compare[by](x, bound) === yes,
  })),
  fc.tuple(fc.constantFrom(0, 1, 2, 5, -1), fc.constantFrom(0, 2, 8, -8)).map(([ones, clear]): Assumption => (of) => ({
    after: assumeBits(of, { ones, zeros: clear & ~ones }),
    holds: (x) => (Number(x) & ones) === ones && (Number(x) & clear & ~ones) === 0,
  })),
);

/** A constraint, and the sample values that it must allow. */
const constrained = fc.array(assumption, { maxLength: 4 }).map((assumptions) =>
  assumptions.reduce<{ of: Constraint; allowed: readonly Primitive[] } | null>(
    (state, assume) => {
      if (state === null) return null;
      const { after, holds } = assume(state.of);
      return after === null ? null : { of: after, allowed: state.allowed.filter(holds) };
    },
    { of: ANY, allowed: samples },
  ),
);

const agrees = (verdict: Verdict, actual: boolean): boolean => verdict === 'unknown' || (verdict === 'yes') === actual;

describe('what is known of a value', () => {
  test('a value that passed every test is never ruled out', () => {
    fc.assert(
      fc.property(constrained, value, (state, other) => {
        for (const each of state?.allowed ?? []) {
          const { of } = state as { of: Constraint };
          expect(equals(of, each)).not.toBe('no');
          expect(agrees(isTruthy(of), Boolean(each))).toBe(true);
          expect(agrees(isNullish(of), each === null || each === undefined)).toBe(true);
          expect(agrees(equals(of, other), each === other)).toBe(true);
          const only = onlyValue(of);
          if (only !== undefined) expect(only.value).toBe(each);
        }
      }),
    );
  });

  test('a constraint that nothing fits is given only when nothing fits', () => {
    fc.assert(
      fc.property(constrained, assumption, (state, assume) => {
        if (state === null) return;
        const { after, holds } = assume(state.of);
        if (after === null) expect(state.allowed.filter(holds)).toEqual([]);
      }),
    );
  });

  test('the same test twice agrees with itself', () => {
    for (const truthy of [true, false]) {
      const known = assumeTruthy(ANY, truthy);
      expect(known && isTruthy(known)).toBe(truthy ? 'yes' : 'no');
      expect(known && assumeTruthy(known, !truthy)).toBeNull();
    }
  });

  test('what is known of bits decides equality with a number, and nothing that they do not fit is left', () => {
    const flags = assumeBits(ANY, { ones: 1, zeros: 4 }) as Constraint;
    expect([equals(flags, 3), equals(flags, 2), equals(flags, 5)]).toEqual(['unknown', 'no', 'no']);
    expect([isTruthy(flags), isNullish(flags)]).toEqual(['yes', 'no']);
    expect(assumeBits(flags, { ones: 4, zeros: 0 })).toBeNull();
    expect(meet(flags, wholeOfBits({ ones: 4, zeros: ~4 }))).toBeNull();
    expect(equals(join(flags, ofPrimitive(3)), 2)).toBe('no');
  });

  test('a number of which one bit is open is one of two', () => {
    const bit = wholeOfBits({ ones: 0, zeros: ~2 });
    expect([bit.low, bit.high]).toEqual([0, 2]);
    expect(settleBits(assumeTruthy(bit, true) as Constraint)).toBe(ofPrimitive(2));
    expect(settleBits(assumeEquals(bit, 2, false) as Constraint)).toBe(ofPrimitive(0));
    expect(settleBits(bit)).toBe(bit);
    const sign = wholeOfBits({ ones: 1, zeros: 0x7fff_fffe });
    expect([equals(sign, 1), equals(sign, 1 - 0x8000_0000), equals(sign, 3)]).toEqual(['unknown', 'unknown', 'no']);
  });

  test('whole numbers have no values between neighbours', () => {
    const level = wholeBetween(0, 15);
    const aboveApc = assumeCompares(level, '>', 1, true) as Constraint;
    expect([aboveApc.low, aboveApc.high]).toEqual([2, 15]);
    expect(compares(assumeEquals(level, 0, false) as Constraint, '>=', 1)).toBe('yes');
  });
});

describe('the join of constraints', () => {
  const some = constrained.filter((state) => state !== null).map((state) => (state as { of: Constraint }).of);
  test('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(join(a, a)).toBe(a);
        expect(join(a, b)).toEqual({ ...join(b, a), not: expect.arrayContaining([...join(a, b).not]) as unknown });
        expect(join(join(a, b), c).kinds).toBe(join(a, join(b, c)).kinds);
        expect([join(join(a, b), c).low, join(join(a, b), c).high]).toEqual([join(a, join(b, c)).low, join(a, join(b, c)).high]);
      }),
    );
  });

  test('allows what either allows', () => {
    fc.assert(
      fc.property(constrained, constrained, (a, b) => {
        if (a === null || b === null) return;
        for (const each of [...a.allowed, ...b.allowed]) expect(equals(join(a.of, b.of), each)).not.toBe('no');
      }),
    );
  });

  test('two constants that differ are both possible', () => {
    expect(equals(join(ofPrimitive(1), ofPrimitive('a')), 1)).toBe('unknown');
    expect(equals(join(ofPrimitive(true), ofPrimitive(false)), true)).toBe('unknown');
  });

  test('a string that was one of two is no third one', () => {
    const either = join(ofPrimitive('a'), ofPrimitive('b'));
    expect(equals(either, 'a')).toBe('unknown');
    expect(equals(either, 'c')).toBe('no');
    expect(assumeEquals(either, 'a', false)).toBe(ofPrimitive('b'));
    expect(equals(join(ofPrimitive('a'), assumeEquals(ANY, 'b', false) ?? ANY), 'b')).toBe('no');
  });
});
