/** Calls to functions whose bodies can be seen: their `this`, what they captured, and what generator and async functions give instead. */
import type { FunctionNode, Node } from '../flow/graph.js';
import { callAnnotated } from './annotated-calls.js';
import { classOfMethod } from './classes.js';
import type { Engine } from './engine.js';
import { cellsOf, closedEnvironments, closeEnvironment, openEnvironment } from './environments.js';
import { unseenCall } from './escape.js';
import { follow } from './follow.js';
import type { Frame } from './frame.js';
import { makeGenerator } from './generator-objects.js';
import { CAPTURED, THIS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { bareNameOf } from './names.js';
import type { Arguments, Outcome } from './outcomes.js';
import { recordOf } from './places.js';
import { amend, withCells, withTemps, type State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** Temporaries beyond those of any graph: what captured variables held while a closure is called that has values of its own for them. */
const STASH = 0x1000_0000;

/** Calls a closure, with its own `this` and with the values that it captured. */
export function callClosure(
  engine: Engine,
  frame: Frame,
  state: State,
  closure: Atom,
  receiver: Value,
  args: Arguments,
  node: Node,
): Outcome {
  const { universe } = engine;
  const info = universe.info(closure);
  if (info.kind !== 'closure') return unseenCall(engine, frame, state, [universe.one(closure), ...args.values], node);
  const thisValue = receiverOf(engine, state, closure, receiver);
  const captured = capturedBy(engine, state, closure);
  const owners = closedEnvironments(engine, state, closure);
  if (captured.length === 0 && owners.length === 0) return followClosure(engine, frame, state, info.function, thisValue, args, node);
  const own = [...captured.map(([cell]) => cell), ...owners.flatMap((owner) => cellsOf(engine, owner))];
  let { temps } = state;
  for (const cell of own) {
    const old = intMap.get(state.cells, cell);
    if (old !== undefined) temps = intMap.set(temps, STASH + cell, old);
  }
  const opened = owners.reduce((into, owner) => openEnvironment(engine, into, closure, owner), withTemps(state, temps));
  const entered = withCells(
    opened,
    captured.reduce((cells, [cell, value]) => intMap.set(cells, cell, value), opened.cells),
  );
  const back = (left: State): State => {
    const after = owners.reduce((into, owner) => closeEnvironment(engine, into, owner), left);
    let { cells: restored, temps: stashed } = after;
    for (const cell of own) {
      const old = intMap.get(stashed, STASH + cell);
      restored = old === undefined ? intMap.remove(restored, cell) : intMap.set(restored, cell, old);
      stashed = intMap.remove(stashed, STASH + cell);
    }
    return amend(after, { cells: restored, temps: stashed });
  };
  const { completes, throws } = followClosure(engine, frame, entered, info.function, thisValue, args, node);
  return { completes: completes.map((each) => ({ ...each, state: back(each.state) })), throws: throws.map(back) };
}

function receiverOf(engine: Engine, state: State, closure: Atom, receiver: Value): Value {
  const own = intMap.get(recordOf(state, closure).members, engine.universe.keyId(THIS));
  return own ?? receiver;
}

function capturedBy(engine: Engine, state: State, closure: Atom): [number, Value][] {
  const captured: [number, Value][] = [];
  intMap.forEach(recordOf(state, closure).members, (key, value) => {
    const name = engine.universe.keyName(key);
    if (name.startsWith(CAPTURED)) captured.push([Number(name.slice(CAPTURED.length)), value]);
  });
  return captured;
}

function followClosure(
  engine: Engine,
  frame: Frame,
  state: State,
  fn: FunctionNode,
  thisValue: Value,
  args: Arguments,
  node: Node,
): Outcome {
  if (fn.generator) return { completes: [makeGenerator(engine, state, fn, thisValue, args, node)], throws: [] };
  const run = (entry: State): Outcome => follow(engine, frame, entry, fn, thisValue, args, node, classOfMethod(engine, fn));
  const annotations = engine.program.moduleOf(fn).resolver.annotationsOf(fn);
  const outcome = annotations === undefined ? run(state) : callAnnotated(engine, state, bareNameOf(fn), annotations, node, run);
  return fn.async ? promised(engine, outcome) : outcome;
}

/** What an async function gives: a promise of what it returned or threw. */
export function promised(engine: Engine, { completes, throws }: Outcome): Outcome {
  const { universe } = engine;
  const wrap = (state: 'fulfilled' | 'rejected', value: Value): Value => {
    const atoms = universe.atoms(value);
    return atoms.length > 0 && atoms.every((atom) => universe.info(atom).kind === 'promise')
      ? value
      : universe.one(universe.atom({ kind: 'promise', state, value }));
  };
  return {
    completes: [
      ...completes.map(({ state, value }) => ({ state, value: wrap('fulfilled', value) })),
      ...throws.map((state) => ({ state: amend(state, { thrown: null }), value: wrap('rejected', state.thrown?.value ?? TOP) })),
    ],
    throws: [],
  };
}
