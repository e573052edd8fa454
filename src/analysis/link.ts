/** Modules that import each other: which variable of which module an import or re-export stands for. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Variable } from '../flow/graph.js';
import { createScopes } from '../flow/scopes.js';
import { createResolver, importedFile, type Parser } from '../resolve/index.js';
import type { Module } from './program.js';

/** What an import binding stands for: a variable of another module, or all that a module exports. */
export type Linked = { readonly variable: Variable } | { readonly namespace: Module };

/** Re-exports may go round in circles. */
const MAX_HOPS = 16;

export class Linker {
  readonly #settings: unknown;
  readonly #parser: Parser | undefined;
  readonly #modules = new Map<object, Module>();
  readonly #sources = new Map<Module, Readonly<TSESLint.SourceCode>>();
  readonly #links = new Map<Variable, Linked | null>();

  constructor(settings: unknown, parser: Parser | undefined) {
    this.#settings = settings;
    this.#parser = parser;
  }

  /** The module of a source text; the same one each time. Null when nothing is known of its scopes. */
  module(sourceCode: Readonly<TSESLint.SourceCode>, linted: boolean): Module | null {
    const known = this.#modules.get(sourceCode.ast);
    if (known !== undefined) return known;
    const { ast, scopeManager } = sourceCode;
    if (scopeManager === null) return null;
    const module: Module = {
      ast,
      scopeManager,
      scopes: createScopes(scopeManager),
      resolver: createResolver(sourceCode, this.#settings),
      linted,
    };
    this.#modules.set(ast, module);
    this.#sources.set(module, sourceCode);
    return module;
  }

  visitorKeysOf(module: Module): TSESLint.SourceCode['visitorKeys'] {
    return this.#sources.get(module)?.visitorKeys ?? {};
  }

  /** The modules that a module imports values from, in the order of the text. */
  importsOf(module: Module): Module[] {
    const imports = module.ast.body.flatMap((statement) => {
      const isImport =
        (statement.type === 'ImportDeclaration' && statement.importKind !== 'type') ||
        statement.type === 'ExportAllDeclaration' ||
        (statement.type === 'ExportNamedDeclaration' && statement.source !== null);
      const imported = isImport && statement.source !== null ? this.#imported(module, statement.source) : undefined;
      return imported === undefined ? [] : [imported];
    });
    return [...new Set(imports)];
  }

  #imported(module: Module, specifier: TSESTree.StringLiteral): Module | undefined {
    const importing = this.#sources.get(module);
    const file = importing === undefined ? undefined : importedFile(importing, specifier, this.#parser);
    return file === undefined ? undefined : (this.module(file, false) ?? undefined);
  }

  /** What a variable that an import declares stands for; undefined when that cannot be seen. */
  target(module: Module, variable: Variable): Linked | undefined {
    let linked = this.#links.get(variable);
    if (linked === undefined) {
      linked = this.#find(module, variable) ?? null;
      this.#links.set(variable, linked);
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
      if (statement.type === 'ExportDefaultDeclaration' && name === 'default') return this.#own(module, defaultName(statement));
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

const nameOf = (node: TSESTree.Identifier | TSESTree.StringLiteral): string => (node.type === 'Identifier' ? node.name : node.value);

function defaultName({ declaration }: TSESTree.ExportDefaultDeclaration): string | undefined {
  if (declaration.type === 'Identifier') return declaration.name;
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
}

function declaredNames(module: Module, declaration: TSESTree.VariableDeclaration): string[] {
  return declaration.declarations.flatMap((declarator) => module.scopes.declaredVariables(declarator).map((variable) => variable.name));
}
