/** TypeScript programs over texts. A new program has new trees of them and a new checker that has answered nothing yet; trees of libraries are shared. */
import { dirname } from 'node:path';
import ts from 'typescript';

export interface Source {
  readonly path: string;
  readonly text: string;
}

export interface Corpus {
  readonly name: string;
  readonly sources: readonly Source[];
  /** Of the `tsconfig.json` that the files belong to. */
  readonly options: ts.CompilerOptions;
}

export function optionsOf(tsconfig: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(tsconfig, (path) => ts.sys.readFile(path)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig)).options;
}

export class Programs {
  readonly #host: ts.CompilerHost;
  readonly #options: ts.CompilerOptions;
  readonly #roots: readonly string[];
  readonly #own = new Map<string, ts.SourceFile>();

  constructor({ sources, options }: Pick<Corpus, 'sources' | 'options'>) {
    const texts = new Map(sources.map(({ path, text }) => [path, text]));
    const trees = new Map<string, ts.SourceFile | undefined>();
    const host = ts.createCompilerHost(options, true);
    const onDisk = {
      readFile: host.readFile.bind(host),
      fileExists: host.fileExists.bind(host),
      getSourceFile: host.getSourceFile.bind(host),
    };
    host.readFile = (path) => texts.get(path) ?? onDisk.readFile(path);
    host.fileExists = (path) => texts.has(path) || onDisk.fileExists(path);
    host.getSourceFile = (path, version, ...rest) => {
      const text = texts.get(path);
      if (text !== undefined) {
        const own = this.#own.get(path) ?? ts.createSourceFile(path, text, version, true);
        this.#own.set(path, own);
        return own;
      }
      if (!trees.has(path)) trees.set(path, onDisk.getSourceFile(path, version, ...rest));
      return trees.get(path);
    };
    this.#host = host;
    this.#options = options;
    this.#roots = [...texts.keys()];
  }

  /** With a checker that has merged the globals, as any typed rule would have made it do, and has seen no file. */
  fresh(): ts.Program {
    // What is known of a text is kept as long as its tree: a new run starts without.
    this.#own.clear();
    const program = ts.createProgram(this.#roots, this.#options, this.#host);
    program.getTypeChecker().getAmbientModules();
    return program;
  }
}
