/** What a contract call gives back. */
import { contractFunctions } from '../contracts/functions.js';
import { resources } from '../contracts/resources.js';
import type { ContractFunction, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Call } from './contract-calls.js';
import { noteReleased } from './duty.js';
import { collectionsOf, mayBeGivenAgain } from './elements.js';
import type { Engine } from './engine.js';
import { droppedCall } from './guards.js';
import * as intMap from './int-map.js';
import { isRundown } from './leaks.js';
import { nameOfObject } from './names.js';
import { ESCAPED, holding, isOfBefore, MANY, NEVER, withHolding, withKept, type Holding, type ObjectState } from './object-state.js';
import type { State } from './state.js';
import { isNothing } from './truth.js';
import type { Atom } from './values.js';
import { lineOf } from './wording.js';

/** What is given back is not known, but for what the text calls it. */
export function noteUnknownRelease({ engine, contract: { releases, parameters }, node }: Call): void {
  if (releases === undefined || node.type !== 'CallExpression') return;
  const argument = node.arguments[parameters.indexOf(releases.of)];
  engine.note(({ onUnknownRelease }) => {
    onUnknownRelease(releases.resource, argument);
  });
}

export function release(call: Call, before: State, atom: Atom): State {
  return releaseKnown(call, silenceGivenAgain(call.engine, before, atom), atom);
}

/** What a call that cannot be seen gave before may be what it gave now: nobody knows whether that is still held. */
function silenceGivenAgain(engine: Engine, state: State, atom: Atom): State {
  const { universe } = engine;
  let after = state;
  intMap.forEach(state.hot, (held) => {
    if (mayBeGivenAgain(universe, atom, held)) after = engine.escape(after, held);
  });
  return after;
}

function releaseKnown(call: Call, state: State, atom: Atom): State {
  const { engine, contract, name, node } = call;
  const { releases } = contract;
  if (releases === undefined) return state;
  const own = engine.objectState(state, atom);
  const isNone = isNothing(engine.universe, state, atom);
  const empty = isNone ? emptyCell(call) : undefined;
  if (own.silent || (empty !== undefined && engine.wasReported(state, empty))) {
    // Whoever else holds it may count on that.
    if (own === ESCAPED) noteRelease(call, state, atom, releases.resource);
    return engine.addStep(noteReleasedUnjudged(call, state, releases.resource), node, 'released', name);
  }
  const isOther = !isNone && isOtherKind(own, releases);
  const before = isNone ? failureBehind(call, state, releases.resource) : isOther ? NEVER : holding(own, releases.resource);
  const facts = resources[releases.resource];
  if (before.count === 0) {
    // That it is given back where it is not held is the bug, not that nothing gives it back.
    if (before.why === 'never' && !isNone) noteRelease(call, state, atom, releases.resource);
    engine.report(state, {
      rule: facts.pairing,
      messageId: `nothingToRelease:${before.why}`,
      node,
      clause: releases.clause,
      data: {
        call: name,
        object: nameOfObject(engine, atom, node),
        participle: facts.participle,
        line: lineOf(before.whyAt ?? node),
      },
      dependsOnDropped:
        before.why === 'failed'
          ? droppedCall(call.target.frame, state, before.whyAt)
          : before.why === 'released'
            ? unexaminedFailure(call, state, releases.resource)
            : null,
    });
    return engine.silence(state, empty ?? atom);
  }
  if (before.by.length === 0) noteRelease(call, state, atom, releases.resource);
  const left: Holding =
    before.count === 'unknown'
      ? !isOfBefore(before) || (contract.needs === undefined && isCounted(releases.resource))
        ? before
        : { count: 0, by: [], why: 'released', whyAt: node }
      : before.count === MANY
        ? { count: 'unknown', by: [], why: 'released', whyAt: node }
        : { count: before.count - 1, by: before.by.slice(0, -1), why: 'released', whyAt: node };
  const settled = withoutUnknown(contract, withHolding(own, releases.resource, left));
  const released = noteReleased(engine, engine.withObjectState(state, atom, settled), (registered) =>
    before.by.some((site) => site.node === registered),
  );
  const after = releases.rundown === undefined && left.count === 0 ? withoutKept(engine, released, atom) : released;
  return engine.addStep(silenceElements(engine, after, atom), node, 'released', name);
}

function noteRelease({ engine }: Call, state: State, atom: Atom, resource: Resource): void {
  engine.note(({ onRelease }) => {
    onRelease(resource, atom, state);
  });
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
  const collections = universe.info(atom).kind === 'member' ? [] : collectionsOf(universe, atom);
  let after = state;
  for (const collection of collections) {
    intMap.forEach(intMap.get(state.heap, collection)?.members ?? null, (_key, value) => {
      for (const element of universe.atoms(value)) if (universe.info(element).kind === 'object') after = engine.escape(after, element);
    });
  }
  return after;
}

/** The cell that nothing was read from, if it was read from one where the call stands. */
function emptyCell({ target }: Call): Atom | undefined {
  const [place] = target.places;
  return place && 'object' in place ? place.object : undefined;
}

/** What left a cell or variable without a handle: a registration that failed, if one has. */
function failureBehind(call: Call, state: State, resource: Resource): Holding {
  const { engine } = call;
  const cell = emptyCell(call);
  if (cell !== undefined) {
    const ofCell = holding(engine.objectState(state, cell), resource);
    if (ofCell.why === 'failed') return ofCell;
  }
  const failed: Node[] = [];
  intMap.forEach(state.unexamined, (_status, node) => {
    if (acquiredBy(engine, node) === resource) failed.push(node);
  });
  const last = failed.at(-1);
  return last === undefined ? NEVER : { ...NEVER, why: 'failed', whyAt: last };
}

/** A call that was to acquire one more and failed, if nobody has looked at its status: had it succeeded, there would be one to give back. */
function unexaminedFailure({ engine }: Call, state: State, resource: Resource): Node | null {
  let found: Node | null = null;
  intMap.forEach(state.unexamined, (status, node) => {
    const info = engine.universe.info(status);
    if (info.kind === 'status' && info.outcome === 'failure' && acquiredBy(engine, node) === resource) found = node;
  });
  return found;
}

function acquiredBy(engine: Engine, node: Node): Resource | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const denoted = engine.program.moduleOf(node).resolver.callee(node);
  return denoted?.kind === 'function' ? contractFunctions[denoted.name].acquires?.resource : undefined;
}

/** Of an object that is no longer judged nobody knows which call registered it: it may be any that registers what is given back. */
const noteReleasedUnjudged = ({ engine }: Call, state: State, resource: Resource): State =>
  noteReleased(engine, state, (registered) => acquiredBy(engine, registered) === resource);

/** A handle that a registration of the other kind put into its cell, or that was given back as one of the other kind. */
const isOtherKind = ({ holdings }: ObjectState, { resource, rundown }: NonNullable<ContractFunction['releases']>): boolean =>
  rundown !== undefined && holdings[resource] === undefined && Object.keys(holdings).some((other) => !isRundown(other as Resource));

const isCounted = (resource: string): boolean => resource === 'capture';
