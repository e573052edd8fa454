/**
 * Calls to documented functions, as their entries in the contract tables say: what they need, acquire and give back, how they
 * fail, what they do to memory and to the interrupt request level. Names no function.
 */
import type { ContractFunction, Resource } from '../contracts/types.js';
import { contractFunctions } from '../contracts/functions.js';
import { precedence } from '../contracts/precedence.js';
import { resources } from '../contracts/resources.js';
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { construct, makeStructure, result, type CallTarget, type Completion, type Outcome } from './calls.js';
import * as constraint from './constraint.js';
import { checkRegisteredLast, noteCompletion, noteOutcome, noteReleased } from './duty.js';
import type { Engine } from './engine.js';
import { keep } from './escape.js';
import { checkMemberWrite, droppedCall, reportHeld, reportLostHolder } from './guards.js';
import { examine } from './instructions.js';
import * as intMap from './int-map.js';
import { isOwnHandle, reportLostStatus } from './leaks.js';
import { parentOf } from './program.js';
import { checkFixedMembers, keepData } from './kept-data.js';
import { runLevelEffect, type LevelOutcome } from './level-effects.js';
import { checkLevels, POOL, rangesOf, type LevelRule } from './levels.js';
import { classOf, runtimeStructure } from './members.js';
import { lineOf, nameOfObject } from './names.js';
import { freed, holding, withContents, withHolding, withKept, type Holding, type ObjectState, type Site } from './object-state.js';
import { setMember } from './places.js';
import { awaitRundown, checkEarlyWait, splitPending } from './rundown.js';
import { amend, withFacts, type State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';
import { checkWaitInCallback, checkWaitInDriverEntry } from './waits.js';

/** One call under way. */
interface Call {
  readonly engine: Engine;
  readonly name: string;
  readonly contract: ContractFunction;
  readonly target: CallTarget;
  readonly node: Node;
  readonly argument: (parameter: string) => Value;
}

export function contractCall(engine: Engine, state: State, name: string, contract: ContractFunction, target: CallTarget): Outcome {
  const { node, args } = target;
  const argument = (parameter: string): Value => {
    const index = contract.parameters.indexOf(parameter);
    return args.values[index] ?? (args.more || index === -1 ? TOP : engine.universe.undefined);
  };
  if (contract.result === 'never') return { completes: [], throws: [] };
  const call: Call = { engine, name, contract, target, node, argument };
  noteArguments(call);
  checkFixedMembers(engine, state, call);
  engine.note(({ callbacks }) => {
    callbacks.noteCalled(name);
  });
  if (contract.initializes === true || contract.memory?.kind === 'allocate') checkRegisteredLast(engine, state, name, node);
  const { state: levelled, value: level } = atItsLevel(call, state);
  const object = objectOf(call);
  const completes = splitByObject(engine, noteCompletion(engine, handOver(call, levelled), name, node), object).flatMap(([each, atom]) =>
    onObject(call, each, atom, level),
  );
  return { completes, throws: [] };
}

/** A context that a routine will be called with outlives the call. */
function handOver({ engine, contract, argument }: Call, state: State): State {
  const contexts = (contract.takes ?? []).flatMap(({ context }) => (context === undefined ? [] : [argument(context)]));
  return contexts.length === 0 ? state : keep(engine, state, 'add', contexts);
}

/** Checks the level at which the call stands, and moves it; of what is wrong with that, the first in the order of precedence is reported. */
function atItsLevel({ engine, name, contract, node, argument }: Call, state: State): LevelOutcome {
  const { levelEffect } = contract;
  const moved = levelEffect === undefined ? { state } : runLevelEffect(engine, state, levelEffect, argument, name, node);
  const ranges = rangesOf(engine, state, contract, argument);
  checkWaitInDriverEntry(engine, state, name, contract, argument, node);
  const locks = levelEffect !== undefined && 'lock' in levelEffect ? engine.universe.atoms(argument(levelEffect.lock)) : [];
  // A lock that is acquired at the wrong level is also released there.
  const isReleasedWhereTold = levelEffect?.kind === 'releaseLock' && locks.some((lock) => engine.wasReported(state, lock));
  const levelsAre = (rule: LevelRule): boolean => checkLevels(engine, state, name, ranges, node, rule);
  const isRight: Readonly<Record<(typeof precedence.call)[number], () => boolean>> = {
    'paired-irql': () => moved.isTold !== true && levelEffect?.kind !== 'raise' && !isReleasedWhereTold,
    'no-waiting-capture': () => levelsAre('no-waiting-capture'),
    'no-wait-in-wsk-callback': () => !checkWaitInCallback(engine, state, name, contract, argument, node),
    'irql-requirements': () => levelsAre('irql-requirements'),
  };
  const broken = precedence.call.find((rule) => !isRight[rule]());
  if (broken !== 'irql-requirements' || levelEffect?.kind !== 'acquireLock') return moved;
  return { ...moved, state: locks.reduce((into, lock) => engine.silence(into, lock), moved.state) };
}

/** Remembers how the user names the objects that the call is handed. */
function noteArguments({ engine, target, node }: Call): void {
  if (node.type !== 'CallExpression') return;
  node.arguments.forEach((argument, index) => {
    const atom = engine.universe.single(target.args.values[index] ?? TOP);
    if (atom !== undefined) engine.workspace.argumentNames.set(argument, atom);
  });
}

/** The object that the call is about. */
function objectOf({ contract, argument }: Call): Value | undefined {
  const of =
    contract.acquires?.of ??
    contract.releases?.of ??
    contract.awaits?.of ??
    contract.needs?.[0]?.of ??
    (contract.memory?.kind === 'free' ? contract.memory.memory : undefined);
  return of === undefined ? undefined : argument(of);
}

function splitByObject(engine: Engine, state: State, value: Value | undefined): readonly (readonly [State, Atom | undefined])[] {
  const atoms = value === undefined ? [] : engine.universe.atoms(value);
  return atoms.length === 0 ? [[state, undefined]] : atoms.map((atom) => [state, atom] as const);
}

function onObject(call: Call, state: State, atom: Atom | undefined, level: Value | undefined): Completion[] {
  const { contract, engine } = call;
  const target = atom === undefined ? undefined : handleOf(call, state, atom);
  const checked = target === undefined ? state : checkNeeds(call, state, target);
  const released =
    target === undefined
      ? checked
      : awaitRundown(
          engine,
          release(call, checkEarlyWait(engine, checked, contract, target), target),
          call.name,
          contract,
          target,
          call.node,
        );
  const remembered = contract.memory?.kind === 'free' && atom !== undefined ? freeMemory(call, released, atom) : released;
  if (contract.memory?.kind === 'allocate') return allocateMemory(call, remembered);
  switch (contract.result) {
    case 'status':
      return withOutcome(call, remembered, atom);
    case 'level':
      return [{ state: remembered, value: level ?? TOP }];
    case 'statusOrPending':
      return splitPending(engine, remembered, contract, target, call.node, call.target.resultIsRead);
    case 'pointer':
      return thereOrNot(call, remembered);
    default:
      return contract.levelEffect === undefined && contract.releases === undefined
        ? unknownOf(engine, remembered, call.node, '')
        : [{ state: remembered, value: engine.universe.undefined }];
  }
}

/** An object, and on another path none. */
function thereOrNot({ engine, name, contract, node }: Call, state: State): Completion[] {
  const none = noteOutcome(engine, engine.addStep(state, node, 'failed', name), name, contract, node, false);
  return [
    ...result(engine, state, node, '', constraint.ofKinds(constraint.OBJECT)).completes,
    { state: none, value: engine.universe.constant(null) },
  ];
}

const unknownOf = (engine: Engine, state: State, node: Node, tag: string): Completion[] => {
  const known = tag.startsWith('status:') ? constraint.wholeBetween(-0x8000_0000, 0x7fff_ffff) : constraint.ANY;
  return [...result(engine, state, node, tag, known).completes];
};

/** The object that carries the typestate: the argument itself, or the value in the cell that it is. */
function handleOf({ contract }: Call, _state: State, atom: Atom): Atom | undefined {
  return contract.acquires?.heldBy === 'valueOfCell' ? undefined : atom;
}

/** Needs that are not met are findings; the object is then no longer judged. */
function checkNeeds(call: Call, state: State, atom: Atom): State {
  const { engine, contract, name, node } = call;
  let after = state;
  for (const need of contract.needs ?? []) {
    const own = engine.objectState(after, atom);
    if (own.silent) return after;
    const { count, why, whyAt, by } = holding(own, need.resource);
    const facts = resources[need.resource];
    if (own.memory === 'freed' && facts.overwritten !== null && need.state === 'held') {
      engine.report(after, {
        rule: facts.overwritten,
        messageId: 'usedFreed',
        node,
        clause: 'C4',
        data: { call: name, object: nameOfObject(engine, atom, node) },
      });
      return engine.silence(after, atom);
    }
    const isBroken = need.state === 'held' ? count === 0 : count !== 'unknown' && count > 0;
    const rule = need.state === 'held' ? facts.missing : facts.inTheWay;
    if (!isBroken || rule === null) continue;
    const [site] = by;
    engine.report(after, {
      rule,
      messageId: need.state === 'held' ? `missing:${why}` : 'inTheWay',
      node,
      clause: need.clause,
      data: {
        call: name,
        object: nameOfObject(engine, atom, node),
        participle: facts.participle,
        line: String(lineOf(need.state === 'held' ? (whyAt ?? node) : (site?.node ?? node))),
      },
      dependsOnDropped: need.state === 'held' && why === 'failed' ? droppedCall(call.target.frame, after, whyAt) : null,
    });
    after = engine.silence(after, atom);
  }
  return after;
}

function release(call: Call, state: State, atom: Atom): State {
  const { engine, contract, name, node } = call;
  const { releases } = contract;
  if (releases === undefined) return state;
  const own = engine.objectState(state, atom);
  if (own.silent) return engine.addStep(state, node, 'released', name);
  const before = isNothing(engine, atom) || isOtherKind(engine, own, atom, releases.resource) ? NEVER : holding(own, releases.resource);
  const facts = resources[releases.resource];
  if (before.count === 0) {
    engine.report(state, {
      rule: facts.pairing,
      messageId: `nothingToRelease:${before.why}`,
      node,
      clause: releases.clause,
      data: {
        call: name,
        object: nameOfObject(engine, atom, node),
        participle: facts.participle,
        line: String(lineOf(before.whyAt ?? node)),
      },
      dependsOnDropped: before.why === 'failed' ? droppedCall(call.target.frame, state, before.whyAt) : null,
    });
    return engine.silence(state, atom);
  }
  if (before.by.length === 0)
    engine.note(({ onRelease }) => {
      onRelease(releases.resource, atom, state);
    });
  const left: Holding =
    before.count === 'unknown'
      ? contract.needs === undefined && isCounted(releases.resource)
        ? before
        : { count: 0, by: [], why: 'released', whyAt: node }
      : { count: before.count - 1, by: before.by.slice(0, -1), why: 'released', whyAt: node };
  const settled = withoutUnknown(contract, withHolding(own, releases.resource, left));
  const released = noteReleased(engine, engine.withObjectState(state, atom, settled), before.by);
  const after = releases.rundown === undefined && left.count === 0 ? withoutKept(engine, released, atom) : released;
  return engine.addStep(silenceElements(engine, after, atom), node, 'released', name);
}

/** What must not be held for a call to be made, or waits until nobody holds it, is not held once it has returned: of that nothing is unknown any more. */
function withoutUnknown(contract: ContractFunction, own: ObjectState): ObjectState {
  let after = own;
  for (const { resource, state } of contract.needs ?? []) {
    if (state !== 'notHeld') continue;
    const { count, by, why, whyAt, assumed } = holding(after, resource);
    if (count === 'unknown') after = withHolding(after, resource, NEVER);
    else if (assumed) after = withHolding(after, resource, { count, by, why, whyAt });
  }
  return after;
}

/** Nothing is kept for a registration that is gone. */
function withoutKept(engine: Engine, state: State, atom: Atom): State {
  let after = state;
  intMap.forEach(state.hot, (data) => {
    const own = engine.objectState(state, data);
    const kept = own.kept.filter(({ by }) => by !== atom);
    if (kept.length !== own.kept.length) after = engine.withObjectState(after, data, withKept(own, kept));
  });
  return after;
}

/** What comes out of a collection under a key that is not known may be anything that was put in: that is no longer judged (interface 4.8). */
function silenceElements(engine: Engine, state: State, atom: Atom): State {
  const { universe } = engine;
  const info = universe.info(atom);
  const collections =
    info.kind === 'result' && info.tag.startsWith('element:')
      ? [Number(info.tag.slice('element:'.length))]
      : info.kind === 'expression' && info.operator === 'element'
        ? universe.atoms(info.left)
        : [];
  let after = state;
  for (const collection of collections) {
    intMap.forEach(intMap.get(state.heap, collection)?.members ?? null, (_key, value) => {
      for (const element of universe.atoms(value)) if (universe.info(element).kind === 'object') after = engine.escape(after, element);
    });
  }
  return after;
}

/** A handle that no registration has put into its cell. */
const NEVER: Holding = { count: 0, by: [], why: 'never', whyAt: null };

/** A handle that a registration of the other kind put into its cell. */
const isOtherKind = (engine: Engine, own: ObjectState, atom: Atom, resource: Resource): boolean =>
  isOwnHandle(engine, atom) && own.holdings[resource] === undefined && Object.keys(own.holdings).length > 0;

const isNothing = (engine: Engine, atom: Atom): boolean => constraint.isNullish(engine.universe.intrinsic(atom)) === 'yes';

const isCounted = (resource: string): boolean => resource === 'capture';

/** The call succeeds on one path and fails on another. */
function withOutcome(call: Call, state: State, atom: Atom | undefined): Completion[] {
  const { engine, contract, node, name, target } = call;
  const { acquires } = contract;
  const isDropped = contract.checkedBy !== undefined && !target.resultIsRead;
  engine.nameStatus(node, name);
  if (isDropped && engine.isForeign(node)) engine.loseStatus(node);
  else if (isDropped) reportLostStatus(engine, state, node, name);
  if (acquires === undefined && contract.checkedBy === undefined) return unknownOf(engine, state, node, `status:${name}`);
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
  let after = state;
  for (const cell of contract.writesCell ?? []) after = writeCell(call, after, cell);
  if (acquires !== undefined) {
    const holder = acquires.heldBy === 'parameter' ? atom : engine.universe.single(cellValue(call, acquires.of));
    if (holder !== undefined) after = keepData(engine, acquire(call, after, holder), call, holder);
    if (holder !== undefined && acquires.heldBy === 'valueOfCell') nameHolder(call, acquires.of, holder);
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
  const count = before.count === 'unknown' ? 1 : Math.min(before.count + 1, MAX_COUNT);
  const held = withHolding(own, acquires.resource, { count, by: [...before.by, site].slice(-MAX_COUNT), why: 'never', whyAt: null });
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

/** More outstanding captures than this are as many as this: a loop would never come to an end of numbers. */
const MAX_COUNT = 4;

function fail(call: Call, state: State, atom: Atom | undefined): State {
  const { engine, contract, node } = call;
  const { acquires } = contract;
  let after = state;
  if (acquires !== undefined && acquires.heldBy === 'parameter' && atom !== undefined) {
    const own = engine.objectState(after, atom);
    const before = holding(own, acquires.resource);
    if (!own.silent && (before.count === 'unknown' || before.count === 0)) {
      const failed = withHolding(own, acquires.resource, {
        count: 0,
        by: [],
        why: 'failed',
        whyAt: node,
        ...(before.count === 'unknown' || before.assumed ? { assumed: true as const } : {}),
      });
      after = engine.withObjectState(after, atom, withoutDependents(acquires.resource, failed));
    }
  }
  return contract.fills === undefined ? after : fill(call, after, { kind: 'empty', failed: node }, true);
}

function fill({ engine, contract, argument }: Call, state: State, contents: Parameters<typeof withContents>[1], known: boolean): State {
  const npi = contract.fills === undefined ? undefined : engine.universe.single(argument(contract.fills.parameter));
  if (npi === undefined) return state;
  const own = engine.objectState(state, npi);
  if (own.silent) return state;
  // What a successful capture filled before stays filled when another one fails.
  if (contents.kind === 'empty' && own.contents.kind === 'filled') return state;
  return engine.withObjectState(state, npi, withContents(own, known ? contents : { kind: 'unknown' }));
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
    tag: `cell:${parameter}`,
  });
  const value = engine.universe.one(atom);
  const checked = checkMemberWrite(engine, call.target.frame, made, cell, 'value', value, node);
  return setMember(engine.universe, checked, cell, 'value', value);
}

function cellValue({ engine, node }: Call, parameter: string): Value {
  return engine.universe.one(
    engine.universe.atom({ kind: 'result', site: node, age: 0, known: constraint.ofKinds(constraint.OBJECT), tag: `cell:${parameter}` }),
  );
}

/** An object from the pool, or null when there is no memory. */
function allocateMemory(call: Call, state: State): Completion[] {
  const { engine, node, contract, argument, target } = call;
  const { memory } = contract;
  const type = memory?.kind === 'allocate' ? argument(memory.type) : TOP;
  const atom = engine.universe.single(type);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  engine.workspace.poolSites.add(node);
  const failed: Completion = {
    state: noteOutcome(engine, engine.addStep(state, node, 'failed', call.name), call.name, contract, node, false),
    value: engine.universe.constant(null),
  };
  const isStructure = atom !== undefined && info?.kind === 'external' && info.external.kind === 'class';
  const made = isStructure
    ? [makeStructure(engine, state, atom, info.external.name, { values: [], more: false }, node)]
    : construct(engine, target.frame, state, type, { values: [], more: false }, node).completes;
  return [...made.map((completion) => fromPool(call, completion)), failed];
}

/** Remembers which pool the memory is from. */
function fromPool({ engine, contract, argument }: Call, { state, value }: Completion): Completion {
  const object = engine.universe.single(value);
  if (object === undefined || contract.memory?.kind !== 'allocate') return { state, value };
  return { state: setMember(engine.universe, state, object, POOL, argument(contract.memory.flags)), value };
}

/** Memory goes back to the pool: what lies in it must not be in use. */
function freeMemory(call: Call, state: State, atom: Atom): State {
  const { engine, node } = call;
  const examined = examine(engine, state, engine.universe.one(atom));
  let after = examined;
  let isReported = false;
  for (const inside of objectsInside(engine, after, atom)) {
    const checked = reportHandlesInside(call, reportHeld(engine, after, inside, 'freed', node), inside, isReported);
    isReported ||= checked !== after;
    after = checked;
    const own = engine.objectState(after, inside);
    if (!own.silent) after = engine.withObjectState(after, inside, freed(own, node));
  }
  return isReported ? engine.silence(after, atom) : after;
}

/** Handles whose only cell is freed are lost, unless that is part of a bug that is reported already. */
function reportHandlesInside({ engine, target, node }: Call, state: State, cell: Atom, isReported: boolean): State {
  const { universe } = engine;
  const member = runtimeStructure(engine, state, cell)?.valueIn;
  const value = member === undefined ? undefined : intMap.get(intMap.get(state.heap, cell)?.members ?? null, universe.keyId(member));
  if (member === undefined || value === undefined) return state;
  if (isReported) return universe.atoms(value).reduce((into, handle) => engine.silence(into, handle), state);
  return reportLostHolder(engine, target.frame, state, setMember(universe, state, cell, member, universe.undefined), value, node);
}

/** The object itself and those that lie in its memory: what its class makes in field initialisers, and members of what was there before. */
function objectsInside(engine: Engine, state: State, atom: Atom): Atom[] {
  const { universe } = engine;
  const inside = [atom];
  const cls = classOf(universe, state, atom);
  const clsInfo = cls === undefined ? undefined : universe.info(cls);
  intMap.forEach(intMap.get(state.heap, atom)?.members ?? null, (_key, value) => {
    const member = universe.single(value);
    const info = member === undefined ? undefined : universe.info(member);
    if (member === undefined || info?.kind !== 'object' || clsInfo?.kind !== 'class') return;
    if (isWithin(info.site as Node, clsInfo.class)) inside.push(member);
  });
  intMap.forEach(state.hot, (hot) => {
    const info = universe.info(hot);
    if (info.kind === 'member' && info.base === atom) inside.push(hot);
  });
  return inside;
}

function isWithin(node: Node, ancestor: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}
