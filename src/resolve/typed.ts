/**
 * Answers of the type checker. It is asked for single symbols and types, and each answer is kept. What it says is compared with where things are
 * declared: the runtime is known by its package, whatever names it was imported or re-exported under.
 */
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { isDispatchMember } from '../contracts/functions.js';
import { MAX_UNITS, type Unit } from './declared-values.js';
import { hasTypes } from './files.js';
import { externalNamed, runtimeNamespace, type Callee, type DeclaredClass, type External, type Variable } from './external.js';
import { isArrayClass, keyName, meaningOfName, type Meaning } from './meanings.js';
import { RuntimeFiles } from './runtime-files.js';
import type { ResolveSettings } from './settings.js';

interface TypedAnswers {
  importedBinding(variable: Variable): External | undefined;
  member(namespace: string, name: string): External | undefined;
  callee(node: TSESTree.CallExpression | TSESTree.NewExpression): Callee | undefined;
  meaning(node: TSESTree.Node): Meaning | undefined;
  meaningOfType(node: TSESTree.TypeNode): Meaning | undefined;
  expected(node: TSESTree.Expression): Meaning | undefined;
  callNeverReturns(node: TSESTree.CallExpression): boolean;
  declaredClass(node: TSESTree.Expression): DeclaredClass | undefined;
  valuesOf(node: TSESTree.Expression): readonly Unit[] | undefined;
  isDeclaredThere(node: TSESTree.Expression): boolean;
}

// Values of the compiler's enums, which stay the same in all supported versions; the compiler itself is not imported.
const SYMBOL_FUNCTION = 16; // SymbolFlags.Function
const SYMBOL_CLASS = 32; // SymbolFlags.Class
const SYMBOL_MODULE = 1536; // SymbolFlags.Module
const SYMBOL_ALIAS = 2097152; // SymbolFlags.Alias
const TYPE_ANY = 1; // TypeFlags.Any
const NODE_CONST = 2; // NodeFlags.Const

/** Types of one value each, by their text. */
const units: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
]);

/** Types that say nothing, or that there is nothing. */
const maybeNothing = new Set(['any', 'unknown', 'null', 'undefined', 'void', 'never']);

/** Constants made from constants made from …: followed this far. */
const MAX_DEPTH = 10;

/** Undefined without type information. */
export function typedAnswers(
  { parserServices }: Readonly<TSESLint.SourceCode>,
  settings: ResolveSettings,
  program: ts.Program | undefined,
): TypedAnswers | undefined {
  if (!hasTypes(parserServices)) return undefined;
  return new Checker(asOf(program ?? parserServices.program, parserServices), new RuntimeFiles(settings));
}

type Services = Pick<
  ParserServicesWithTypeInformation,
  'program' | 'esTreeNodeToTSNodeMap' | 'getSymbolAtLocation' | 'getTypeAtLocation' | 'getTypeFromTypeNode' | 'getContextualType'
>;

/** A text that has not changed is not parsed again for a later program, but its types are those of that program. */
function asOf(program: ts.Program, services: ParserServicesWithTypeInformation): Services {
  if (services.program === program) return services;
  const checker = program.getTypeChecker();
  const { esTreeNodeToTSNodeMap: map } = services;
  return {
    program,
    esTreeNodeToTSNodeMap: map,
    getSymbolAtLocation: (node) => checker.getSymbolAtLocation(map.get(node)),
    getTypeAtLocation: (node) => checker.getTypeAtLocation(map.get(node)),
    getTypeFromTypeNode: (node) => checker.getTypeFromTypeNode(map.get(node) as ts.TypeNode),
    getContextualType: (node) => checker.getContextualType(map.get(node) as ts.Expression),
  };
}

class Checker implements TypedAnswers {
  readonly #services: Services;
  readonly #checker: ts.TypeChecker;
  readonly #files: RuntimeFiles;
  readonly #bySymbol = new Map<ts.Symbol, External | undefined>();
  readonly #namespaces = new Map<string, ReadonlyMap<string, ts.Symbol>>();

