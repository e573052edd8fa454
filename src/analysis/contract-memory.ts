/** Memory from the pool: what lies in it must not be in use when it is freed. */
import type { Node } from '../flow/graph.js';
import { classOf, runtimeStructure } from './classes.js';
import { construct, makeStructure } from './construction.js';
import type { Call } from './contract-calls.js';
import { noteOutcome } from './duty.js';
import type { Engine } from './engine.js';
import { reportHeld, reportLostHolder } from './guards.js';
import * as intMap from './int-map.js';
import { POOL } from './levels.js';
import { freed } from './object-state.js';
import type { Completion } from './outcomes.js';
import { setMember } from './places.js';
import { parentOf } from './program.js';
import type { State } from './state.js';
import { examine } from './statuses.js';
import { TOP, type Atom } from './values.js';

/** An object from the pool, or null when there is no memory. `isTold`: from which pool it is, is reported already. */
export function allocateMemory(call: Call, state: State, isTold: boolean): Completion[] {
  const { engine, node, contract, argument, target } = call;
  const { memory } = contract;
  const type = memory?.kind === 'allocate' ? argument(memory.type) : TOP;
  const atom = engine.universe.single(type);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  engine.workspace.poolSites.add(node);
  const failed: Completion = {
    state: noteOutcome(engine, engine.addStep(state, node, 'failed', call.name), call.name, contract, node, false),
    value: engine.universe.constant(null),
  };
  const isStructure = atom !== undefined && info?.kind === 'external' && info.external.kind === 'class';
  const made = isStructure
    ? [makeStructure(engine, state, atom, info.external.name, { values: [], more: false }, node)]
    : construct(engine, target.frame, state, type, { values: [], more: false }, node).completes;
  return [...(isTold ? made : made.map((completion) => fromPool(call, completion))), failed];
}

/** Remembers which pool the memory is from. */
function fromPool({ engine, contract, argument }: Call, { state, value }: Completion): Completion {
  const object = engine.universe.single(value);
  if (object === undefined || contract.memory?.kind !== 'allocate') return { state, value };
  return { state: setMember(engine.universe, state, object, POOL, argument(contract.memory.flags)), value };
}

/** Memory goes back to the pool: what lies in it must not be in use. */
export function freeMemory(call: Call, state: State, atom: Atom): State {
  const { engine, node } = call;
  const examined = examine(engine, state, engine.universe.one(atom));
  let after = examined;
  let isReported = false;
  for (const inside of objectsInside(engine, after, atom)) {
    const checked = reportHandlesInside(call, reportHeld(engine, after, inside, 'freed', node), inside, isReported);
    isReported ||= checked !== after;
    after = checked;
    const own = engine.objectState(after, inside);
    if (!own.silent) after = engine.withObjectState(after, inside, freed(own, node));
  }
  return isReported ? engine.silence(after, atom) : after;
}

/** Handles whose only cell is freed are lost, unless that is part of a bug that is reported already. */
function reportHandlesInside({ engine, target, node }: Call, state: State, cell: Atom, isReported: boolean): State {
  const { universe } = engine;
  const member = runtimeStructure(engine, state, cell)?.valueIn;
  const value = member === undefined ? undefined : intMap.get(intMap.get(state.heap, cell)?.members ?? null, universe.keyId(member));
  if (member === undefined || value === undefined) return state;
  if (isReported) return universe.atoms(value).reduce((into, handle) => engine.silenceLost(into, handle), state);
  return reportLostHolder(engine, target.frame, state, setMember(universe, state, cell, member, universe.undefined), value, node);
}

/** The object itself and those that lie in its memory: what its class makes in field initialisers, and members of what was there before. */
function objectsInside(engine: Engine, state: State, atom: Atom): Atom[] {
  const { universe } = engine;
  const inside = [atom];
  const cls = classOf(universe, state, atom);
  const clsInfo = cls === undefined ? undefined : universe.info(cls);
  intMap.forEach(intMap.get(state.heap, atom)?.members ?? null, (_key, value) => {
    const member = universe.single(value);
    const info = member === undefined ? undefined : universe.info(member);
    if (member === undefined || info?.kind !== 'object' || clsInfo?.kind !== 'class') return;
    if (isWithin(info.site as Node, clsInfo.class)) inside.push(member);
  });
  intMap.forEach(state.hot, (hot) => {
    const info = universe.info(hot);
    if (info.kind === 'member' && info.base === atom) inside.push(hot);
  });
  return inside;
}

function isWithin(node: Node, ancestor: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}
