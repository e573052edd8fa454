/** Lints a text and says how long ESLint spent in the parser and in each rule: ESLint's own `stats`. */
import { performance } from 'node:perf_hooks';
import * as parser from '@typescript-eslint/parser';
import { type ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import plugin from '../index.js';
import { root } from './root.js';

export interface Measured {
  readonly parse: number;
  /** The listed rules together, making their listeners included. */
  readonly rules: number;
  /** All of it: parsing, scopes, walking, rules. */
  readonly total: number;
  readonly messages: readonly Linter.LintMessage[];
}

export const ours = Object.keys(plugin.rules).map((name) => `driver-contracts/${name}`);

/** `no-floating-promises` is the usual typed rule, `no-useless-assignment` the usual one that follows the control flow. */
export const others = {
  'no-floating-promises': '@typescript-eslint/no-floating-promises',
  'no-useless-assignment': 'no-useless-assignment',
} as const;

const plugins: Record<string, ESLint.Plugin> = {
  'driver-contracts': plugin as unknown as ESLint.Plugin,
  '@typescript-eslint': tseslint.plugin,
};

export function configFor(rules: readonly string[], parserOptions: Linter.ParserOptions, more: Linter.LanguageOptions = {}): Linter.Config {
  return {
    files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
    languageOptions: { ...more, parser, parserOptions },
    plugins,
    rules: Object.fromEntries(rules.map((rule) => [rule, 'error'])),
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  };
}

/** `stats` is an option that ESLint's types leave out; only `verifyAndFix` starts it anew. */
const lintOptions = (filename: string): Linter.FixOptions & { readonly stats: true } => ({
  filename,
  stats: true,
  fix: false,
  allowInlineConfig: false,
});

export class Stopwatch {
  readonly #linter: Linter;

  constructor(cwd = root) {
    this.#linter = new Linter({ configType: 'flat', cwd });
  }

  lint(text: string, filename: string, config: Linter.Config): Measured {
    const started = performance.now();
    const { messages } = this.#linter.verifyAndFix(text, config, lintOptions(filename));
    const total = performance.now() - started;
    const [pass] = this.#linter.getTimes().passes.slice(-1);
    const rules = Object.values(pass?.rules ?? {}).reduce((spent, rule) => spent + rule.total, 0);
    return { parse: pass?.parse?.total ?? NaN, rules, total, messages };
  }
}
