import { expect, test } from 'vitest';
import { differences, expectationsIn } from './expectations.js';

const read = (line: string) => expectationsIn(line).map(({ kind, rule, pattern }) => [kind, rule, pattern?.source]);

test('reads one rule, several rules, patterns, and both kinds on a line', () => {
  expect(read('a(); // want paired-capture')).toEqual([['want', 'paired-capture', undefined]]);
  expect(read('a(); // want paired-capture, checked-status')).toEqual([
    ['want', 'paired-capture', undefined],
    ['want', 'checked-status', undefined],
  ]);
  expect(read('a(); // want paired-capture /on `x`, (line \\d)/, checked-status')).toEqual([
    ['want', 'paired-capture', 'on `x`, (line \\d)'],
    ['want', 'checked-status', undefined],
  ]);
  expect(read('a(); // want paired-capture // may paired-irql')).toEqual([
    ['want', 'paired-capture', undefined],
    ['may', 'paired-irql', undefined],
  ]);
  expect(read('a(); // wants nothing')).toEqual([]);
});

test('refuses an expectation that it cannot read', () => {
  expect(() => expectationsIn('a(); // want Paired Capture')).toThrow('line 1');
});

test('a miss, a surprise and a message that does not match are differences; a permitted report is none', () => {
  const wants = expectationsIn('a(); // want paired-capture /`block`/\nb(); // may paired-irql');
  const capture = { line: 1, rule: 'paired-capture', message: 'leaves `block` captured' };
  const irql = { line: 2, rule: 'paired-irql', message: 'not restored' };

  expect(differences(wants, [capture], 'f.ts')).toEqual([]);
  expect(differences(wants, [capture, irql, irql], 'f.ts')).toEqual([]);
  expect(differences(wants, [irql], 'f.ts')).toEqual(['f.ts:1 missed paired-capture with a message like /`block`/']);
  expect(differences(wants, [capture, capture], 'f.ts')).toEqual(['f.ts:1 surprise paired-capture: leaves `block` captured']);
  expect(differences(wants, [{ ...capture, message: 'no' }], 'f.ts')).toEqual([
    'f.ts:1 surprise paired-capture: no',
    'f.ts:1 missed paired-capture with a message like /`block`/',
  ]);
});
