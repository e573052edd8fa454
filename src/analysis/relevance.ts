/**
 * Which functions can have anything to do with a contract: those that mention a contract function or a guarded member, have a role or an
 * annotation, or mention something that does. Told from names alone, so that what has nothing to do with contracts costs one look.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { structures } from '../contracts/classes.js';
import { dispatchMembers } from '../contracts/functions.js';
import type { ClassNode, FunctionNode, Node, Variable } from '../flow/graph.js';
import { isNameless } from '../flow/scopes.js';
import { isClass, isFunction, parentOf, type ClassesUsed, type Module } from './program.js';

export interface Relevance {
  readonly functions: ReadonlySet<FunctionNode>;
  /** Variables whose value can have to do with a contract. */
  readonly variables: ReadonlySet<Variable>;
  /** Members of its classes that have to do with a contract. */
  readonly methods: ReadonlySet<string>;
  /** The classes whose methods a function or class calls by the declared type of an object. */
  readonly classesUsed: ClassesUsed;
  /** Whether the module body itself, or anything in it, has to do with a contract. */
  readonly isEmpty: boolean;
}

/** Members whose use says that an NPI is in play, whoever made it. */
const telling: readonly string[] = [
  ...Object.keys(dispatchMembers),
  ...Object.values(structures).flatMap((structure) => ('whileCaptured' in structure ? structure.whileCaptured : [])),
];

class Marking {
  readonly #module: Module;
  readonly #mentions = new Map<string, Node[]>();
  readonly variables = new Set<Variable>();
  readonly #names = new Set<string>();
  readonly #pending: Node[] = [];
  /** What is around something that has been marked. */
  readonly #around = new Set<Node>();
  readonly functions = new Set<FunctionNode>();
  hasAny = false;

  constructor(module: Module) {
    this.#module = module;
  }

  mention(name: string, node: Node): void {
    const nodes = this.#mentions.get(name);
    if (nodes === undefined) this.#mentions.set(name, [node]);
    else nodes.push(node);
  }

  markVariable(variable: Variable): void {
    if (this.variables.has(variable)) return;
    this.variables.add(variable);
    for (const { identifier } of variable.references) this.#pending.push(identifier);
  }

  markName(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#pending.push(...(this.#mentions.get(name) ?? []));
  }

  /** Where a member of this name is used. */
  mentionsOf(name: string): readonly Node[] {
    return this.#mentions.get(name) ?? [];
  }

  mark(node: Node): void {
    this.#pending.push(node);
  }

  /** Marks everything around what has been marked, until nothing new comes up. */
  close(): void {
    for (let node = this.#pending.pop(); node !== undefined; node = this.#pending.pop()) {
      if (isTypeOnly(node)) continue;
      this.hasAny = true;
      for (let at: Node | undefined = node; at !== undefined && !this.#around.has(at); at = parentOf(at)) {
        this.#around.add(at);
        this.#markAround(at);
      }
    }
  }

  #markAround(node: Node): void {
    if (isFunction(node)) this.functions.add(node);
    for (const variable of this.#boundBy(node)) this.markVariable(variable);
    const name = memberName(node);
    if (name !== undefined) this.markName(name);
  }

  /** The variables that get their value from the node. */
  #boundBy(node: Node): readonly Variable[] {
    const declares = node.type === 'VariableDeclarator' || node.type === 'TSModuleDeclaration' || node.type === 'TSImportEqualsDeclaration';
    if (declares || (isFunction(node) && node.id !== null) || isClass(node)) return this.#module.scopes.declaredVariables(node);
    if (node.type === 'ExportDefaultDeclaration') return isNameless(node) ? [this.#module.scopes.defaultExport(node)] : [];
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'Identifier') return [];
    const variable = this.#module.scopes.variableOf(node.left);
    return variable === null ? [] : [variable];
  }
}

/** An import, an export or a type mentions a name without using it. */
function isTypeOnly(node: Node): boolean {
  const type = parentOf(node)?.type;
  return type === 'ExportSpecifier' || type === 'ImportSpecifier' || type === 'TSTypeReference' || type === 'TSTypeQuery';
}

/** The member that the node defines or assigns. */
function memberName(node: Node): string | undefined {
  if (node.type === 'AssignmentExpression') return node.left.type === 'MemberExpression' ? keyOf(node.left.property) : undefined;
  return node.type === 'Property' ||
    node.type === 'MethodDefinition' ||
    node.type === 'PropertyDefinition' ||
    node.type === 'AccessorProperty'
    ? keyOf(node.key)
    : undefined;
}

