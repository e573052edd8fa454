/** The classes of abstract values, and what instances have from them. */
import { structureOf } from '../contracts/classes.js';
import type { FunctionNode } from '../flow/graph.js';
import { methodsOf } from './class-members.js';
import type { Engine } from './engine.js';
import { CLASS, SUPERCLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { recordOf } from './places.js';
import type { State } from './state.js';
import type { Atom, Universe } from './values.js';

export const classOf = (universe: Universe, state: State, atom: Atom): Atom | undefined => {
  const value = intMap.get(recordOf(state, atom).members, universe.keyId(CLASS));
  return value === undefined ? undefined : universe.single(value);
};

/** The name of the runtime structure that an object is an instance of. */
export function structureNameOf(engine: Engine, state: State, atom: Atom): string | undefined {
  const cls = classOf(engine.universe, state, atom);
  const info = cls === undefined ? undefined : engine.universe.info(cls);
  return info?.kind === 'external' && info.external.kind === 'class' ? info.external.name : undefined;
}

/** The structure that a runtime class makes, from the contract tables. */
export const runtimeStructure = (engine: Engine, state: State, atom: Atom): ReturnType<typeof structureOf> => {
  const name = structureNameOf(engine, state, atom);
  return name === undefined ? undefined : structureOf(name);
};

/** Method `name` of a class or of one it extends. */
export function inherited(engine: Engine, state: State, cls: Atom | undefined, name: string): FunctionNode | undefined {
  const { universe } = engine;
  for (let at = cls, depth = 0; at !== undefined && depth < 32; depth++) {
    const info = universe.info(at);
    if (info.kind !== 'class') return undefined;
    const method = methodsOf(info.class).get(name);
    if (method !== undefined) return method;
    const above = intMap.get(recordOf(state, at).members, universe.keyId(SUPERCLASS));
    at = above === undefined ? undefined : universe.single(above);
  }
  return undefined;
}

/** Whether everything an object's class can give it is in sight. */
export function isWhole(engine: Engine, state: State, cls: Atom | undefined): boolean {
  const { universe } = engine;
  for (let at = cls, depth = 0; at !== undefined && depth < 32; depth++) {
    if (universe.info(at).kind !== 'class') return false;
    const above = intMap.get(recordOf(state, at).members, universe.keyId(SUPERCLASS));
    if (above === undefined) return true;
    at = universe.single(above);
    if (at === undefined) return false;
  }
  return true;
}

/** The class whose method a function is, for `super`. */
export function classOfMethod(engine: Engine, fn: FunctionNode): Atom | null {
  const cls = fn.parent.type === 'MethodDefinition' ? fn.parent.parent.parent : undefined;
  return cls === undefined ? null : engine.universe.atom({ kind: 'class', class: cls, age: 0 });
}
