/** What the functions of a module change, told from its text: members by name, and what is in arrays, maps, sets and stacks. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Node, Variable } from '../flow/graph.js';
import { nameOfMember } from '../resolve/meanings.js';
import { join, type Constraint } from './constraint.js';
import { countOf } from './counters.js';
import { isExportedDeclaration } from './entry-points.js';
import { functionAround, type Module } from './program.js';

/** Member names that functions write, whatever the object; and whether they change arrays. */
export interface Mutations {
  readonly keys: ReadonlySet<string>;
  /** Variables whose objects some function writes to under a key that is not known. */
  readonly anyKeyOf: ReadonlySet<Variable>;
  /** The same for objects that members hold, by the names of these. */
  readonly anyKeyIn: ReadonlySet<string>;
  readonly arrays: boolean;
  readonly counters: Counters;
  /** What is known of members that count, by name. */
  readonly counts: ReadonlyMap<string, Constraint>;
}

/** Variables, and names of members, that functions count up or down. */
export interface Counters {
  readonly variables: ReadonlySet<Variable>;
  readonly keys: ReadonlySet<string>;
}

/** Methods that change an array, map, set or stack. */
export const mutators: ReadonlySet<string> = new Set([
  'set',
  'add',
  'delete',
  'clear',
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
  'copyWithin',
  'adopt',
  'defer',
  'dispose',
  'disposeAsync',
  'move',
  'use',
]);

function targetsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return patternTargets(node.left);
    case 'UpdateExpression':
      return [node.argument];
    case 'UnaryExpression':
      return node.operator === 'delete' ? [node.argument] : [];
    case 'ForInStatement':
    case 'ForOfStatement':
      return node.left.type === 'VariableDeclaration' ? [] : patternTargets(node.left);
    default:
      return [];
  }
}

/** Functions of the library that write to members of their first argument. */
const writers = new Set(['Object.assign', 'Object.defineProperty', 'Object.defineProperties', 'Reflect.set', 'Reflect.defineProperty']);

/** The object of which a call writes members whose names it does not tell. */
function filledBy({ callee, arguments: [object] }: TSESTree.CallExpression): Node | undefined {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || callee.property.type !== 'Identifier') return undefined;
  return writers.has(`${callee.object.name}.${callee.property.name}`) ? object : undefined;
}

function patternTargets(pattern: Node): readonly Node[] {
  switch (pattern.type) {
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : patternTargets(element)));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => patternTargets(property.type === 'RestElement' ? property.argument : property.value));
    case 'AssignmentPattern':
      return patternTargets(pattern.left);
    case 'RestElement':
      return patternTargets(pattern.argument);
    default:
      return [pattern];
  }
}

const isConstructor = (fn: FunctionNode): boolean => fn.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor';

type OpenField = TSESTree.PropertyDefinition & { readonly key: TSESTree.Identifier };

/** A public field of an exported class that starts as nothing, a flag or a number: it is there for others to set. */
function isOpen(field: TSESTree.PropertyDefinition, module: Module): field is OpenField {
  const { key, computed, value, readonly, static: isStatic, accessibility = 'public' } = field;
  if (key.type !== 'Identifier' || computed || readonly || isStatic || accessibility !== 'public') return false;
  return (value === null || value.type === 'Literal') && isExportedDeclaration(field.parent.parent, module);
}

/** `name` in `object.name` and `object.#name`. */
function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed) return undefined;
  return node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : node.property.name;
}

function noteCounter(module: Module, node: Node, into: { readonly variables: Set<Variable>; readonly keys: Set<string> }): void {
  const counts = node.type === 'UpdateExpression' || (node.type === 'AssignmentExpression' && ['+=', '-='].includes(node.operator));
  if (!counts || functionAround(node) === null) return;
  const counted = node.type === 'UpdateExpression' ? node.argument : node.left;
  const variable = counted.type === 'Identifier' ? module.scopes.variableOf(counted) : null;
  const key = memberName(counted);
  if (variable !== null) into.variables.add(variable);
  if (key !== undefined) into.keys.add(key);
}

