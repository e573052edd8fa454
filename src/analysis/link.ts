/** Modules that import each other: which variable of which module an import or re-export stands for. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import type { ClassNode, FunctionNode, Node, Variable } from '../flow/graph.js';
import { createScopes, isNameless, type Scopes } from '../flow/scopes.js';
import {
  createResolver,
  driverAround,
  fileNameOf,
  importedFile,
  importsReachRuntime,
  programOf,
  reachesRuntime,
  sourceOfFile,
  type Parser,
  type Resolver,
  type RoleOf,
} from '../resolve/index.js';
import { memberRead, roleElsewhere } from './elsewhere.js';
import { classesOf, moduleVariables, parentOf, type Module } from './program.js';
import { Workspace } from './workspace.js';
import { nameFile } from './wording.js';

/** What an import binding stands for: a variable of another module, or all that a module exports. */
export type Linked = { readonly variable: Variable } | { readonly namespace: Module };

/** Re-exports may go round in circles. */
const MAX_HOPS = 16;

type Source = Readonly<TSESLint.SourceCode>;

type FilesAround = (file: ts.SourceFile, program: ts.Program) => readonly ts.SourceFile[];

/** A module, and what it imported when it was made. */
interface Made {
  readonly module: Module;
  readonly imports: readonly Source[];
  readonly imported: readonly Module[];
}

/** What is kept under the same settings from one linted file to the next. */
interface Known {
  /** The last module of each text. */
  readonly made: WeakMap<Source, Made>;
  /** The files that were asked in which context the kit calls functions of a module. */
  readonly asked: WeakMap<Module, Set<ts.SourceFile>>;
  readonly linkers: WeakMap<ts.Program, Linker>;
  readonly workspaces: Map<string, Workspace>;
}

const knownBySettings = new Map<string, Known>();

