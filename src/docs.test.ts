/**
 * What the pages of the rules promise, and which way the imports of the source point.
 * What the examples report is tested in `fixtures.test.ts`; here they only have to compile, those of planned rules too.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import type { Rule } from './analysis/define-rule.js';
import { clauses, type Clause } from './contracts/clauses.js';
import plugin from './index.js';
import { examplesIn, lintExamples } from './testing/fixtures.js';
import { shownIn, type FixtureName, type NotReported } from './testing/clause-fixtures.js';
import { expectationsIn } from './testing/expectations.js';
import { contractsPage, rulesTable } from './testing/pages.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = join(root, 'docs', 'rules');
const rules: Readonly<Record<string, Rule>> = plugin.rules;

/** Rules that have a page and are still to be built. A rule that exists leaves this list. */
const planned: readonly string[] = [];

const headings = ['Why', 'Reported', 'Not reported', 'What it cannot see', 'Options'];

const named = readdirSync(pages)
  .filter((file) => file.endsWith('.md'))
  .map((file) => ({ name: file.slice(0, -'.md'.length), file, text: readFileSync(join(pages, file), 'utf8') }));

/** A page without its code, in which a heading or an id means nothing. */
const prose = (page: string): string => page.replace(/^```.*?^```$/gms, '');

const sectionOf = (page: string, heading: string): string => page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

test('every page is a rule or planned, and no rule is still planned', () => {
  expect(named.map(({ name }) => name).sort()).toEqual([...Object.keys(rules), ...planned].sort());
});

describe.each(named)('$file', ({ name, text }) => {
  test('has its parts, in their order', () => {
    const [title, blank, description] = text.split('\n');
    expect([title, blank]).toEqual([`# ${name}`, '']);
    expect(description).toMatch(/^[A-Z].*\. In `(?:recommended|strict)`\.$/);
    expect([...prose(text).matchAll(/^#+ .*$/gm)].map(([line]) => line)).toEqual([
      `# ${name}`,
      ...headings.map((heading) => `## ${heading}`),
    ]);
  });

  test('shows what is reported and the same put right', () => {
    const sections = examplesIn(text, name).map(({ section }) => section);
    expect(new Set(sections)).toEqual(new Set(['Reported', 'Not reported']));
  });

  test('cites every clause that the tables give to its rule', () => {
    const own = Object.entries<Clause>(clauses).filter(([, clause]) => (clause.rules as readonly string[]).includes(name));
    const cited = sectionOf(prose(text), 'Why');
    expect(own.map(([id]) => id).filter((id) => !new RegExp(`\\b${id}\\b`).test(cited))).toEqual([]);
  });

  test('pins what the rule cannot see', () => {
    const links = [...sectionOf(text, 'What it cannot see').matchAll(/\]\(\.\.\/\.\.\/fixtures\/(.*?)\)/g)].map(([, path]) => path ?? '');
    expect(links).toContain(`rules/${name}/gaps.ts`);
    const gaps = links.map((path) => readFileSync(join(root, 'fixtures', path), 'utf8'));
    expect(gaps.filter((gap) => !/\w(?:Missed|FalseReport)\b/.test(gap))).toEqual([]);
  });

  test('names the option that every rule has', () => {
    expect(sectionOf(text, 'Options')).toContain('`implicitThrow` (default `"try"`)');
  });
});

describe.each(Object.entries(rules))('%s', (name, rule) => {
  const page = named.find((candidate) => candidate.name === name)?.text ?? '';

  test('is in the preset that its page names', () => {
    expect(page.split('\n')[2]).toContain(`In \`${rule.preset}\`.`);
  });

  test('has its clauses cited', () => {
    const cited = sectionOf(prose(page), 'Why');
    expect(rule.clauses.filter((id) => !new RegExp(`\\b${id}\\b`).test(cited))).toEqual([]);
  });

  test('has its options described, each with its default', () => {
    const [defaults = {}] = rule.meta.defaultOptions ?? [];
    const described = Object.entries(defaults).map(([option, value]) => `- \`${option}\` (default \`${JSON.stringify(value)}\``);
    expect(described.filter((start) => !sectionOf(page, 'Options').includes(start))).toEqual([]);
  });
});

describe.each(Object.entries(rules))('%s', (name, rule) => {
  test('cites the clauses that the tables give to it', () => {
    const own = Object.entries<Clause>(clauses).filter(([, clause]) => (clause.rules as readonly string[]).includes(name));
    expect([...rule.clauses].sort()).toEqual(own.map(([id]) => id).sort());
  });
});

describe('fixtures of the clauses', () => {
  /** The rules that are expected in a declaration of a fixture. */
  function expectedIn(fixture: FixtureName): string[] {
    const [path = '', name] = fixture.split('#');
    const text = readFileSync(join(root, 'fixtures', path), 'utf8');
    const declaration = declarationsOf(text).find((each) => each.name === name);
    if (declaration === undefined) throw new Error(`${path} declares no ${name}`);
    return expectationsIn(text)
      .filter(({ kind, line }) => kind === 'want' && line >= declaration.first && line <= declaration.last)
      .map(({ rule }) => rule);
  }

  const all = Object.entries<NotReported | Readonly<Record<string, FixtureName>>>(shownIn);

  test('no clause is missing', () => {
    expect(all.map(([id]) => id)).toEqual(Object.keys(clauses));
  });

  test.each(all)('%s', (id, shown) => {
    if ('because' in shown) {
      expect(clauses[id as keyof typeof clauses].rules).toEqual([]);
      expect(expectedIn(shown.see)).toEqual([]);
      return;
    }
    expect(Object.keys(shown)).toEqual(clauses[id as keyof typeof clauses].rules);
    for (const [rule, fixture] of Object.entries(shown)) expect(expectedIn(fixture), fixture).toContain(rule);
  });
});

