/** Other files of the project, as syntax trees: with type information the compiler knows which file an import means, and has its text. */
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { runtimeMentions } from './modules.js';

/** What the linted file was parsed with; asked to parse the files that it imports. */
export interface Parser {
  parseForESLint(text: string, options: Readonly<Record<string, unknown>>): unknown;
}

interface Parsed {
  readonly ast: TSESTree.Program;
  readonly scopeManager: TSESLint.Scope.ScopeManager | null;
  readonly services: TSESLint.SourceCode['parserServices'];
  readonly visitorKeys: TSESLint.SourceCode['visitorKeys'];
}

type MakeSourceCode = new (config: Readonly<Record<string, unknown>>) => TSESLint.SourceCode;

/** Parsed once for each text of a file: the compiler makes a new source file when the text changes. */
const parsedFiles = new WeakMap<ts.SourceFile, TSESLint.SourceCode | null>();

/** The program that a source text was parsed with; undefined without type information. */
export function programOf({ parserServices }: Readonly<TSESLint.SourceCode>): ts.Program | undefined {
  return hasTypes(parserServices) ? parserServices.program : undefined;
}

/** What the compiler calls the file of a source text; undefined without type information. */
export function fileNameOf({ parserServices, ast }: Readonly<TSESLint.SourceCode>): string | undefined {
  return hasTypes(parserServices) ? parserServices.esTreeNodeToTSNodeMap.get(ast).fileName : undefined;
}

/**
 * The syntax tree that stands for a linted file wherever it is looked at: the one that was made when another file imported it, or else the linted
 * file's own, for others to look at.
 */
export function sharedSource(linted: Readonly<TSESLint.SourceCode>): Readonly<TSESLint.SourceCode> {
  const { parserServices, ast, text } = linted;
  if (!hasTypes(parserServices)) return linted;
  const file = parserServices.esTreeNodeToTSNodeMap.get(ast);
  const known = parsedFiles.get(file);
  if (known === undefined || known === null) {
    if (file.text === text) parsedFiles.set(file, linted);
    return linted;
  }
  return known.text === text ? known : linted;
}

/**
 * Gives the source file that an import in `importing` names, as `program` has it; undefined without type information, for libraries, and for what
 * cannot be parsed.
 */
export function importedFile(
  importing: Readonly<TSESLint.SourceCode>,
  specifier: TSESTree.StringLiteral,
  parser: Parser | undefined,
  program: ts.Program | undefined,
): TSESLint.SourceCode | undefined {
  const services = importing.parserServices;
  if (parser === undefined || program === undefined || !hasTypes(services)) return undefined;
  const file = fileOf(services.esTreeNodeToTSNodeMap.get(specifier), program);
  return file && sourceOfFile(file, importing, parser, program);
}

/** The source text of a file, parsed like another one; undefined for what cannot be parsed. */
export function sourceOfFile(
  file: ts.SourceFile,
  like: Readonly<TSESLint.SourceCode>,
  parser: Parser,
  program: ts.Program,
): TSESLint.SourceCode | undefined {
  let parsed = parsedFiles.get(file);
  if (parsed === undefined) {
    parsed = parse(like, file, program, parser);
    parsedFiles.set(file, parsed);
  }
  return parsed ?? undefined;
}

/** The file of the project itself that a specifier names. */
export function fileOf(specifier: ts.Node, program: ts.Program): ts.SourceFile | undefined {
  const file = program.getTypeChecker().getSymbolAtLocation(specifier)?.valueDeclaration as ts.SourceFile | undefined;
  return file?.text === undefined || file.isDeclarationFile || /[\\/]node_modules[\\/]/.test(file.fileName) ? undefined : file;
}

export function hasTypes(services: TSESLint.SourceCode['parserServices']): services is ParserServicesWithTypeInformation {
  return services?.program !== undefined && services.program !== null;
}

function parse(like: Readonly<TSESLint.SourceCode>, file: ts.SourceFile, program: ts.Program, parser: Parser): TSESLint.SourceCode | null {
  try {
    const options = {
      programs: [program],
      filePath: file.fileName,
      comment: true,
      loc: true,
      range: true,
      tokens: true,
      sourceType: 'module',
      // Nobody asks for the variables of the language's library, and there are more of them than of the file's own.
      lib: [],
    };
    const { ast, scopeManager, services, visitorKeys } = parser.parseForESLint(file.text, options) as Parsed;
    setParents(ast, visitorKeys);
    const make = like.constructor as MakeSourceCode;
    return new make({ text: file.text, ast, scopeManager, parserServices: services, visitorKeys });
  } catch {
    // A file that does not parse is reported where it is linted; here it cannot be seen.
    return null;
  }
}

