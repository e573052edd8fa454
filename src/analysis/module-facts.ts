/** The modules that matter to a file, and what their texts alone tell of each. */
import type { Node } from '../flow/graph.js';
import type { Linker } from './link.js';
import { findMutations, type Mutations } from './mutations.js';
import type { Module } from './program.js';
import { findRelevant, nodesOf, type Imported, type Relevance } from './relevance.js';

/** What the text alone tells of a module. */
export interface ModuleFacts {
  readonly module: Module;
  readonly nodes: readonly Node[];
  readonly relevance: Relevance;
  /** What its functions change; told when it is asked for. */
  readonly mutations: Mutations;
}

/** More modules than this are not looked into for one file. */
const MAX_MODULES = 100;

const facts = new WeakMap<Module, ModuleFacts>();

/**
 * A module and those that it imports, directly or not, imported ones first. Modules that cannot reach the runtime still hold flags and helpers.
 */
export function modulesInOrder(module: Module, linker: Linker): ModuleFacts[] {
  // The nearest come first: they are what a call is likely to lead to.
  const near = new Set([module]);
  for (const at of near) for (const imported of linker.importsOf(at)) if (near.size < MAX_MODULES) near.add(imported);
  // What has to do with contracts is told from all that a module imports, near or far.
  const order = new Set<Module>();
  const seen = new Set<Module>();
  const visit = (at: Module): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const imported of linker.importsOf(at)) visit(imported);
    order.add(at);
  };
  visit(module);
  const found = findFacts([...order], linker);
  return [...found.values()].filter((each) => near.has(each.module));
}

/** Modules that import each other are looked at so often at most. */
const MAX_ROUNDS = 4;

function findFacts(order: readonly Module[], linker: Linker): ReadonlyMap<Module, ModuleFacts> {
  const found = new Map<Module, ModuleFacts>();
  for (let round = 0, isSettled = false; !isSettled && round < MAX_ROUNDS; round++) {
    isSettled = true;
    for (const module of order) {
      const before = found.get(module);
      const now = facts.get(module) ?? factsOf(module, linker, found, before?.nodes);
      // In a circle of imports, what is told of a module while another is still to come is not all there is.
      isSettled &&= before === undefined ? linker.importsOf(module).every((imported) => found.has(imported)) : isAsBefore(before, now);
      found.set(module, now);
    }
  }
  for (const [module, each] of found) facts.set(module, each);
  return found;
}

const isAsBefore = ({ relevance: before }: ModuleFacts, { relevance: now }: ModuleFacts): boolean =>
  before.functions.size === now.functions.size && before.variables.size === now.variables.size && before.isEmpty === now.isEmpty;

function factsOf(
  module: Module,
  linker: Linker,
  found: ReadonlyMap<Module, ModuleFacts>,
  nodes = nodesOf(module.ast, linker.visitorKeysOf(module)),
): ModuleFacts {
  let mutations: Mutations | undefined;
  return {
    module,
    nodes,
    relevance: findRelevant(module, nodes, importedBy(module, linker, found)),
    get mutations() {
      return (mutations ??= findMutations(module, nodes));
    },
  };
}

/** What is known so far of the modules that a module imports, directly or not. */
function importedBy(module: Module, linker: Linker, found: ReadonlyMap<Module, ModuleFacts>): Imported {
  const relevances = [...found.values()].map(({ relevance }) => relevance);
  return {
    isRelevant: (variable) => {
      const behind = variable.defs[0]?.type === 'ImportBinding' ? linker.bindings.behind(module, variable) : [];
      return behind.some((each) => relevances.some(({ variables }) => variables.has(each)));
    },
    methods: new Set(relevances.flatMap(({ methods }) => [...methods])),
    classOf: (node) => linker.classOf(module, node),
    dynamic: linker.dynamicImportsOf(module).filter(({ source }) => {
      const imported = linker.imported(module, source);
      return imported !== undefined && found.get(imported)?.relevance.isEmpty === false;
    }),
  };
}
