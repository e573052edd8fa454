/** Static functions of the language's library that give back, or call, what they are handed; and its exceptions. */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { arrayElements, giveArray, givePairs } from './arrays.js';
import { callFunction } from './calls.js';
import type { Engine } from './engine.js';
import { reportHeld } from './guards.js';
import { CLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { callableAmong, MAX_TURNS, runOnEach, takeAnswers } from './library-callbacks.js';
import { constantOf, evaluateUnary } from './operators.js';
import type { CallTarget, Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import { CLOSED, type State } from './state.js';
import { TOP, type Value } from './values.js';

/** Functions of the library that give back, or call, what they are handed. */
export function callStatic(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const { args, node, frame } = target;
  const [first = TOP, second = TOP, third = TOP] = args.values;
  if (/^new \w*Error$/.test(path)) return makeError(engine, state, path.slice('new '.length), first, node);
  switch (path) {
    case 'Object.assign':
      return assign(engine, state, target);
    case 'Object.freeze':
    case 'Object.seal':
    case 'Object.preventExtensions':
      return { completes: [{ state, value: first }], throws: [] };
    case 'Object.keys':
    case 'Object.values':
    case 'Object.entries': {
      const members = enumerable(engine, state, first);
      if (members === undefined) return undefined;
      if (path === 'Object.entries') return givePairs(engine, state, node, members);
      return giveArray(
        engine,
        state,
        node,
        members.map(([key, value]) => (path === 'Object.keys' ? key : value)),
      );
    }
    case 'Array.of':
      return args.more ? undefined : giveArray(engine, state, node, args.values);
    case 'Array.from': {
      const elements = arrayElements(engine, state, first) ?? holes(engine, state, first);
      if (elements === undefined || elements.length > MAX_TURNS) return undefined;
      const callback = callableAmong(engine, state, args.values[1]);
      if (callback === undefined) return args.values.length > 1 ? undefined : giveArray(engine, state, node, elements);
      return runOnEach(engine, state, elements, 'map', node, (from, element, index) =>
        takeAnswers(
          engine,
          callFunction(engine, frame, from, callback, TOP, { values: [element, index], more: false }, node),
          'map',
          target,
        ),
      );
    }
    case 'Boolean': {
      const [place = null] = target.places;
      const isFalse = evaluateUnary(engine.universe, state, '!', first, place) ?? TOP;
      return { completes: [{ state, value: evaluateUnary(engine.universe, state, '!', isFalse, null) ?? TOP }], throws: [] };
    }
    case 'Reflect.apply':
      return callFunction(engine, frame, state, first, second, argumentList(engine, state, third), node);
    default:
      return undefined;
  }
}

/** What `Array.from({ length })` finds. */
function holes(engine: Engine, state: State, object: Value): Value[] | undefined {
  const { universe } = engine;
  const members = enumerable(engine, state, object);
  const [name, length] = members?.length === 1 ? (members[0] as readonly [Value, Value]) : [TOP, TOP];
  const count = constantOf(universe, state, length)?.value;
  if (name !== universe.constant('length') || typeof count !== 'number' || !(count >= 0 && count <= MAX_TURNS)) return undefined;
  return Array.from({ length: count }, () => universe.undefined);
}

function makeError(engine: Engine, state: State, name: string, message: Value, node: Node): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  const open = setMember(universe, newRecord(made, atom), atom, CLASS, universe.one(universe.atom({ kind: 'library', path: name })));
  return { completes: [{ state: setMember(universe, open, atom, 'message', message), value: universe.one(atom) }], throws: [] };
}

/** The members of an object literal, each with its name; undefined when some are not known. */
function enumerable(engine: Engine, state: State, object: Value): (readonly [Value, Value])[] | undefined {
  const { universe } = engine;
  const atom = universe.single(object);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (atom === undefined || info?.kind !== 'object' || info.shape !== 'object') return undefined;
  const { members, epoch } = recordOf(state, atom);
  if (epoch !== CLOSED) return undefined;
  const found: (readonly [Value, Value])[] = [];
  const special: string[] = [];
  intMap.forEach(members, (key, value) => {
    const name = universe.keyName(key);
    if (/^(?:\[|@@|[gs]et )/.test(name)) special.push(name);
    else if (!name.startsWith('#')) found.push([universe.constant(name), value]);
  });
  return special.length === 0 ? found : undefined;
}

/** `Object.assign(target, ...sources)`: members of the target are written. */
function assign(engine: Engine, state: State, { args, node }: CallTarget): Outcome {
  const { universe } = engine;
  const target = args.values[0] ?? TOP;
  const atom = universe.single(target);
  if (atom === undefined) return { completes: [{ state, value: target }], throws: [] };
  let after = reportHeld(engine, state, atom, 'memberWritten', node);
  for (const source of args.values.slice(1)) {
    const from = universe.single(source);
    if (from === undefined) continue;
    intMap.forEach(intMap.get(state.heap, from)?.members ?? null, (key, value) => {
      if (!universe.keyName(key).startsWith('[[')) after = setMember(universe, after, atom, universe.keyName(key), value);
    });
  }
  return { completes: [{ state: after, value: target }], throws: [] };
}

export function argumentList(engine: Engine, state: State, list: Value | undefined): CallTarget['args'] {
  const values = arrayElements(engine, state, list ?? TOP);
  return { values: values ?? [], more: values === undefined };
}
