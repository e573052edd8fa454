/**
 * Lints fixtures and the code of the documentation with every rule on, with type information and without it.
 *
 * A fixture is a module below `fixtures/`. Its first line may be `// typed only: REASON`: then it says nothing about the other mode.
 * Code of the documentation is a `ts` block in a section "Reported" or "Not reported" of a rule's page. A block that imports nothing gets an
 * import of the runtime names that it uses, on its own first line, so that line numbers stay.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as parser from '@typescript-eslint/parser';
import { ESLint, Linter } from 'eslint';
import ts from 'typescript';
import plugin from '../index.js';
import type { Report } from './expectations.js';

export const modes = ['typed', 'untyped'] as const;
type Mode = (typeof modes)[number];

interface Linted {
  /** Relative to `fixtures/` or `docs/rules/`, with forward slashes. */
  readonly name: string;
  readonly text: string;
  readonly reports: readonly Report[];
}

interface Example {
  /** `RULE.md, block 2 (line 20)` */
  readonly name: string;
  readonly section: 'Reported' | 'Not reported';
  readonly code: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = join(root, 'fixtures');
const pages = join(root, 'docs', 'rules');
const runtime = 'eslint-plugin-driver-contracts/runtime';

function configFor(parserOptions: Linter.ParserOptions): Linter.Config {
  const all = [plugin.configs.all].flat() as Linter.Config[];
  return {
    files: ['**/*.{ts,tsx,js,jsx}'],
    languageOptions: { parser, parserOptions: { ...parserOptions, ecmaFeatures: { jsx: true } } },
    plugins: { 'driver-contracts': plugin as unknown as ESLint.Plugin },
    rules: Object.assign({}, ...all.map(({ rules }) => rules)) as Linter.RulesRecord,
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  };
}

function reportsOf(messages: readonly Linter.LintMessage[]): Report[] {
  return messages.map(({ line, ruleId, message }) => ({ line, rule: ruleId?.replace(/^driver-contracts\//, ''), message }));
}

/** Every fixture that applies to the mode, linted by one ESLint instance over one program. */
export async function lintFixtures(mode: Mode): Promise<Linted[]> {
  const eslint = new ESLint({
    cwd: fixtures,
    overrideConfigFile: true,
    overrideConfig: configFor(mode === 'typed' ? { projectService: true, tsconfigRootDir: fixtures } : {}),
    errorOnUnmatchedPattern: false,
  });
  const results = await eslint.lintFiles(['rules/**/*.ts', 'flow/**/*.{ts,tsx,js,jsx}', 'drivers/**/*.ts', 'differential/**/*.ts']);
  return results
    .map(({ filePath, messages }) => ({
      name: relative(fixtures, filePath).split(sep).join('/'),
      text: readFileSync(filePath, 'utf8'),
      reports: reportsOf(messages),
    }))
    .filter(({ text }) => mode === 'typed' || !text.startsWith('// typed only: '));
}

/** The reports of some rules in a text, without type information. */
export function lintText(text: string, rules: readonly string[]): Report[] {
  const on = Object.fromEntries(rules.map((rule) => [`driver-contracts/${rule}`, 'error' as const]));
  const linter = new Linter({ configType: 'flat', cwd: root });
  return reportsOf(linter.verify(text, { ...configFor({}), rules: on }, { filename: join(fixtures, 'text.ts') }));
}

/** The examples of all rule pages, in the order in which they stand. */
export function documentedExamples(): Example[] {
  if (!existsSync(pages)) return [];
  return readdirSync(pages)
    .filter((file) => file.endsWith('.md') && Object.hasOwn(plugin.rules, file.slice(0, -'.md'.length)))
    .sort()
    .flatMap((file) => examplesIn(readFileSync(join(pages, file), 'utf8'), file));
}

export function examplesIn(page: string, file: string): Example[] {
  const examples: Example[] = [];
  let section = '';
  let block: { readonly line: number; readonly lines: string[]; readonly isTypeScript: boolean } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    if (block === undefined) {
      section = /^##\s+(.*?)\s*$/.exec(line)?.[1] ?? section;
      const language = /^```\s*(\w*)/.exec(line)?.[1];
      if (language !== undefined) block = { line: index + 1, lines: [], isTypeScript: language === 'ts' };
    } else if (line.startsWith('```')) {
      if (block.isTypeScript && (section === 'Reported' || section === 'Not reported'))
        examples.push({ name: `${file}, block ${examples.length + 1} (line ${block.line})`, section, code: block.lines.join('\n') });
      block = undefined;
    } else block.lines.push(line);
  }
  return examples;
}

/** Lints examples as modules that stand beside their page; a module of the same name need not exist on disk. */
export function lintExamples(examples: readonly Example[], mode: Mode): Linted[] {
  if (examples.length === 0) return [];
  const runtimeNames = namesExportedByRuntime();
  const sources = new Map(
    examples.map(({ code }, index) => [join(pages, `example-${index + 1}.ts`), withRuntimeImport(code, runtimeNames)] as const),
  );
  const parserOptions = mode === 'typed' ? { programs: [programOf(sources)], tsconfigRootDir: root } : {};
  const linter = new Linter({ configType: 'flat', cwd: root });
  const config = configFor(parserOptions);
  return [...sources].map(([path, text], index) => ({
    name: examples[index]?.name ?? basename(path),
    text,
    reports: reportsOf(linter.verify(text, config, { filename: path })),
  }));
}

function withRuntimeImport(code: string, runtimeNames: ReadonlySet<string>): string {
  if (/^import\s/m.test(code)) return code;
  const used = new Set(code.match(/\b[A-Za-z_]\w*\b/g)?.filter((name) => runtimeNames.has(name)));
  return used.size === 0 ? code : `import { ${[...used].sort().join(', ')} } from '${runtime}'; ${code}`;
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(fixtures, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, fixtures).options;
}

/** A program over modules that exist only here, which resolves their imports as the fixtures' are resolved. */
function programOf(sources: ReadonlyMap<string, string>): ts.Program {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options, true);
  const onDisk = {
    readFile: host.readFile.bind(host),
    fileExists: host.fileExists.bind(host),
    getSourceFile: host.getSourceFile.bind(host),
  };
  host.readFile = (path) => sources.get(path) ?? onDisk.readFile(path);
  host.fileExists = (path) => sources.has(path) || onDisk.fileExists(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = sources.get(path);
    return text === undefined ? onDisk.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version, true);
  };
  return ts.createProgram([...sources.keys()], options, host);
}

function namesExportedByRuntime(): ReadonlySet<string> {
  const probe = join(pages, 'probe.ts');
  const program = programOf(new Map([[probe, `import * as runtime from '${runtime}';`]]));
  const declaration = program.getSourceFile(probe)?.statements[0];
  const checker = program.getTypeChecker();
  const module =
    declaration !== undefined && ts.isImportDeclaration(declaration) ? checker.getSymbolAtLocation(declaration.moduleSpecifier) : undefined;
  if (module === undefined) throw new Error(`${runtime} does not resolve: run the build first`);
  return new Set(checker.getExportsOfModule(module).map(({ name }) => name));
}
