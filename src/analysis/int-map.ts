/**
 * A persistent map from non-negative integers: a big-endian Patricia tree (Okasaki and Gill, "Fast Mergeable Integer Maps",
 * 1998). Copies are free, and merging two maps costs as much as they differ, because shared subtrees are recognised by
 * identity. That is what makes a join cheap where paths meet.
 */
export type IntMap<V> = Leaf<V> | Branch<V> | null;

interface Leaf<V> {
  /** No bit: that is what tells a leaf from a branch, at the price of one look. */
  readonly bit: 0;
  readonly key: number;
  readonly value: V;
}

interface Branch<V> {
  /** A single bit: keys with it are on the right. */
  readonly bit: number;
  /** The bits above `bit` that all keys below share. */
  readonly prefix: number;
  readonly left: Leaf<V> | Branch<V>;
  readonly right: Leaf<V> | Branch<V>;
}

const isLeaf = <V>(node: Leaf<V> | Branch<V>): node is Leaf<V> => node.bit === 0;

const leaf = <V>(key: number, value: V): Leaf<V> => ({ bit: 0, key, value });

const mask = (key: number, bit: number): number => key & ~(bit | (bit - 1));

const highestBit = (x: number): number => 1 << (31 - Math.clz32(x));

function link<V>(a: Leaf<V> | Branch<V>, prefixA: number, b: Leaf<V> | Branch<V>, prefixB: number): Branch<V> {
  const bit = highestBit(prefixA ^ prefixB);
  const prefix = mask(prefixA, bit);
  return (prefixA & bit) === 0 ? { bit, prefix, left: a, right: b } : { bit, prefix, left: b, right: a };
}

const prefixOf = <V>(node: Leaf<V> | Branch<V>): number => (isLeaf(node) ? node.key : node.prefix);

function branch<V>(of: Branch<V>, left: IntMap<V>, right: IntMap<V>): IntMap<V> {
  if (left === null) return right;
  if (right === null) return left;
  return left === of.left && right === of.right ? of : { bit: of.bit, prefix: of.prefix, left, right };
}

// The functions below are where an analysis spends its time: what they could call is written out in them.

export function get<V>(map: IntMap<V>, key: number): V | undefined {
  let node = map;
  while (node !== null) {
    const { bit } = node;
    if (bit === 0) return (node as Leaf<V>).key === key ? (node as Leaf<V>).value : undefined;
    const { prefix, left, right } = node as Branch<V>;
    if ((key & ~(bit | (bit - 1))) !== prefix) return undefined;
    node = (key & bit) === 0 ? left : right;
  }
  return undefined;
}

/** The map with `value` at `key`; the very same map if it is there already. */
export function set<V>(map: IntMap<V>, key: number, value: V): Leaf<V> | Branch<V> {
  if (map === null) return { bit: 0, key, value };
  const { bit } = map;
  if (bit === 0) {
    const own = map as Leaf<V>;
    if (own.key !== key) return link({ bit: 0, key, value }, key, own, own.key);
    return own.value === value ? own : { bit: 0, key, value };
  }
  const { prefix, left, right } = map as Branch<V>;
  if ((key & ~(bit | (bit - 1))) !== prefix) return link({ bit: 0, key, value }, key, map, prefix);
  if ((key & bit) === 0) {
    const changed = set(left, key, value);
    return changed === left ? map : { bit, prefix, left: changed, right };
  }
  const changed = set(right, key, value);
  return changed === right ? map : { bit, prefix, left, right: changed };
}

export function remove<V>(map: IntMap<V>, key: number): IntMap<V> {
  if (map === null) return null;
  const { bit } = map;
  if (bit === 0) return (map as Leaf<V>).key === key ? null : map;
  const { prefix, left, right } = map as Branch<V>;
  if ((key & ~(bit | (bit - 1))) !== prefix) return map;
  return (key & bit) === 0 ? branch(map as Branch<V>, remove(left, key), right) : branch(map as Branch<V>, left, remove(right, key));
}

/** In ascending order of keys. */
export function forEach<V>(map: IntMap<V>, visit: (key: number, value: V) => void): void {
  let node = map;
  while (node !== null) {
    if (node.bit === 0) {
      visit((node as Leaf<V>).key, (node as Leaf<V>).value);
      return;
    }
    forEach((node as Branch<V>).left, visit);
    node = (node as Branch<V>).right;
  }
}

