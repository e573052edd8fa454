/** What the rules report about a program, by line and rule. */
import * as parser from '@typescript-eslint/parser';
import { Linter, type ESLint } from 'eslint';
import plugin from '../index.js';

const all = [plugin.configs.all].flat() as Linter.Config[];

const config: Linter.Config = {
  files: ['**/*.ts'],
  languageOptions: { parser },
  plugins: { 'driver-contracts': plugin as unknown as ESLint.Plugin },
  rules: Object.assign({}, ...all.map(({ rules }) => rules)) as Linter.RulesRecord,
};

/** Names that the language gives, as far as programs use them. */
const globals = Object.fromEntries(['Error', 'Map', 'Set', 'Promise', 'Symbol', 'undefined', 'Object'].map((name) => [name, 'readonly' as const]));

const sanity: Linter.Config = {
  files: ['**/*.ts'],
  languageOptions: { parser, globals },
  rules: { 'no-undef': 'error', 'no-use-before-define': ['error', { functions: false }], 'no-const-assign': 'error', 'no-redeclare': 'error', 'consistent-return': 'error', 'no-unassigned-vars': 'error' },
};

const linter = new Linter({ configType: 'flat' });

/** `LINE:RULE` of every report, with its message. Throws when the program cannot be read. */
export function reportsOn(text: string): ReadonlyMap<string, string> {
  return new Map(
    linter.verify(text, config, { filename: 'program.ts' }).map(({ line, ruleId, message }) => {
      if (ruleId === null) throw new Error(`line ${line}: ${message}`);
      return [`${line}:${ruleId.replace(/^driver-contracts\//, '')}`, message];
    }),
  );
}

/** Whether a program makes sense as far as its names go: shrinking takes declarations away. */
export const isSane = (text: string): boolean => linter.verify(text, sanity, { filename: 'program.ts' }).length === 0;
