/** `new` and `super`: instances of classes whose bodies can be seen, structures of the runtime, and what the library makes. */
import { structureOf } from '../contracts/classes.js';
import type { ClassNode, FunctionNode, Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { callAnnotated } from './annotated-calls.js';
import { constructorOf } from './class-members.js';
import type { Engine } from './engine.js';
import { unseenCall } from './escape.js';
import { follow } from './follow.js';
import type { Frame } from './frame.js';
import { CLASS, SUPERCLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { callLibrary, neverThrows } from './library.js';
import { andThen, mayThrow, type Arguments, type Completion, type Outcome } from './outcomes.js';
import { emptyRecord, newRecord, recordOf, setMember, withRecord } from './places.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** `new callee(...)`. */
export function construct(engine: Engine, frame: Frame, state: State, callee: Value, args: Arguments, node: Node): Outcome {
  const { universe } = engine;
  const atom = universe.single(callee);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind === 'class' && atom !== undefined) {
    const [made, instance] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
    const fresh = setMember(universe, newRecord(made, instance), instance, CLASS, universe.one(atom));
    const constructed = initialize(engine, frame, fresh, atom, info.class, instance, args, node);
    return {
      ...constructed,
      completes: constructed.completes.map(({ state: after }) => ({ state: after, value: universe.one(instance) })),
    };
  }
  const external =
    info?.kind === 'external'
      ? info.external
      : node.type === 'NewExpression'
        ? engine.program.moduleOf(node).resolver.callee(node)
        : undefined;
  if (external?.kind === 'class') {
    const cls = universe.atom({ kind: 'external', external });
    return { completes: [makeStructure(engine, state, cls, external.name, args, node)], throws: [] };
  }
  if (info?.kind === 'library') {
    const outcome = callLibrary(engine, state, `new ${info.path}`, { frame, node, args, receiver: TOP, places: [], resultIsRead: true });
    if (outcome !== undefined) return neverThrows(info.path) ? outcome : mayThrow(frame, state, outcome, node);
  }
  return unseenCall(engine, frame, state, args.values, node);
}

/** A structure of the runtime. Its members are what the runtime makes of them. */
export function makeStructure(engine: Engine, state: State, cls: Atom, name: string, args: Arguments, node: Node): Completion {
  const { universe } = engine;
  const [made, instance] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  const open = setMember(universe, withRecord(made, instance, { ...emptyRecord, epoch: 0 }), instance, CLASS, universe.one(cls));
  const cell = structureOf(name)?.valueIn;
  const filled = cell === undefined ? open : setMember(universe, open, instance, cell, args.values[0] ?? universe.undefined);
  return { state: filled, value: universe.one(instance) };
}

/** Runs field initialisers and constructor on an instance. */
function initialize(
  engine: Engine,
  frame: Frame,
  state: State,
  cls: Atom,
  node: ClassNode,
  instance: Atom,
  args: Arguments,
  site: Node,
): Outcome {
  const { universe } = engine;
  const constructorFunction = constructorOf(node);
  const superclass = intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  const thisValue = universe.one(instance);
  if (superclass === undefined) {
    const fields = runFields(engine, frame, state, cls, node, thisValue, site);
    if (constructorFunction === undefined) return fields;
    return andThen(fields, ({ state: after }) => runConstructor(engine, frame, after, cls, constructorFunction, thisValue, args, site));
  }
  if (constructorFunction !== undefined) return runConstructor(engine, frame, state, cls, constructorFunction, thisValue, args, site);
  return andThen(initializeSuper(engine, frame, state, superclass, instance, args, site), ({ state: after }) =>
    runFields(engine, frame, after, cls, node, thisValue, site),
  );
}

function runConstructor(
  engine: Engine,
  frame: Frame,
  state: State,
  cls: Atom,
  fn: FunctionNode,
  thisValue: Value,
  args: Arguments,
  site: Node,
): Outcome {
  const annotations = engine.program.moduleOf(fn).resolver.annotationsOf(fn);
  const { parent } = fn.parent.parent as ClassNode['body'];
  const name = parent.id?.name ?? 'the constructor';
  const run = (entry: State): Outcome => follow(engine, frame, entry, fn, thisValue, args, site, cls);
  return annotations === undefined ? run(state) : callAnnotated(engine, state, name, annotations, site, run);
}

function initializeSuper(
  engine: Engine,
  frame: Frame,
  state: State,
  superclass: Value,
  instance: Atom,
  args: Arguments,
  site: Node,
): Outcome {
  const { universe } = engine;
  const parent = universe.single(superclass);
  const info = parent === undefined ? undefined : universe.info(parent);
  if (info?.kind === 'class' && parent !== undefined) return initialize(engine, frame, state, parent, info.class, instance, args, site);
  if (info?.kind === 'library') return { completes: [{ state, value: universe.undefined }], throws: [] };
  return unseenCall(engine, frame, state, [universe.one(instance), ...args.values], site);
}

function runFields(engine: Engine, frame: Frame, state: State, cls: Atom, node: ClassNode, thisValue: Value, site: Node): Outcome {
  const hasFields = node.body.body.some(
    (member) => (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') && !member.static,
  );
  if (!hasFields) return { completes: [{ state, value: thisValue }], throws: [] };
  return follow(engine, frame, state, node.body, thisValue, { values: [], more: false }, site, cls);
}

export function superCall(engine: Engine, frame: Frame, state: State, args: Arguments, site: Node): Outcome {
  const { universe } = engine;
  const cls = frame.classAtom;
  const info = cls === null ? undefined : universe.info(cls);
  const instance = universe.single(frame.thisValue);
  const superclass = cls === null ? undefined : intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  if (cls === null || info?.kind !== 'class' || instance === undefined || superclass === undefined)
    return unseenCall(engine, frame, state, args.values, site);
  return andThen(initializeSuper(engine, frame, state, superclass, instance, args, site), ({ state: after }) =>
    runFields(engine, frame, after, cls, info.class, frame.thisValue, site),
  );
}