function knownFor(settings: unknown): Known {
  const key = keyOf(settings);
  let known = knownBySettings.get(key);
  if (known === undefined) {
    known = { made: new WeakMap(), asked: new WeakMap(), linkers: new WeakMap(), workspaces: new Map() };
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

/** A workspace with more names than this makes room for a new one: in an editor, texts come and go. */
const MAX_ATOMS = 400_000;

/** The workspace of all files with these settings and options. */
export function sharedWorkspace(settings: unknown, options: string): Workspace {
  const { workspaces } = knownFor(settings);
  let workspace = workspaces.get(options);
  if (workspace === undefined || workspace.universe.size > MAX_ATOMS) workspaces.set(options, (workspace = new Workspace(true)));
  return workspace;
}

/** The linker of the program that a file was parsed with. */
export function linkerFor(sourceCode: Source, settings: unknown, parser: Parser | undefined): Linker {
  const program = programOf(sourceCode);
  if (program === undefined) return new Linker(settings, parser, undefined);
  const { linkers } = knownFor(settings);
  let linker = linkers.get(program);
  if (linker === undefined) linkers.set(program, (linker = new Linker(settings, parser, program)));
  return linker;
}

export class Linker {
  readonly #settings: unknown;
  readonly #parser: Parser | undefined;
  readonly #program: ts.Program | undefined;
  readonly #made: WeakMap<Source, Made>;
  readonly #asked: WeakMap<Module, Set<ts.SourceFile>>;
  /** As this program has them. */
  readonly #modules = new Map<Source, Module>();
  readonly #sources = new WeakMap<Module, Source>();
  readonly #byFile = new Map<string, Module>();
  readonly #imports = new Map<Source, readonly Source[]>();
  readonly #links = new WeakMap<Variable, Linked | null>();
  readonly #behind = new WeakMap<Variable, readonly Variable[]>();
  /** The variables of other scopes that functions, classes and modules mention. */
  readonly free = new WeakMap<Node, readonly Variable[]>();

  constructor(settings: unknown, parser: Parser | undefined, program: ts.Program | undefined) {
    this.#settings = settings;
    this.#parser = parser;
    this.#program = program;
    ({ made: this.#made, asked: this.#asked } = knownFor(settings));
  }

  /** The module of a source text; the same one each time. Null when nothing is known of its scopes. */
  module(source: Source): Module | null {
    if (source.scopeManager === null) return null;
    if (!this.#modules.has(source)) this.#settle(source);
    return this.#modules.get(source) ?? null;
  }

  /**
   * Decides for a text and all that it imports whether the module that was made of it before still stands: it does when neither it nor anything that
   * it imports has changed, as its types may come from there, nor what was asked for the roles of its functions.
   */
  #settle(root: Source): void {
    const found = new Set([root]);
    for (const source of found) for (const imported of this.#sourcesOf(source)) if (!this.#modules.has(imported)) found.add(imported);
    const stale = new Set([...found].filter((source) => !this.#stands(source)));
    for (let before = -1; before !== stale.size;) {
      before = stale.size;
      for (const source of found) if (this.#sourcesOf(source).some((imported) => stale.has(imported))) stale.add(source);
    }
    for (const source of found) {
      const made = stale.has(source) ? undefined : this.#made.get(source);
      this.#enter(source, made?.module ?? this.#make(source));
    }
    for (const source of stale) {
      const imports = this.#sourcesOf(source);
      this.#made.set(source, { module: this.#modules.get(source) as Module, imports, imported: this.#importedBy(imports) });
    }
  }

  #enter(source: Source, module: Module): void {
    this.#modules.set(source, module);
    this.#sources.set(module, source);
    if (module.file === undefined) return;
    this.#byFile.set(module.file, module);
    nameFile(module.ast, module.file);
  }

  #importedBy(imports: readonly Source[]): Module[] {
    return imports.flatMap((imported) => this.#modules.get(imported) ?? []);
  }

  /** Whether a text has a module, which imports what it imported when it was made. */
  #stands(source: Source): boolean {
    const made = this.#made.get(source);
    if (made === undefined) return false;
    for (const file of this.#asked.get(made.module) ?? []) if (this.#program?.getSourceFile(file.fileName) !== file) return false;
    const imports = this.#sourcesOf(source);
    return (
      imports.length === made.imports.length &&
      imports.every((imported, index) => {
        const now = this.#modules.get(imported);
        return imported === made.imports[index] && (now === undefined || now === made.imported[index]);
      })
    );
  }

  #make(source: Source): Module {
    const { ast, scopeManager } = source;
    const [settings, program] = [this.#settings, this.#program];
    const roleOf = (module: Module, fn: FunctionNode): RoleOf | undefined => roleElsewhere(this, module, fn);
    let scopes: Scopes | undefined;
    let resolver: Resolver | undefined;
    // Made when they are asked for: of most modules that are imported, only their imports are looked at.
    return {
      ast,
      scopeManager: scopeManager as TSESLint.Scope.ScopeManager,
      file: fileNameOf(source),
      get scopes() {
        return (scopes ??= createScopes(this.scopeManager));
      },
      get resolver() {
        return (resolver ??= createResolver(source, settings, program, (fn) => roleOf(this, fn)));
      },
    };
  }

  /** The modules of those files around a module of whose texts something is said. */
  modulesOf(module: Module, around: FilesAround, says: (file: ts.SourceFile) => boolean): Module[] {
    const [program, parser, source] = [this.#program, this.#parser, this.#sources.get(module)];
    if (program === undefined || parser === undefined || source === undefined) return [];
    return this.filesOf(module, around).flatMap((each) => {
      const other = says(each) ? sourceOfFile(each, source, parser, program) : undefined;
      return (other && this.module(other)) ?? [];
    });
  }

  filesOf(module: Module, around: FilesAround): readonly ts.SourceFile[] {
    const file = module.file === undefined ? undefined : this.#program?.getSourceFile(module.file);
    return this.#program === undefined || file === undefined ? [] : around(file, this.#program);
  }

  /** Remembers that what a file says counts for a module that does not import it. */
  noteAsked(module: Module, file: ts.SourceFile): void {
    const asked = this.#asked.get(module);
    if (asked === undefined) this.#asked.set(module, new Set([file]));
    else asked.add(file);
  }

  /** The modules of the driver that a module is part of in which one of some names stands. */
  mentioningAround(module: Module, names: readonly string[]): readonly Module[] {
    return this.modulesOf(module, driverAround, ({ text }) => names.some((name) => text.includes(name)));
  }

  visitorKeysOf(module: Module): TSESLint.SourceCode['visitorKeys'] {
    return this.#sources.get(module)?.visitorKeys ?? {};
  }

  /** Whether the runtime can be reached from a text: by its own imports, or by those of the modules that it imports. */
  #reaches(source: Source): boolean {
    const gate = reachesRuntime(source.ast, this.#settings);
    return gate === 'runtime' || (gate === 'relative' && importsReachRuntime(source, this.#settings));
  }

  /** The modules that a module imports values or types from, in the order of the text. What those import that cannot reach the runtime is not looked at. */
  importsOf(module: Module): Module[] {
    const source = this.#sources.get(module);
    return source === undefined ? [] : this.#importedBy(this.#sourcesOf(source));
  }

  #sourcesOf(source: Source): readonly Source[] {
    let imports = this.#imports.get(source);
    if (imports === undefined) {
      imports = this.#program === undefined || !this.#reaches(source) ? [] : this.#findImports(source);
      this.#imports.set(source, imports);
    }
    return imports;
  }

  #findImports(source: Source): Source[] {
    const imports = source.ast.body.flatMap((statement) => {
      const specifier = sourceOf(statement);
      const imported = specifier === null ? undefined : importedFile(source, specifier, this.#parser, this.#program);
      return imported === undefined || imported.scopeManager === null ? [] : [imported];
    });
    return [...new Set(imports)];
  }

  #imported(module: Module, specifier: TSESTree.StringLiteral): Module | undefined {
    const source = this.#sources.get(module);
    const imported = source === undefined ? undefined : importedFile(source, specifier, this.#parser, this.#program);
    return imported === undefined ? undefined : this.#modules.get(imported);
  }

  /** What the module of a file exports under a name. */
  exportedByFile(file: string, name: string): Linked | undefined {
    const module = this.#byFile.get(file);
    return module && this.exported(module, name);
  }

  /** The class that an expression of a module is declared to be an instance of; undefined when it cannot be seen. */
  classOf(module: Module, node: TSESTree.Expression): ClassNode | undefined {
    const declared = module.resolver.declaredClass(node);
    if (declared === undefined || 'node' in declared) return declared?.node;
    const other = this.#byFile.get(declared.file);
    return other && classesOf(other).find(({ range }) => range[1] === declared.end);
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
      const source = this.#imported(module, statement.source);
      add(source && { namespace: source });
    }
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

/** The module that a statement takes values or types from; null for any other statement. Types tell whose methods are called. */
function sourceOf(statement: TSESTree.ProgramStatement): TSESTree.StringLiteral | null {
  switch (statement.type) {
    case 'ImportDeclaration':
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
