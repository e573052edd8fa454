/**
 * The state in which code is entered from outside: the module as loading it left it, except for what its functions change
 * afterwards, in whatever order they are called. That is unknown; each unknown has a name, so tests of it agree.
 */
import type { ClassNode, FunctionNode, Node, Variable } from '../flow/graph.js';
import { setElements } from './arrays.js';
import { constructorOf } from './class-members.js';
import { collectionOnEntry } from './collections.js';
import { construct } from './construction.js';
import { stackOnEntry } from './disposal.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { CLASS, ELEMENTS, SUPERCLASS, VARIABLE } from './hidden-members.js';
import * as intMap from './int-map.js';
import type { Counters, Mutations } from './mutations.js';
import { UNKNOWN } from './object-state.js';
import { newRecord, recordOf, setMember, withRecord } from './places.js';
import { amend, type ObjectRecord, type State } from './state.js';
import { isNeverChanged } from './unchanged.js';
import { TOP, type Atom, type Value } from './values.js';

/** Longer chains of classes are not looked through. */
const MAX_SUPERCLASSES = 32;

/** The module after loading, seen by a function that is called at any time. `uncounted`: counters that still stand where loading left them. */
export function stateOnEntry(
  engine: Engine,
  loaded: State,
  mutations: Mutations,
  uncounted: Counters,
  variableOfCell: (cell: number) => Variable | undefined,
): State {
  const { universe } = engine;
  const cells = intMap.map(loaded.cells, (value, cell) => {
    const variable = variableOfCell(cell);
    if (variable === undefined || !engine.program.isReassigned(variable)) return value;
    if (uncounted.variables.has(variable) && isNumber(engine, value)) return value;
    return universe.one(universe.entryOf(variable));
  });
  const written = writtenUnderAnyKey(engine, loaded, mutations);
  const heap = intMap.map(loaded.heap, (record, atom) => recordOnEntry(engine, record, atom, mutations, written.has(atom), uncounted.keys));
  const state: State = amend(loaded, {
    cells,
    heap,
    temps: null,
    objects: null,
    hot: null,
    unexamined: null,
    returned: null,
    thrown: null,
    trace: null,
    thread: engine.anyThread,
  });
  return arraysOnEntry(engine, objectsOnEntry(engine, state), mutations);
}

function isNumber({ universe }: Engine, value: Value): boolean {
  const atom = universe.single(value);
  const info = atom === undefined ? undefined : universe.info(atom);
  return info?.kind === 'constant' && typeof info.value === 'number';
}

/** Objects that functions write to under keys that are not known. */
function writtenUnderAnyKey({ universe }: Engine, state: State, { anyKeyOf, anyKeyIn }: Mutations): ReadonlySet<Atom> {
  const written = new Set(
    [...anyKeyOf].flatMap((variable) => [...universe.atoms(intMap.get(state.cells, universe.siteId(variable)) ?? TOP)]),
  );
  if (anyKeyIn.size === 0) return written;
  intMap.forEach(state.heap, (_holder, { members }) => {
    for (const name of anyKeyIn) for (const atom of universe.atoms(intMap.get(members, universe.keyId(name)) ?? TOP)) written.add(atom);
  });
  return written;
}

/** What is held on objects that were there before is unknown. */
export function objectsOnEntry(engine: Engine, state: State): State {
  let after = state;
  intMap.forEach(state.born, (atom) => {
    if (engine.universe.info(atom).kind === 'object') after = engine.withObjectState(after, atom, UNKNOWN);
  });
  return after;
}

function recordOnEntry(
  engine: Engine,
  record: ObjectRecord,
  atom: Atom,
  { keys }: Mutations,
  anyKey: boolean,
  uncounted?: ReadonlySet<string>,
): ObjectRecord {
  const { universe } = engine;
  // The runtime writes to its own structures: an `Out` holds what the last call put there.
  const cls = universe.single(intMap.get(record.members, universe.keyId(CLASS)) ?? TOP);
  const isStructure = cls !== undefined && universe.info(cls).kind === 'external';
  const members = intMap.map(record.members, (value, key) => {
    const name = universe.keyName(key);
    const isChanged = name.startsWith('[[') ? name.startsWith(VARIABLE) : isStructure || anyKey || keys.has(name);
    if (!isChanged || (uncounted?.has(name) === true && isNumber(engine, value))) return value;
    return universe.one(universe.atom({ kind: 'member', base: atom, key: name, epoch: 0 }));
  });
  const info = universe.info(atom);
  const hasMembers = info.kind !== 'object' || info.shape === 'object';
  // A member that only functions set is not listed yet; what is in an array, map or set has no name.
  let all = members;
  for (const name of hasMembers ? keys : []) {
    const key = universe.keyId(name);
    if (intMap.get(all, key) === undefined)
      all = intMap.set(all, key, universe.one(universe.atom({ kind: 'member', base: atom, key: name, epoch: 0 })));
  }
  // Nor is one whose name nobody knows.
  if (anyKey && info.kind === 'object' && info.shape === 'object') all = intMap.set(all, universe.keyId(ELEMENTS), TOP);
  return { ...record, members: all };
}

