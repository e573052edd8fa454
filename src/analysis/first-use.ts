/**
 * What is made when it is first asked for: `instance ??= new Keeper()`. To whoever asks, it is as if it had been there before: whether this was the
 * first time is nothing that the caller knows, so what others have done to it is as unknown as for what was made when the module was loaded.
 */
import { isNullish } from './constraint.js';
import { isElementOf } from './elements.js';
import type { Engine } from './engine.js';
import { partOnEntry } from './entry.js';
import type { Exit } from './followed.js';
import * as intMap from './int-map.js';
import { insteadOf } from './object-state.js';
import { Reachability } from './reach.js';
import { amend, property, type ObjectRecord, type State } from './state.js';
import { knownOf } from './truth.js';
import { TOP, type Atom, type Universe, type Value } from './values.js';

/** Something is stored where nothing was, as a test of what had been there before has shown. */
export function noteFirstUse(engine: Engine, state: State, before: Value | undefined, written: Value): State {
  const { universe } = engine;
  const [old, made] = [universe.single(before ?? TOP), universe.single(written)];
  if (old === undefined || made === undefined || universe.info(made).kind !== 'object') return state;
  if (!wasThereBefore(engine, old) || isNullish(knownOf(universe, state, old)) !== 'yes') return state;
  const own = engine.objectState(state, made);
  return own.memory === 'live' && own.key === '' ? engine.withObjectState(state, made, insteadOf(own, old)) : state;
}

/** Something is put into a collection: for a key, perhaps, that had nothing. */
export function noteFirstUseIn(engine: Engine, state: State, collection: Atom, written: Value): State {
  const made = engine.universe.single(written);
  if (made === undefined || engine.universe.info(made).kind !== 'object') return state;
  const own = engine.objectState(state, made);
  return own.memory === 'live' && own.key === '' ? engine.withObjectState(state, made, insteadOf(own, collection)) : state;
}

/** The value on entry of a variable of a module, or of a member. */
function wasThereBefore(engine: Engine, atom: Atom): boolean {
  const info = engine.universe.info(atom);
  return info.kind === 'member' || (info.kind === 'entry' && engine.program.isModuleVariable(info.of));
}

interface FirstUse {
  readonly made: Atom;
  /** What the place held on entry. */
  readonly old: Atom;
}

/** The exits of an activation in which what it made on first use was there before; that it was there already is no other case any more. */
export function asMadeBefore(engine: Engine, entry: State, exits: readonly Exit[]): readonly Exit[] {
  if (!exits.some(({ state }) => firstUses(entry, state).length > 0)) return exits;
  const changed = new Map<Exit, readonly FirstUse[]>();
  const after = withElements(engine, entry, exits).map((exit) => {
    const uses = firstUses(entry, exit.state).filter(
      (use) =>
        !isCollection(engine, use.old) && !isInUse(engine, entry, exit.state, use.made) && isNoCaseOfItsOwn(engine, exit, exits, use),
    );
    const result = uses.reduce((into, use) => withFirstUse(engine, entry, into, use), exit);
    changed.set(result, uses);
    return result;
  });
  return after.filter(
    (exit) =>
      !after.some((other) => changed.get(other)?.some((use) => changed.get(exit)?.length === 0 && isSameBut(engine, exit, other, use))),
  );
}

/** Whether the caller cannot tell that the object was made just now: it is what is given, or nothing else is different when it was there before. */
function isNoCaseOfItsOwn(engine: Engine, exit: Exit, exits: readonly Exit[], use: FirstUse): boolean {
  const { universe } = engine;
  return (
    universe.atoms(exit.value).includes(use.made) ||
    holdsEither(universe, exit.state, use) ||
    exits.some((other) => isSameBut(engine, other, exit, use))
  );
}

/** Whether some place holds what was made or what was there before, nobody knows which. */
function holdsEither(universe: Universe, { cells, heap }: State, { made, old }: FirstUse): boolean {
  let found = false;
  const note = (_place: number, value: Value): void => {
    const atoms = universe.atoms(value);
    found ||= atoms.includes(made) && atoms.includes(old);
  };
  intMap.forEach(cells, note);
  intMap.forEach(heap, (_atom, { members }) => {
    intMap.forEach(members, note);
  });
  return found;
}

