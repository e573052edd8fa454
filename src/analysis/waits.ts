/** Calls that wait, where that is not allowed whatever the level: in WSK callbacks (E2), and for long in a driver's entry routine (C9). */
import type { ContractFunction, Waits } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';
import type { Value } from './values.js';

/** Whether the call may wait with these arguments. */
function mayWait(engine: Engine, state: State, { unless, mustBeKnown }: Waits, argument: (name: string) => Value): boolean {
  if (unless === undefined) return true;
  const atoms = engine.universe.atoms(argument(unless.parameter));
  const verdicts = atoms.map((atom) => constraint.equals(knownOf(engine.universe, state, atom), unless.equals));
  return verdicts.includes('no') || (mustBeKnown === true && (atoms.length === 0 || verdicts.includes('unknown')));
}

/** Reports a wait inside a WSK callback; true when it did. */
export function checkWaitInCallback(
  engine: Engine,
  state: State,
  name: string,
  contract: ContractFunction,
  argument: (name: string) => Value,
  node: Node,
): boolean {
  const { waits } = contract;
  const { thread } = state;
  if (waits === undefined || !thread.mayNotWait || !mayWait(engine, state, waits, argument)) return false;
  engine.report(state, { rule: 'no-wait-in-wsk-callback', messageId: 'waits', node, clause: waits.clause, data: { call: name } });
  return true;
}

/** Tells how long a driver's entry routine may wait: the rule knows what is too long. */
export function checkWaitInDriverEntry(
  engine: Engine,
  state: State,
  name: string,
  { waits }: ContractFunction,
  argument: (name: string) => Value,
  node: Node,
): void {
  if (waits?.milliseconds === undefined || !state.thread.isDriverEntry) return;
  const { parameter, clause } = waits.milliseconds;
  for (const atom of engine.universe.atoms(argument(parameter))) {
    const { kinds, low } = knownOf(engine.universe, state, atom);
    if (kinds !== constraint.NUMBER || !(low > 0)) continue;
    const isInfinite = low >= INFINITE;
    engine.report(state, {
      rule: 'no-infinite-wait-in-driver-entry',
      messageId: isInfinite ? 'infinite' : 'long',
      node,
      clause,
      weight: low,
      data: { call: name, wait: String(low) },
    });
  }
}

const INFINITE = 0xffff_ffff;
