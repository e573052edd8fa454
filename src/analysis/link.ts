/** Modules that import each other: which variable of which module an import or re-export stands for. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Variable } from '../flow/graph.js';
import { createScopes, isNameless, type Scopes } from '../flow/scopes.js';
import { createResolver, importedFile, type Parser, type Resolver } from '../resolve/index.js';
import type { Module } from './program.js';

/** What an import binding stands for: a variable of another module, or all that a module exports. */
export type Linked = { readonly variable: Variable } | { readonly namespace: Module };

/** Re-exports may go round in circles. */
const MAX_HOPS = 16;

/** What is kept from one linted file to the next: an imported file is looked at once for each of its texts. */
interface Known {
  readonly modules: WeakMap<object, Module>;
  readonly sources: WeakMap<Module, Readonly<TSESLint.SourceCode>>;
  readonly links: WeakMap<Variable, Linked | null>;
}

const knownBySettings = new Map<string, Known>();

function knownFor(settings: unknown): Known {
  const key = keyOf(settings);
  let known = knownBySettings.get(key);
  if (known === undefined) {
    known = { modules: new WeakMap(), sources: new WeakMap(), links: new WeakMap() };
    knownBySettings.set(key, known);
  }
  return known;
}

/** Settings are data; what cannot be written down is told apart by nothing. */
function keyOf(settings: unknown): string {
  try {
    return JSON.stringify([settings]);
  } catch {
    return '';
  }
}

export class Linker {
  readonly #settings: unknown;
  readonly #parser: Parser | undefined;
  readonly #known: Known;
  #linted: { readonly module: Module; readonly sourceCode: Readonly<TSESLint.SourceCode> } | null = null;

  constructor(settings: unknown, parser: Parser | undefined) {
    this.#settings = settings;
    this.#parser = parser;
    this.#known = knownFor(settings);
  }

  /** The module of a source text; the same one each time. Null when nothing is known of its scopes. */
  module(sourceCode: Readonly<TSESLint.SourceCode>, linted: boolean): Module | null {
    const known = linted ? undefined : this.#known.modules.get(sourceCode);
    if (known !== undefined) return known;
    const { ast, scopeManager } = sourceCode;
    if (scopeManager === null) return null;
    const settings = this.#settings;
    let scopes: Scopes | undefined;
    let resolver: Resolver | undefined;
    // Made when they are asked for: of most modules that are imported, only their imports are looked at.
    const module: Module = {
      ast,
      scopeManager,
      linted,
      get scopes() {
        return (scopes ??= createScopes(scopeManager));
      },
      get resolver() {
        return (resolver ??= createResolver(sourceCode, settings));
      },
    };
    if (linted) this.#linted = { module, sourceCode };
    else this.#known.modules.set(sourceCode, module);
    this.#known.sources.set(module, sourceCode);
    return module;
  }

  visitorKeysOf(module: Module): TSESLint.SourceCode['visitorKeys'] {
    return this.#known.sources.get(module)?.visitorKeys ?? {};
  }

  /** The modules that a module imports values from, in the order of the text. */
  importsOf(module: Module): Module[] {
    const imports = module.ast.body.flatMap((statement) => {
      const source = sourceOf(statement);
      const imported = source === null ? undefined : this.#imported(module, source);
      return imported === undefined ? [] : [imported];
    });
    return [...new Set(imports)];
  }

  #imported(module: Module, specifier: TSESTree.StringLiteral): Module | undefined {
    const importing = this.#known.sources.get(module);
    const file = importing === undefined ? undefined : importedFile(importing, specifier, this.#parser);
    if (file === undefined) return undefined;
    // In a circle of imports, the linted file is itself, not a second reading of the same text.
    if (file.text === this.#linted?.sourceCode.text) return this.#linted.module;
    return this.module(file, false) ?? undefined;
  }

  /** What a variable that an import declares stands for; undefined when that cannot be seen. */
  target(module: Module, variable: Variable): Linked | undefined {
    let linked = this.#known.links.get(variable);
    if (linked === undefined) {
      linked = this.#find(module, variable) ?? null;
      this.#known.links.set(variable, linked);
    }
    return linked ?? undefined;
  }

  #find(module: Module, variable: Variable): Linked | undefined {
    const [definition] = variable.defs;
    if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return undefined;
    const imported = this.#imported(module, definition.parent.source);
    if (imported === undefined) return undefined;
    switch (definition.node.type) {
      case 'ImportNamespaceSpecifier':
        return { namespace: imported };
      case 'ImportDefaultSpecifier':
        return this.exported(imported, 'default');
      case 'ImportSpecifier':
        return this.exported(imported, nameOf(definition.node.imported));
      default:
        return undefined;
    }
  }

  /** What a module exports under a name, its own or another's. */
  exported(module: Module, name: string, hops = 0): Linked | undefined {
    if (hops > MAX_HOPS) return undefined;
    for (const statement of module.ast.body) {
      if (statement.type === 'ExportDefaultDeclaration' && name === 'default')
        return isNameless(statement) ? { variable: module.scopes.defaultExport(statement) } : this.#own(module, defaultName(statement));
      if (statement.type !== 'ExportNamedDeclaration') continue;
      const specifier = statement.specifiers.find((each) => nameOf(each.exported) === name);
      if (specifier !== undefined) {
        const local = nameOf(specifier.local);
        if (statement.source === null) return this.#own(module, local);
        const source = this.#imported(module, statement.source);
        return source === undefined ? undefined : this.exported(source, local, hops + 1);
      }
      const { declaration } = statement;
      if (declaration !== null && module.scopes.declaredVariables(declaration).some((variable) => variable.name === name))
        return this.#own(module, name);
      if (declaration?.type === 'VariableDeclaration' && declaredNames(module, declaration).includes(name)) return this.#own(module, name);
    }
    for (const statement of module.ast.body) {
      if (statement.type !== 'ExportAllDeclaration') continue;
      const source = this.#imported(module, statement.source);
      if (source === undefined) continue;
      if (statement.exported !== null) {
        if (nameOf(statement.exported) === name) return { namespace: source };
        continue;
      }
      const found = this.exported(source, name, hops + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A variable of the module's own scope, or what that is an import of. */
  #own(module: Module, name: string | undefined): Linked | undefined {
    const scope = module.scopeManager.scopes.find(({ type }) => type === 'module');
    const variable = name === undefined ? undefined : scope?.set.get(name);
    if (variable === undefined) return undefined;
    return variable.defs[0]?.type === 'ImportBinding' ? (this.target(module, variable) ?? { variable }) : { variable };
  }
}

/** The module that a statement takes values from; null for any other statement. */
function sourceOf(statement: TSESTree.ProgramStatement): TSESTree.StringLiteral | null {
  switch (statement.type) {
    case 'ImportDeclaration':
      return statement.importKind === 'type' ? null : statement.source;
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return statement.source;
    default:
      return null;
  }
}

const nameOf = (node: TSESTree.Identifier | TSESTree.StringLiteral): string => (node.type === 'Identifier' ? node.name : node.value);

function defaultName({ declaration }: TSESTree.ExportDefaultDeclaration): string | undefined {
  if (declaration.type === 'Identifier') return declaration.name;
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
}

function declaredNames(module: Module, declaration: TSESTree.VariableDeclaration): string[] {
  return declaration.declarations.flatMap((declarator) => module.scopes.declaredVariables(declarator).map((variable) => variable.name));
}