/** ESLint does this for the files that it lints itself. */
function setParents(ast: TSESTree.Program, visitorKeys: TSESLint.SourceCode['visitorKeys']): void {
  const isNode = (value: unknown): value is TSESTree.Node => typeof value === 'object' && value !== null && 'type' in value;
  const pending: TSESTree.Node[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Readonly<Record<string, unknown>>)[key];
      for (const each of Array.isArray(child) ? (child as unknown[]) : [child]) {
        if (!isNode(each)) continue;
        Object.assign(each, { parent: node });
        pending.push(each);
      }
    }
  }
}

/** By program and settings: whether the runtime can be reached from a file. */
const reaching = new WeakMap<ts.Program, Map<string, WeakMap<ts.SourceFile, boolean>>>();

/** Whether the modules that a file imports lead to the runtime. Asks the compiler's own trees, so that no file is parsed for it. */
export function importsReachRuntime(sourceCode: Readonly<TSESLint.SourceCode>, settings: unknown): boolean {
  const services = sourceCode.parserServices;
  if (!hasTypes(services)) return false;
  const { program } = services;
  const mentions = runtimeMentions(settings);
  let bySettings = reaching.get(program);
  if (bySettings === undefined) reaching.set(program, (bySettings = new Map<string, WeakMap<ts.SourceFile, boolean>>()));
  const key = mentions.join('\n');
  let known = bySettings.get(key);
  if (known === undefined) bySettings.set(key, (known = new WeakMap<ts.SourceFile, boolean>()));
  const start = services.esTreeNodeToTSNodeMap.get(sourceCode.ast);
  const answer = known.get(start);
  if (answer !== undefined) return answer;
  // All that is seen on the way to a file that reaches the runtime may be on another way: only the start is certain. What leads nowhere is.
  const seen = new Set([start]);
  for (const file of seen) {
    if (known.get(file) === true || names(file, mentions)) {
      known.set(start, true);
      return true;
    }
    if (known.get(file) === false) continue;
    for (const specifier of specifiersOf(file)) {
      const imported = fileOf(specifier, program);
      if (imported !== undefined) seen.add(imported);
    }
  }
  for (const file of seen) known.set(file, false);
  return false;
}

/** More files than these are not looked at for the flags and helpers of a module that cannot reach the runtime. */
const MAX_FILES_ASIDE = 50;

const leading = new WeakMap<ts.Program, WeakMap<ts.SourceFile, boolean>>();

/** Whether what a file imports, directly or not, is so little that it may be looked at whatever it is for. Parses no file either. */
export function leadsToFew({ parserServices, ast }: Readonly<TSESLint.SourceCode>): boolean {
  if (!hasTypes(parserServices)) return false;
  const { program } = parserServices;
  let known = leading.get(program);
  if (known === undefined) leading.set(program, (known = new WeakMap<ts.SourceFile, boolean>()));
  const start = parserServices.esTreeNodeToTSNodeMap.get(ast);
  let answer = known.get(start);
  if (answer === undefined) known.set(start, (answer = countLedTo(start, program) <= MAX_FILES_ASIDE));
  return answer;
}

/** How many files a file leads to; no more are counted when there are too many. */
function countLedTo(start: ts.SourceFile, program: ts.Program): number {
  const found = new Set([start]);
  for (const file of found) {
    if (found.size > MAX_FILES_ASIDE) break;
    for (const specifier of specifiersOf(file)) {
      const imported = fileOf(specifier, program);
      if (imported !== undefined) found.add(imported);
    }
  }
  return found.size;
}

/** Whether a file imports the runtime itself, or calls for it with `require` or `import`. */
function names(file: ts.SourceFile, mentions: readonly string[]): boolean {
  const mentioned = mentions.filter((name) => file.text.includes(name));
  if (mentioned.length === 0) return false;
  if (specifiersOf(file).some((specifier) => mentioned.some((name) => (specifier as ts.StringLiteralLike).text.endsWith(name))))
    return true;
  return mentioned.some((name) => [`('${name}'`, `("${name}"`].some((call) => file.text.includes(call)));
}

/** The specifiers of imports and re-exports; by their members, as the numbers of syntax kinds differ from version to version. */
export function specifiersOf(file: ts.SourceFile): ts.Node[] {
  return file.statements.flatMap((statement): ts.Node[] => {
    const { moduleSpecifier, moduleReference } = statement as {
      readonly moduleSpecifier?: ts.Node;
      readonly moduleReference?: { readonly expression?: ts.Node };
    };
    const specifier = moduleSpecifier ?? moduleReference?.expression;
    return specifier === undefined ? [] : [specifier];
  });
}
