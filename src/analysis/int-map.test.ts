import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forEach, get, map, merge, remove, set, size, type IntMap, type Merge } from './int-map.js';

const entries = fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 5 })));
const fromPairs = (pairs: readonly (readonly [number, number])[]): IntMap<number> =>
  pairs.reduce<IntMap<number>>((tree, [key, value]) => set(tree, key, value), null);
const toPairs = (tree: IntMap<number>): [number, number][] => {
  const pairs: [number, number][] = [];
  forEach(tree, (key, value) => pairs.push([key, value]));
  return pairs;
};
const sorted = (of: Map<number, number>): [number, number][] => [...of].sort(([a], [b]) => a - b);

test('behaves like a map, in ascending order of keys', () => {
  fc.assert(
    fc.property(entries, fc.array(fc.nat({ max: 300 })), (pairs, gone) => {
      const model = new Map(pairs);
      let tree = fromPairs(pairs);
      for (const key of gone) {
        model.delete(key);
        tree = remove(tree, key);
      }
      expect(toPairs(tree)).toEqual(sorted(model));
      for (const key of gone) expect(get(tree, key)).toBeUndefined();
      expect(size(tree)).toBe(model.size);
    }),
  );
});

const sum: Merge<number> = { both: (_key, a, b) => Math.max(a, b), onlyLeft: 'keep', onlyRight: 'drop' };

test('merges entry by entry', () => {
  fc.assert(
    fc.property(entries, entries, (left, right) => {
      const [a, b] = [new Map(left), new Map(right)];
      const expected = new Map([...a].map(([key, value]) => [key, Math.max(value, b.get(key) ?? 0)]));
      expect(toPairs(merge(fromPairs(left), fromPairs(right), sum))).toEqual(sorted(expected));
    }),
  );
});

test('a merge or change that changes nothing gives the same map back', () => {
  fc.assert(
    fc.property(entries, (pairs) => {
      const tree = fromPairs(pairs);
      expect(merge(tree, fromPairs(pairs), sum)).toBe(tree);
      expect(map(tree, (value) => value)).toBe(tree);
      for (const [key] of pairs) expect(set(tree, key, get(tree, key) ?? -1)).toBe(tree);
    }),
  );
});