/** Objects that were made a moment ago, as they would be had that been some time ago. */
export function partOnEntry(engine: Engine, state: State, made: readonly Atom[]): State {
  const { universe, mutations } = engine;
  const written = writtenUnderAnyKey(engine, state, mutations);
  let after = state;
  for (const atom of made) {
    if (universe.info(atom).kind !== 'object') continue;
    const record = intMap.get(after.heap, atom);
    if (record !== undefined) after = withRecord(after, atom, recordOnEntry(engine, record, atom, mutations, written.has(atom)));
    after = engine.withObjectState(after, atom, UNKNOWN);
    if (mutations.arrays) after = elementsOnEntry(engine, after, atom);
  }
  return after;
}

function arraysOnEntry(engine: Engine, state: State, { arrays }: Mutations): State {
  if (!arrays) return state;
  let after = state;
  intMap.forEach(state.born, (atom) => {
    after = elementsOnEntry(engine, after, atom);
  });
  return after;
}

function elementsOnEntry(engine: Engine, state: State, atom: Atom): State {
  const info = engine.universe.info(atom);
  if (info.kind !== 'object' || !['array', 'stack', 'collection'].includes(info.shape)) return state;
  if ('type' in info.site && isNeverChanged(info.site as Node, engine.program.moduleOf(info.site as Node))) return state;
  if (info.shape === 'array') return setElements(engine, state, atom, undefined, []);
  if (info.shape === 'stack') return stackOnEntry(engine, state, atom);
  return collectionOnEntry(engine, state, atom);
}

/** An instance of a class whose constructor returned some time ago. Null when no path through the constructor completes. */
export function instanceOnEntry(
  engine: Engine,
  frame: Frame,
  state: State,
  node: ClassNode,
  cls: Atom,
  mutations: Mutations,
): { state: State; instance: Value } | null {
  const own = constructorOf(node);
  const args = { values: own === undefined ? [] : parametersOnEntry(engine, own), more: true };
  const outcome = construct(engine, frame, withSuperclasses(engine, state, node, cls), engine.universe.one(cls), args, node.body);
  const [first, ...others] = outcome.completes.map((completion) =>
    amend(objectsOnEntry(engine, amend(completion.state, { objects: null, hot: null, thread: engine.anyThread })), {
      trace: null,
      unexamined: null,
    }),
  );
  const instance = outcome.completes[0]?.value;
  if (first === undefined || instance === undefined) return null;
  const joined = others.reduce((into, other) => engine.lattice.join(into, other), first);
  const written = writtenUnderAnyKey(engine, joined, mutations);
  const whole = hasMembersOfOthers(engine, node) ? withOtherMembers(engine, joined, instance) : joined;
  const known = amend(whole, {
    heap: intMap.map(whole.heap, (record, atom) => recordOnEntry(engine, record, atom, mutations, written.has(atom))),
  });
  return { state: arraysOnEntry(engine, known, mutations), instance };
}

/** Whether instances have members that the class has no code for: an abstract class leaves them to classes below, `declare` to whoever it names. */
function hasMembersOfOthers(engine: Engine, node: ClassNode): boolean {
  if (node.abstract) return true;
  for (let at: ClassNode | undefined = node, depth = 0; at !== undefined && depth < MAX_SUPERCLASSES; depth++) {
    if (at.body.body.some((member) => member.type === 'PropertyDefinition' && member.declare && !member.static)) return true;
    at = engine.declared.superclassOf(at);
  }
  return false;
}

/** What an instance is not known to have, it may have: under a name of its own. */
function withOtherMembers({ universe }: Engine, state: State, instance: Value): State {
  const atom = universe.single(instance);
  return atom === undefined ? state : withRecord(state, atom, { ...recordOf(state, atom), epoch: 0 });
}

/** A class of a function that has not run extends what its text names, or something unknown. */
function withSuperclasses(engine: Engine, state: State, node: ClassNode, cls: Atom): State {
  const { universe } = engine;
  if (node.superClass === null || intMap.get(state.heap, cls) !== undefined) return state;
  const above = engine.declared.superclassOf(node);
  const superclass = above && universe.atom({ kind: 'class', class: above, age: 0 });
  const made = setMember(universe, newRecord(state, cls), cls, SUPERCLASS, superclass === undefined ? TOP : universe.one(superclass));
  return above === undefined || superclass === undefined ? made : withSuperclasses(engine, made, above, superclass);
}

/** What a parameter is called with when the caller cannot be seen. */
export function parametersOnEntry(engine: Engine, fn: FunctionNode): Value[] {
  const { universe } = engine;
  return fn.params.flatMap((parameter) => {
    if (parameter.type === 'RestElement') return [];
    const target = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    const named = target.type === 'AssignmentPattern' ? target.left : target;
    const name = named.type === 'Identifier' ? named.name : 'the argument';
    return [universe.one(universe.atom({ kind: 'entry', of: parameter, name }))];
  });
}
