/** What is kept under the same settings from one linted file to the next: modules, and the workspaces in which they were analysed. */
import type { TSESLint } from '@typescript-eslint/utils';
import type ts from 'typescript';
import type { Linker } from './link.js';
import type { Module } from './program.js';
import { Workspace } from './workspace.js';

type Source = Readonly<TSESLint.SourceCode>;

/** A module, and what it imported when it was made. */
export interface Made {
  readonly module: Module;
  readonly imports: readonly Source[];
  readonly imported: readonly Module[];
}

/** What is kept under the same settings from one linted file to the next. */
export interface Known {
  /** The last module of each text. */
  readonly made: WeakMap<Source, Made>;
  /** The files that were asked in which context the kit calls functions of a module. */
  readonly asked: WeakMap<Module, Set<ts.SourceFile>>;
  readonly linkers: WeakMap<ts.Program, Linker>;
  readonly workspaces: Map<string, Workspace>;
}

const knownBySettings = new Map<string, Known>();

export function knownFor(settings: unknown): Known {
  const key = keyOf(settings);
  let known = knownBySettings.get(key);
  if (known === undefined) {
    known = { made: new WeakMap(), asked: new WeakMap(), linkers: new WeakMap(), workspaces: new Map() };
    knownBySettings.set(key, known);
  }
  return known;
}

/** Settings are data; what cannot be written down is told apart by nothing. */
function keyOf(settings: unknown): string {
  try {
    return JSON.stringify([settings]);
  } catch {
    return '';
  }
}

/** A workspace with more names than this makes room for a new one: in an editor, texts come and go. */
const MAX_ATOMS = 400_000;

/** The workspace of all files with these settings and options. */
export function sharedWorkspace(settings: unknown, options: string): Workspace {
  const { workspaces } = knownFor(settings);
  let workspace = workspaces.get(options);
  if (workspace === undefined || workspace.universe.size > MAX_ATOMS) workspaces.set(options, (workspace = new Workspace(true)));
  return workspace;
}
