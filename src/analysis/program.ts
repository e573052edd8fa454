/**
 * The program under analysis: modules, their functions, and what the text alone tells of them: which variables a function
 * can touch from outside of itself, which names are reassigned, what is exported.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { buildGraph, GraphTooLarge } from '../flow/build.js';
import type { ClassNode, FunctionNode, GraphOwner, Node, Variable } from '../flow/graph.js';
import { isNameless, type Scopes } from '../flow/scopes.js';
import type { DynamicImport } from '../resolve/index.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Linked } from './bindings.js';
import { indexGraph, type GraphIndex } from './graph-index.js';
import type { Linker } from './link.js';
import type { Workspace } from './workspace.js';

/** A file whose text can be seen. */
export interface Module {
  readonly ast: TSESTree.Program;
  readonly scopeManager: TSESLint.Scope.ScopeManager;
  readonly scopes: Scopes;
  readonly resolver: Resolver;
  /** Its name for the compiler; undefined without type information. */
  readonly file: string | undefined;
}

/** ESLint gives a program no parent, which is null at run time. */
export const parentOf = (node: Node): Node | undefined => (node as { readonly parent?: Node | null }).parent ?? undefined;

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression';

export const isClass = (node: Node): node is ClassNode => node.type === 'ClassDeclaration' || node.type === 'ClassExpression';

/** The tree that a node is part of. */
export function rootOf(node: Node): TSESTree.Program {
  let at: Node = node;
  for (let above = parentOf(at); above !== undefined; above = parentOf(at)) at = above;
  return at as TSESTree.Program;
}

/** The innermost function around a node, itself included. */
export function functionAround(node: Node): FunctionNode | null {
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) if (isFunction(at)) return at;
  return null;
}

export const classesOf = ({ scopeManager }: Module): ClassNode[] => scopeManager.scopes.map((scope): Node => scope.block).filter(isClass);

const topVariables = new WeakMap<TSESLint.Scope.ScopeManager, readonly Variable[]>();

/** The variables that a module declares outside of its functions. */
export function moduleVariables({ ast, scopes, scopeManager }: Module): readonly Variable[] {
  let variables = topVariables.get(scopeManager);
  if (variables === undefined) {
    const own = scopeManager.scopes.find(({ type }) => type === 'module') ?? scopeManager.globalScope;
    const nameless = ast.body.filter((statement) => statement.type === 'ExportDefaultDeclaration').filter(isNameless);
    variables = [...(own === null ? [] : variablesOutsideFunctions(own)), ...nameless.map((statement) => scopes.defaultExport(statement))];
    topVariables.set(scopeManager, variables);
  }
  return variables;
}

/** Scopes that are no function's, and whose variables are there once: blocks, namespaces, static blocks. */
const scopesRunOnce: ReadonlySet<string> = new Set([
  'module',
  'global',
  'block',
  'switch',
  'for',
  'catch',
  'tsModule',
  'class-static-block',
]);

/** Scopes that may lie between the top of a module and a variable that no function declares. */
const scopesAroundTop: ReadonlySet<string> = new Set(['block', 'switch', 'for', 'catch', 'tsModule', 'class', 'class-static-block']);

function variablesOutsideFunctions(top: TSESLint.Scope.Scope): Variable[] {
  const variables: Variable[] = [];
  const pending = [top];
  for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
    if (scopesRunOnce.has(scope.type)) variables.push(...scope.variables.filter(isDeclaredHere));
    if (scope.type === 'class' || scopesRunOnce.has(scope.type)) pending.push(...[...scope.childScopes].reverse());
  }
  return variables;
}

const isDeclaredHere = ({ defs }: Variable): boolean => defs.length > 0 && defs[0]?.type !== 'ImportBinding';

type Owner = FunctionNode | ClassNode | TSESTree.ClassBody | TSESTree.Program;

/** The class that a function is a method or an initialised field of. */
function classOfMember({ parent }: FunctionNode): ClassNode | undefined {
  return parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition' ? parent.parent.parent : undefined;
}

/** By function or class. */
export type ClassesUsed = ReadonlyMap<Node, ReadonlySet<ClassNode>>;

export class Program {
  /** The one in which reports may stand. */
  readonly linted: Module;
  readonly #graphs: Workspace['graphs'];
  readonly #modules = new Map<TSESTree.Program, Module>();
  readonly #reassigned = new Map<Variable, boolean>();
  readonly #captures = new Map<FunctionNode, readonly Variable[]>();
  readonly #shared = new Map<FunctionNode, readonly Variable[]>();
  readonly #environments = new Map<FunctionNode, readonly FunctionNode[]>();
  readonly #linker: Linker;
  readonly #classesUsed = new Map<Module, ClassesUsed>();

