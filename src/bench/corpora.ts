/** The files that the rules are timed on. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryModules } from './modules.js';
import { optionsOf, type Corpus, type Source } from './programs.js';
import { root } from './root.js';

const importsRuntime = /from '(?:eslint-plugin-driver-contracts\/runtime|\.{1,2}\/(?:.*\/)?runtime\/.*)'/;

function read(pattern: string): Source[] {
  return globSync(pattern, { cwd: root })
    .sort()
    .map((name) => ({ path: join(root, name), text: readFileSync(join(root, name), 'utf8') }));
}

function generated(linked: boolean): Source[] {
  return ordinaryModules(30, linked).map(({ name, text }) => ({ path: join(root, 'src', linked ? 'linked' : 'alone', name), text }));
}

/** Files that never touch a contract. */
export function untouched(): Corpus[] {
  const options = optionsOf(join(root, 'tsconfig.json'));
  const own = read('src/{flow,resolve,analysis,contracts}/**/*.ts').filter(({ text }) => !importsRuntime.test(text));
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
    { name: 'fixtures/drivers', sources: read('fixtures/drivers/**/*.ts'), options },
    { name: 'fixtures/rules', sources: read('fixtures/{rules,flow}/**/*.ts'), options },
  ];
}
