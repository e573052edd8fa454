/** Whether the compiler accepts a program: changes and shrinking make some that no programmer could have. */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../bench/root.js';

const path = join(root, 'program.ts');
const hostPath = join(root, 'host.ts');
const hostText = `export declare function probe(...handed: unknown[]): boolean;
export declare function log(...handed: unknown[]): void;
export declare function work(...handed: unknown[]): void;
export declare function pause(): Promise<void>;
`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  skipDefaultLibCheck: true,
  allowUnreachableCode: true,
};

const files = new Map<string, ts.SourceFile | undefined>();
let before: ts.Program | undefined;

function hostFor(text: string): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const onDisk = {
    readFile: host.readFile.bind(host),
    fileExists: host.fileExists.bind(host),
    getSourceFile: host.getSourceFile.bind(host),
  };
  const own = new Map([
    [path, text],
    [hostPath, hostText],
  ]);
  host.fileExists = (name) => own.has(name) || onDisk.fileExists(name);
  host.readFile = (name) => own.get(name) ?? onDisk.readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const mine = own.get(name);
    if (name === path && mine !== undefined) return ts.createSourceFile(name, mine, version, true);
    if (!files.has(name))
      files.set(name, mine === undefined ? onDisk.getSourceFile(name, version, ...rest) : ts.createSourceFile(name, mine, version, true));
    return files.get(name);
  };
  return host;
}

/** What is wrong with it, a message each. */
export function errorsIn(text: string): string[] {
  const program = ts.createProgram({
    rootNames: [path],
    options,
    host: hostFor(text),
    ...(before === undefined ? {} : { oldProgram: before }),
  });
  before = program;
  const source = program.getSourceFile(path);
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
