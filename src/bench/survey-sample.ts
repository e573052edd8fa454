/** A fixed sample of code for the tests: files of packages that this project is developed with, and constructs that those do not have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from './programs.js';
import { root } from './root.js';
import { force, survey, type Surveyed } from './survey.js';

/** Below `node_modules`. */
const files = [
  // Scripts: parsers, generators of code, regular expressions, closures in closures.
  'acorn/dist/acorn.js',
  'acorn/dist/acorn.mjs',
  'acorn-jsx/index.js',
  'ajv/lib/ajv.js',
  'ajv/lib/compile/index.js',
  'ajv/lib/dotjs/validate.js',
  'debug/src/common.js',
  'ms/index.js',
  'espree/lib/espree.js',
  'esquery/dist/esquery.esm.min.js',
  'esutils/lib/code.js',
  'esutils/lib/keyword.js',
  'eslint-scope/lib/referencer.js',
  'eslint-scope/lib/pattern-visitor.js',
  'levn/lib/parse-string.js',
  'minimatch/dist/esm/index.js',
  'picomatch/lib/parse.js',
  'semver/classes/range.js',
  // ESLint: generators, labelled loops, switches with many cases, private members.
  'eslint/lib/linter/linter.js',
  'eslint/lib/linter/code-path-analysis/code-path-analyzer.js',
  'eslint/lib/linter/code-path-analysis/code-path-state.js',
  'eslint/lib/linter/code-path-analysis/code-path-segment.js',
  'eslint/lib/eslint/eslint.js',
  'eslint/lib/rules/no-useless-assignment.js',
  'eslint/lib/rules/no-unused-vars.js',
  'eslint/lib/rules/utils/ast-utils.js',
  'eslint/lib/types/index.d.ts',
  'eslint/bin/eslint.js',
  // Compiled TypeScript, helpers and all.
  '@typescript-eslint/typescript-estree/dist/convert.js',
  '@typescript-eslint/eslint-plugin/dist/rules/no-unnecessary-condition.js',
  '@typescript-eslint/eslint-plugin/dist/rules/no-floating-promises.js',
  '@typescript-eslint/scope-manager/dist/referencer/Referencer.js',
  'fast-check/lib/fast-check.js',
  // Asynchronous code, async generators, dynamic imports.
  '@vitest/runner/dist/index.js',
  '@vitest/snapshot/dist/index.js',
  'chai/index.js',
  'magic-string/dist/magic-string.es.mjs',
  // Minified.
  'prettier/plugins/graphql.mjs',
  'prettier/plugins/graphql.js',
  // Declarations.
  'typescript/lib/lib.es5.d.ts',
  'typescript/lib/typescript.d.ts',
  '@types/node/fs.d.ts',
];