/** The functions, classes and constants at the top of a module, with their first and last lines. */
function declarationsOf(text: string): { readonly name: string; readonly first: number; readonly last: number }[] {
  const source = ts.createSourceFile('fixture.ts', text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  return source.statements.flatMap((statement) => {
    const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return declarations.flatMap((declaration) => {
      const name = 'name' in declaration ? (declaration.name as ts.Node | undefined)?.getText(source) : undefined;
      return name === undefined ? [] : [{ name, first: lineAt(statement.getStart(source)), last: lineAt(statement.getEnd()) }];
    });
  });
}

test('the examples compile', () => {
  const examples = named.flatMap(({ text, file }) => examplesIn(text, file));
  const modules = new Map(
    lintExamples(examples, 'untyped').map(({ name, text }, index) => [join(pages, `compiled-${index + 1}.ts`), { name, text }] as const),
  );
  expect(compileErrors(modules)).toEqual([]);
});

function compileErrors(modules: ReadonlyMap<string, { readonly name: string; readonly text: string }>): string[] {
  const file = join(root, 'fixtures', 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file));
  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists.bind(host), getSourceFile: host.getSourceFile.bind(host) };
  host.fileExists = (path) => modules.has(path) || onDisk.fileExists(path);
  host.getSourceFile = (path, version, ...rest) => {
    const module = modules.get(path);
    return module === undefined ? onDisk.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, module.text, version);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: source, start = 0, messageText }) => {
    const line = source === undefined ? 0 : source.getLineAndCharacterOfPosition(start).line + 1;
    return `${modules.get(source?.fileName ?? '')?.name ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** Which layers a layer may import from, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contracts: [], // the documentation as tables
  flow: [], // syntax tree to basic blocks and edges, for any program
  resolve: ['contracts'], // which contract a call, a type or a function denotes
  analysis: ['contracts', 'resolve', 'flow'], // states, transfer, solver, followed calls, findings
  runtime: ['contracts'], // the simulation that enforces the same tables
  rules: ['analysis'], // which findings, in which words
  plugin: ['analysis', 'rules'], // src/index.ts and what only it needs
};

interface Import {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly specifier: string;
  /** Gone at run time. */
  readonly isType: boolean;
}

/** `rules/a.ts` and `src/index.ts` are layers of their own; any other file belongs to its folder of `src`. */
function layerOf(file: string): string {
  const [top, folder, ...below] = file.split('/');
  if (top === 'rules') return 'rules';
  return below.length === 0 ? 'plugin' : (folder ?? '');
}

/** Tests, and what only they, benchmarks and differential testing use. */
const isExempt = (file: string): boolean => /^src\/(?:testing|bench|differential)\/|[./]test(?:ing)?\.ts$/.test(file);

function sourceFiles(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => posix.join(folder, path.split(sep).join('/')))
    .filter((path) => path.endsWith('.ts') && !isExempt(path));
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const pending: ts.Node[] = [source];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    ts.forEachChild(node, (child) => {
      pending.push(child);
    });
    const found = importedBy(node);
    if (found !== undefined && ts.isStringLiteral(found.specifier))
      imports.push({ file, specifier: found.specifier.text, isType: found.isType });
  }
  return imports;
}

function importedBy(node: ts.Node): { readonly specifier: ts.Node; readonly isType: boolean } | undefined {
  if (ts.isImportDeclaration(node))
    return { specifier: node.moduleSpecifier, isType: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { specifier: node.moduleSpecifier, isType: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return { specifier: node.argument.literal, isType: true };
  const [argument] = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
  return argument && { specifier: argument, isType: false };
}

describe('imports', () => {
  const imports = [...sourceFiles('src'), ...sourceFiles('rules')].flatMap(importsOf);

  test('point one way', () => {
    const wrong = imports.flatMap(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return [];
      const target = relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/');
      const [from, to] = [layerOf(file), layerOf(target.replace(/\.js$/, '.ts'))];
      const isAllowed = from === to || (mayImport[from] ?? []).includes(to);
      return isAllowed && !isExempt(target.replace(/\.js$/, '.ts')) ? [] : [`${file} imports ${target}`];
    });
    expect(wrong).toEqual([]);
  });

  test('reach the rules from the plugin object only', () => {
    const importers = imports
      .filter(({ file, specifier }) => specifier.includes('/rules/') && !file.startsWith('rules/'))
      .map(({ file }) => file);
    expect([...new Set(importers)]).toEqual(['src/index.ts']);
  });

  test('load no compiler and no parser', () => {
    const loading = imports.filter(({ specifier, isType }) => !isType && /^(?:typescript|@typescript-eslint\/.*)$/.test(specifier));
    expect(loading.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });
});

describe('what is made from the tables is up to date', () => {
  /** Tables are aligned by the formatter. */
  const unaligned = (text: string): string => text.replace(/-{3,}/g, '---').replace(/ +/g, ' ').trim();
  const contracts = join(root, 'docs', 'contracts.md');
  const readme = join(root, 'README.md');
  const marked = /(<!-- rules: begin -->\n)(.*?)(<!-- rules: end -->)/s;

  if (process.env['UPDATE_PAGES'] !== undefined) {
    writeFileSync(contracts, contractsPage());
    writeFileSync(readme, readFileSync(readme, 'utf8').replace(marked, `$1\n${rulesTable()}\n\n$3`));
  }

  test('docs/contracts.md', () => {
    expect(unaligned(readFileSync(contracts, 'utf8'))).toBe(unaligned(contractsPage()));
  });

  test("README's table of rules", () => {
    expect(unaligned(marked.exec(readFileSync(readme, 'utf8'))?.[2] ?? '')).toBe(unaligned(rulesTable()));
  });
});
