/** `DisposableStack` and `AsyncDisposableStack`: what is put on them is disposed of once, last first. */
import type { Node } from '../flow/graph.js';
import { allocate } from './allocate.js';
import { arrayElements, giveArray } from './arrays.js';
import { callFunction } from './calls.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import { unseenCall } from './escape.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { readMemberOf } from './members.js';
import { combine, type CallTarget, type Outcome } from './outcomes.js';
import { newRecord, recordOf, setMember } from './places.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

const constructors = new Set(['new DisposableStack', 'new AsyncDisposableStack']);

export const isStackConstructor = (path: string): boolean => constructors.has(path);

/** Hidden member of a stack: an array of what to dispose of, each an array of a function and the value that it is handed, if any. */
const RESOURCES = '[[resources]]';

const giving = (state: State, value: Value): Outcome => ({ completes: [{ state, value }], throws: [] });

/** A place of its own for what one call puts on a stack. */
const sites = new WeakMap<Node, { readonly list: object; readonly entry: object }>();

function sitesOf(node: Node): { readonly list: object; readonly entry: object } {
  let known = sites.get(node);
  if (known === undefined) sites.set(node, (known = { list: {}, entry: {} }));
  return known;
}

function makeArray(engine: Engine, state: State, site: object, elements: readonly Value[]): readonly [State, Value] {
  const [made] = giveArray(engine, state, site, elements).completes;
  return [made?.state ?? state, made?.value ?? TOP];
}

export function makeStack(engine: Engine, state: State, node: Node, resources: readonly Value[] = []): Outcome {
  const { universe } = engine;
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'stack', site: node, age: 0 });
  const [filled, list] = makeArray(engine, newRecord(made, atom), sitesOf(node).list, resources);
  return giving(setMember(universe, filled, atom, RESOURCES, list), universe.one(atom));
}

/** Undefined for methods that stacks do not have. */
export function callStack(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const { args, receiver, node, frame } = target;
  const stack = universe.single(receiver);
  if (stack === undefined) return undefined;
  const resourcesIn = (from: State): Value[] | undefined =>
    arrayElements(engine, from, intMap.get(recordOf(from, stack).members, universe.keyId(RESOURCES)) ?? TOP);
  const resources = resourcesIn(state);
  if (resources === undefined) return unseenCall(engine, frame, state, [receiver, ...args.values], node);
  const [first = universe.undefined, second = universe.undefined] = args.values;
  const adding = (from: State, entry: readonly Value[], value: Value): Outcome => {
    const [made, added] = makeArray(engine, from, sitesOf(node).entry, entry);
    // What this call put there before has got another name by now.
    const [grown, all] = makeArray(engine, made, sitesOf(node).list, [...(resourcesIn(made) ?? []), added]);
    return giving(setMember(universe, grown, stack, RESOURCES, all), value);
  };
  switch (method) {
    case 'defer':
      return adding(state, [first], universe.undefined);
    case 'adopt':
      return adding(state, [second, first], first);
    case 'use':
      return use(engine, frame, state, first, node, adding);
    case 'move': {
      const [emptied, none] = makeArray(engine, state, sitesOf(node).list, []);
      return makeStack(engine, setMember(universe, emptied, stack, RESOURCES, none), node, resources);
    }
    case 'dispose':
    case 'disposeAsync':
    case '@@dispose':
    case '@@asyncDispose': {
      const [emptied, none] = makeArray(engine, state, sitesOf(node).list, []);
      return disposeAll(engine, frame, setMember(universe, emptied, stack, RESOURCES, none), resources, node);
    }
    default:
      return undefined;
  }
}

/** A stack that functions change at any time: nobody knows what is on it. */
export function stackOnEntry(engine: Engine, state: State, stack: Atom): State {
  return setMember(engine.universe, state, stack, RESOURCES, TOP);
}

type Adding = (from: State, entry: readonly Value[], value: Value) => Outcome;

/** `stack.use(value)`: its own method disposes of it; nothing needs none. */
function use(engine: Engine, frame: Frame, state: State, value: Value, node: Node, adding: Adding): Outcome {
  const { universe } = engine;
  const atom = universe.single(value);
  if (atom === undefined) return unseenCall(engine, frame, state, [value], node);
  if (constraint.isNullish(knownOf(universe, state, atom)) === 'yes') return giving(state, value);
  for (const key of ['@@asyncDispose', '@@dispose']) {
    const [method] = readMemberOf(engine, frame, state, atom, key, node);
    if (method !== undefined && method.value !== universe.undefined && method.value !== TOP)
      return adding(method.state, [method.value, universe.undefined, value], value);
  }
  return unseenCall(engine, frame, state, [value], node);
}

function disposeAll(engine: Engine, frame: Frame, state: State, resources: readonly Value[], node: Node): Outcome {
  const { universe } = engine;
  return resources.toReversed().reduce<Outcome>(
    (before, resource) => {
      const next = combine(
        before.completes.map(({ state: from }) => {
          const [dispose = TOP, value, receiver = universe.undefined] = arrayElements(engine, from, resource) ?? [];
          const handed = value === undefined || receiver !== universe.undefined ? [] : [value];
          return callFunction(engine, frame, from, dispose, receiver, { values: handed, more: false }, node);
        }),
      );
      return {
        completes: next.completes.map((each) => ({ ...each, value: universe.undefined })),
        throws: [...before.throws, ...next.throws],
      };
    },
    giving(state, universe.undefined),
  );
}
