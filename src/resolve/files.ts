/** Other files of the project, as syntax trees: with type information the compiler knows which file an import means, and has its text. */
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';

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

/** Gives the source file that an import in `importing` names; undefined without type information, for libraries, and for what cannot be parsed. */
export function importedFile(
  importing: Readonly<TSESLint.SourceCode>,
  specifier: TSESTree.StringLiteral,
  parser: Parser | undefined,
): TSESLint.SourceCode | undefined {
  const services = importing.parserServices;
  if (parser === undefined || !hasTypes(services)) return undefined;
  const symbol = services.program.getTypeChecker().getSymbolAtLocation(services.esTreeNodeToTSNodeMap.get(specifier));
  const file = symbol?.valueDeclaration as ts.SourceFile | undefined;
  if (file?.text === undefined || file.isDeclarationFile || /[\\/]node_modules[\\/]/.test(file.fileName)) return undefined;
  let parsed = parsedFiles.get(file);
  if (parsed === undefined) {
    parsed = parse(importing, file, services.program, parser);
    parsedFiles.set(file, parsed);
  }
  return parsed ?? undefined;
}

function hasTypes(services: TSESLint.SourceCode['parserServices']): services is ParserServicesWithTypeInformation {
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
