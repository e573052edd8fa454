import { describe, expect, it } from 'vitest';
import { reachesRuntime } from './modules.js';
import { parse } from './parse.testing.js';
import { readSettings } from './settings.js';

const reaches = (code: string, settings: object = {}): string => reachesRuntime(parse(code, 'untyped').sourceCode.ast, settings);

describe('the gate', () => {
  it.each([
    [`import { WskRegister } from 'eslint-plugin-driver-contracts/runtime';`, 'runtime'],
    [`import type { KDEFERRED_ROUTINE } from 'eslint-plugin-driver-contracts/runtime';`, 'runtime'],
    [`import './a.js'; export * from 'eslint-plugin-driver-contracts/runtime';`, 'runtime'],
    [`export { WskRegister } from 'eslint-plugin-driver-contracts/runtime';`, 'runtime'],
    [`import wdk = require('eslint-plugin-driver-contracts/runtime');`, 'runtime'],
    [`const { WskRegister } = require('eslint-plugin-driver-contracts/runtime');`, 'runtime'],
    [`export const wdk = await import('eslint-plugin-driver-contracts/runtime');`, 'runtime'],
    [`import { a } from './a.js';`, 'relative'],
    [`import { a } from '#kit';`, 'relative'],
    [`const a = require('../a');`, 'relative'],
    [`import plugin from 'eslint-plugin-driver-contracts';`, 'no'],
    [`import { readFileSync } from 'node:fs'; const a = load('./a');`, 'no'],
    [``, 'no'],
  ])('%s: %s', (code, expected) => {
    expect(reaches(code)).toBe(expected);
  });

  it('knows the modules of the settings', () => {
    expect(reaches(`import '@acme/kernel';`, { 'driver-contracts': { modules: ['@acme/kernel'] } })).toBe('runtime');
    expect(reaches(`import '../lib/wdk.js';`, { 'driver-contracts': { modules: ['*/wdk.js'] } })).toBe('runtime');
  });
});

describe('settings', () => {
  it.each([
    [{}, []],
    [undefined, []],
    [{ 'driver-contracts': { modules: ['a'] } }, []],
    [{ 'driver-contracts': 3 }, ["settings['driver-contracts'] is 3; it takes an object with the key `modules`."]],
    [{ 'driver-contracts': { module: [] } }, ["settings['driver-contracts'].module does not exist; the settings are `modules`."]],
    [
      { 'driver-contracts': { modules: 'a' } },
      ['settings[\'driver-contracts\'].modules is "a"; it takes an array of module specifiers, each a non-empty string.'],
    ],
    [
      { 'driver-contracts': { modules: ['*'] } },
      ['settings[\'driver-contracts\'].modules is ["*"]; it takes an array of module specifiers, each a non-empty string.'],
    ],
  ])('%j', (settings, problems) => {
    expect(readSettings(settings).problems).toEqual(problems);
  });
});
