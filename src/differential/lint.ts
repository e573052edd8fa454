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
