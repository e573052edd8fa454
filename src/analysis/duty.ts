/**
 * What a callback of the kit, or the driver's entry routine, has done so far on a path: whether it attached, what failed before, what it
 * registered or completed, where the status that it returns comes from. Helpers that it calls go on with it. Two duties are alike when
 * their keys are equal; paths with different ones are kept apart.
 */
import { roles, type Role, type RoleName } from '../contracts/roles.js';
import type { ContractFunction } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { lineOf } from './wording.js';
import { Reachability } from './reach.js';
import { amend, type State } from './state.js';
import type { Atom, Value } from './values.js';

export interface Duty {
  readonly role: RoleName;
  /** What it was called with. */
  readonly parameters: readonly (Atom | undefined)[];
  /** The last call that attaches. */
  readonly attach: { readonly node: Node; readonly succeeded: boolean } | null;
  /** A contract call failed before any that attaches: no memory, say. */
  readonly failed: boolean;
  /** Registrations that are in force, after which the kit may call the module. */
  readonly registered: readonly Node[];
  /** The call that completed the detach. */
  readonly completed: Node | null;
  /** Parameters that were stored somewhere, and cells that were set. */
  readonly saved: readonly string[];
  /** The last `return` on the path. */
  readonly returned: { readonly node: Node; readonly value: Value } | null;
  readonly key: string;
}

const hasDuty = ({ kind, answersWith }: Role): boolean =>
  kind === 'attach' || kind === 'detach' || kind === 'driverInitialize' || answersWith !== undefined;

export function dutyOf(engine: Engine, role: RoleName | undefined, args: readonly Value[]): Duty | null {
  if (role === undefined || !hasDuty(roles[role])) return null;
  const parameters = args.map((value) => engine.universe.single(value));
  return {
    role,
    parameters,
    attach: null,
    failed: false,
    registered: [],
    completed: null,
    saved: [],
    returned: null,
    key: identityOf({ role, parameters }),
  };
}

/** Which callback it is: a helper that several of them call is followed for each. */
const identityOf = ({ role, parameters }: Pick<Duty, 'role' | 'parameters'>): string => `${role}(${parameters.join()})`;

function change(engine: Engine, state: State, to: Partial<Omit<Duty, 'role' | 'parameters' | 'key'>>): State {
  if (state.duty === null) return state;
  const duty = { ...state.duty, ...to };
  const id = (node: Node | undefined | null): string => (node ? String(engine.universe.siteId(node)) : '');
  const attach = duty.attach === null ? '' : `${id(duty.attach.node)}${duty.attach.succeeded ? '+' : '-'}`;
  const key = [
    identityOf(duty),
    attach,
    duty.failed ? 'failed' : '',
    duty.registered.map(id).join(),
    id(duty.completed),
    duty.saved.join('+'),
    id(duty.returned?.node),
  ].join(':');
  return amend(state, { duty: { ...duty, key } });
}

/** The outcome of a call that may fail. */
export function noteOutcome(engine: Engine, state: State, name: string, contract: ContractFunction, node: Node, succeeded: boolean): State {
  const { duty } = state;
  if (duty === null) return state;
  if (roles[duty.role].attachesWith === name) return change(engine, state, { attach: { node, succeeded } });
  if (!succeeded) return duty.attach === null ? change(engine, state, { failed: true }) : state;
  return contract.startsCallbacks === undefined
    ? state
    : change(engine, state, { registered: [...duty.registered.filter((other) => other !== node), node] });
}

/** What these calls registered is registered no more. */
export function noteReleased(engine: Engine, state: State, isReleased: (registered: Node) => boolean): State {
  const { duty } = state;
  if (duty === null || duty.registered.length === 0) return state;
  return change(engine, state, { registered: duty.registered.filter((node) => !isReleased(node)) });
}

/** A call that may be the one that completes a detach. */
export function noteCompletion(engine: Engine, state: State, name: string, node: Node): State {
  const { duty } = state;
  return duty !== null && duty.completed === null && roles[duty.role].completedBy === name
    ? change(engine, state, { completed: node })
    : state;
}

/** A value is stored where it may outlive the callback: what it leads to is saved, if that is a parameter that has to be. */
export function noteStored(engine: Engine, state: State, value: Value): State {
  const { duty } = state;
  const open = duty === null ? [] : (roles[duty.role].saves ?? []).filter((name) => !duty.saved.includes(name));
  if (duty === null || open.length === 0) return state;
  const reachability = new Reachability(engine.universe, engine.program, state);
  reachability.addValue(value);
  const reached = [...reachability.close().atoms];
  return save(
    engine,
    state,
    duty,
    open.filter((name) => reached.some((atom) => isPartOf(engine, atom, duty.parameters[roles[duty.role].parameters.indexOf(name)]))),
  );
}

/** A member of an object is written; it may be the value of a cell that has to be set. */
export function noteSet(engine: Engine, state: State, object: Atom): State {
  const { duty } = state;
  if (duty === null) return state;
  const { sets = [], parameters } = roles[duty.role];
  return save(
    engine,
    state,
    duty,
    sets.filter((name) => duty.parameters[parameters.indexOf(name)] === object),
  );
}

function save(engine: Engine, state: State, duty: Duty, names: readonly string[]): State {
  const saved = [...new Set([...duty.saved, ...names])].sort();
  return saved.length === duty.saved.length ? state : change(engine, state, { saved });
}

/** Something itself, or a member of it: a function taken from a dispatch table. */
export function isPartOf(engine: Engine, atom: Atom, of: Atom | undefined): boolean {
  if (atom === of) return true;
  const info = engine.universe.info(atom);
  return info.kind === 'member' && isPartOf(engine, info.base, of);
}

/** A `return`, here or in a helper: one that only passes on what a helper returned does not count. */
export function noteReturn(engine: Engine, state: State, value: Value, node: Node): State {
  const { duty } = state;
  if (duty === null || duty.role === 'DRIVER_INITIALIZE') return state;
  if (
    duty.returned?.value === value &&
    isCall(node.type === 'ReturnStatement' ? node.argument : node) &&
    !engine.isForeign(duty.returned.node)
  )
    return state;
  return change(engine, state, { returned: { node, value } });
}

function isCall(node: Node | null): boolean {
  switch (node?.type) {
    case 'CallExpression':
      return true;
    case 'AwaitExpression':
      return isCall(node.argument);
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return isCall(node.expression);
    default:
      return false;
  }
}

/** Preparing something although the kit may call the module already (rule register-last). */
export function checkRegisteredLast(engine: Engine, state: State, what: string, node: Node): void {
  const [registration] = state.duty?.registered ?? [];
  if (registration === undefined) return;
  engine.report(state, {
    rule: 'register-last',
    messageId: 'tooLate',
    node,
    clause: 'N5',
    data: { what, line: lineOf(registration) },
  });
}
