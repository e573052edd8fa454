/**
 * What the registrar expects of attach and detach callbacks, judged when they return: the status, what they keep, what they set, what they
 * free. Which side keeps and sets what is in the table of roles.
 */
import { constants } from '../contracts/constants.js';
import { contractFunctions } from '../contracts/functions.js';
import { roles, type Role } from '../contracts/roles.js';
import type { ClauseId } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import { memberRead } from './bindings.js';
import * as constraint from './constraint.js';
import { isPartOf, type Duty } from './duty.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { exitText } from './leaks.js';
import { nameOfObject } from './names.js';
import { lineOf, type Words } from './wording.js';
import { NpiUses } from './npi-uses.js';
import type { Module } from './program.js';
import { Reachability } from './reach.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

const SUCCESS = constants['STATUS_SUCCESS'];
const PENDING = constants['STATUS_PENDING'];

/** An exit of a callback under judgement. */
interface Exit {
  readonly frame: Frame;
  readonly state: State;
  readonly duty: Duty;
  readonly role: Role;
  readonly value: Value;
  /** Where the report about a status stands. */
  readonly node: Node;
}

/** A status that may be returned: `is` when its number is known. */
interface Status {
  readonly atom: Atom;
  readonly is: number | undefined;
}

export class Callbacks {
  readonly #engine: Engine;
  readonly #pending: Exit[] = [];
  readonly #otherAnswers: Exit[] = [];
  readonly #routines = new Set<Node>();
  readonly #called = new Set<string>();
  readonly npiUses: NpiUses;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.npiUses = new NpiUses(engine);
  }

  /** A contract function is called somewhere, or handed out. */
  noteCalled(name: string): void {
    this.#called.add(name);
  }

  /** Whether any function in sight calls a contract function or hands it out, with whatever arguments. */
  isUsedSomewhere(name: string): boolean {
    return this.#called.has(name) || this.#isMentionedElsewhere(name);
  }

  /** A callback returns. `kept`: the variables that outlive it. */
  leave(frame: Frame, state: State, kept: Iterable<number>): void {
    const { duty, returned } = state;
    if (duty === null || returned === null) return;
    const exit: Exit = { frame, state, duty, role: roles[duty.role], value: returned.value, node: duty.returned?.node ?? returned.node };
    const { kind, side, answersWith } = exit.role;
    if (kind === 'attach' && side === 'client') this.#clientAttach(exit, kept);
    else if (kind === 'attach') this.#providerAttach(exit, kept);
    else if (kind === 'detach') this.#detach(exit);
    if (answersWith !== undefined) this.#answer(exit, answersWith);
  }

  /** After all functions have run: detaches that nobody completes. */
  finish(): void {
    for (const { role, node, state } of this.#pending) {
      if (role.completedBy === undefined || this.isUsedSomewhere(role.completedBy)) continue;
      // A detach comes at any time: what a function has found out before tells nothing of whether a call further down is made.
      if (mentions(this.#engine.program.linted, role.completedBy)) continue;
      this.#engine.report(state, {
        rule: 'detach-completion',
        messageId: 'neverCompleted',
        node,
        clause: 'T3',
        data: { call: role.completedBy },
      });
    }
    for (const { role, node, state, frame } of this.#otherAnswers) {
      if (!this.#routines.has(frame.owner)) continue;
      this.#engine.report(state, {
        rule: 'resident-registration-data',
        messageId: 'otherAnswer',
        node,
        clause: 'R8',
        data: { status: role.answersWith ?? '' },
      });
    }
  }

  /** Whether another file in sight uses a function: the linted one may lead to where it does, or hand out what does. */
  #isMentionedElsewhere(name: string): boolean {
    const { program } = this.#engine;
    if (program.isMentionedAround(name)) return true;
    return [...program.modules].some((module) => module !== program.linted && mentions(module, name));
  }

  /** The numbers that the callback may return, each with its atom; what is not known is not listed. */
  #statuses({ state, value }: Exit): Status[] {
    const { universe } = this.#engine;
    return universe.atoms(value).flatMap((atom): Status[] => {
      const known = knownOf(universe, state, atom);
      const only = constraint.onlyValue(known)?.value;
      if (typeof only === 'number') return [{ atom, is: only }];
      return universe.info(atom).kind === 'status' ? [{ atom, is: undefined }] : [];
    });
  }

  #clientAttach(exit: Exit, kept: Iterable<number>): void {
    const { duty, state } = exit;
    if (duty.attach === null) {
      this.#declines(exit, 'A2');
      return;
    }
    if (this.#statuses(exit).some((status) => !this.#isStatusOf(exit, duty.attach, status))) {
      this.#report(exit, exit.node, 'otherStatus', 'A1', { line: lineOf(duty.attach.node) });
      return;
    }
    if (duty.attach.succeeded) {
      this.npiUses.noteAttached(state, exit.role, exit.frame.args);
      const lost = this.#unsaved(exit, kept, this.#contextOf(duty.attach.node, exit.role));
      if (lost.length > 0)
        this.#report(exit, duty.attach.node, 'handleLost', 'A3', {
          object: lost.join('`, `'),
          path: exitText(exit.frame, 'return', exit.node),
        });
    } else this.#checkContextFreed(exit, duty.attach.node, kept);
  }

  /** Whether a status that is returned is that of the call. */
  #isStatusOf({ state }: Exit, attach: Duty['attach'], { atom, is }: Status): boolean {
    const { universe } = this.#engine;
    const info = universe.info(atom);
    if (info.kind === 'status' && info.site === attach?.node) return info.age === 0;
    if (attach?.succeeded === true) return is === SUCCESS;
    const own = universe.atom({ kind: 'status', site: attach?.node as Node, age: 0, outcome: 'failure' });
    return is !== undefined && constraint.onlyValue(knownOf(universe, state, own))?.value === is;
  }

  #providerAttach(exit: Exit, kept: Iterable<number>): void {
    const { role, frame, state } = exit;
    if (!this.#statuses(exit).some(({ is }) => is === SUCCESS)) {
      this.#declines(exit, 'V2');
      return;
    }
    this.npiUses.noteAttached(state, role, frame.args);
    const missing = [...this.#unsaved(exit, kept, []), ...this.#unset(exit)];
    this.#handedOut(exit, kept);
    if (missing.length > 0) this.#report(exit, exit.node, 'notSaved', 'V1', { missing: missing.join('`, `') });
    else this.#declines(exit, 'V2');
  }

  /** A callback that does not attach says so with one status; when something failed, with any failure. */
  #declines(exit: Exit, clause: ClauseId): void {
    const { role, duty } = exit;
    const declined = role.declinesWith === undefined ? undefined : constants[role.declinesWith];
    const excused = (role.failsWith ?? []).map((name) => constants[name]);
    const attaches = role.attachesWith === undefined;
    for (const { is } of this.#statuses(exit)) {
      if (is === declined || (is === SUCCESS && attaches)) continue;
      if (is !== SUCCESS && (duty.failed || is === undefined || excused.includes(is))) continue;
      this.#report(exit, exit.node, is === SUCCESS ? 'notAttached' : 'notDeclined', clause, {
        status: role.declinesWith ?? '',
        call: role.attachesWith ?? '',
      });
      return;
    }
  }

  #report({ role, state }: Exit, node: Node, messageId: string, clause: ClauseId, data: Readonly<Record<string, Words>>): void {
    this.#engine.report(state, { rule: role.judgedBy ?? '', messageId, node, clause, data: { call: role.attachesWith ?? '', ...data } });
  }

  /** Parameters that have to be kept, and are nowhere when the callback has returned. */
  #unsaved({ frame, state, role, duty }: Exit, kept: Iterable<number>, handedOver: readonly Atom[]): string[] {
    const { universe } = this.#engine;
    const saves = role.saves ?? [];
    const others = role.parameters.flatMap((name, index) => (saves.includes(name) ? [] : [frame.args[index] ?? TOP]));
    const reached = this.#reach(frame, state, kept, [...others, ...handedOver.map((atom) => universe.one(atom))]);
    return saves.filter((name) => {
      const atom = this.#parameter(frame, role, name);
      if (atom === 'unknown') return false;
      if (atom === undefined) return true;
      if (this.#isOutOfSight(state, atom)) return false;
      return !duty.saved.includes(name) || ![...reached].some((each) => isPartOf(this.#engine, each, atom));
    });
  }

  /** Something, or a part of it, is where nobody follows it. */
  #isOutOfSight(state: State, atom: Atom): boolean {
    let found = false;
    intMap.forEach(state.objects, (other, { silent, stored }) => {
      found ||= (silent || stored) && isPartOf(this.#engine, other, atom);
    });
    return found;
  }

  #parameter(frame: Frame, role: Role, name: string): Atom | 'unknown' | undefined {
    const index = role.parameters.indexOf(name);
    const value = frame.args[index];
    const { owner } = frame;
    if (value !== undefined) return this.#engine.universe.single(value) ?? 'unknown';
    const takesMore = 'params' in owner && owner.params.some((parameter) => parameter.type === 'RestElement');
    const readsArguments = frame.index.graph.blocks.some(({ instructions }) => instructions.some(({ kind }) => kind === 'arguments'));
    return takesMore || readsArguments ? 'unknown' : undefined;
  }

  #reach(frame: Frame, state: State, kept: Iterable<number>, values: readonly Value[]): ReadonlySet<Atom> {
    const { universe, program } = this.#engine;
    const reachability = new Reachability(universe, program, state);
    for (const cell of kept) reachability.addCell(cell);
    for (const value of [frame.thisValue, ...values]) reachability.addValue(value);
    return reachability.close().atoms;
  }

  /** Cells that have to be set, and are not. */
  #unset({ frame, state, role, duty }: Exit): string[] {
    return (role.sets ?? []).filter((name) => {
      const cell = this.#parameter(frame, role, name);
      if (cell === 'unknown') return false;
      if (cell === undefined) return true;
      const { silent, stored } = this.#engine.objectState(state, cell);
      return !silent && !stored && !duty.saved.includes(name);
    });
  }

  /** What the registrar got in the cells has to be there after the callback. */
  #handedOut({ frame, state, role }: Exit, kept: Iterable<number>): void {
    const { universe } = this.#engine;
    const sets = role.sets ?? [];
    const others = role.parameters.flatMap((name, index) => (sets.includes(name) ? [] : [frame.args[index] ?? TOP]));
    const reached = this.#reach(frame, state, kept, others);
    for (const name of sets) {
      const cell = this.#parameter(frame, role, name);
      if (cell === 'unknown' || cell === undefined) continue;
      const value = intMap.get(intMap.get(state.heap, cell)?.members ?? null, universe.keyId('value')) ?? TOP;
      for (const atom of universe.atoms(value))
        this.#checkOutlives(state, atom, reached, name, this.#engine.workspace.writeSite(cell, 'value', value));
    }
  }

  #checkOutlives(state: State, atom: Atom, reached: ReadonlySet<Atom>, name: string, assigned: Node | undefined): void {
    const engine = this.#engine;
    const { memory, freedAt, silent, stored } = engine.objectState(state, atom);
    if (silent) return;
    const data = { object: `${name}.value`, call: '', line: '' };
    if (memory === 'freed' && freedAt !== null) {
      engine.report(state, { rule: 'resident-registration-data', messageId: 'freedAttached', node: freedAt, clause: 'V3', data });
    } else if (
      engine.universe.info(atom).kind === 'object' &&
      !engine.isFromPool(atom) &&
      !stored &&
      !reached.has(atom) &&
      assigned !== undefined
    ) {
      engine.report(state, { rule: 'resident-registration-data', messageId: 'localHandedOut', node: assigned, clause: 'V3', data });
    }
  }

  /** What a callback that has attached, or tried to, will be asked about when it returns. */
  attachedWith({ duty }: State): readonly Atom[] {
    return duty === null || duty.attach === null ? [] : this.#contextOf(duty.attach.node, roles[duty.role]);
  }

  /** The binding context that the attaching call was handed. */
  #contextOf(attach: Node, { attachesWith }: Role): Atom[] {
    if (attach.type !== 'CallExpression' || attachesWith === undefined) return [];
    const contract = contractFunctions[attachesWith];
    return (contract.keeps ?? []).flatMap(({ parameter }) => {
      const argument = attach.arguments[contract.parameters.indexOf(parameter)];
      const atom = argument === undefined ? undefined : this.#engine.workspace.argumentNames.get(argument);
      return atom === undefined ? [] : [atom];
    });
  }

  /** After a failed attach nobody knows a context from the pool any more. */
  #checkContextFreed(exit: Exit, attach: Node, kept: Iterable<number>): void {
    const { state, frame, role } = exit;
    const engine = this.#engine;
    for (const atom of this.#contextOf(attach, role)) {
      const own = engine.objectState(state, atom);
      if (!engine.isFromPool(atom) || own.silent || own.stored || own.memory === 'freed') continue;
      if (this.#reach(frame, state, kept, frame.args).has(atom)) continue;
      this.#report(exit, attach, 'contextLeft', 'A4', {
        object: nameOfObject(engine, atom, attach),
        path: exitText(frame, 'return', exit.node),
      });
      return;
    }
  }

  #detach(exit: Exit): void {
    const { duty, role } = exit;
    const statuses = this.#statuses(exit);
    if (duty.completed !== null && statuses.some(({ is }) => is === SUCCESS)) {
      this.#engine.report(exit.state, {
        rule: 'detach-completion',
        messageId: 'completedTwice',
        node: duty.completed,
        clause: 'T2',
        data: { call: role.completedBy ?? '', line: lineOf(exit.node) },
      });
    }
    if (statuses.some(({ is }) => is === PENDING)) this.#pending.push(exit);
  }

  /** A callback for which only one answer is defined: a constant that is another one. What a call gave is a matter of that call. */
  #answer(exit: Exit, answersWith: NonNullable<Role['answersWith']>): void {
    const { universe } = this.#engine;
    const wrong = this.#statuses(exit).some(({ atom, is }) => universe.info(atom).kind === 'constant' && is !== constants[answersWith]);
    if (wrong) this.#otherAnswers.push(exit);
  }

  /** A routine is registered, in a member that takes one. */
  noteRoutine(routine: Node): void {
    this.#routines.add(routine);
  }
}

/** Whether a module mentions a contract function otherwise than to import it. */
function mentions({ scopeManager, resolver }: Module, name: string): boolean {
  const imported = scopeManager.scopes.find(({ type }) => type === 'module')?.variables ?? [];
  return imported.some((variable) => {
    const external = variable.references.length === 0 ? undefined : resolver.importedBinding(variable);
    if (external?.kind === 'namespace') return variable.references.some(({ identifier }) => memberRead(identifier) === name);
    return external?.kind === 'function' && external.name === name;
  });
}