function keyOf(key: Node): string | undefined {
  switch (key.type) {
    case 'Identifier':
      return key.name;
    case 'PrivateIdentifier':
      return `#${key.name}`;
    case 'Literal':
      return String(key.value);
    case 'MemberExpression':
      return keyOf(key.property);
    default:
      return undefined;
  }
}

/** What is known of the modules that a module imports. */
export interface Imported {
  /** Whether a variable that another module defines may have to do with contracts. */
  readonly isRelevant: (variable: Variable) => boolean;
  /** Members of classes of other modules that have to do with contracts. */
  readonly methods: ReadonlySet<string>;
  /** The class that an expression is declared to be an instance of. */
  readonly classOf: (node: TSESTree.Expression) => ClassNode | undefined;
  /** Imports, by code while it runs, of modules that have to do with contracts. */
  readonly dynamic: readonly Node[];
}

export function findRelevant(module: Module, nodes: Iterable<Node>, imported: Imported): Relevance {
  const marking = new Marking(module);
  const { resolver } = module;
  const functions: FunctionNode[] = [];
  for (const node of nodes) {
    if (node.type === 'MemberExpression') {
      const name = keyOf(node.property);
      if (name !== undefined) marking.mention(name, node);
    } else if (node.type === 'Property' && node.parent.type === 'ObjectPattern') {
      const name = keyOf(node.key);
      if (name !== undefined) marking.mention(name, node);
    } else if (isFunction(node)) {
      functions.push(node);
    }
  }
  for (const fn of functions) if (resolver.roleOf(fn) !== undefined || resolver.annotationsOf(fn) !== undefined) marking.mark(fn);
  for (const scope of module.scopeManager.scopes) {
    for (const variable of scope.variables) {
      // The global scope lists all that the language's library declares.
      if (variable.defs.length === 0) continue;
      const external = resolver.importedBinding(variable);
      const isContract =
        external === undefined
          ? imported.isRelevant(variable)
          : external.kind === 'function' || external.kind === 'namespace' || external.kind === 'class';
      if (isContract) marking.markVariable(variable);
    }
  }
  for (const node of imported.dynamic) marking.mark(node);
  for (const name of telling) marking.markName(name);
  for (const name of imported.methods)
    for (const node of marking.mentionsOf(name)) if (receiverClass(node, imported) !== undefined) marking.mark(node);
  marking.close();
  const methods = methodNames(marking.functions);
  return {
    functions: marking.functions,
    variables: marking.variables,
    methods,
    classesUsed: findClassesUsed(new Set([...methods, ...imported.methods]), marking, imported),
    isEmpty: !marking.hasAny,
  };
}

function receiverClass(node: Node, { classOf }: Imported): ClassNode | undefined {
  return node.type === 'MemberExpression' && node.object.type !== 'ThisExpression' && node.object.type !== 'Super'
    ? classOf(node.object)
    : undefined;
}

function methodNames(functions: Iterable<FunctionNode>): Set<string> {
  const names = new Set<string>();
  for (const { parent } of functions) {
    const name = parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition' ? keyOf(parent.key) : undefined;
    if (name !== undefined && name !== 'constructor') names.add(name);
  }
  return names;
}

function findClassesUsed(names: ReadonlySet<string>, marking: Marking, imported: Imported): ClassesUsed {
  const used = new Map<Node, Set<ClassNode>>();
  for (const name of names) {
    for (const node of marking.mentionsOf(name)) {
      const cls = receiverClass(node, imported);
      if (cls === undefined) continue;
      for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) {
        if (!isFunction(at) && !isClass(at)) continue;
        const there = used.get(at);
        if (there === undefined) used.set(at, new Set([cls]));
        else there.add(cls);
      }
    }
  }
  return used;
}

/** Every node of a tree, parents first. */
export function nodesOf(ast: TSESTree.Program, visitorKeys: TSESLint.SourceCode['visitorKeys']): readonly Node[] {
  const nodes: Node[] = [];
  const pending: Node[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    nodes.push(node);
    const keys = visitorKeys[node.type] ?? [];
    for (let at = keys.length - 1; at >= 0; at--) {
      const child = (node as unknown as Readonly<Record<string, unknown>>)[keys[at] as string];
      if (Array.isArray(child)) {
        for (let index = child.length - 1; index >= 0; index--) if (isNode(child[index])) pending.push(child[index] as Node);
      } else if (isNode(child)) {
        pending.push(child);
      }
    }
  }
  return nodes;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
