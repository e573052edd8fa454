import { readFileSync } from 'node:fs';
import * as parser from '@typescript-eslint/parser';
import { type ESLint, Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import { describe, expect, it } from 'vitest';
import plugin from './index.js';

const eslintPlugin = plugin as unknown as ESLint.Plugin;

function lint(text: string, more: Linter.Config): Linter.LintMessage[] {
  const config = defineConfig({
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { 'driver-contracts': eslintPlugin },
    extends: ['driver-contracts/all'],
    ...more,
  });
  return new Linter().verify(text, config, 'driver.ts');
}

describe('the plugin', () => {
  it('says its name, its namespace and the version of the package', () => {
    const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };
    expect(plugin.meta).toMatchObject({ name, version, namespace: 'driver-contracts' });
  });

  it('has configs that hold itself and only rules that exist', () => {
    for (const [name, config] of Object.entries(plugin.configs)) {
      expect(config.name).toBe(`driver-contracts/${name}`);
      expect(config.plugins?.['driver-contracts']).toBe(plugin);
      for (const rule of Object.keys(config.rules ?? {}))
        expect(Object.keys(plugin.rules)).toContain(rule.replace('driver-contracts/', ''));
    }
    expect(Object.keys(plugin.configs.all.rules ?? {})).toHaveLength(Object.keys(plugin.rules).length);
  });
});

describe('settings', () => {
  it.each([
    [{ module: ['x'] }, "settings['driver-contracts'].module does not exist; the settings are `modules`."],
    [{ modules: 'x' }, `settings['driver-contracts'].modules is "x"; it takes an array of module specifiers, each a non-empty string.`],
  ])('%j is told once a file, whatever number of rules is on', (own, message) => {
    const messages = lint('export {};\n', { settings: { 'driver-contracts': own } });
    expect(messages.map((each) => each.message)).toEqual([message]);
    expect(messages[0]).toMatchObject({ line: 1, column: 1 });
  });

  it('are silent when they are right', () => {
    expect(lint('export {};\n', { settings: { 'driver-contracts': { modules: ['*/kernel.js'] } } })).toEqual([]);
  });
});

describe('options', () => {
  it.each([[{ implicitThrow: 'never' }], [{ unknown: true }]])('%j is refused', (option) => {
    expect(() => lint('', { rules: { 'driver-contracts/paired-capture': ['error', option] } })).toThrow('paired-capture');
  });
});
