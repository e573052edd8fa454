/** Which variable of which module an import or re-export stands for. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node, Variable } from '../flow/graph.js';
import { isNameless } from '../flow/scopes.js';
import { moduleVariables, parentOf, type Module } from './program.js';

/** What an import binding stands for: a variable of another module, or all that a module exports. */
export type Linked = { readonly variable: Variable } | { readonly namespace: Module };

/** Re-exports may go round in circles. */
const MAX_HOPS = 16;

/** The module that a module imports by this specifier; undefined when it cannot be seen. */
type ImportedBy = (module: Module, specifier: TSESTree.StringLiteral) => Module | undefined;

/** The import bindings of the modules of a program. */
export class Bindings {
  readonly #importedBy: ImportedBy;
  readonly #links = new WeakMap<Variable, Linked | null>();
  readonly #behind = new WeakMap<Variable, readonly Variable[]>();

  constructor(importedBy: ImportedBy) {
    this.#importedBy = importedBy;
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

  /**
   * The variables of other modules that the mentions of an import lead to: the one that it stands for; of a namespace, those whose names are read
   * as its members, and all that it exports when it is used in any other way.
   */
  behind(module: Module, variable: Variable): readonly Variable[] {
    let behind = this.#behind.get(variable);
    if (behind === undefined) {
      const found = new Set<Variable>();
      const linked = this.target(module, variable);
      if (linked !== undefined && 'variable' in linked) found.add(linked.variable);
      else if (linked !== undefined) for (const { identifier } of variable.references) this.#readFrom(linked.namespace, identifier, found);
      this.#behind.set(variable, (behind = [...found]));
    }
    return behind;
  }

  #readFrom(namespace: Module, mention: Node, found: Set<Variable>): void {
    const parent = parentOf(mention);
    if (parent?.type === 'TSQualifiedName') return; // the name of a type
    const name = memberRead(mention);
    if (name === undefined || parent === undefined) {
      this.#addExports(namespace, found);
      return;
    }
    const linked = this.exported(namespace, name);
    if (linked === undefined) return;
    if ('variable' in linked) found.add(linked.variable);
    else this.#readFrom(linked.namespace, parent, found);
  }

  /** The variables that a module and those that it exports from declare. */
  exportsOf(module: Module): ReadonlySet<Variable> {
    const found = new Set<Variable>();
    this.#addExports(module, found);
    return found;
  }

  #addExports(module: Module, found: Set<Variable>, seen = new Set<Module>()): void {
    if (seen.has(module)) return;
    seen.add(module);
    const add = (linked: Linked | undefined): void => {
      if (linked === undefined) return;
      if ('variable' in linked) found.add(linked.variable);
      else this.#addExports(linked.namespace, found, seen);
    };
    for (const variable of moduleVariables(module)) found.add(variable);
    for (const statement of module.ast.body) {
      if (statement.type === 'ExportNamedDeclaration')
        for (const { exported } of statement.specifiers) add(this.exported(module, nameOf(exported)));
      if (statement.type !== 'ExportAllDeclaration') continue;
      const source = this.#importedBy(module, statement.source);
      add(source && { namespace: source });
    }
  }

  #find(module: Module, variable: Variable): Linked | undefined {
    const [definition] = variable.defs;
    if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return undefined;
    const imported = this.#importedBy(module, definition.parent.source);
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
        const source = this.#importedBy(module, statement.source);
        return source === undefined ? undefined : this.exported(source, local, hops + 1);
      }
      const { declaration } = statement;
      if (declaration !== null && module.scopes.declaredVariables(declaration).some((variable) => variable.name === name))
        return this.#own(module, name);
      if (declaration?.type === 'VariableDeclaration' && declaredNames(module, declaration).includes(name)) return this.#own(module, name);
    }
    for (const statement of module.ast.body) {
      if (statement.type !== 'ExportAllDeclaration') continue;
      const source = this.#importedBy(module, statement.source);
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

/** The name of the member that is read of a mention of a namespace. */
export function memberRead(mention: Node): string | undefined {
  const parent = parentOf(mention);
  return parent?.type === 'MemberExpression' && parent.object === mention && !parent.computed ? parent.property.name : undefined;
}
