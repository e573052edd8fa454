/** What is found in a file: one analysis a file, whatever number of rules is on. */
import type { TSESLint } from '@typescript-eslint/utils';
import { importsReachRuntime, programOf, reachesRuntime, sharedSource, type Parser } from '../resolve/index.js';
import type { EngineOptions } from './engine.js';
import { FileAnalysis, type Told } from './file-analysis.js';
import type { Finding } from './findings.js';
import { sharedWorkspace } from './known.js';
import { linkerFor } from './link.js';
import { modulesInOrder } from './module-facts.js';
import type { Module } from './program.js';
import { Workspace } from './workspace.js';

const keyOf = ({ implicitThrow }: EngineOptions): string => (implicitThrow ? 'everywhere' : 'try');

const NOTHING: Told = { findings: [], npiPlaces: new Set() };

/** By what was asked about, and the options. A module is made anew when it or anything that it imports changes, so what was found in it holds as long as it. */
class Results<K extends object> {
  readonly #known = new WeakMap<K, Map<string, Told>>();

  /** Finds it out at the first question. */
  get(of: K, options: EngineOptions, find: () => Told): Told {
    let byOptions = this.#known.get(of);
    if (byOptions === undefined) this.#known.set(of, (byOptions = new Map<string, Told>()));
    const key = keyOf(options);
    let result = byOptions.get(key);
    if (result === undefined) byOptions.set(key, (result = find()));
    return result;
  }
}

const byText = new Results<Readonly<TSESLint.SourceCode>>();
const byModule = new Results<Module>();
const underWay = new WeakSet<Module>();

/** What is found in a file; computed at the first question. `parser` parses the files that it imports. */
export function analyze(
  sourceCode: Readonly<TSESLint.SourceCode>,
  settings: unknown,
  options: EngineOptions,
  parser?: Parser,
): readonly Finding[] {
  const told = byText.get(sourceCode, options, () => {
    const gate = reachesRuntime(sourceCode.ast, settings);
    // Without types nobody can look into the modules of the project.
    if (gate === 'no' || (gate === 'relative' && !importsReachRuntime(sourceCode, settings))) return NOTHING;
    const linker = linkerFor(sourceCode, settings, parser);
    const module = linker.module(sharedSource(sourceCode));
    if (module === null) return NOTHING;
    const workspace = programOf(sourceCode) === undefined ? new Workspace(false) : sharedWorkspace(settings, keyOf(options));
    const toldOf = (of: Module): Told => {
      // Files that import each other: what is wrong in this one is not asked for while it is being found.
      if (underWay.has(of)) return NOTHING;
      return byModule.get(of, options, () => {
        underWay.add(of);
        try {
          return new FileAnalysis(of, modulesInOrder(of, linker), linker, options, workspace, toldOf).run();
        } finally {
          underWay.delete(of);
        }
      });
    };
    return toldOf(module);
  });
  return told.findings;
}
