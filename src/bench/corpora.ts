/** The files that the rules are timed on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryModules } from './modules.js';
import { optionsOf, type Corpus, type Source } from './programs.js';
import { root } from './root.js';

const importsRuntime = /from '(?:eslint-plugin-driver-contracts\/runtime|\.{1,2}\/(?:.*\/)?runtime\/.*)'/;

/** The TypeScript files below folders of the project. */
function read(...folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function generated(linked: boolean): Source[] {
  return ordinaryModules(30, linked).map(({ name, text }) => ({ path: join(root, 'src', linked ? 'linked' : 'alone', name), text }));
}

/** Files that never touch a contract. */
export function untouched(): Corpus[] {
  const options = optionsOf(join(root, 'tsconfig.json'));
  const own = read('src/flow', 'src/resolve', 'src/analysis', 'src/contracts').filter(({ text }) => !importsRuntime.test(text));
  return [
    { name: 'generated, packages imported', sources: generated(false), options },
    { name: 'generated, each other imported', sources: generated(true), options },
    { name: 'this project, without its runtime', sources: own, options },
  ];
}

/** Drivers. */
export function drivers(): Corpus[] {
  const options = optionsOf(join(root, 'fixtures', 'tsconfig.json'));
  return [
    { name: 'fixtures/drivers', sources: read('fixtures/drivers'), options },
    { name: 'fixtures/rules', sources: read('fixtures/rules', 'fixtures/flow'), options },
  ];
}
