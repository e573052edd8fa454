/**
 * The program under analysis: modules, their functions, and what the text alone tells of them: which variables a function
 * can touch from outside of itself, which names are reassigned, what is exported.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { buildGraph, GraphTooLarge } from '../flow/build.js';
import type { ClassNode, FlowGraph, FunctionNode, GraphOwner, Instruction, Node, Temp, Variable } from '../flow/graph.js';
import { eachRead } from '../flow/liveness.js';
import { isNameless, type Scopes } from '../flow/scopes.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Linked, Linker } from './link.js';
import { forgottenOnEntry } from './scopes.js';
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

/** Where each temporary of a graph gets its value, and whether anything reads it. */
export interface GraphIndex {
  readonly graph: FlowGraph;
  /** Null for one that several instructions write. */
  readonly definitions: readonly (Instruction | null | undefined)[];
  readonly isRead: readonly boolean[];
  /** What its loops ask for elements. */
  readonly iterators: readonly Temp[];
  /** Variables that the graph sets to a boolean or number, or counts with, here and sets to something else there. */
  readonly flags: readonly Variable[];
  /** Arrays that the graph takes elements off: the variables, or members of `this`, that hold them. */
  readonly stacks: readonly (Variable | string)[];
  /** Variables that nothing looks at any more, by the block on entry to which that is so. */
  readonly forgotten: readonly (readonly Variable[])[];
  /** Some `return` has a value. */
  readonly returnsValue: boolean;
  /** Those of `return` statements after which code of the function still runs: `finally`, disposal. */
  readonly earlyReturns: ReadonlySet<Instruction>;
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

/** The variables that a module declares at its top. */
export function moduleVariables({ ast, scopes, scopeManager }: Module): readonly Variable[] {
  let variables = topVariables.get(scopeManager);
  if (variables === undefined) {
    const own = scopeManager.scopes.find(({ type }) => type === 'module') ?? scopeManager.globalScope;
    const nameless = ast.body.filter((statement) => statement.type === 'ExportDefaultDeclaration').filter(isNameless);
    variables = [...(own?.variables.filter(isDeclaredHere) ?? []), ...nameless.map((statement) => scopes.defaultExport(statement))];
    topVariables.set(scopeManager, variables);
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
    return variable.defs[0]?.type === 'ImportBinding' ? this.#linker.target(module, variable) : undefined;
  }

  /** The class that an expression is declared to be an instance of; undefined when it cannot be seen. */
  classOf(node: TSESTree.Expression): ClassNode | undefined {
    const cls = this.#linker.classOf(this.moduleOf(node), node);
    return cls !== undefined && this.#modules.has(rootOf(cls)) ? cls : undefined;
  }

  /** What a module exports. */
  exported(module: Module, name: string): Linked | undefined {
    const linked = this.#linker.exported(module, name);
    return linked !== undefined && this.#isIn(linked) ? linked : undefined;
  }

  #isIn(linked: Linked): boolean {
    if ('namespace' in linked) return this.has(linked.namespace);
    let { scope } = linked.variable;
    while (scope.type !== 'module' && scope.upper !== null) scope = scope.upper;
    return this.#modules.has(scope.block);
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
        const linked = this.#target(module, resolved);
        if (linked !== undefined && 'namespace' in linked) for (const variable of moduleVariables(linked.namespace)) found.add(variable);
        else found.add(linked?.variable ?? resolved);
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
    const { type } = variable.scope.variableScope;
    return type === 'module' || type === 'global';
  }
}

/** Whether a variable is only written where it is declared. */
function keepsItsValue({ references, defs }: Variable): boolean {
  const isDeclaredOnce = defs.every(({ type }) => type === 'Variable' || type === 'Parameter');
  return isDeclaredOnce && defs.length === 1 && references.every((reference) => !reference.isWrite() || reference.init === true);
}

function indexGraph(graph: FlowGraph): GraphIndex {
  const definitions: (Instruction | null | undefined)[] = [];
  const isRead: boolean[] = [];
  const iterators: Temp[] = [];
  let returnsValue = false;
  const earlyReturns = new Set<Instruction>();
  const define = (target: Temp, by: Instruction): void => {
    definitions[target] = definitions[target] === undefined ? by : null;
  };
  const read = (temp: Temp | null): void => {
    if (temp !== null) isRead[temp] = true;
  };
  for (const { instructions, terminator } of graph.blocks) {
    for (const instruction of instructions) {
      if ('target' in instruction) define(instruction.target, instruction);
      // `void x` looks at nothing.
      if (instruction.kind !== 'unary' || instruction.operator !== 'void') eachRead(instruction, read);
      if (instruction.kind !== 'setReturn' || instruction.value === null) continue;
      returnsValue = true;
      if (terminator.kind !== 'goto' || graph.blocks[terminator.to]?.terminator.kind !== 'exit') earlyReturns.add(instruction);
    }
    if (terminator.kind === 'invoke') {
      define(terminator.instruction.target, terminator.instruction);
      eachRead(terminator.instruction, read);
    } else if (terminator.kind === 'branch') {
      read(terminator.test);
    } else if (terminator.kind === 'iterate') {
      read(terminator.iterator);
      iterators.push(terminator.iterator);
    } else if (terminator.kind === 'yield') {
      read(terminator.value);
    }
  }
  return {
    graph,
    definitions,
    isRead,
    iterators,
    returnsValue,
    earlyReturns,
    flags: flagsOf(graph, definitions),
    stacks: stacksOf(graph, definitions),
    forgotten: forgottenOnEntry(graph),
  };
}

const taking = new Set(['pop', 'shift', 'splice', 'length']);

function stacksOf(graph: FlowGraph, definitions: GraphIndex['definitions']): readonly (Variable | string)[] {
  const stacks = new Set<Variable | string>();
  for (const { instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'readMember' || instruction.key.kind !== 'name' || !taking.has(instruction.key.name)) continue;
      const holder = definitions[instruction.object];
      if (holder?.kind === 'readVariable' && holder.variable !== null) stacks.add(holder.variable);
      if (holder?.kind === 'readMember' && holder.key.kind !== 'computed' && definitions[holder.object]?.kind === 'this')
        stacks.add(holder.key.kind === 'private' ? `#${holder.key.name}` : holder.key.name);
    }
  }
  return [...stacks].slice(0, MAX_FLAGS);
}

const isFlagLiteral = (by: Instruction | null | undefined): boolean =>
  by?.kind === 'literal' && (typeof by.value === 'boolean' || typeof by.value === 'number');

/** More flags than this are data. */
const MAX_FLAGS = 12;

function flagsOf(graph: FlowGraph, definitions: GraphIndex['definitions']): readonly Variable[] {
  const writes = new Map<Variable, { times: number; literals: number }>();
  for (const { instructions } of graph.blocks) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'writeVariable' || instruction.variable === null) continue;
      const of = writes.get(instruction.variable) ?? { times: 0, literals: 0 };
      const definition = definitions[instruction.value];
      const isFlag = isFlagLiteral(definition) || (definition?.kind === 'binary' && isFlagLiteral(definitions[definition.right]));
      writes.set(instruction.variable, { times: of.times + 1, literals: of.literals + (isFlag ? 1 : 0) });
    }
  }
  return [...writes]
    .filter(([, { times, literals }]) => times > 1 && literals > 0)
    .map(([variable]) => variable)
    .slice(0, MAX_FLAGS);
}