function isCollection(engine: Engine, atom: Atom): boolean {
  const info = engine.universe.info(atom);
  return info.kind === 'object' && info.shape === 'collection';
}

/** What was found under a key, or made and put there when nothing was: it is what is found there either way, known for one round (interface 4.8). */
function withElements(engine: Engine, entry: State, exits: readonly Exit[]): readonly Exit[] {
  const { universe } = engine;
  return exits.flatMap((exit) => {
    for (const { made, old } of firstUses(entry, exit.state)) {
      const atoms = universe.atoms(exit.value);
      if (!isCollection(engine, old) || !atoms.includes(made) || isInUse(engine, entry, exit.state, made)) continue;
      if (atoms.some((atom) => isElementOf(universe, atom, old)))
        return [
          {
            ...exit,
            state: partOnEntry(engine, exit.state, madeWith(engine, entry, exit.state, made)),
            value: universe.of(atoms.filter((atom) => atom !== made)),
          },
        ];
      const isFoundElsewhere = exits.some(
        ({ state, value }) =>
          property(state) === property(exit.state) && universe.atoms(value).some((atom) => isElementOf(universe, atom, old)),
      );
      if (isFoundElsewhere && atoms.length === 1) return [];
    }
    return [exit];
  });
}

function firstUses(entry: State, state: State): FirstUse[] {
  const uses: FirstUse[] = [];
  intMap.forEach(state.objects, (made, { insteadOf: old }) => {
    if (old !== null && intMap.get(entry.born, made) === undefined) uses.push({ made, old });
  });
  return uses;
}

/** What an object leads to that was made with it. */
function madeWith(engine: Engine, entry: State, state: State, made: Atom): Atom[] {
  const reachability = new Reachability(engine.universe, engine.program, state);
  reachability.addAtom(made);
  return [...reachability.close().atoms].filter(
    (atom) => intMap.get(state.born, atom) !== undefined && intMap.get(entry.born, atom) === undefined,
  );
}

/** Something is held on it: then it is known what has been done to it. */
function isInUse(engine: Engine, entry: State, state: State, made: Atom): boolean {
  return madeWith(engine, entry, state, made).some((atom) => intMap.get(state.hot, atom) !== undefined);
}

function withFirstUse(engine: Engine, entry: State, exit: Exit, { made, old }: FirstUse): Exit {
  const { universe } = engine;
  const only = (value: Value): Value => {
    const atoms = universe.atoms(value);
    return atoms.includes(made) && atoms.includes(old) ? universe.of(atoms.filter((atom) => atom !== old)) : value;
  };
  const part = partOnEntry(engine, exit.state, madeWith(engine, entry, exit.state, made));
  const state = amend(part, {
    cells: intMap.map(part.cells, only),
    heap: intMap.map(part.heap, (record): ObjectRecord => {
      const members = intMap.map(record.members, only);
      return members === record.members ? record : { ...record, members };
    }),
  });
  return { ...exit, state, value: only(exit.value) };
}

/** Whether an exit differs from another in nothing but that the place was not empty. */
function isSameBut(engine: Engine, exit: Exit, other: Exit, { made, old }: FirstUse): boolean {
  const { universe } = engine;
  const [before, now] = [universe.one(old), universe.one(made)];
  if (exit === other || property(exit.state) !== property(other.state)) return false;
  return exit.value === (other.value === now ? before : other.value) && holdsInstead(exit.state, other.state, before, now);
}

/** Whether one state holds a value where another holds the other. */
function holdsInstead(state: State, other: State, before: Value, now: Value): boolean {
  let found = false;
  intMap.forEach(other.cells, (cell, value) => {
    found ||= value === now && intMap.get(state.cells, cell) === before;
  });
  intMap.forEach(other.heap, (atom, { members }) => {
    intMap.forEach(members, (key, value) => {
      if (value !== now) return;
      const there = intMap.get(intMap.get(state.heap, atom)?.members ?? null, key);
      found ||= there === undefined || there === before;
    });
  });
  return found;
}
