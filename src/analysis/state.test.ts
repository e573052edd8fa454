import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ofPrimitive } from './constraint.js';
import * as intMap from './int-map.js';
import { ESCAPED, UNKNOWN, withStored } from './object-state.js';
import { amend, CLOSED, emptyState, Lattice, property, type State } from './state.js';
import { entryParts, thread } from './thread.js';
import { TOP, Universe } from './values.js';

const universe = new Universe();
const lattice = new Lattice(universe, () => UNKNOWN);
const empty = emptyState(thread(entryParts(null), () => 0));

/** Some objects, which are variables of a module before anybody has assigned to them. */
const objects = ['a', 'b', 'c'].map((name) => universe.atom({ kind: 'entry', of: { name }, name }));
const value = fc.constantFrom(
  TOP,
  universe.undefined,
  universe.true,
  universe.constant(1),
  universe.join(universe.true, universe.false),
  ...objects.map((atom) => universe.one(atom)),
);
const atom = fc.constantFrom(...objects);
const place = fc.nat({ max: 2 });

type Change = (state: State) => State;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, value).map(
    ([cell, held]): Change =>
      (state) =>
        amend(state, { cells: intMap.set(state.cells, cell, held) }),
  ),
  fc.tuple(place, value).map(
    ([temp, held]): Change =>
      (state) =>
        amend(state, { temps: intMap.set(state.temps, temp, held) }),
  ),
  fc.tuple(atom, fc.constantFrom(CLOSED, 0, 2), place, value).map(
    ([of, epoch, key, held]): Change =>
      (state) =>
        amend(state, { heap: intMap.set(state.heap, of, { members: intMap.set(null, universe.keyId(`m${key}`), held), epoch }) }),
  ),
  fc.tuple(atom, fc.constantFrom(0, 1, null)).map(
    ([of, known]): Change =>
      (state) =>
        amend(state, { facts: intMap.set(state.facts, of, ofPrimitive(known)) }),
  ),
  fc.tuple(atom, fc.constantFrom(ESCAPED, withStored(UNKNOWN))).map(
    ([of, own]): Change =>
      (state) =>
        amend(state, { objects: intMap.set(state.objects, of, own) }),
  ),
  atom.map(
    (of): Change =>
      (state) =>
        amend(state, { born: intMap.set(state.born, of, true) }),
  ),
);

/** States of one partition: they differ in what keeps no paths apart. */
const state = fc.array(change, { maxLength: 6 }).map((changes) => changes.reduce((from, each) => each(from), empty));

describe('joining states', () => {
  test('with itself changes nothing', () => {
    fc.assert(
      fc.property(state, (of) => {
        expect(lattice.join(of, of)).toBe(of);
      }),
    );
  });

  test('what has been joined adds nothing more', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const both = lattice.join(a, b);
        expect(lattice.join(both, b)).toBe(both);
        expect(lattice.join(both, a)).toBe(both);
        expect(property(both)).toBe(property(a));
      }),
    );
  });

  test('comes to an end, in whatever order states arrive', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(), { maxLength: 20 }), (states, order) => {
        const arriving = order.map((index) => states[index % states.length] ?? empty);
        const all = [...states, ...arriving].reduce((a, b) => lattice.join(a, b));
        for (const each of [...arriving, ...states]) expect(lattice.join(all, each)).toBe(all);
      }),
    );
  });

  test('keeps what is unknown of a record that did not list all, whichever record comes again', () => {
    const holding = (key: string, epoch: number): State =>
      amend(empty, { heap: intMap.set(null, objects[0] ?? 0, { members: intMap.set(null, universe.keyId(key), TOP), epoch }) });
    const open = holding('m1', 0);
    const closed = holding('m1', CLOSED);
    const other = amend(empty, {
      heap: intMap.set(null, objects[0] ?? 0, { members: intMap.set(null, universe.keyId('m2'), universe.constant(1)), epoch: CLOSED }),
    });
    const all = [open, closed, other].reduce((a, b) => lattice.join(a, b));
    for (const each of [open, closed, other]) expect(lattice.join(all, each)).toBe(all);
  });

  test('knows no more than either', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const both = lattice.join(a, b);
        for (const from of [a, b])
          intMap.forEach(from.cells, (cell, held) => {
            const joined = intMap.get(both.cells, cell) ?? TOP;
            expect(universe.join(joined, held)).toBe(joined);
          });
      }),
    );
  });
});
