/** What is still held when nobody can give it back any more, or nobody has to: findings at the call that acquired it. */
import { contractFunctions, isContractName } from '../contracts/functions.js';
import { resources } from '../contracts/resources.js';
import type { ClauseId, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { isFailure } from './failure.js';
import type { Frame } from './frame.js';
import { ELEMENTS, LENGTH } from './hidden-members.js';
import * as intMap from './int-map.js';
import { checkScope } from './kept-data.js';
import { nameOfFunction, nameOfObject } from './names.js';
import { lineOf, listOf, type Words } from './wording.js';
import { held, withStored, type Holding } from './object-state.js';
import { isHeldOutside, NOWHERE, Reachability, type Reach } from './reach.js';
import type { State, Step } from './state.js';
import { isStatusReached } from './statuses.js';
import { isMadeHandle, TOP, type Atom, type Value } from './values.js';

/** The contract function that acquires a resource, from the tables. */
const acquirers = new Map<Resource, { name: string; releasedBy: string; clause: ClauseId }>(
  Object.entries(contractFunctions).flatMap(([name, { acquires }]) =>
    acquires === undefined ? [] : [[acquires.resource, { name, releasedBy: acquires.releasedBy, clause: acquires.clause }] as const],
  ),
);
for (const [name, { releases }] of Object.entries(contractFunctions)) {
  if (releases?.rundown === undefined) continue;
  acquirers.set(releases.rundown.resource, { name, releasedBy: releases.thenWaitWith ?? '', clause: releases.rundown.clause });
}

const acquirerOf = (resource: Resource): { name: string; releasedBy: string; clause: ClauseId } => {
  const acquirer = acquirers.get(resource);
  if (acquirer === undefined) throw new RangeError(`nothing acquires ${resource}`);
  return acquirer;
};

/** The contract function that gives a resource back. */
export const releaserOf = (resource: Resource): string => acquirerOf(resource).releasedBy;

/** A leak on a path that ends at `exit`. */
export function reportLeak(engine: Engine, state: State, atom: Atom, resource: Resource, holding: Holding, exit: Words): void {
  const { name, releasedBy, clause } = acquirerOf(resource);
  for (const site of holding.by) {
    engine.report(state, {
      rule: resources[resource].pairing,
      messageId: 'leftBehind',
      node: site.node,
      clause,
      ...(isUnfollowed(engine, state, atom) ? { unlessElementsRelease: resource } : {}),
      data: {
        call: name,
        object: nameOfObject(engine, atom, site.node),
        participle: resources[resource].participle,
        path: pathAfter(state.trace, site.node, exit),
        releasedBy,
      },
    });
  }
}

/** In a collection, itself or what it is a part of, whose contents are not known one by one: what is taken out of it may be the object. */
export function isUnfollowed(engine: Engine, state: State, atom: Atom): boolean {
  const whole = new Set([atom]);
  for (const part of whole) {
    if (engine.objectState(state, part).stored) return true;
    const info = engine.universe.info(part);
    if (info.kind === 'member') whole.add(info.base);
    const holders = holdersOf(engine, state, part);
    if (holders.some(([holder, value]) => isOpenCollection(engine, state, holder) || isUnsureElement(engine, holder, value))) return true;
    for (const [holder] of holders) whole.add(holder);
  }
  return false;
}

/** What holds the atom as a member, and the value of that. */
function holdersOf(engine: Engine, state: State, atom: Atom): (readonly [Atom, Value])[] {
  const holders: (readonly [Atom, Value])[] = [];
  intMap.forEach(state.heap, (holder, { members }) => {
    intMap.forEach(members, (_key, value) => {
      if (engine.universe.atoms(value).includes(atom)) holders.push([holder, value]);
    });
  });
  return holders;
}

/** An element that may be something else. */
const isUnsureElement = (engine: Engine, holder: Atom, value: Value): boolean =>
  isCollection(engine, holder) && engine.universe.single(value) === undefined;

function isCollection({ universe }: Engine, holder: Atom): boolean {
  const info = universe.info(holder);
  return info.kind === 'object' && (info.shape === 'array' || info.shape === 'collection');
}

function holdsAnything(engine: Engine, holder: Atom, members: State['cells']): boolean {
  let found = false;
  if (isCollection(engine, holder))
    intMap.forEach(members, (_key, value) => {
      found ||= value === TOP;
    });
  return found;
}

/** A collection of which it is not known what is in it. */
export function isOpenCollection(engine: Engine, state: State, holder: Atom): boolean {
  const { universe } = engine;
  const members = intMap.get(state.heap, holder)?.members ?? null;
  if (intMap.get(members, universe.keyId(ELEMENTS)) !== undefined || holdsAnything(engine, holder, members)) return true;
  const info = universe.info(holder);
  const length = intMap.get(members, universe.keyId(LENGTH));
  return info.kind === 'object' && info.shape === 'array' && (length === undefined || universe.single(length) === undefined);
}

/** A resource that is given back nowhere; not where that was lost while it was in use, which is reported. */
export function reportNeverReleased(engine: Engine, state: State, atom: Atom, resource: Resource, holding: Holding): void {
  const { name, releasedBy, clause } = acquirerOf(resource);
  for (const site of holding.by) {
    if (engine.lost.has(site.node)) continue;
    engine.report(state, {
      rule: resources[resource].pairing,
      messageId: 'neverReleased',
      node: site.node,
      clause,
      data: { call: name, object: nameOfObject(engine, atom, site.node), participle: resources[resource].participle, releasedBy },
    });
  }
}

/** "when WskCaptureProviderNPI fails (line 14) and `start` returns (line 15)": what happened after the acquisition. */
function pathAfter(trace: Step | null, acquired: Node, exit: Words): Words {
  for (let step = trace; step !== null && step.node !== acquired; step = step.before)
    if (step.what === 'failed') return [`${step.name} fails (line `, lineOf(step.node), ') and ', ...listOf(exit)];
  return exit;
}

/** How an activation ended, in words. */
export function exitText(frame: Frame, by: 'return' | 'throw', node: Node | null): Words {
  const name = nameOfFunction(frame.owner);
  const verb = by === 'throw' ? 'throws' : frame.owner.type === 'Program' ? 'is loaded' : 'returns';
  return node === null ? `${name} ${verb}` : [`${name} ${verb} (line `, lineOf(node, isBody(node) ? 'end' : 'start'), ')'];
}

const isBody = (node: Node): boolean => node.type === 'BlockStatement' || node.type === 'Program';

/** Objects that nothing can get at once the activation ends must not hold anything; the state goes on without them. */
export function reportLostAtExit(engine: Engine, state: State, left: Reach, frame: Frame, exit: Node | null): State {
  // What a function of another file keeps to itself is found when that file is linted.
  if (frame.module !== engine.program.linted) {
    intMap.forEach(state.unexamined, (atom, call) => {
      if (!isStatusReached(engine, atom, left.atoms)) engine.loseStatus(call);
    });
    return withoutLeaksAtHome(engine, state, frame);
  }
  intMap.forEach(state.hot, (atom) => {
    if (left.atoms.has(atom)) return;
    for (const [resource, holding] of held(engine.objectState(state, atom))) {
      // Whoever deregisters another's handle may leave the wait to others.
      if (isRundown(resource) && !isOwnHandle(engine, atom)) continue;
      reportLeak(engine, state, atom, resource, holding, exitText(frame, state.thrown === null ? 'return' : 'throw', exit));
    }
  });
  checkScope(engine, state, (atom) => left.atoms.has(atom), exitText(frame, state.thrown === null ? 'return' : 'throw', exit));
  intMap.forEach(state.unexamined, (atom, call) => {
    if (!isStatusReached(engine, atom, left.atoms)) reportLostStatus(engine, state, call, engine.nameOfStatus(atom));
  });
  return state;
}

/** What a failing exit of a function of another file leaves behind is a leak of that function, and told there: not one of its caller's as well. */
function withoutLeaksAtHome(engine: Engine, state: State, frame: Frame): State {
  const value = state.returned?.value ?? engine.universe.undefined;
  if (state.thrown === null && !isFailure(engine, state, value, frame.index.returnsValue)) return state;
  let after = state;
  intMap.forEach(state.hot, (atom) => {
    for (const [resource, { by }] of held(engine.objectState(state, atom))) {
      const isToldThere = by.some(({ node }) => engine.isForeign(node) && engine.isFoundAtHome(resources[resource].pairing, node));
      if (isToldThere) after = engine.silence(after, atom);
    }
  });
  return after;
}

export const isRundown = (resource: Resource): boolean => rundowns.has(resource);

const rundowns: ReadonlySet<Resource> = new Set(
  Object.values(contractFunctions).flatMap(({ releases }) => (releases?.rundown === undefined ? [] : [releases.rundown.resource])),
);

/** A handle that a registration put into a cell on this path. */
export function isOwnHandle(engine: Engine, atom: Atom): boolean {
  return isMadeHandle(engine.universe.info(atom));
}

/** An object lost in a loop: a further round took its place, and no variable or member holds it, nor a collection of which it is not known what is in it. */
export function reportLost(engine: Engine, after: State, before: State, atom: Atom): State {
  if (engine.universe.info(atom).kind !== 'object' || isHeldOutside(engine.universe, before, atom, NOWHERE)) return after;
  if (engine.objectState(before, atom).stored) return after;
  for (const [resource, holding] of held(engine.objectState(before, atom))) {
    const [first] = holding.by;
    if (first !== undefined) reportLeak(engine, before, atom, resource, holding, 'the loop goes round again');
  }
  return after;
}

/** A cell, or what has cells among its members, loses its name while something holds it: its handles are in there with it, though nothing leads to them any more. */
export function storeHandlesIn(engine: Engine, state: State, holder: Atom): State {
  const handles = handlesIn(engine, state, holder);
  if (handles.length === 0 || !isHeldOutside(engine.universe, state, holder, NOWHERE)) return state;
  return handles.reduce((after, handle) => engine.withObjectState(after, handle, withStored(engine.objectState(after, handle))), state);
}

/** Handles in cells that lie deeper in objects are not looked for. */
const MAX_HOLDERS = 2;

function handlesIn(engine: Engine, state: State, holder: Atom, depth = 0): Atom[] {
  const handles: Atom[] = [];
  intMap.forEach(intMap.get(state.heap, holder)?.members ?? null, (_key, value) => {
    for (const atom of engine.universe.atoms(value)) {
      if (isOwnHandle(engine, atom)) handles.push(atom);
      else if (depth < MAX_HOLDERS && engine.universe.info(atom).kind === 'object')
        handles.push(...handlesIn(engine, state, atom, depth + 1));
    }
  });
  return handles;
}

/** A variable of the running function gets another value: a status that it held, and nothing else leads to, is lost. */
export function reportOverwritten(engine: Engine, frame: Frame, after: State, old: Value): void {
  const statuses = engine.universe.atoms(old).filter((atom) => intMap.get(after.unexamined, atom) !== undefined);
  if (statuses.length === 0) return;
  const known = heldAnywhere(engine, after);
  for (const atom of statuses) {
    const call = intMap.get(after.unexamined, atom);
    if (call === undefined || isStatusReached(engine, atom, known)) continue;
    // What a function of another file does wrong is found when that file is linted.
    if (frame.module === engine.program.linted) reportLostStatus(engine, after, call, engine.nameOfStatus(atom));
    else engine.loseStatus(call);
  }
}

function heldAnywhere(engine: Engine, state: State): ReadonlySet<Atom> {
  const reachability = new Reachability(engine.universe, engine.program, state);
  intMap.forEach(state.cells, (cell) => {
    reachability.addCell(cell);
  });
  intMap.forEach(state.temps, (_temp, value) => {
    reachability.addValue(value);
  });
  intMap.forEach(state.heap, (_holder, { members }) => {
    intMap.forEach(members, (_key, value) => {
      reachability.addValue(value);
    });
  });
  if (state.returned !== null) reachability.addValue(state.returned.value);
  return reachability.close().atoms;
}

/** Nobody looked at the status of the call: rule checked-status. */
export function reportLostStatus(engine: Engine, state: State, call: Node, name: string): void {
  engine.loseStatus(call);
  const contract = isContractName(name) ? contractFunctions[name] : undefined;
  if (contract?.checkedBy === undefined) return;
  engine.report(state, { rule: 'checked-status', messageId: 'lost', node: call, clause: contract.checkedBy, data: { call: name } });
}
