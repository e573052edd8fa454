/**
 * Code that cannot be seen: what is handed to it may be kept, changed and given back there, so nothing more is said about it.
 * Everything else stays as it was.
 */
import type { Node, Variable } from '../flow/graph.js';
import { functionAround } from './program.js';
import type { Engine } from './engine.js';
import { examine } from './instructions.js';
import * as intMap from './int-map.js';
import { recordOf, withRecord } from './places.js';
import { Reachability } from './reach.js';
import type { State } from './state.js';
import type { Value } from './values.js';

/** The state after unseen code got these values. */
export function escape(engine: Engine, state: State, values: readonly Value[], node: Node): State {
  const { universe } = engine;
  const looked = values.reduce((into, value) => examine(engine, into, value), state);
  const reachability = new Reachability(universe, engine.program, looked, false);
  for (const value of values) reachability.addValue(value);
  const { atoms } = reachability.close();
  const epoch = universe.siteId(node);
  let after = looked;
  for (const atom of atoms) {
    const info = universe.info(atom);
    if (info.kind === 'object' || info.kind === 'entry' || info.kind === 'member' || info.kind === 'result') {
      after = engine.escape(after, atom);
      const record = recordOf(after, atom);
      after = withRecord(after, atom, {
        members: intMap.map(record.members, (value, key) => (universe.keyName(key).startsWith('[[class') ? value : undefined)),
        epoch,
      });
    } else if (info.kind === 'closure') {
      for (const variable of engine.program.freeVariables(info.function)) {
        if (isWrittenIn(variable, info.function)) after = forget(engine, after, variable, node);
      }
    }
  }
  return after;
}

function isWrittenIn(variable: Variable, fn: Node): boolean {
  return variable.references.some((reference) => {
    if (!reference.isWrite() || reference.init === true) return false;
    for (let at: Node | null = functionAround(reference.identifier); at !== null; at = functionAround(at.parent)) {
      if (at === fn) return true;
    }
    return false;
  });
}

/** The variable may hold anything now, of which nothing but its name is known. */
export function forget(engine: Engine, state: State, variable: Variable, node: Node): State {
  const { universe } = engine;
  const unknown = universe.one(universe.atom({ kind: 'entry', of: variable, name: `${variable.name}@${universe.siteId(node)}` }));
  return { ...state, cells: intMap.set(state.cells, universe.siteId(variable), unknown) };
}
