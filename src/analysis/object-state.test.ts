import { AST_NODE_TYPES } from '@typescript-eslint/utils';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../flow/graph.js';
import {
  ESCAPED,
  FRESH,
  insteadOf,
  join,
  REPORTED,
  UNKNOWN,
  UNKNOWN_HOLDING,
  withContents,
  withHolding,
  withKept,
  withPlaced,
  withStored,
  type Holding,
  type Kept,
  type ObjectState,
} from './object-state.js';

const call = { type: AST_NODE_TYPES.CallExpression } as Node;

const holdings: readonly Holding[] = [
  UNKNOWN_HOLDING,
  { count: 0, by: [], why: 'failed', whyAt: call, assumed: true },
  { count: 0, by: [], why: 'released', whyAt: call },
  { count: 1, by: [{ node: call, id: 1 }], why: 'never', whyAt: null },
  { count: 2, by: [{ node: call, id: 2 }], why: 'never', whyAt: null },
];

/** Handed over at a call, for a registration or for good. */
const keptAt = (id: number, by: number | null): Kept => ({
  by,
  resource: by === null ? null : 'registration',
  site: { node: call, id },
  what: 'contents',
  clause: 'R8',
  name: 'Client',
  call: 'WskRegister',
});

type Change = (of: ObjectState) => ObjectState;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom('registration', 'capture'), fc.constantFrom(...holdings)).map(
    ([resource, held]): Change =>
      (of) =>
        withHolding(of, resource, held),
  ),
  fc.constantFrom<Change>(
    withStored,
    withPlaced,
    (of) => insteadOf(of, 7),
    (of) => withContents(of, { kind: 'stale' }),
    (of) => withKept(of, []),
    ...[keptAt(1, 7), keptAt(2, 7), keptAt(3, 8), keptAt(4, null)].map((kept) => (of: ObjectState) => withKept(of, [...of.kept, kept])),
  ),
);

/** States as paths make them; nothing is said of one that is silent. */
const objectState = fc
  .tuple(fc.constantFrom(FRESH, UNKNOWN, REPORTED, ESCAPED), fc.array(change, { maxLength: 4 }))
  .map(([start, changes]) => (start.silent ? start : changes.reduce((of, each) => each(of), start)));

describe('joining the states of an object', () => {
  test('with itself changes nothing', () => {
    fc.assert(
      fc.property(objectState, (of) => {
        expect(join(of, of)).toBe(of);
      }),
    );
  });

  test('what has been joined adds nothing more', () => {
    fc.assert(
      fc.property(objectState, objectState, (a, b) => {
        const both = join(a, b);
        expect(join(both, b)).toBe(both);
        expect(join(both, a)).toBe(both);
      }),
    );
  });

  test('comes to an end, in whatever order states arrive', () => {
    fc.assert(
      fc.property(fc.array(objectState, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { maxLength: 30 }), (states, order) => {
        const arriving = order.map((index) => states[index % states.length] ?? UNKNOWN);
        const all = [...states, ...arriving].reduce(join);
        for (const state of [...arriving, ...states]) expect(join(all, state)).toBe(all);
      }),
    );
  });

  test('keeps nothing that the two disagree on, and no report twice', () => {
    fc.assert(
      fc.property(objectState, objectState, (a, b) => {
        const both = join(a, b);
        if (a === ESCAPED || b === ESCAPED) expect(both).toBe(ESCAPED);
        else if (a === REPORTED || b === REPORTED) expect(both).toBe(a === REPORTED ? b : a);
        else if (a.key !== b.key) expect(both.key).toBe('');
      }),
    );
  });
});
