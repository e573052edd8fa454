/** Which declarations belong to the runtime, or to a module that the settings name. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { runtimeModule } from './modules.js';
import type { ResolveSettings } from './settings.js';

const [runtimePackage = '', runtimeFolder = ''] = runtimeModule.split('/');

/** Names of packages by folder; the files of a package do not change while a process lints. */
const packageNames = new Map<string, string | undefined>();

export class RuntimeFiles {
  readonly #settings: ResolveSettings;
  readonly #answers = new Map<string, boolean>();

  constructor(settings: ResolveSettings) {
    this.#settings = settings;
  }

  contain(declaration: ts.Node): boolean {
    if (this.#isAmbient(declaration)) return true;
    const { fileName } = declaration.getSourceFile();
    let answer = this.#answers.get(fileName);
    if (answer === undefined) this.#answers.set(fileName, (answer = this.#isFileOf(fileName)));
    return answer;
  }

  /** `declare module 'eslint-plugin-driver-contracts/runtime' { … }` */
  #isAmbient(declaration: ts.Node): boolean {
    for (let node = declaration as ts.Node | undefined; node !== undefined; node = node.parent as ts.Node | undefined) {
      if (!('name' in node && 'body' in node)) continue;
      const { text } = node.name as { readonly text?: unknown };
      if (text === runtimeModule || (typeof text === 'string' && this.#settings.modules.includes(text))) return true;
    }
    return false;
  }

  #isFileOf(fileName: string): boolean {
    const path = fileName.replaceAll('\\', '/');
    const segments = path.split('/').slice(0, -1);
    if (segments.includes(runtimeFolder) && (segments.includes(runtimePackage) || packageOf(path) === runtimePackage)) return true;
    const module = path.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '');
    return this.#settings.modules.some((entry) => {
      const name = entry.replace(/^\*/, '').replace(/\.[cm]?[jt]sx?$/, '');
      if (entry.startsWith('*')) return module.endsWith(name) || module.endsWith(`${name}/index`);
      if (name.startsWith('.')) return false; // relative to a file that is not known here: the importing file tells
      return path.includes(`/node_modules/${name}/`) || `/${module}/`.includes(`/node_modules/${name}/`) || packageOf(path) === name;
    });
  }
}

/** The name in the nearest package.json that has one. */
function packageOf(path: string): string | undefined {
  const folder = dirname(path);
  if (packageNames.has(folder)) return packageNames.get(folder);
  const name = nameIn(folder) ?? (dirname(folder) === folder ? undefined : packageOf(folder));
  packageNames.set(folder, name);
  return name;
}

function nameIn(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
