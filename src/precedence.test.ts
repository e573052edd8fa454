/** One bug, one report, whatever set of rules is on: rules alone and together, on code that breaks two of them at once. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RuleName } from './contracts/clauses.js';
import { precedence } from './contracts/precedence.js';
import { lintText } from './testing/fixtures.js';
import plugin from './index.js';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const text = readFileSync(`${fixtures}flow/one-report/pairs.ts`, 'utf8');
const lines = text.split('\n');

/** `WINNER, not LOSER` in the comment of each function, and the lines down to the next one. */
const pairs = [...text.matchAll(/^\/\*\* ([a-z-]+), not ([a-z-]+)[.:].*$/gm)].map((match, index, all) => {
  const [, winner, loser] = match;
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  return {
    winner: winner as RuleName,
    loser: loser as RuleName,
    first: lineOf(match.index),
    last: lineOf(all[index + 1]?.index ?? text.length),
  };
});

describe.each(pairs)('$winner, not $loser (line $first)', ({ winner, loser, first, last }) => {
  const reported = (...rules: RuleName[]): string[] =>
    lintText(text, rules)
      .filter(({ line }) => line >= first && line < last)
      .map(({ line, rule }) => `${line} ${rule ?? 'error'}`);

  test('together, the first alone reports', () => {
    const expected = lines.flatMap((line, index) =>
      index + 1 >= first && index + 1 < last && line.includes('// want ') ? [index + 1] : [],
    );
    expect(reported(winner, loser)).toEqual(expected.map((line) => `${line} ${winner}`));
    expect(expected).toHaveLength(1);
  });

  test('turning one off changes nothing for the other', () => {
    expect(reported(winner)).toEqual(reported(winner, loser));
    expect(reported(loser)).toEqual([]);
  });

  test('the table says so', () => {
    const lists: readonly (readonly RuleName[])[] = Object.values(precedence);
    expect(lists.some((list) => list.includes(winner) && list.indexOf(winner) < list.indexOf(loser))).toBe(true);
  });
});

test.each(Object.entries<readonly RuleName[]>(precedence))('each rule of the list %s meets another of it in a pair', (_name, list) => {
  const inList = pairs.filter(({ winner, loser }) => list.includes(winner) && list.includes(loser));
  const met = new Set(inList.flatMap(({ winner, loser }) => [winner, loser]));
  expect(list.filter((rule) => !met.has(rule))).toEqual([]);
});

test.each(['echo-server-defects', 'nmr-provider-defects', 'nmr-client-defects'].map((name) => `drivers/${name}/driver.ts`))(
  '%s: each rule alone reports what it reports among all',
  (file) => {
    const source = readFileSync(fixtures + file, 'utf8');
    const rules = Object.keys(plugin.rules) as RuleName[];
    const sorted = (reports: readonly { readonly line: number; readonly message: string }[]): string[] =>
      reports.map(({ line, message }) => `${line} ${message}`).sort();
    expect(sorted(rules.flatMap((rule) => lintText(source, [rule])))).toEqual(sorted(lintText(source, rules)));
  },
);
