/**
 * Recency: when a piece of code runs again, what it made before gets the next age, so that the newest is always called by
 * the same name. What is two rounds old and still in use has no name any more: it becomes TOP, of which nothing is reported.
 */
import * as intMap from './int-map.js';
import type { IntMap } from './int-map.js';
import { withContents, withKept, type ObjectState } from './object-state.js';
import { amend, type ObjectRecord, type State } from './state.js';
import { renameThread, thread as makeThread } from './thread.js';
import { TOP, type Atom, type AtomInfo, type Place, type Universe, type Value } from './values.js';

/** What becomes of an atom: another, or null for one that loses its name. */
type Renaming = ReadonlyMap<Atom, Atom | null>;

class Renamer {
  readonly #universe: Universe;
  readonly #atoms: Map<Atom, Atom | null>;
  readonly #affected: ReadonlySet<Atom>;
  readonly #values = new Map<Value, Value>();

  constructor(universe: Universe, renaming: Renaming) {
    this.#universe = universe;
    this.#atoms = new Map(renaming);
    this.#affected = universe.affectedBy(renaming.keys());
  }

  /** Null when the atom, or one that it is named by, loses its name. */
  atom(atom: Atom): Atom | null {
    if (!this.#affected.has(atom)) return atom;
    const known = this.#atoms.get(atom);
    if (known !== undefined) return known;
    const info = this.#universe.info(atom);
    const changed = this.#rename(info);
    const renamed = changed === info ? atom : changed === null ? null : this.#universe.atom(changed);
    this.#atoms.set(atom, renamed);
    return renamed;
  }

  #rename(info: AtomInfo): AtomInfo | null {
    switch (info.kind) {
      case 'member': {
        const base = this.atom(info.base);
        return base === null ? null : base === info.base ? info : { ...info, base };
      }
      case 'expression': {
        const left = this.value(info.left);
        const right = this.value(info.right);
        const place = info.place === null ? null : this.#place(info.place);
        if (left === info.left && right === info.right && place === info.place) return info;
        return left === TOP || right === TOP ? null : { ...info, left, right, place };
      }
      case 'promise': {
        const value = this.value(info.value);
        return value === info.value ? info : { ...info, value };
      }
      default:
        return info;
    }
  }

  #place(place: Place): Place | null {
    if ('cell' in place) return place;
    const object = this.atom(place.object);
    return object === null ? null : object === place.object ? place : { ...place, object };
  }

  value(value: Value): Value {
    if (value === TOP) return TOP;
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const atoms = this.#universe.atoms(value);
    const renamed = atoms.map((atom) => this.atom(atom));
    const result = renamed.every((atom, index) => atom === atoms[index])
      ? value
      : renamed.includes(null)
        ? TOP
        : this.#universe.of(renamed as Atom[]);
    this.#values.set(value, result);
    return result;
  }

  values(of: IntMap<Value>): IntMap<Value> {
    return intMap.map(of, (value) => this.value(value));
  }

  /** A map whose keys are atoms; entries of atoms that lose their name go. */
  byAtom<V>(of: IntMap<V>): IntMap<V> {
    const moved: [Atom, V][] = [];
    let kept = of;
    for (const atom of this.#affected) {
      const value = intMap.get(of, atom);
      if (value === undefined) continue;
      kept = intMap.remove(kept, atom);
      const renamed = this.atom(atom);
      if (renamed !== null) moved.push([renamed, value]);
    }
    return moved.reduce<IntMap<V>>((into, [atom, value]) => intMap.set(into, atom, value), kept);
  }

  objectState(of: ObjectState): ObjectState {
    return this.#kept(this.#contents(of));
  }

  #contents(of: ObjectState): ObjectState {
    if (of.contents.kind !== 'filled') return of;
    const from = this.atom(of.contents.from);
    return from === of.contents.from ? of : withContents(of, from === null ? { kind: 'unknown' } : { ...of.contents, from });
  }

  /** Data of a registration that has no name any more is not known to be in use. */
  #kept(of: ObjectState): ObjectState {
    if (of.kept.every(({ by }) => by === null || this.atom(by) === by)) return of;
    return withKept(
      of,
      of.kept.flatMap((kept) => {
        if (kept.by === null) return [kept];
        const by = this.atom(kept.by);
        return by === null ? [] : [{ ...kept, by }];
      }),
    );
  }

  record(record: ObjectRecord): ObjectRecord {
    const members = this.values(record.members);
    return members === record.members ? record : { ...record, members };
  }
}

/** The state in which atoms have other names. */
export function rename(state: State, universe: Universe, renaming: Renaming): State {
  const renamer = new Renamer(universe, renaming);
  const outcome = <T extends { readonly value: Value }>(of: T | null): T | null =>
    of === null ? null : { ...of, value: renamer.value(of.value) };
  const { thread } = state;
  const changed = intMap.map(state.objects, (of) => renamer.objectState(of));
  // What is said of an object may name others.
  const hotNow = (before: string, atom: Atom): string | undefined => {
    const { key } = intMap.get(changed, atom) ?? { key: before };
    return key === '' ? undefined : key;
  };
  const hot = changed === state.objects ? state.hot : intMap.map(state.hot, hotNow);
  return amend(state, {
    cells: renamer.values(state.cells),
    temps: renamer.values(state.temps),
    heap: renamer.byAtom(intMap.map(state.heap, (record) => renamer.record(record))),
    facts: renamer.byAtom(state.facts),
    objects: renamer.byAtom(changed),
    hot: renamer.byAtom(hot),
    born: renamer.byAtom(state.born),
    unexamined: renamer.byAtom(state.unexamined),
    returned: outcome(state.returned),
    thrown: outcome(state.thrown),
    thread:
      thread.saves.length === 0 && thread.locks.length === 0
        ? thread
        : makeThread(
            renameThread(thread, (value) => renamer.value(value)),
            (node) => universe.siteId(node),
          ),
  });
}
