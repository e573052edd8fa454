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
 * A module and those that it imports, directly or not, imported ones first. Modules that cannot reach the runtime still hold flags and helpers;
 * what those import is not looked at.
 */
export function modulesInOrder(module: Module, linker: Linker): ModuleFacts[] {
  // The nearest come first: they are what a call is likely to lead to.
  const near = new Set([module]);
  for (const at of near) for (const imported of linker.importsOf(at)) if (near.size < MAX_MODULES) near.add(imported);
  const found = new Map<Module, ModuleFacts | null>();
  const visit = (at: Module): void => {
    if (found.has(at)) return;
    found.set(at, null);
    for (const imported of linker.importsOf(at)) visit(imported);
    found.delete(at);
    found.set(at, factsOf(at, linker, found));
  };
  visit(module);
  // What has to do with contracts is told from all that a module imports, near or far.
  return [...found.values()].filter((each) => each !== null && near.has(each.module)) as ModuleFacts[];
}

function factsOf(module: Module, linker: Linker, found: ReadonlyMap<Module, ModuleFacts | null>): ModuleFacts {
  const known = facts.get(module);
  if (known !== undefined) return known;
  const nodes = nodesOf(module.ast, linker.visitorKeysOf(module));
  const relevance = findRelevant(module, nodes, importedBy(module, linker, found));
  let mutations: Mutations | undefined;
  const made: ModuleFacts = {
    module,
    nodes,
    relevance,
    get mutations() {
      return (mutations ??= findMutations(module, nodes));
    },
  };
  // In a circle of imports, what is told of a module while another is under way is not all there is.
  if (linker.importsOf(module).every((imported) => found.get(imported))) facts.set(module, made);
  return made;
}

/** What is known so far of the modules that a module imports, directly or not. */
function importedBy(module: Module, linker: Linker, found: ReadonlyMap<Module, ModuleFacts | null>): Imported {
  const relevances = [...found.values()].flatMap((each) => each?.relevance ?? []);
  return {
    isRelevant: (variable) => {
      const linked = variable.defs[0]?.type === 'ImportBinding' ? linker.target(module, variable) : undefined;
      if (linked === undefined) return false;
      if ('namespace' in linked) return found.get(linked.namespace)?.relevance.isEmpty === false;
      return relevances.some(({ variables }) => variables.has(linked.variable));
    },
    methods: new Set(relevances.flatMap(({ methods }) => [...methods])),
    classOf: (node) => linker.classOf(module, node),
  };
}