  constructor(services: Services, files: RuntimeFiles) {
    this.#services = services;
    this.#checker = services.program.getTypeChecker();
    this.#files = files;
  }

  importedBinding(variable: Variable): External | undefined {
    const def = variable.defs.find(({ type }) => (type as string) === 'ImportBinding');
    return this.#attempt(() => {
      const symbol = def && this.#services.getSymbolAtLocation(def.name);
      return symbol && this.#denoted(symbol, 0);
    });
  }

  member(namespace: string, name: string): External | undefined {
    const symbol = this.#namespaces.get(namespace)?.get(name);
    return symbol && this.#attempt(() => this.#denoted(symbol, 0));
  }

  callee({ callee }: TSESTree.CallExpression | TSESTree.NewExpression): Callee | undefined {
    return this.#attempt(() => {
      const symbol = this.#services.getSymbolAtLocation(callee.type === 'MemberExpression' ? callee.property : callee);
      if (symbol === undefined) return undefined;
      return this.#dispatchMember(symbol) ?? this.#arrayMethod(symbol) ?? this.#denoted(symbol, 0);
    });
  }

  meaning(node: TSESTree.Node): Meaning | undefined {
    return this.#attempt(() => this.#meaningOf(this.#services.getTypeAtLocation(node)));
  }

  meaningOfType(node: TSESTree.TypeNode): Meaning | undefined {
    return this.#attempt(() => this.#meaningOf(this.#services.getTypeFromTypeNode(node)));
  }

  expected(node: TSESTree.Expression): Meaning | undefined {
    return this.#attempt(() => {
      const type =
        node.parent.type === 'Property' && node.parent.method ? this.#typeOfMethod(node.parent) : this.#services.getContextualType(node);
      return type && (this.#meaningOf(type) ?? ((type.flags & TYPE_ANY) === 0 ? { kind: 'foreign' } : undefined));
    });
  }

  /** To the compiler a method is no expression, and has no contextual type: the object around it has. */
  #typeOfMethod({ key, computed, parent }: TSESTree.Property): ts.Type | undefined {
    const object = parent.type === 'ObjectExpression' ? this.#services.getContextualType(parent) : undefined;
    const name = keyName(key, computed);
    if (object === undefined || name === undefined) return undefined;
    const member = object.getProperty(name);
    return member === undefined ? object.getStringIndexType() : this.#checker.getTypeOfSymbol(member);
  }

  declaredClass(node: TSESTree.Expression): DeclaredClass | undefined {
    return this.#attempt(() => {
      const type = this.#checker.getNonNullableType(this.#services.getTypeAtLocation(node));
      const bound = type.isTypeParameter() ? this.#checker.getBaseConstraintOfType(type) : type;
      const symbol = bound?.symbol;
      const declaration = symbol?.valueDeclaration;
      if (bound === undefined || symbol === undefined || declaration === undefined || (symbol.flags & SYMBOL_CLASS) === 0) return undefined;
      // The class itself has its symbol too, and is no instance.
      if (bound.getConstructSignatures().length > 0) return undefined;
      const source = declaration.getSourceFile();
      return source.isDeclarationFile ? undefined : { file: source.fileName, end: declaration.end };
    });
  }

  valuesOf(node: TSESTree.Expression): readonly Unit[] | undefined {
    return this.#attempt(() => {
      const type = this.#declaredType(node);
      const bound = type.isTypeParameter() ? this.#checker.getBaseConstraintOfType(type) : type;
      const parts = bound?.isUnion() ? bound.types : bound === undefined ? [] : [bound];
      if (parts.length > MAX_UNITS) return undefined;
      const units = parts.flatMap((part) => this.#unitsOf(part));
      return parts.length === 0 || units.length < parts.length ? undefined : units;
    });
  }

  isDeclaredThere(node: TSESTree.Expression): boolean {
    const isThere = (type: ts.Type): boolean => {
      const text = this.#checker.typeToString(type);
      return !type.isTypeParameter() && !maybeNothing.has(text);
    };
    return (
      this.#attempt(() => {
        const type = this.#declaredType(node);
        return type.isUnion() ? type.types.every(isThere) : isThere(type);
      }) ?? false
    );
  }

  /**
   * The compiler narrows what code between a write and here may have changed: a variable that a closure assigns to. What is known of the value on a path is
   * for the analysis to say, so the declared type is asked for.
   */
  #declaredType(node: TSESTree.Expression): ts.Type {
    const name = node.type === 'MemberExpression' && !node.computed ? node.property : node.type === 'Identifier' ? node : undefined;
    const symbol = name && this.#services.getSymbolAtLocation(name);
    return symbol === undefined ? this.#services.getTypeAtLocation(node) : this.#checker.getTypeOfSymbol(symbol);
  }

  #unitsOf(type: ts.Type): readonly Unit[] {
    if (type.isStringLiteral() || type.isNumberLiteral()) return [type.value];
    const text = this.#checker.typeToString(type);
    return units.has(text) ? [units.get(text)] : [];
  }

  callNeverReturns(node: TSESTree.CallExpression): boolean {
    return this.#attempt(() => this.#signatureNeverReturns(node)) ?? false;
  }

  #signatureNeverReturns(node: TSESTree.CallExpression): boolean {
    // A declaration that says so is enough: resolving the signature of every call would be dear.
    const type = this.#services.getTypeAtLocation(node.callee);
    const signatures = type.getCallSignatures();
    return signatures.length > 0 && signatures.every((signature) => this.#isNever(signature.getReturnType()));
  }

  #isNever(type: ts.Type): boolean {
    return this.#checker.typeToString(type) === 'never';
  }

  /** The compiler may fail on code that is half written; then nothing is known. */
  #attempt<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch {
      return undefined;
    }
  }

  #denoted(named: ts.Symbol, depth: number): External | undefined {
    if (depth > MAX_DEPTH) return undefined;
    if (this.#bySymbol.has(named)) return this.#bySymbol.get(named);
    this.#bySymbol.set(named, undefined); // what refers to itself denotes nothing
    const symbol = (named.flags & SYMBOL_ALIAS) === 0 ? named : this.#checker.getAliasedSymbol(named);
    const external = this.#declared(symbol, depth);
    this.#bySymbol.set(named, external);
    return external;
  }

  #declared(symbol: ts.Symbol, depth: number): External | undefined {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return undefined;
    const inRuntime = this.#files.contain(declaration);
    if ((symbol.flags & SYMBOL_MODULE) !== 0 && 'statements' in declaration)
      return inRuntime ? runtimeNamespace : this.#namespace(symbol, declaration.getSourceFile().fileName);
    if (inRuntime) return isTopLevel(declaration) ? externalNamed(symbol.name) : undefined;
    return this.#ofConstant(declaration, depth) ?? this.#byType(symbol);
  }

  /** `export const register = WskRegister;`, `export const TIMEOUT = 0;` */
  #ofConstant(declaration: ts.Declaration, depth: number): External | undefined {
    const initializer = constantInitializer(declaration);
    if (initializer === undefined) return undefined;
    const symbol = this.#checker.getSymbolAtLocation('name' in initializer ? (initializer.name as ts.Node) : initializer);
    const external = symbol && this.#denoted(symbol, depth + 1);
    if (external !== undefined) return external;
    const type = this.#checker.getTypeAtLocation(initializer);
    return type.isNumberLiteral() ? { kind: 'constant', name: nameOf(declaration) ?? '', value: type.value } : undefined;
  }

  /** A value of the type of one of the runtime's functions, classes or of its module. */
  #byType(symbol: ts.Symbol): External | undefined {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const of = type.symbol as ts.Symbol | undefined;
    const declaration = of?.declarations?.[0];
    if (of === undefined || declaration === undefined || !this.#files.contain(declaration)) return undefined;
    if ((of.flags & SYMBOL_MODULE) !== 0) return runtimeNamespace;
    // An instance has the symbol of its class too, and is none.
    if ((of.flags & SYMBOL_CLASS) !== 0) return type.getConstructSignatures().length > 0 ? externalNamed(of.name) : undefined;
    if ((of.flags & SYMBOL_FUNCTION) !== 0) return isTopLevel(declaration) ? externalNamed(of.name) : undefined;
    // A function type that stands in `const NAME: (…) => …` of the runtime; not one of its named types.
    const name = isVariable(declaration.parent) ? nameOf(declaration.parent) : undefined;
    return name === undefined ? undefined : externalNamed(name);
  }

  /** A module of the project is a namespace of ours when it exports something of the runtime. */
  #namespace(module: ts.Symbol, file: string): External | undefined {
    if (!this.#namespaces.has(file)) {
      const exports = this.#checker.getExportsOfModule(module);
      this.#namespaces.set(file, new Map(exports.map((symbol) => [symbol.name, symbol])));
    }
    const reaches = [...(this.#namespaces.get(file)?.values() ?? [])].some((symbol) => this.#denoted(symbol, 0) !== undefined);
    return reaches ? { kind: 'namespace', of: file } : undefined;
  }

  #dispatchMember(symbol: ts.Symbol): Callee | undefined {
    const { name } = symbol;
    const declaration = symbol.declarations?.[0];
    if (!isDispatchMember(name) || declaration === undefined || !this.#files.contain(declaration)) return undefined;
    return nameOf(declaration.parent) === 'WSK_PROVIDER_DISPATCH' ? { kind: 'dispatchMember', name } : undefined;
  }

  #arrayMethod(symbol: ts.Symbol): Callee | undefined {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined || !isArrayClass(nameOf(declaration.parent) ?? '')) return undefined;
    const isOfLanguage = this.#services.program.isSourceFileDefaultLibrary(declaration.getSourceFile());
    return isOfLanguage ? { kind: 'arrayMethod', name: symbol.name } : undefined;
  }

  #meaningOf(type: ts.Type): Meaning | undefined {
    if (type.isUnionOrIntersection() && type.aliasSymbol === undefined) {
      for (const part of type.types) {
        const found = this.#meaningOf(part);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    for (const symbol of [type.aliasSymbol, type.symbol as ts.Symbol | undefined]) {
      for (const declaration of symbol?.declarations ?? []) {
        if (!this.#files.contain(declaration)) continue;
        // The type behind `type KDEFERRED_ROUTINE = (…) => void` has no name of its own.
        const found =
          meaningOfName(nameOf(declaration) ?? '') ??
          (isVariable(declaration.parent) ? undefined : meaningOfName(nameOf(declaration.parent) ?? ''));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

function nameOf(declaration: ts.Node): string | undefined {
  if (!('name' in declaration)) return undefined;
  const name = declaration.name as ts.Node & { readonly text?: unknown };
  return typeof (name as { readonly text?: unknown } | undefined)?.text === 'string' ? (name.text as string) : undefined;
}

function isVariable(node: ts.Node): node is ts.VariableDeclaration {
  return (node.parent as ts.Node | undefined) !== undefined && 'declarations' in node.parent;
}

/** Declared by a statement of the module itself, not inside something. */
function isTopLevel(declaration: ts.Node): boolean {
  const statement = isVariable(declaration) ? declaration.parent.parent : declaration;
  return 'statements' in statement.parent;
}

function constantInitializer(declaration: ts.Declaration): ts.Expression | undefined {
  if (!isVariable(declaration) || (declaration.parent.flags & NODE_CONST) === 0) return undefined;
  return declaration.initializer;
}