/** Maps every value; entries that become undefined are left out. */
export function map<V>(of: IntMap<V>, change: (value: V, key: number) => V | undefined): IntMap<V> {
  if (of === null) return null;
  if (of.bit === 0) {
    const { key, value } = of as Leaf<V>;
    const changed = change(value, key);
    if (changed === undefined) return null;
    return changed === value ? of : { bit: 0, key, value: changed };
  }
  return branch(of as Branch<V>, map((of as Branch<V>).left, change), map((of as Branch<V>).right, change));
}

/** What becomes of an entry that only one side has. */
type OneSided<V> = 'keep' | 'drop' | ((key: number, value: V) => V | undefined);

export interface Merge<V> {
  /** Has to give `a` back when nothing changes; is not asked when both are identical. */
  both(key: number, a: V, b: V): V | undefined;
  readonly onlyLeft: OneSided<V>;
  readonly onlyRight: OneSided<V>;
}

function alone<V>(of: IntMap<V>, by: OneSided<V>): IntMap<V> {
  if (by === 'keep') return of;
  return by === 'drop' ? null : map(of, (value, key) => by(key, value));
}

function joinApart<V>(a: IntMap<V>, b: IntMap<V>): IntMap<V> {
  if (a === null) return b;
  return b === null ? a : link(a, prefixOf(a), b, prefixOf(b));
}

const covers = <V>(node: Branch<V>, prefix: number): boolean => mask(prefix, node.bit) === node.prefix;

/** Merges two maps; gives `a` itself back when the result equals it. */
export function merge<V>(a: IntMap<V>, b: IntMap<V>, by: Merge<V>): IntMap<V> {
  if (a === b) return a;
  if (a === null) return alone(b, by.onlyRight);
  if (b === null) return alone(a, by.onlyLeft);
  if (isLeaf(a) && isLeaf(b) && a.key === b.key) {
    const value = a.value === b.value ? a.value : by.both(a.key, a.value, b.value);
    if (value === undefined) return null;
    return value === a.value ? a : leaf(a.key, value);
  }
  if (!isLeaf(a) && !isLeaf(b) && a.bit === b.bit && a.prefix === b.prefix) {
    return branch(a, merge(a.left, b.left, by), merge(a.right, b.right, by));
  }
  if (!isLeaf(a) && (isLeaf(b) || a.bit > b.bit) && covers(a, prefixOf(b))) {
    return (prefixOf(b) & a.bit) === 0
      ? branch(a, merge(a.left, b, by), alone(a.right, by.onlyLeft))
      : branch(a, alone(a.left, by.onlyLeft), merge(a.right, b, by));
  }
  if (!isLeaf(b) && (isLeaf(a) || b.bit > a.bit) && covers(b, prefixOf(a))) {
    return (prefixOf(a) & b.bit) === 0
      ? branch(b, merge(a, b.left, by), alone(b.right, by.onlyRight))
      : branch(b, alone(b.left, by.onlyRight), merge(a, b.right, by));
  }
  return joinApart(alone(a, by.onlyLeft), alone(b, by.onlyRight));
}

/** Visits every key whose values are not the same; costs as much as the two maps differ. */
export function forEachDifference<V>(a: IntMap<V>, b: IntMap<V>, visit: (key: number, a: V | undefined, b: V | undefined) => void): void {
  merge(a, b, {
    both: (key, one, two) => {
      visit(key, one, two);
      return one;
    },
    onlyLeft: (key, value) => {
      visit(key, value, undefined);
      return value;
    },
    onlyRight: (key, value) => {
      visit(key, undefined, value);
      return undefined;
    },
  });
}

export function size<V>(of: IntMap<V>): number {
  let entries = 0;
  forEach(of, () => entries++);
  return entries;
}

/** Numbers for contents: maps that hold the same have the same number. A map that shares most of another that was numbered before is cheap. */
export class Contents {
  readonly #numbers = new Map<string, number>();
  readonly #numberOf = new Map<Leaf<string> | Branch<string>, number>();

  of(map: IntMap<string>): number {
    if (map === null) return 0;
    let number = this.#numberOf.get(map);
    if (number === undefined) {
      const { left, right } = map as Branch<string>;
      const content = isLeaf(map) ? `${map.key}:${map.value}` : `${this.of(left)},${this.of(right)}`;
      number = this.#numbers.get(content);
      if (number === undefined) this.#numbers.set(content, (number = this.#numbers.size + 1));
      this.#numberOf.set(map, number);
    }
    return number;
  }
}