/** Looks through the nodes of a module. */
export function findMutations(module: Module, nodes: Iterable<Node>): Mutations {
  const keys = new Set<string>();
  const anyKeyOf = new Set<Variable>();
  const anyKeyIn = new Set<string>();
  const counters = { variables: new Set<Variable>(), keys: new Set<string>() };
  let arrays = false;
  const anyKey = (object: Node): void => {
    const variable = object.type === 'Identifier' ? module.scopes.variableOf(object) : null;
    const member = memberName(object);
    if (variable !== null) anyKeyOf.add(variable);
    if (member !== undefined) anyKeyIn.add(member);
  };
  for (const node of nodes) {
    noteCounter(module, node, counters);
    for (const target of targetsOf(node)) {
      if (target.type !== 'MemberExpression') continue;
      const fn = functionAround(target);
      const isOwnSetUp = fn !== null && isConstructor(fn) && target.object.type === 'ThisExpression';
      if (fn === null || isOwnSetUp) continue;
      const { property } = target;
      if (property.type === 'PrivateIdentifier') keys.add(`#${property.name}`);
      else if (!target.computed && property.type === 'Identifier') keys.add(property.name);
      else if (property.type === 'Literal') keys.add(String(property.value));
      else {
        arrays = true;
        anyKey(target.object);
      }
    }
    if (node.type === 'PropertyDefinition' && isOpen(node, module)) keys.add(node.key.name);
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier') {
      arrays ||= mutators.has(node.callee.property.name) && functionAround(node) !== null;
      const filled = filledBy(node);
      if (filled !== undefined && functionAround(node) !== null) anyKey(filled);
    }
  }
  return { keys, anyKeyOf, anyKeyIn, arrays, counters, counts: countsOf(counters.keys, nodes) };
}

/** Members that count in all objects that have them. */
function countsOf(keys: ReadonlySet<string>, nodes: Iterable<Node>): ReadonlyMap<string, Constraint> {
  const uses = new Map([...keys].map((key) => [key, { nodes: new Set<Node>(), initial: [] as (Node | null)[] }] as const));
  for (const node of uses.size === 0 ? [] : nodes) {
    const member = memberName(node);
    if (member !== undefined) uses.get(member)?.nodes.add(node);
    const isInitial = node.type === 'PropertyDefinition' || (node.type === 'Property' && node.parent.type === 'ObjectExpression');
    if (isInitial) uses.get(nameOfMember(node) ?? '')?.initial.push(node.value);
  }
  const counts = [...uses].flatMap(([key, each]) => {
    const known = countOf(each);
    return known === undefined ? [] : [[key, known] as const];
  });
  return new Map(counts);
}

/** What the functions of any of the modules change. */
export function allMutations(each: readonly Mutations[]): Mutations {
  return {
    keys: new Set(each.flatMap(({ keys }) => [...keys])),
    anyKeyOf: new Set(each.flatMap(({ anyKeyOf }) => [...anyKeyOf])),
    anyKeyIn: new Set(each.flatMap(({ anyKeyIn }) => [...anyKeyIn])),
    arrays: each.some(({ arrays }) => arrays),
    counters: {
      variables: new Set(each.flatMap(({ counters }) => [...counters.variables])),
      keys: new Set(each.flatMap(({ counters }) => [...counters.keys])),
    },
    counts: allCounts(each),
  };
}

/** What counts in one module may be written by another that does not count. */
function allCounts(each: readonly Mutations[]): ReadonlyMap<string, Constraint> {
  const all = new Map<string, Constraint>();
  for (const { counts } of each)
    for (const [key, known] of counts)
      if (each.every((other) => other.counts.has(key) || !other.keys.has(key))) all.set(key, join(known, all.get(key) ?? known));
  return all;
}
