/** The modules of a program: made once of each text, and anew when it or what it imports has changed. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import type { ClassNode, FunctionNode, Node, Variable } from '../flow/graph.js';
import { createScopes, type Scopes } from '../flow/scopes.js';
import {
  createResolver,
  driverAround,
  dynamicImports,
  fileNameOf,
  importedFile,
  importsReachRuntime,
  leadsToFew,
  programOf,
  reachesRuntime,
  sourceOfFile,
  type DynamicImport,
  type Parser,
  type Resolver,
  type RoleOf,
} from '../resolve/index.js';
import { Bindings, type Linked } from './bindings.js';
import { roleElsewhere } from './elsewhere.js';
import { knownFor, type Made } from './known.js';
import { classesOf, type Module } from './program.js';
import { nameFile } from './wording.js';

type Source = Readonly<TSESLint.SourceCode>;

type FilesAround = (file: ts.SourceFile, program: ts.Program) => readonly ts.SourceFile[];

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
  readonly #dynamic = new WeakMap<Source, readonly DynamicImport[]>();
  /** What the imports of its modules stand for. */
  readonly bindings = new Bindings((module, specifier) => this.imported(module, specifier));
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

  /** The modules that a module imports values or types from, in the order of the text. Those that cannot reach the runtime hold flags and helpers: they import none when that would be many. */
  importsOf(module: Module): Module[] {
    const source = this.#sources.get(module);
    return source === undefined ? [] : this.#importedBy(this.#sourcesOf(source));
  }

  #sourcesOf(source: Source): readonly Source[] {
    let imports = this.#imports.get(source);
    if (imports === undefined) {
      const isFollowed = this.#program !== undefined && (this.#reaches(source) || leadsToFew(source));
      imports = isFollowed ? this.#findImports(source) : [];
      this.#imports.set(source, imports);
    }
    return imports;
  }

  #findImports(source: Source): Source[] {
    const stated = source.ast.body.flatMap((statement) => sourceOf(statement) ?? []);
    const imports = [...stated, ...this.#dynamicImports(source).map((each) => each.source)].flatMap((specifier) => {
      const imported = importedFile(source, specifier, this.#parser, this.#program);
      return imported === undefined || imported.scopeManager === null ? [] : [imported];
    });
    return [...new Set(imports)];
  }

  #dynamicImports(source: Source): readonly DynamicImport[] {
    let found = this.#dynamic.get(source);
    if (found === undefined) this.#dynamic.set(source, (found = dynamicImports(source)));
    return found;
  }

  /** Where code of a module imports others while it runs. */
  dynamicImportsOf(module: Module): readonly DynamicImport[] {
    const source = this.#sources.get(module);
    return source === undefined ? [] : this.#dynamicImports(source);
  }

  /** The module that a module imports by this specifier; undefined when it cannot be seen. */
  imported(module: Module, specifier: TSESTree.StringLiteral): Module | undefined {
    const source = this.#sources.get(module);
    const imported = source === undefined ? undefined : importedFile(source, specifier, this.#parser, this.#program);
    return imported === undefined ? undefined : this.#modules.get(imported);
  }

  /** What the module of a file exports under a name. */
  exportedByFile(file: string, name: string): Linked | undefined {
    const module = this.#byFile.get(file);
    return module && this.bindings.exported(module, name);
  }

  /** The class that an expression of a module is declared to be an instance of; undefined when it cannot be seen. */
  classOf(module: Module, node: TSESTree.Expression): ClassNode | undefined {
    const declared = module.resolver.declaredClass(node);
    if (declared === undefined || 'node' in declared) return declared?.node;
    const other = this.#byFile.get(declared.file);
    return other && classesOf(other).find(({ range }) => range[1] === declared.end);
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