  constructor(linted: Module, linker: Linker, workspace: Workspace) {
    this.linted = linted;
    this.#graphs = workspace.graphs;
    this.#linker = linker;
    this.#modules.set(linted.ast, linted);
  }

  /** `classesUsed`: the classes whose methods functions and classes of the module call by the declared type of an object. */
  add(module: Module, classesUsed: ClassesUsed = new Map()): void {
    this.#modules.set(module.ast, module);
    this.#classesUsed.set(module, classesUsed);
  }

  has(module: Module): boolean {
    return this.#modules.get(module.ast) === module;
  }

  get modules(): Iterable<Module> {
    return this.#modules.values();
  }

  /** Whether any file but the linted one can be seen. */
  get hasOthers(): boolean {
    return this.#modules.size > 1;
  }

  /** The module with this syntax tree. */
  moduleAt(ast: object): Module | undefined {
    return this.#modules.get(ast as TSESTree.Program);
  }

  /** What an imported variable stands for in another module; undefined when that cannot be seen, or is too far away to be looked into. */
  linked(module: Module, variable: Variable): Linked | undefined {
    const linked = this.#target(module, variable);
    return linked !== undefined && this.#isIn(linked) ? linked : undefined;
  }

  #target(module: Module, variable: Variable): Linked | undefined {
    return variable.defs[0]?.type === 'ImportBinding' ? this.#linker.bindings.target(module, variable) : undefined;
  }

  /** The module that code imports while it runs; undefined when it cannot be seen. */
  importedBy(node: DynamicImport): Module | undefined {
    const imported = this.#linker.imported(this.moduleOf(node), node.source);
    return imported !== undefined && this.has(imported) ? imported : undefined;
  }

  /** The class that an expression is declared to be an instance of; undefined when it cannot be seen. */
  classOf(node: TSESTree.Expression): ClassNode | undefined {
    const cls = this.#linker.classOf(this.moduleOf(node), node);
    return cls !== undefined && this.#modules.has(rootOf(cls)) ? cls : undefined;
  }

  /** What a module, or the module of a file, exports. */
  exported(module: Module | string, name: string): Linked | undefined {
    const linked = typeof module === 'string' ? this.#linker.exportedByFile(module, name) : this.#linker.bindings.exported(module, name);
    return linked !== undefined && this.#isIn(linked) ? linked : undefined;
  }

  #isIn(linked: Linked): boolean {
    if ('namespace' in linked) return this.has(linked.namespace);
    let { scope } = linked.variable;
    while (scope.type !== 'module' && scope.upper !== null) scope = scope.upper;
    return this.#modules.has(scope.block);
  }

  /** Whether a name stands in another file of the driver that the linted one is part of. */
  isMentionedAround(name: string): boolean {
    return this.#linker.mentioningAround(this.linted, [name]).length > 0;
  }

  moduleOf(node: Node): Module {
    return this.hasOthers ? (this.#modules.get(rootOf(node)) ?? this.linted) : this.linted;
  }

  /** Null for a function too large to have a graph. */
  graph(owner: GraphOwner): GraphIndex | null {
    let index = this.#graphs.get(owner);
    if (index === undefined) {
      index = this.#build(owner);
      this.#graphs.set(owner, index);
    }
    return index;
  }

  #build(owner: GraphOwner): GraphIndex | null {
    try {
      return indexGraph(buildGraph(owner, this.moduleOf(owner).scopes));
    } catch (error) {
      if (error instanceof GraphTooLarge) return null;
      throw error;
    }
  }

  /** The variables of enclosing scopes that a function, or a class with its methods, mentions anywhere inside. */
  freeVariables(of: Owner): readonly Variable[] {
    let variables = this.#linker.free.get(of);
    if (variables === undefined) {
      variables = [...this.#findFree(of)];
      this.#linker.free.set(of, variables);
    }
    return variables;
  }

  #findFree(of: Owner): Set<Variable> {
    const found = new Set<Variable>();
    const owners = new Set<Owner>([of]);
    for (const owner of owners) {
      const module = this.moduleOf(owner);
      for (const resolved of this.#mentioned(owner)) {
        if (this.#target(module, resolved) === undefined) found.add(resolved);
        else for (const variable of this.#linker.bindings.behind(module, resolved)) found.add(variable);
      }
      for (const { range, source } of this.#linker.dynamicImportsOf(module)) {
        if (range[0] < owner.range[0] || range[1] > owner.range[1]) continue;
        const imported = this.#linker.imported(module, source);
        if (imported !== undefined) for (const variable of this.#linker.bindings.exportsOf(imported)) found.add(variable);
      }
      // Whoever has an instance gets at what the methods of its class mention.
      for (const cls of this.#classesUsed.get(module)?.get(owner) ?? []) {
        for (const variable of this.moduleOf(cls).scopes.declaredVariables(cls)) found.add(variable);
        owners.add(cls);
      }
      const around = isFunction(owner) ? classOfMember(owner) : undefined;
      if (around !== undefined) owners.add(around);
    }
    return found;
  }

  /** The variables of functions around it that a function mentions and that nobody assigns to once they have their value. */
  captures(fn: FunctionNode): readonly Variable[] {
    let captured = this.#captures.get(fn);
    if (captured === undefined) {
      captured = fn.generator ? [] : this.freeVariables(fn).filter((variable) => !this.isModuleLevel(variable) && keepsItsValue(variable));
      this.#captures.set(fn, captured);
    }
    return captured;
  }

  /**
   * The variables of a function that closures of one activation share: those that somebody assigns to once they have a value, and those of functions
   * that are declared, and so made, before the variables have one.
   */
  sharedVariables(owner: FunctionNode): readonly Variable[] {
    let shared = this.#shared.get(owner);
    if (shared === undefined) {
      shared = this.ownVariables(owner).filter(isShared);
      this.#shared.set(owner, shared);
    }
    return shared;
  }

  /** The variables that each activation of a function has for itself. */
  ownVariables(owner: Node): readonly Variable[] {
    const { scopes } = this.moduleOf(owner).scopeManager;
    const own = scopes.filter(({ variableScope, type }) => variableScope.block === owner && type !== 'function-expression-name');
    return own.flatMap(({ variables }) => variables);
  }

  /** The functions around a closure that declare variables which it shares with others. */
  environmentsOf(fn: FunctionNode): readonly FunctionNode[] {
    let owners = this.#environments.get(fn);
    if (owners === undefined) {
      const found = new Set<FunctionNode>();
      for (const variable of fn.generator ? [] : this.freeVariables(fn)) {
        const { block } = variable.scope.variableScope;
        if (isFunction(block) && !block.generator && this.sharedVariables(block).includes(variable)) found.add(block);
      }
      owners = [...found];
      this.#environments.set(fn, owners);
    }
    return owners;
  }

  /** Variables of enclosing scopes; of a module, those that it imports. */
  #mentioned(of: Owner): readonly Variable[] {
    const { scopeManager } = this.moduleOf(of);
    if (of.type === 'Program') {
      const variables = scopeManager.scopes.filter(({ type }) => type === 'module').flatMap((scope) => scope.variables);
      return variables.filter(({ defs }) => defs[0]?.type === 'ImportBinding');
    }
    const scope = scopeManager.acquire(of.type === 'ClassBody' ? of.parent : of);
    // Methods refer to their class by a variable of its own scope.
    const own = isClass(of) ? (scope?.variables ?? []) : [];
    return [
      ...own,
      ...(scope?.through ?? []).flatMap(({ resolved }) => (resolved === null || resolved.defs.length === 0 ? [] : [resolved])),
    ];
  }

  /** Whether a function assigns to a variable after its declaration; code that runs once while the module is loaded does not count. */
  isReassigned(variable: Variable): boolean {
    let reassigned = this.#reassigned.get(variable);
    if (reassigned === undefined) {
      reassigned = variable.references.some(
        (reference) => reference.isWrite() && reference.init !== true && functionAround(reference.identifier) !== null,
      );
      this.#reassigned.set(variable, reassigned);
    }
    return reassigned;
  }

  /** Whether something is a variable of a module, and not a parameter or what else a value can come from. */
  isModuleVariable(of: object): boolean {
    return 'scope' in of && 'references' in of && this.isModuleLevel(of as Variable);
  }

  /** Declared outside of every function. */
  isModuleLevel(variable: Variable): boolean {
    let scope: TSESLint.Scope.Scope | null = variable.scope.variableScope;
    while (scope !== null && scopesAroundTop.has(scope.type)) scope = scope.upper;
    return scope?.type === 'module' || scope?.type === 'global';
  }
}

/** Whether a variable is only written where it is declared. */
function keepsItsValue({ references, defs }: Variable): boolean {
  const isDeclaredOnce = defs.every(({ type }) => type === 'Variable' || type === 'Parameter');
  return isDeclaredOnce && defs.length === 1 && references.every((reference) => !reference.isWrite() || reference.init === true);
}

/** Whether closures have to find a variable as the last of them left it. */
function isShared(variable: Variable): boolean {
  const { references, scope } = variable;
  const inner = references.filter(({ from }) => from.variableScope !== scope.variableScope);
  return inner.length > 0 && (!keepsItsValue(variable) || inner.some(({ from }) => isInDeclaration(from, scope.variableScope)));
}

function isInDeclaration(from: TSESLint.Scope.Scope, outer: TSESLint.Scope.Scope): boolean {
  for (let at: TSESLint.Scope.Scope | null = from; at !== null && at !== outer; at = at.upper)
    if (at.type === 'function' && at.block.type === 'FunctionDeclaration') return true;
  return false;
}