const written: readonly Source[] = [
  {
    path: 'component.tsx',
    text: `import type { ReactNode } from 'react';
interface Props<T> { readonly items: readonly T[]; render?: (item: T) => ReactNode; onPick(item: T): void }
export function List<T extends { id: string }>({ items, render = (item) => <b>{item.id}</b>, onPick, ...rest }: Props<T>) {
  const shown = items.length > 3 ? items.slice(0, 3) : items;
  return (
    <>
      {shown.map((item) => <li key={item.id} {...rest} onClick={() => { onPick(item); }}>{render(item)}</li>)}
      {items.length > 3 && <a.b.More count={items.length - 3}>{/* nothing */}</a.b.More>}
      <svg:path xlink:href="#a">text {...items}</svg:path>
    </>
  );
}
`,
  },
  {
    path: 'component.jsx',
    text: `export const App = async ({ a, ...b }) => { const c = await a?.(<p {...b}>&amp;{a ?? 'x'}</p>); return c ? <div>{c}</div> : null; };\n`,
  },
  {
    path: 'decorators.ts',
    text: `function logged(value: unknown, context: DecoratorContext): void { void value; void context; }
const make = (name: string) => (target: unknown, context: DecoratorContext): void => { void target; void context; void name; };
@logged @make('service')
export class Service {
  @logged accessor count = 0;
  @make('field') readonly #secret = Math.random();
  static { try { Service.instances = 0; } catch { throw new Error('no'); } finally { void 0; } }
  static instances: number;
  constructor(private readonly name: string, public other?: number) { if (other === undefined) return; Service.instances++; }
  @logged get secret(): number { return this.#secret; }
  @logged set secret(value: number) { this.count = value; }
  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> { for await (const x of [1, 2]) { if (#secret in this) yield x; else yield* this; } }
  static [\`computed\${1}\`] = (): string => new.target === undefined ? 'a' : 'b';
}
abstract class Base<T> { abstract run(): T; declare hidden: T; protected constructor(readonly inner: T) {} }
export class Derived extends Base<string> { constructor() { const s = 'x'; super(s); } override run(): string { return super.inner ?? this.inner; } }
export default class extends (class { x = 1; }) {}
`,
  },
  {
    path: 'typescript.ts',
    text: `import fs = require('node:fs');
import type { A } from './a.js';
export import Alias = Outer.Inner;
namespace Outer { export namespace Inner { export const x = fs.existsSync('y'); if (x) throw new Error(); } export enum E { A = 1, B = A << 1, C = 'c'.length } }
declare module 'other' { export function f(this: A, ...rest: number[]): asserts this is A; }
declare global { interface Window { a: A } }
export const enum K { A }
export function over(a: string): string; export function over(a: number): number; export function over(a: string | number) { return a; }
export const sat = { a: 1 } satisfies Record<string, number>; export const asserted = <const>['a']; export const bang = over(sat.a!)!;
export type M<T> = { readonly [P in keyof T as \`x\${P & string}\`]?: T[P] extends infer U extends string ? U : never };
export function isA(x: unknown): x is A { return typeof x === 'object' && x !== null; }
export = Outer;
`,
  },
  {
    path: 'jumps.js',
    text: `export function* jumps(a, b) {
  outer: for (const x of a) {
    inner: do {
      switch (x) { case 1: continue outer; case yield x: break inner; default: { break outer; } case b(): ; }
      try { if (b) return yield* jumps(a); else continue; } catch ({ message = 'm', ...rest }) { if (rest) throw message; break; } finally { if (a.length) continue outer; }
    } while (x);
  }
  block: { if (a) break block; a &&= b ||= a ??= 1; }
  for (var i = 0, j; ; i++, j--) { if (i > 3) break; else for (;;) { if (j) break; } }
  for (let k in b) { setTimeout(() => k); }
  for ([a.x, b[0] = 1] of [[1]]) ;
  while (true) { try { return; } finally { break; } }
  L: L2: if (a) break L2; else { ; }
  throw a, b;
}
`,
  },
  {
    path: 'expressions.js',
    text: `const { a = 1, b: { c: [, d = a, ...e] = [] } = {}, ...f } = globalThis;
export let g = a?.b?.[c]?.(d)?.e.f(...e) ?? (delete a?.b, void 0, typeof zzz);
[g, f.x, ...e] = [f.x, g]; ({ g, [d]: e[0], ...f.rest } = f);
export const h = \`\${a}\${\`\${d}\`}\` + tag\`x\${e}\` + a ** -d + (a, d) + (d in f) + (f instanceof Object) + +a + ~d + !e;
export const i = async (x = await 1, { y } = x, [z] = y) => { await using r = x; using s = y; for await (using q of z) { void q; } return import.meta.url + (await import('x')).default; };
export const k = { get a() { return super.toString(); }, set a(v) { this.b = v; }, async *m() { yield; }, ['c' + 1]() {}, __proto__: null, ...f, async: 1, await: 2 };
export const l = function self(n = self) { return n > 1n ? self(n--) : arguments.length > 2 ? new self(...arguments) : new.target; };
a ? b() : c ? d() : e(); a && b() || c?.(); x ||= y &&= z; (() => {})(); (function () { return this; }).call(1); /re(?<n>x)/v.test(a);
if (a) ; else if (b) { }
export { g as default, h as 'string name' }; export * as ns from 'y'; import json from './z.json' with { type: 'json' };
`,
  },
  {
    path: 'sloppy.cjs',
    text: `#!/usr/bin/env node
'use strict';
if (require.main !== module) return;
var arguments_ = function () { return arguments.callee; };
function hoisted() { return later(); var x = 1; function later() { return x; } }
module.exports = { hoisted, get y() { return hoisted; } };
exports.z = (function f(n) { return n ? f(n - 1) : (0, eval)('1'); })(3);
`,
  },
  { path: 'empty.ts', text: '' },
  { path: 'comment.js', text: '// nothing\n' },
];

export const sample: readonly Source[] = [
  ...files.map((name) => ({ path: join(root, 'node_modules', name), text: '' })),
  ...written.map(({ path, text }) => ({ path: join(root, 'sample', path), text })),
];

/** Of the constructs that no package here has. */
export const isWritten = ({ path }: Pick<Source, 'path'>): boolean => path.startsWith(join(root, 'sample'));

/** Lints one of the sample. */
export function surveyOfSample(source: Source, plant: boolean): Surveyed {
  const text = isWritten(source) ? source.text : readFileSync(source.path, 'utf8');
  // From inside `node_modules`, where ESLint would lint nothing.
  return survey(force({ path: source.path, text }, plant), isWritten(source) ? root : join(root, 'node_modules'));
}
