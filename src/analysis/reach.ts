/** What can be got at from some values: the cells and atoms that code which holds them can read or change. */
import * as intMap from './int-map.js';
import type { ObjectState } from './object-state.js';
import type { Variable } from '../flow/graph.js';
import type { Program } from './program.js';
import { amend, CLOSED, type State } from './state.js';
import { TOP, type Atom, type Universe, type Value } from './values.js';

export interface Reach {
  readonly cells: Set<number>;
  readonly atoms: Set<Atom>;
  /** What the members among the atoms are members of, whether or not it can be got at: when it is given another name, so are they. */
  readonly bases: Set<Atom>;
}

export const NOWHERE: Reach = { cells: new Set(), atoms: new Set(), bases: new Set() };

/** Cells beyond those of all variables: each holds an atom that a caller knows, by whatever name it goes in the callee. Nobody gets at it from there. */
export const MARK = 0x1000_0000;

export const isMark = (cell: number): boolean => cell >= MARK;

export class Reachability {
  readonly #universe: Universe;
  readonly #program: Program;
  readonly #state: State;
  readonly #pending: Atom[] = [];
  readonly #variables = new Set<Variable>();
  readonly #withState: boolean;
  readonly #isCurrent: boolean;
  readonly reach: Reach = { cells: new Set(), atoms: new Set(), bases: new Set() };

  /**
   * `withState`: also what the state of what is reached depends on, which nobody can get at from there.
   * `isCurrent`: without what a member held before something else was written to it.
   */
  constructor(universe: Universe, program: Program, state: State, withState = false, isCurrent = false) {
    this.#isCurrent = isCurrent;
    this.#withState = withState;
    this.#universe = universe;
    this.#program = program;
    this.#state = state;
  }

