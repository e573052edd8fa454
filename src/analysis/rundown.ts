/**
 * Deregistrations that may be pending: the call splits the path into one on which it is complete and one on which it has to be waited for;
 * the wait ends that. A wait that comes before its deregistration is one report, at the wait.
 */
import { constants } from '../contracts/constants.js';
import { resources } from '../contracts/resources.js';
import type { ContractFunction, Rundown } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { nameOfObject } from './names.js';
import { holding, withHolding, type Holding } from './object-state.js';
import type { State } from './state.js';
import { isNothing } from './truth.js';
import type { Atom, Value } from './values.js';

interface Outcome {
  readonly state: State;
  readonly value: Value;
}

/** After the deregistration of a handle: pending, and complete. When nobody looks at the status, only the worse of the two matters. */
export function splitPending(
  engine: Engine,
  state: State,
  contract: ContractFunction,
  atom: Atom | undefined,
  node: Node,
  isRead: boolean,
): Outcome[] {
  const { universe } = engine;
  const rundown = contract.releases?.rundown?.resource;
  const status = (name: string): Value => universe.constant(constants[name] ?? 0);
  const left = (of: Holding): State => {
    if (atom === undefined || rundown === undefined) return state;
    const own = engine.objectState(state, atom);
    return own.silent ? state : engine.withObjectState(state, atom, withHolding(own, rundown, of));
  };
  const site = { node, id: universe.siteId(node) };
  const pending = { state: left({ count: 1, by: [site], why: 'never', whyAt: null }), value: status('STATUS_PENDING') };
  return isRead ? [pending, { state: left(complete(node)), value: status('STATUS_SUCCESS') }] : [pending];
}

const complete = (node: Node): Holding => ({ count: 0, by: [], why: 'released', whyAt: node });

/** Runs the wait for a deregistration. */
export function awaitRundown(engine: Engine, state: State, name: string, contract: ContractFunction, atom: Atom, node: Node): State {
  const { awaits } = contract;
  const own = engine.objectState(state, atom);
  // A handle that is nothing was never registered: there is nothing that the wait could be too early for.
  if (awaits === undefined || own.silent || isNothing(engine.universe, state, atom)) return state;
  const before = holding(own, awaits.resource);
  if (before.count !== 'unknown')
    return before.count === 0 ? state : engine.withObjectState(state, atom, withHolding(own, awaits.resource, complete(node)));
  const registered = holding(own, awaits.after).count;
  if (registered === 'unknown') {
    // Whoever was here before may have deregistered; if this path still does, the wait was too early.
    const early: Holding = { count: 0, by: [{ node, id: engine.universe.siteId(node) }], why: 'never', whyAt: null };
    return engine.withObjectState(state, atom, withHolding(own, awaits.resource, early));
  }
  return registered === 0 ? state : reportEarlyWait(engine, state, name, atom, node);
}

function reportEarlyWait(engine: Engine, state: State, name: string, atom: Atom, node: Node): State {
  engine.report(state, {
    rule: resources.nmrClientRundown.pairing,
    messageId: 'tooEarly',
    node,
    clause: 'W2',
    data: { call: name, object: nameOfObject(engine, atom, node) },
  });
  return engine.silence(state, atom);
}

/** A deregistration is about to happen: whether a wait for it came before, on this path. Then that is reported, and the handle silenced. */
export function checkEarlyWait(engine: Engine, state: State, contract: ContractFunction, atom: Atom): State {
  const { releases } = contract;
  const rundown: Rundown | undefined = releases?.rundown?.resource;
  const own = engine.objectState(state, atom);
  if (releases === undefined || rundown === undefined || own.silent) return state;
  const { count, by } = holding(own, rundown);
  const [wait] = by;
  if (count !== 0 || wait === undefined) return state;
  // Too early as the wait was: what somebody else registered is given back here.
  engine.note(({ onRelease }) => {
    onRelease(releases.resource, atom, state);
  });
  return reportEarlyWait(engine, state, releases.thenWaitWith ?? '', atom, wait.node);
}
