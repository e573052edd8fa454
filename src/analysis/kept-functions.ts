/**
 * Functions that are kept where others find them, to be called at any time: in members, in variables of functions around, in collections. Who calls
 * what is found there cannot always be told.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node, Variable } from '../flow/graph.js';
import { boundFunction } from './bound-functions.js';
import type { Engine } from './engine.js';
import { escape, keepsWhatItGets } from './escape.js';
import { ALSO, ELEMENTS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { functionAround, parentOf, type Module } from './program.js';
import { Reachability } from './reach.js';
import type { State } from './state.js';
import { TOP, type Atom } from './values.js';

/** Members that code mentions without calling them there, by name. */
export function membersTaken(nodes: Iterable<Node>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    if (node.type !== 'MemberExpression' || node.computed) continue;
    const { parent, property } = node;
    const isCalled = parent.type === 'CallExpression' && parent.callee === node;
    const isOnTheWay = parent.type === 'MemberExpression' && parent.object === node && !isBind(parent);
    if (!isCalled && !isOnTheWay) names.add(property.type === 'PrivateIdentifier' ? `#${property.name}` : property.name);
  }
  return names;
}

const isBind = ({ property }: TSESTree.MemberExpression): boolean => property.type === 'Identifier' && property.name === 'bind';

/**
 * Whether a function is put, as it is or in an object or array, where others than the function that makes it find it. `taken`: members that are
 * mentioned without being called.
 */
export function isKept(fn: FunctionNode, module: Module, taken: ReadonlySet<string>): boolean {
  const { parent } = fn;
  if (parent.type === 'MethodDefinition') return taken.has(methodName(parent) ?? '');
  const seen = new Set<Node>();
  if (fn.type !== 'FunctionDeclaration') return isKeptHere(fn, module, seen);
  const [variable] = module.scopes.declaredVariables(fn);
  return variable !== undefined && isMentionKept(variable, module, seen);
}

function methodName({ key, computed }: TSESTree.MethodDefinition): string | undefined {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}

function isMentionKept({ references }: Variable, module: Module, seen: Set<Node>): boolean {
  return references.some(({ identifier }) => isKeptHere(identifier, module, seen));
}

function isKeptHere(node: Node, module: Module, seen: Set<Node>): boolean {
  const { parent } = node;
  if (parent === undefined || seen.has(node)) return false;
  seen.add(node);
  switch (parent.type) {
    case 'Property':
      return parent.value === node && parent.parent.type === 'ObjectExpression' && isKeptHere(parent.parent, module, seen);
    case 'ArrayExpression':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return isKeptHere(parent, module, seen);
    case 'PropertyDefinition':
      return parent.value === node;
    case 'NewExpression':
      return parent.callee !== node;
    case 'CallExpression':
      return parent.callee !== node && isKeeping(parent.callee);
    case 'AssignmentExpression':
      return parent.right === node && (parent.left.type !== 'Identifier' || isKeptIn(parent.left, node, module, seen));
    case 'VariableDeclarator':
      return parent.init === node && parent.id.type === 'Identifier' && isKeptIn(parent.id, node, module, seen);
    default:
      return false;
  }
}

/** A variable of a function around, or one from which the value goes on to where it is kept. An object or array at the top of a module is a table. */
function isKeptIn(id: TSESTree.Identifier, value: Node, module: Module, seen: Set<Node>): boolean {
  const variable = module.scopes.variableOf(id);
  if (variable === null) return true;
  const isTable = value.type === 'ObjectExpression' || value.type === 'ArrayExpression';
  const outlives = id.parent.type === 'AssignmentExpression' && variable.scope.variableScope.block !== (functionAround(id) ?? module.ast);
  return outlives || (isTable && functionAround(id) === null) || isMentionKept(variable, module, seen);
}

const isKeeping = (callee: Node): boolean =>
  callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && keepsWhatItGets(callee.property.name);

/**
 * Something is taken out of a collection of which it is not known what is in it: it may be any function that was put there on this path, and what such a
 * function can get at is no longer judged once it may have been called.
 */
export function handOutFunctions(engine: Engine, state: State, collection: Atom | undefined, node: Node): State {
  const { universe } = engine;
  const members = collection === undefined ? null : (intMap.get(state.heap, collection)?.members ?? null);
  if (intMap.get(members, universe.keyId(ELEMENTS)) === undefined) return state;
  const functions = new Set<Atom>();
  const addFunctions = (atom: Atom, depth: number): void => {
    const { kind } = universe.info(atom);
    const isBound = kind === 'object' && boundFunction(engine, state, atom) !== undefined;
    if (kind === 'closure' || isBound) functions.add(atom);
    if (kind !== 'object' || isBound || depth === 0) return;
    intMap.forEach(intMap.get(state.heap, atom)?.members ?? null, (_key, value) => {
      for (const inner of universe.atoms(value)) addFunctions(inner, depth - 1);
    });
  };
  intMap.forEach(members, (key, value) => {
    const name = universe.keyName(key);
    if (name === ELEMENTS || name.startsWith(ALSO) || !name.startsWith('['))
      for (const atom of universe.atoms(value)) addFunctions(atom, 1);
  });
  if (functions.size === 0) return state;
  const handedOut = [...functions].reduce((into, each) => escape(engine, into, [universe.one(each)], parentOf(node) ?? node), state);
  return hasNameless(members) ? handOutUnheld(engine, handedOut) : handedOut;
}

function hasNameless(members: State['cells']): boolean {
  let found = false;
  intMap.forEach(members, (_key, value) => {
    found ||= value === TOP;
  });
  return found;
}

/** Some function among them has no name any more: what it can get at is whatever was put into a collection and nothing else leads to. */
function handOutUnheld(engine: Engine, state: State): State {
  const reachability = new Reachability(engine.universe, engine.program, state);
  intMap.forEach(state.cells, (cell) => {
    reachability.addCell(cell);
  });
  intMap.forEach(state.temps, (_temp, value) => {
    reachability.addValue(value);
  });
  const { atoms } = reachability.close();
  let after = state;
  intMap.forEach(state.hot, (atom) => {
    if (engine.objectState(state, atom).stored && !atoms.has(atom)) after = engine.escape(after, atom);
  });
  return after;
}
