/**
 * The two ways in which a contract call that gives a status ends: what it acquires and fills where it succeeds, and what it leaves
 * where it fails.
 */
import { contractFunctions } from '../contracts/functions.js';
import type { Acquires, ContractFunction, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import * as constraint from './constraint.js';
import type { Call } from './contract-calls.js';
import { noteOutcome } from './duty.js';
import type { Engine } from './engine.js';
import { checkMemberWrite } from './guards.js';
import { handRoutines } from './handed-routines.js';
import * as intMap from './int-map.js';
import { keepData } from './kept-data.js';
import { reportLostStatus } from './leaks.js';
import { holding, isOfBefore, MANY, NEVER, withContents, withHolding, type Holding, type ObjectState, type Site } from './object-state.js';
import { result, type Completion } from './outcomes.js';
import { setMember } from './places.js';
import { amend, withFacts, type State } from './state.js';
import { cellTag, type Atom } from './values.js';

/** The call succeeds on one path and fails on another. */
export function withOutcome(call: Call, state: State, atom: Atom | undefined): Completion[] {
  const { engine, contract, node, name, target } = call;
  const { acquires } = contract;
  const isDropped = contract.checkedBy !== undefined && !target.resultIsRead;
  engine.nameStatus(node, name);
  if (isDropped && engine.isForeign(node)) engine.loseStatus(node);
  else if (isDropped) reportLostStatus(engine, state, node, name);
  const isTold = acquires !== undefined || contract.checkedBy !== undefined || (contract.writesCell !== undefined && target.resultIsRead);
  if (!isTold) return unknownOf(engine, handRoutines(call, state), node, `status:${name}`);
  const [room] = allocate(engine, state, { kind: 'status', site: node, age: 0, outcome: 'success' });
  const [both] = allocate(engine, room, { kind: 'status', site: node, age: 0, outcome: 'failure' });
  const status = (outcome: 'success' | 'failure'): Atom => engine.universe.atom({ kind: 'status', site: node, age: 0, outcome });
  const fresh = withFacts(both, intMap.remove(intMap.remove(both.facts, status('success')), status('failure')));
  const giving = (after: State, outcome: 'success' | 'failure'): Completion => {
    const isSuccess = outcome === 'success';
    const stepped = engine.addStep(after, node, isSuccess ? 'succeeded' : 'failed', name);
    const unexamined =
      isDropped || contract.checkedBy === undefined ? after.unexamined : intMap.set(after.unexamined, status(outcome), node);
    return {
      state: amend(noteOutcome(engine, stepped, name, contract, node, isSuccess), { unexamined }),
      value: engine.universe.one(status(outcome)),
    };
  };
  const succeeded = giving(succeed(call, fresh, atom), 'success');
  return isDropped ? [succeeded] : [succeeded, giving(fail(call, fresh, atom), 'failure')];
}

function succeed(call: Call, state: State, atom: Atom | undefined): State {
  const { engine, contract } = call;
  const { acquires } = contract;
  let after = handRoutines(call, state);
  for (const cell of contract.writesCell ?? []) after = writeCell(call, after, cell);
  if (acquires !== undefined) {
    const holder = acquires.heldBy === 'parameter' ? atom : handleIn(call, acquires.of);
    if (holder !== undefined) after = keepData(engine, acquire(call, after, holder), call, holder);
    if (holder !== undefined && acquires.heldBy === 'valueOfCell') nameHolder(call, acquires.of, holder);
    if (acquires.heldBy === 'valueOfCell') after = noteInCell(call, after, acquires, NEVER);
  }
  if (contract.fills !== undefined) after = fill(call, after, { kind: 'filled', from: atom ?? 0 }, atom !== undefined);
  if (acquires === undefined) return keepData(engine, after, call, null);
  return after;
}

/** A handle goes by the name of the cell that it was put into. */
function nameHolder({ engine, contract, node }: Call, parameter: string, holder: Atom): void {
  const argument = node.type === 'CallExpression' ? node.arguments[contract.parameters.indexOf(parameter)] : undefined;
  if (argument !== undefined) engine.workspace.argumentNames.set(argument, holder);
}

function acquire({ engine, contract, node }: Call, state: State, atom: Atom): State {
  const { acquires } = contract;
  const own = engine.objectState(state, atom);
  if (acquires === undefined || own.silent || own.memory === 'freed') return state;
  const before = holding(own, acquires.resource);
  const site: Site = { node, id: engine.universe.siteId(node) };
  if (before.count === 'unknown' && !isOfBefore(before)) return state;
  const count = before.count === 'unknown' ? 1 : Math.min(before.count + 1, MANY);
  const held = withHolding(own, acquires.resource, { count, by: [...before.by, site].slice(-MANY), why: 'never', whyAt: null });
  return engine.withObjectState(state, atom, withoutDependents(acquires.resource, held));
}

/** By resource: what can only be acquired while that is held. */
const dependents = new Map<Resource, Set<Resource>>();
for (const { needs = [], acquires } of Object.values<ContractFunction>(contractFunctions)) {
  for (const { resource, state } of needs) {
    if (acquires === undefined || state !== 'held') continue;
    dependents.set(resource, (dependents.get(resource) ?? new Set()).add(acquires.resource));
  }
}

/** Nothing that depends on it was held before it was acquired, as far as the path tells. */
function withoutDependents(resource: Resource, own: ObjectState): ObjectState {
  let after = own;
  for (const dependent of dependents.get(resource) ?? [])
    if (holding(after, dependent).count === 'unknown') after = withHolding(after, dependent, { ...NEVER, assumed: true });
  return after;
}

function fail(call: Call, state: State, atom: Atom | undefined): State {
  const { engine, contract, node } = call;
  const { acquires } = contract;
  let after = state;
  if (acquires !== undefined && acquires.heldBy === 'parameter' && atom !== undefined) {
    const own = engine.objectState(after, atom);
    const before = holding(own, acquires.resource);
    if (!own.silent && (isOfBefore(before) || before.count === 0)) {
      const failed = withHolding(own, acquires.resource, {
        count: 0,
        by: [],
        why: 'failed',
        whyAt: node,
        ...(isOfBefore(before) || before.assumed ? { assumed: true as const } : {}),
      });
      after = engine.withObjectState(after, atom, withoutDependents(acquires.resource, failed));
    }
  }
  if (acquires?.heldBy === 'valueOfCell') after = noteInCell(call, after, acquires, { ...NEVER, why: 'failed', whyAt: node });
  return contract.fills === undefined ? after : fill(call, after, { kind: 'empty', failed: node }, true);
}

/** A cell that a registration left empty says so: its value is nothing, and could not. */
function noteInCell({ engine, argument }: Call, state: State, { of, resource }: Acquires, held: Holding): State {
  const cell = engine.universe.single(argument(of));
  const own = cell === undefined ? undefined : engine.objectState(state, cell);
  if (cell === undefined || own === undefined || own.silent || (held.why === 'never' && own.holdings[resource] === undefined)) return state;
  return engine.withObjectState(state, cell, withHolding(own, resource, held));
}

function fill({ engine, contract, argument }: Call, state: State, contents: Parameters<typeof withContents>[1], known: boolean): State {
  const npi = contract.fills === undefined ? undefined : engine.universe.single(argument(contract.fills.parameter));
  if (npi === undefined) return state;
  const own = engine.objectState(state, npi);
  if (own.silent) return state;
  // What a successful capture filled before stays filled when another one fails.
  if (contents.kind === 'empty' && own.contents.kind === 'filled') return state;
  const filled =
    contents.kind === 'filled' && isMixed(engine, state, own, contents.from) ? { ...contents, isMixed: true as const } : contents;
  return engine.withObjectState(state, npi, withContents(own, known ? filled : { kind: 'unknown' }));
}

/** Whether what was read from the NPI before may go on to be valid when the block is released that it is filled for now. */
function isMixed(engine: Engine, state: State, { contents }: ObjectState, block: Atom): boolean {
  if (contents.kind !== 'filled') return false;
  const isOther = contents.from !== block && holding(engine.objectState(state, contents.from), 'capture').count !== 0;
  return contents.isMixed === true || isOther;
}

function writeCell(call: Call, state: State, parameter: string): State {
  const { engine, node } = call;
  const cell = engine.universe.single(call.argument(parameter));
  if (cell === undefined) return state;
  const [made, atom] = allocate(engine, state, {
    kind: 'result',
    site: node,
    age: 0,
    known: constraint.ofKinds(constraint.OBJECT),
    tag: cellTag(parameter),
  });
  const value = engine.universe.one(atom);
  const checked = checkMemberWrite(engine, call.target.frame, made, cell, 'value', value, node);
  return setMember(engine.universe, checked, cell, 'value', value);
}

/** The handle that `writeCell` has put into the cell; undefined where nobody can tell which cell that is, and so what holds the handle. */
function handleIn({ engine, argument, node }: Call, parameter: string): Atom | undefined {
  if (engine.universe.single(argument(parameter)) === undefined) return undefined;
  return engine.universe.atom({
    kind: 'result',
    site: node,
    age: 0,
    known: constraint.ofKinds(constraint.OBJECT),
    tag: cellTag(parameter),
  });
}

export const unknownOf = (engine: Engine, state: State, node: Node, tag: string): Completion[] => {
  const known = tag.startsWith('status:') ? constraint.wholeBetween(-0x8000_0000, 0x7fff_ffff) : constraint.ANY;
  return [...result(engine, state, node, tag, known).completes];
};
