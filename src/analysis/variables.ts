/** The values of variables: stored ones, those of imports, and names for what nobody has said yet. */
import type { Primitive, Variable } from '../flow/graph.js';
import type { External } from '../resolve/external.js';
import type { Linked } from './bindings.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import type { State } from './state.js';
import type { Universe, Value } from './values.js';

const globals: Readonly<Record<string, Primitive>> = { undefined: undefined, NaN: Number.NaN, Infinity };

export function globalValue(engine: Engine, name: string): Value {
  const { universe } = engine;
  return Object.hasOwn(globals, name) ? universe.constant(globals[name]) : universe.one(universe.atom({ kind: 'library', path: name }));
}

/** The value of a variable: from the store, from the runtime, or a name for what nobody has said yet. */
export function readVariable(engine: Engine, frame: Frame, state: State, variable: Variable): Value {
  const { universe } = engine;
  const stored = intMap.get(state.cells, universe.siteId(variable));
  if (stored !== undefined) return stored;
  const external = frame.module.resolver.importedBinding(variable);
  if (external !== undefined) return externalValue(universe, external);
  const linked = engine.program.linked(frame.module, variable);
  if (linked !== undefined) return linkedValue(engine, state, linked);
  return initialValue(engine, variable);
}

/** What an import of another module gives: the value of its variable, or its namespace. */
export function linkedValue(engine: Engine, state: State, linked: Linked): Value {
  const { universe } = engine;
  if ('namespace' in linked) return universe.one(universe.atom({ kind: 'entry', of: linked.namespace.ast, name: 'namespace' }));
  return intMap.get(state.cells, universe.siteId(linked.variable)) ?? initialValue(engine, linked.variable);
}

/** A variable that nothing has been stored in on this path: a function is known all the same. */
function initialValue(engine: Engine, variable: Variable): Value {
  const { universe } = engine;
  const [definition] = variable.defs;
  if (definition?.type === 'FunctionName' && definition.node.type === 'FunctionDeclaration') {
    return universe.one(universe.atom({ kind: 'closure', function: definition.node, age: 0 }));
  }
  return universe.one(universe.entryOf(variable));
}

export function externalValue(universe: Universe, external: External): Value {
  return external.kind === 'constant' ? universe.constant(external.value) : universe.one(universe.atom({ kind: 'external', external }));
}
