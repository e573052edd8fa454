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

export function get<V>(map: IntMap<V>, key: number): V | undefined {
  let node = map;
  while (node !== null) {
    if (isLeaf(node)) return node.key === key ? node.value : undefined;
    if (mask(key, node.bit) !== node.prefix) return undefined;
    node = (key & node.bit) === 0 ? node.left : node.right;
  }
  return undefined;
}

/** The map with `value` at `key`; the very same map if it is there already. */
export function set<V>(map: IntMap<V>, key: number, value: V): Leaf<V> | Branch<V> {
  if (map === null) return leaf(key, value);
  if (isLeaf(map)) {
    if (map.key !== key) return link(leaf(key, value), key, map, map.key);
    return map.value === value ? map : leaf(key, value);
  }
  if (mask(key, map.bit) !== map.prefix) return link(leaf(key, value), key, map, map.prefix);
  if ((key & map.bit) === 0) {
    const left = set(map.left, key, value);
    return left === map.left ? map : { bit: map.bit, prefix: map.prefix, left, right: map.right };
  }
  const right = set(map.right, key, value);
  return right === map.right ? map : { bit: map.bit, prefix: map.prefix, left: map.left, right };
}

export function remove<V>(map: IntMap<V>, key: number): IntMap<V> {
  if (map === null) return null;
  if (isLeaf(map)) return map.key === key ? null : map;
  if (mask(key, map.bit) !== map.prefix) return map;
  return (key & map.bit) === 0 ? branch(map, remove(map.left, key), map.right) : branch(map, map.left, remove(map.right, key));
}

/** In ascending order of keys. */
export function forEach<V>(map: IntMap<V>, visit: (key: number, value: V) => void): void {
  if (map === null) return;
  if (isLeaf(map)) {
    visit(map.key, map.value);
    return;
  }
  forEach(map.left, visit);
  forEach(map.right, visit);
}

/** Maps every value; entries that become undefined are left out. */
export function map<V>(of: IntMap<V>, change: (value: V, key: number) => V | undefined): IntMap<V> {
  if (of === null) return null;
  if (isLeaf(of)) {
    const value = change(of.value, of.key);
    if (value === undefined) return null;
    return value === of.value ? of : leaf(of.key, value);
  }
  return branch(of, map(of.left, change), map(of.right, change));
}

/** What becomes of an entry that only one side has. */
export type OneSided<V> = 'keep' | 'drop' | ((key: number, value: V) => V | undefined);

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

export function size<V>(of: IntMap<V>): number {
  let entries = 0;
  forEach(of, () => entries++);
  return entries;
}
