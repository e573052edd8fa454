/** What code outside of the module can get at, and so may give back (interface 4.5). */
import type { ClassNode, Variable } from '../flow/graph.js';
import { accessOfField } from './class-members.js';
import { classOf } from './classes.js';
import type { Engine } from './engine.js';
import { isExported, isExportedDeclaration } from './entry-points.js';
import type { ModuleVariables } from './identities.js';
import * as intMap from './int-map.js';
import { isOwnHandle } from './leaks.js';
import type { State } from './state.js';
import type { Atom, Value } from './values.js';

export class Ownership {
  readonly #engine: Engine;
  readonly #variables: ModuleVariables;
  /** Holders that are being asked about. */
  readonly #seen = new Set<Atom>();

  constructor(engine: Engine, variables: ModuleVariables) {
    this.#engine = engine;
    this.#variables = variables;
  }

  /** A parameter's object is the caller's; an exported or public one may be given back by whoever imports it. */
  belongsToOthers(state: State, atom: Atom): boolean {
    const { universe } = this.#engine;
    const info = universe.info(atom);
    if (isOwnHandle(this.#engine, atom)) return this.#handleBelongsToOthers(state, atom);
    if (info.kind === 'result' && info.tag.startsWith('element:')) return this.#isCallers(state, Number(info.tag.slice('element:'.length)));
    if (info.kind === 'result' || info.kind === 'expression') return true;
    if (info.kind === 'entry') {
      const variable = info.of as Partial<Variable>;
      // What a function around this one keeps in a variable is that function's.
      const isLocal = variable.scope !== undefined && !this.#engine.program.isModuleLevel(info.of as Variable);
      // What is imported is exported elsewhere.
      const isImported = variable.defs?.[0]?.type === 'ImportBinding';
      return variable.defs === undefined || isLocal || isImported || isExported(info.of as Variable);
    }
    if (info.kind === 'member') return this.belongsToOthers(state, info.base) || isPublicMember(this.#engine, state, info.base, info.key);
    let belongs = false;
    intMap.forEach(state.cells, (cell, value) => {
      const variable = this.#variables.get(cell);
      if (variable !== undefined && universe.atoms(value).includes(atom) && isExported(variable)) belongs = true;
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (!universe.atoms(value).includes(atom)) return;
        belongs ||= this.#isCallers(state, holder) || this.#isSeenIn(state, holder, universe.keyName(key));
      });
    });
    return belongs;
  }

  /** A member that code outside of the module can get at: public, of an exported class, or of an object that is itself exported. */
  #isSeenIn(state: State, holder: Atom, key: string): boolean {
    const { universe } = this.#engine;
    if (isPublicMember(this.#engine, state, holder, key)) return true;
    const info = universe.info(holder);
    if (key.startsWith('#') || this.#seen.has(holder)) return false;
    if (info.kind === 'class') return isOpenToSubclasses(this.#engine, info.class, key, true);
    if (info.kind !== 'object' || !isOpenMember(this.#engine, state, holder, key)) return false;
    this.#seen.add(holder);
    const isSeen = this.belongsToOthers(state, holder);
    this.#seen.delete(holder);
    return isSeen;
  }

  /** What somebody handed in, or a part of it: what is put there is handed back. */
  #isCallers(state: State, holder: Atom): boolean {
    const { kind } = this.#engine.universe.info(holder);
    return (kind === 'entry' || kind === 'member') && this.belongsToOthers(state, holder);
  }

  /** A handle is whose its cell is, or the variable or member that it was copied to. */
  #handleBelongsToOthers(state: State, handle: Atom): boolean {
    const { universe } = this.#engine;
    const isHandle = (value: Value): boolean => universe.atoms(value).includes(handle);
    let belongs = this.#engine.objectState(state, handle).stored;
    intMap.forEach(state.cells, (cell, value) => {
      const variable = this.#variables.get(cell);
      belongs ||= variable !== undefined && isHandle(value) && isExported(variable);
    });
    intMap.forEach(state.heap, (holder, record) => {
      intMap.forEach(record.members, (key, value) => {
        if (!isHandle(value) || holder === handle) return;
        belongs ||= this.belongsToOthers(state, holder) || isPublicMember(this.#engine, state, holder, universe.keyName(key));
      });
    });
    return belongs;
  }
}

/** Whether whoever has the object can get at the member: of an instance, if its class says so. */
export function isOpenMember(engine: Engine, state: State, holder: Atom, key: string): boolean {
  const cls = classNodeOf(engine, state, holder);
  return cls === undefined || accessOf(engine, cls, key, false) === 'public';
}

/** A member that code outside of the module can get at: of an exported class, and neither private nor `#private`. */
function isPublicMember(engine: Engine, state: State, holder: Atom, key: string): boolean {
  if (key.startsWith('#') || key.startsWith('[')) return false;
  const cls = classNodeOf(engine, state, holder);
  return cls !== undefined && isOpenToSubclasses(engine, cls, key, false);
}

/** Whoever has a class can extend it, and gets at what is protected. */
function isOpenToSubclasses(engine: Engine, cls: ClassNode, key: string, isStatic: boolean): boolean {
  return accessOf(engine, cls, key, isStatic) !== 'private' && isExportedDeclaration(cls, engine.program.moduleOf(cls));
}

/** What no class in sight declares is everybody's. */
function accessOf({ declared }: Engine, cls: ClassNode, key: string, isStatic: boolean): ReturnType<typeof accessOfField> & string {
  for (const each of declared.line(cls)) {
    const access = accessOfField(each, key, isStatic);
    if (access !== undefined) return access;
  }
  return 'public';
}

function classNodeOf({ universe }: Engine, state: State, holder: Atom): ClassNode | undefined {
  const cls = classOf(universe, state, holder);
  const info = cls === undefined ? undefined : universe.info(cls);
  return info?.kind === 'class' ? info.class : undefined;
}
