/** A process that lints a generated project of part d, then single files of it after edits. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { serve } from './child.js';
import { driverProject } from './drivers.js';
import { configFor, ours } from './measure.js';
import { root } from './root.js';
import { median, sum } from './tables.js';

export interface ProjectTask {
  readonly files: number;
  /** Without rules: what ESLint and the parser need by themselves. */
  readonly rules: boolean;
}

export interface ProjectResult {
  readonly cold: number;
  readonly coldParse: number;
  readonly coldRules: number;
  readonly relint: number;
  readonly relintParse: number;
  readonly relintRules: number;
  readonly reports: number;
  readonly firstReports: readonly string[];
  readonly lines: number;
  readonly heapUsed: number;
  readonly maxRss: number;
}

const EDITS = 7;

function writeProject(folder: string, files: readonly { readonly name: string; readonly text: string }[]): void {
  const compilerOptions = {
    strict: true,
    target: 'ES2022',
    lib: ['ES2023', 'DOM'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: [],
    noEmit: true,
    skipLibCheck: true,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'drivers', private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'eslint-plugin-driver-contracts'), 'junction');
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}

const parseOf = ({ stats }: ESLint.LintResult): number => sum((stats?.times.passes ?? []).map((pass) => pass.parse?.total ?? 0));
const rulesOf = ({ stats }: ESLint.LintResult): number =>
  sum((stats?.times.passes ?? []).flatMap(({ rules }) => Object.values(rules ?? {}).map(({ total }) => total)));

async function run(task: ProjectTask): Promise<ProjectResult> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'driver-contracts-')));
  try {
    const files = driverProject(task.files);
    writeProject(folder, files);
    const eslint = new ESLint({
      cwd: folder,
      overrideConfigFile: true,
      overrideConfig: { ...configFor(task.rules ? ours : [], { projectService: true, tsconfigRootDir: folder }), files: ['**/*.ts'] },
      stats: true,
    });

    const started = performance.now();
    const results = await eslint.lintFiles(['*.ts']);
    const cold = performance.now() - started;

    const edits = [];
    for (let edit = 0; edit < EDITS; edit++) {
      const { name, text } = files[Math.floor((files.length * (edit + 1)) / (EDITS + 1))] ?? { name: '', text: '' };
      const edited = `${text}\nexport const edit${edit} = ${edit};\n`;
      const before = performance.now();
      const [result] = await eslint.lintText(edited, { filePath: join(folder, name) });
      if (result !== undefined) edits.push({ wall: performance.now() - before, parse: parseOf(result), rules: rulesOf(result) });
    }

    const messages = results.flatMap(({ filePath, messages: ofFile }) =>
      ofFile.map(({ line, ruleId, message }) => `${filePath.slice(folder.length + 1)}:${line} ${ruleId ?? 'error'}: ${message}`),
    );
    return {
      cold,
      coldParse: sum(results.map(parseOf)),
      coldRules: sum(results.map(rulesOf)),
      relint: median(edits.map(({ wall }) => wall)),
      relintParse: median(edits.map(({ parse }) => parse)),
      relintRules: median(edits.map(({ rules }) => rules)),
      reports: messages.length,
      firstReports: messages.slice(0, 3),
      lines: sum(files.map(({ text }) => text.split('\n').length)),
      heapUsed: process.memoryUsage().heapUsed,
      maxRss: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

serve(run);
