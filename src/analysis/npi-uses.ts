/**
 * Calls into the other side's NPI after a detach callback was entered (T1). Attach callbacks tell where a driver keeps that NPI: under which
 * member names, in which variables, in which cells. A detach callback that calls through one of those uses it.
 */
import { roles, type Role } from '../contracts/roles.js';
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { textOf } from './names.js';
import type { State } from './state.js';
import { cellTag, TOP, type Atom, type Value } from './values.js';

/** The member in which a cell holds its value, and how a place in a cell is named. */
const CELL = 'value';

export class NpiUses {
  readonly #engine: Engine;
  /** Where attach callbacks keep the other side's NPI. */
  readonly places = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** An attach callback succeeds: where the other side's dispatch table, or functions from it, are now. */
  noteAttached(state: State, role: Role, args: readonly Value[]): void {
    const { universe } = this.#engine;
    const isDispatch = this.#dispatchTest(role, args);
    const holds = (value: Value): boolean => universe.atoms(value).some(isDispatch);
    intMap.forEach(state.cells, (cell, value) => {
      if (holds(value)) this.places.add(`v${cell}`);
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (!holds(value) || isDispatch(holder)) return;
        const name = universe.keyName(key);
        if (name !== CELL) this.places.add(`.${name}`);
        else for (const cell of this.#namesOfCell(state, holder)) this.places.add(`${cell}.${CELL}`);
      });
    });
  }

  /** An attach callback stores a value under a name, in an object that may be out of sight when it returns. */
  noteStored(frame: Frame, state: State, key: string, value: Value): void {
    if (state.duty === null || key === CELL) return;
    const role = roles[state.duty.role];
    if (role.kind !== 'attach') return;
    let root = frame;
    while (root.caller !== null) root = root.caller;
    if (!this.#engine.universe.atoms(value).some(this.#dispatchTest(role, root.args))) return;
    this.#engine.note(({ callbacks }) => {
      callbacks.npiUses.places.add(`.${key}`);
    });
  }

  /** Whether an atom is the other side's dispatch table, or something in it. */
  #dispatchTest(role: Role, args: readonly Value[]): (atom: Atom) => boolean {
    const { universe } = this.#engine;
    const dispatch = role.dispatch ?? '';
    const parameter = universe.single(args[role.parameters.indexOf(dispatch)] ?? TOP);
    const isDispatch = (atom: Atom): boolean => {
      const info = universe.info(atom);
      if (info.kind === 'member') return isDispatch(info.base);
      return role.attachesWith === undefined ? atom === parameter : info.kind === 'result' && info.tag === cellTag(dispatch);
    };
    return isDispatch;
  }

  #namesOfCell(state: State, cell: Atom): string[] {
    const names = this.#namesOf(cell);
    intMap.forEach(state.heap, (_holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (this.#engine.universe.atoms(value).includes(cell)) names.push(`.${this.#engine.universe.keyName(key)}`);
      });
    });
    return names;
  }

  /** How different functions know the same place. */
  #namesOf(atom: Atom): string[] {
    const info = this.#engine.universe.info(atom);
    if (info.kind === 'object') return [`@${atom}`];
    if (info.kind === 'entry') return [`v${this.#engine.universe.siteId(info.of)}`];
    if (info.kind !== 'member') return [];
    return info.key === CELL ? this.#namesOf(info.base).map((name) => `${name}.${CELL}`) : [`.${info.key}`];
  }

  /** A call; in a detach callback it may go to the other side. */
  noteCall(state: State, callee: Value, node: Node): void {
    if (state.duty === null || roles[state.duty.role].kind !== 'detach') return;
    const { universe } = this.#engine;
    const names = universe.atoms(callee).flatMap((atom) => {
      const info = universe.info(atom);
      return info.kind === 'member' ? [...this.#namesOf(atom), ...this.#namesOf(info.base)] : this.#namesOf(atom);
    });
    if (names.length === 0) return;
    this.#engine.report(state, {
      rule: 'detach-completion',
      messageId: 'usedAfterDetach',
      node,
      clause: 'T1',
      data: { call: textOf(node.type === 'CallExpression' ? node.callee : node) },
      onlyIfNpi: names.join(' '),
    });
  }
}

/** Whether a driver keeps the other side's NPI in one of these places, as `onlyIfNpi` lists them. */
export function isNpi(names: string, places: ReadonlySet<string>): boolean {
  return names.split(' ').some((name) => places.has(name));
}
