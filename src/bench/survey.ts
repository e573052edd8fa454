/**
 * Runs all rules over files that were written for other purposes. ESLint skips a file that does not import the runtime, so each is given the import;
 * with `plant`, each function also registers a block, which the analysis then has to carry to its exits.
 */
import { join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import type { Linter } from 'eslint';
import ts from 'typescript';
import { runtimeModule } from '../resolve/modules.js';
import { configFor, ours, Stopwatch } from './measure.js';
import type { Source } from './programs.js';

interface Forced extends Source {
  readonly isScript: boolean;
}

export interface Surveyed {
  readonly lines: number;
  /** Milliseconds in the parser, in the rules. */
  readonly parse: number;
  readonly rules: number;
  /** Why the file could not be parsed. */
  readonly refused: string | null;
  /** The stack, when linting threw. */
  readonly thrown: string | null;
  /** `LINE RULE MESSAGE` */
  readonly reports: readonly string[];
}

const client = 'const __client = { ClientContext: null, Dispatch: { Version: 256, Reserved: 0, WskClientEvent: null } };';
const register = 'const __block = new __wdk.WSK_REGISTRATION(); const __status = __wdk.WskRegister(__client, __block);';

/** The files below a folder that a JavaScript or TypeScript parser reads, without the packages inside. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !/(?:^|[\\/])node_modules[\\/]/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

export const readForced = (path: string, plant: boolean): Forced => force({ path, text: readFileSync(path, 'utf8') }, plant);

/** Lines keep their numbers. */
export function force({ path, text }: Source, plant: boolean): Forced {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const isDeclaration = tree.isDeclarationFile;
  const isScript = !isDeclaration && !ts.isExternalModule(tree);
  const head = [
    isScript ? `const __wdk = require('${runtimeModule}');` : `import * as __wdk from '${runtimeModule}';`,
    ...(plant && !isDeclaration ? [client] : []),
  ].join(' ');
  const start = /^(?:\uFEFF)?(?:#!.*\n)?/.exec(text)?.[0].length ?? 0;
  const insertions = [{ at: start, what: head }];
  if (plant) for (const at of startsOfFunctions(tree)) insertions.push({ at, what: register });
  insertions.sort((a, b) => a.at - b.at);
  const parts = insertions.map(({ at, what }, index) => `${text.slice(index === 0 ? 0 : insertions[index - 1]?.at, at)} ${what} `);
  return { path, text: parts.join('') + text.slice(insertions.at(-1)?.at), isScript };
}

/** Behind the opening brace and the directives of every function that has a body. */
function startsOfFunctions(tree: ts.SourceFile): number[] {
  const starts: number[] = [];
  const waiting: ts.Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    ts.forEachChild(node, (child) => {
      waiting.push(child);
    });
    const { body } = node as { readonly body?: ts.Node };
    if (!ts.isFunctionLike(node) || body === undefined || !ts.isBlock(body)) continue;
    const directives = body.statements.filter(
      (statement) => ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression),
    );
    starts.push(directives.at(-1)?.end ?? body.statements.pos);
  }
  return starts;
}

/** Lints one file, alone or in a program that holds it. */
export function survey({ path, text, isScript }: Forced, cwd: string, program?: ts.Program): Surveyed {
  const lines = text.split('\n').length;
  const parserOptions: Linter.ParserOptions = program === undefined ? {} : { programs: [program], tsconfigRootDir: cwd };
  const sourceType = isScript ? 'commonjs' : 'module';
  try {
    const config = configFor(ours, { ...parserOptions, ecmaFeatures: { jsx: true } }, { sourceType });
    const { parse, rules, messages } = new Stopwatch(cwd).lint(text, path, config);
    const refused = messages.find(({ fatal, ruleId }) => fatal === true || ruleId === null)?.message ?? null;
    const reports = messages
      .filter(({ ruleId }) => ruleId !== null)
      .map(({ line, ruleId, message }) => `${line} ${ruleId ?? ''} ${message}`);
    return { lines, parse, rules, refused, thrown: null, reports };
  } catch (error) {
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { lines, parse: NaN, rules: NaN, refused: null, thrown, reports: [] };
  }
}