  addValue(value: Value): void {
    for (const atom of this.#universe.atoms(value)) this.addAtom(atom);
  }

  addAtom(atom: Atom): void {
    if (this.reach.atoms.has(atom)) return;
    this.reach.atoms.add(atom);
    this.#pending.push(atom);
    for (let info = this.#universe.info(atom); info.kind === 'member'; info = this.#universe.info(info.base))
      this.reach.bases.add(info.base);
  }

  /** A variable that nothing was stored in goes by its own name. */
  addVariable(variable: Variable): void {
    if (this.#variables.has(variable)) return;
    this.#variables.add(variable);
    const cell = this.#universe.siteId(variable);
    this.addCell(cell);
    // The environment of the activation that runs.
    if (!this.#program.isModuleLevel(variable)) this.addCell(this.#universe.siteId(variable.scope.variableScope.block));
    if (intMap.get(this.#state.cells, cell) !== undefined) return;
    const atom = this.#universe.entryOf(variable);
    if ([this.#state.heap, this.#state.objects, this.#state.facts].some((of: intMap.IntMap<unknown>) => intMap.get(of, atom) !== undefined))
      this.addAtom(atom);
  }

  addCell(cell: number): void {
    if (this.reach.cells.has(cell)) return;
    this.reach.cells.add(cell);
    const value = intMap.get(this.#state.cells, cell);
    if (value !== undefined) this.addValue(value);
  }

  /** Follows everything added so far to the end. */
  close(): Reach {
    for (let atom = this.#pending.pop(); atom !== undefined; atom = this.#pending.pop()) this.#follow(atom);
    return this.reach;
  }

  /** The same, and what is known of tests and elements that are named by nothing but what was reached. */
  closeWithTests(): Reach {
    this.close();
    const { atoms } = this.reach;
    const isReached = (value: Value): boolean =>
      value !== TOP && this.#universe.atoms(value).every((atom) => atoms.has(atom) || this.#universe.info(atom).kind === 'constant');
    // What a test is made of has an older name than the test.
    intMap.forEach(this.#state.facts, (atom) => {
      const info = this.#universe.info(atom);
      if (info.kind === 'expression' && isReached(info.left) && isReached(info.right)) this.addAtom(atom);
    });
    return this.close();
  }

  /** Members of what was there before that the state says something of: they go by the name of their base, and no record lists them. */
  #addMembers(base: Atom): void {
    for (const member of this.#universe.membersOf(base))
      if (
        !this.reach.atoms.has(member) &&
        !this.#isFormer(base, member) &&
        this.#isSpokenOf(member) &&
        !(this.#isCurrent && this.#isOverwritten(base, member))
      )
        this.addAtom(member);
  }

  /** Unseen code got the base since: its members go by other names now, and nobody said anything of this one that still counts. */
  #isFormer(base: Atom, member: Atom): boolean {
    const info = this.#universe.info(member);
    const epoch = intMap.get(this.#state.heap, base)?.epoch ?? 0;
    return info.kind === 'member' && epoch !== 0 && epoch !== CLOSED && info.epoch !== epoch;
  }

  #isOverwritten(base: Atom, member: Atom): boolean {
    const info = this.#universe.info(member);
    const members = intMap.get(this.#state.heap, base)?.members ?? null;
    return info.kind === 'member' && intMap.get(members, this.#universe.keyId(info.key)) !== undefined;
  }

  #isSpokenOf(atom: Atom): boolean {
    const { heap, objects, facts } = this.#state;
    if (intMap.get(heap, atom) !== undefined || intMap.get(objects, atom) !== undefined || intMap.get(facts, atom) !== undefined)
      return true;
    for (const member of this.#universe.membersOf(atom)) if (this.#isSpokenOf(member)) return true;
    return false;
  }

  /** What follows from a failure depends on whether its status was looked at. */
  #addUnexamined({ holdings }: ObjectState): void {
    if (this.#state.unexamined === null) return;
    const failed = Object.values(holdings).flatMap(({ why, whyAt }) => (why === 'failed' && whyAt !== null ? [whyAt] : []));
    if (failed.length === 0) return;
    intMap.forEach(this.#state.unexamined, (status, call) => {
      if (failed.includes(call)) this.addAtom(status);
    });
  }

  /** Whether a copied table, or a function of it, may be used depends on the NPI that it was read from. */
  #addFilled(atom: Atom): void {
    for (let info = this.#universe.info(atom); info.kind === 'member'; info = this.#universe.info(info.base))
      if (intMap.get(this.#state.objects, info.base)?.contents.kind === 'filled') this.addAtom(info.base);
  }

  #follow(atom: Atom): void {
    const record = intMap.get(this.#state.heap, atom);
    if (record !== undefined)
      intMap.forEach(record.members, (_key, value) => {
        this.addValue(value);
      });
    this.#addMembers(atom);
    // Whether an NPI is valid depends on the block that it was captured for, whether data is in use on the registration.
    const own = this.#withState ? intMap.get(this.#state.objects, atom) : undefined;
    if (own !== undefined) {
      if (own.contents.kind === 'filled') this.addAtom(own.contents.from);
      for (const { by } of own.kept) if (by !== null) this.addAtom(by);
      this.#addUnexamined(own);
    }
    if (this.#withState) this.#addFilled(atom);
    const info = this.#universe.info(atom);
    switch (info.kind) {
      case 'closure':
        for (const variable of this.#program.freeVariables(info.function)) this.addVariable(variable);
        break;
      case 'class':
        for (const variable of this.#program.freeVariables(info.class)) this.addVariable(variable);
        break;
      case 'expression':
        this.addValue(info.left);
        this.addValue(info.right);
        break;
      case 'promise':
        this.addValue(info.value);
        break;
      case 'constant':
      case 'object':
      case 'external':
      case 'library':
      case 'entry':
      case 'member':
      case 'result':
      case 'status':
        break;
    }
  }
}

/** The part of a state that code can get at; temporaries and outcomes are nobody's but the running graph's. */
export function restrict(state: State, { cells, atoms, bases }: Reach): State {
  const pick = <V>(from: intMap.IntMap<V>, keys: Iterable<number>): intMap.IntMap<V> => {
    let picked: intMap.IntMap<V> = null;
    for (const key of keys) {
      const value = intMap.get(from, key);
      if (value !== undefined) picked = intMap.set(picked, key, value);
    }
    return picked;
  };
  return amend(state, {
    cells: pick(state.cells, cells),
    temps: null,
    heap: pick(state.heap, atoms),
    facts: pick(state.facts, atoms),
    objects: pick(state.objects, atoms),
    hot: pick(state.hot, atoms),
    born: pick(state.born, new Set([...atoms, ...bases])),
    unexamined: pick(state.unexamined, atoms),
    returned: null,
    thrown: null,
  });
}

/** Whether any place outside of `reach` holds the atom. */
export function isHeldOutside(universe: Universe, state: State, atom: Atom, { cells, atoms }: Reach): boolean {
  let found = false;
  const look = (value: Value): void => {
    found ||= universe.atoms(value).includes(atom);
  };
  intMap.forEach(state.cells, (cell, value) => {
    if (!cells.has(cell) && !isMark(cell)) look(value);
  });
  intMap.forEach(state.temps, (_temp, value) => {
    look(value);
  });
  intMap.forEach(state.heap, (holder, record) => {
    if (!atoms.has(holder))
      intMap.forEach(record.members, (_key, value) => {
        look(value);
      });
  });
  return found;
}
