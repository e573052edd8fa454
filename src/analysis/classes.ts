/** Reading and writing members of abstract values: own members, then the class, then what the language itself offers. */
import type { TSESTree } from '@typescript-eslint/utils';
import { structureOf } from '../contracts/classes.js';
import type { ClassNode, FunctionNode, Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { CLASS, SUPERCLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { recordOf } from './places.js';
import type { State } from './state.js';
import type { Atom, Universe } from './values.js';

export const getterOf = (key: string): string => `get ${key}`;
export const setterOf = (key: string): string => `set ${key}`;

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

type Method = TSESTree.MethodDefinition;

const methodCache = new WeakMap<ClassNode, Map<string, FunctionNode>>();

function memberKeyOf(member: { readonly key: Node; readonly computed: boolean }): string | undefined {
  const { key } = member;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Identifier' && !member.computed) return key.name;
  if (key.type === 'Literal') return String(key.value);
  const isSymbol =
    key.type === 'MemberExpression' &&
    key.object.type === 'Identifier' &&
    key.object.name === 'Symbol' &&
    key.property.type === 'Identifier';
  return isSymbol ? `@@${(key.property as TSESTree.Identifier).name}` : undefined;
}

/** Methods and accessors of a class by `static`/instance, kind and name; `get x` and `set x` for accessors. */
function methodsOf(node: ClassNode): Map<string, FunctionNode> {
  let methods = methodCache.get(node);
  if (methods === undefined) {
    methods = new Map();
    for (const member of node.body.body) {
      if (member.type !== 'MethodDefinition' || member.value.type !== 'FunctionExpression') continue;
      const name = memberKeyOf(member);
      if (name !== undefined) methods.set(methodKey(member, name), member.value);
    }
    methodCache.set(node, methods);
  }
  return methods;
}

function methodKey({ kind, static: isStatic }: Method, name: string): string {
  const accessor = kind === 'get' ? getterOf(name) : kind === 'set' ? setterOf(name) : name;
  return isStatic ? `static ${accessor}` : accessor;
}

export const constructorOf = (node: ClassNode): FunctionNode | undefined => methodsOf(node).get('constructor');

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
