/**
 * `npm run robustness -- [--plant] [--typed] [--limit=60] [--max-lines=N] [PACKAGE…]`: lints all that the packages hold, with all rules, and prints what
 * throws and what is slow. The files are made to look like drivers: see `survey.ts`. The limit, in seconds, is for one file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Child } from './child.js';
import { root } from './root.js';
import { filesBelow } from './survey.js';
import type { SurveyAnswer, SurveyTask } from './survey-task.js';
import { megabytes, ms, sum, table, times } from './tables.js';

const usual = [
  'typescript',
  'eslint',
  'vitest',
  '@vitest',
  '@typescript-eslint',
  'eslint-scope',
  'acorn',
  'ajv',
  'chai',
  'minimatch',
  '@types',
  'fast-check',
];

const SLOWEST = 20;
const LONG = 5000;
const SLOW_MS = 2000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plant: { type: 'boolean', default: false },
    typed: { type: 'boolean', default: false },
    limit: { type: 'string', default: '60' },
    'max-lines': { type: 'string', default: 'Infinity' },
  },
});
const [limit, maxLines] = [Number(values.limit), Number(values['max-lines'])];
const modules = join(root, 'node_modules');

interface Row extends SurveyAnswer {
  readonly name: string;
}

const rows: Row[] = [];
const failures: string[] = [];
const skipped: string[] = [];
const child = new Child<SurveyTask, SurveyAnswer>(new URL('survey-task.js', import.meta.url).pathname, limit);

for (const name of positionals.length > 0 ? positionals : usual) {
  const folder = join(modules, name);
  if (!existsSync(folder)) throw new Error(`There is no package ${name}`);
  for (const path of filesBelow(folder)) {
    const shown = relative(modules, path);
    if (readFileSync(path, 'utf8').split('\n').length > maxLines) {
      skipped.push(shown);
      continue;
    }
    const outcome = await child.run({ folder, path, plant: values.plant, typed: values.typed });
    if (outcome.kind === 'done') rows.push({ name: shown, ...outcome.result });
    else failures.push(`${shown}: ${outcome.kind === 'timeout' ? `not done after ${limit} s` : outcome.how}`);
  }
}
child.end();

const thrown = rows.flatMap((row) => (row.thrown === null ? [] : [`${row.name}\n${row.thrown.split('\n').slice(0, 12).join('\n')}`]));
const refused = rows.filter((row) => row.refused !== null);
const done = rows.filter((row) => row.refused === null && row.thrown === null).sort((a, b) => b.rules - a.rules);
const slow = done.filter(({ lines, rules }) => lines <= LONG && rules > SLOW_MS);
const reports = done.flatMap(({ name, reports: inFile }) => inFile.map((report) => `${name}:${report}`));

console.log(
  `\n${values.plant ? 'A registration planted into every function' : 'The runtime imported'}, ${values.typed ? 'typed' : 'untyped'}\n`,
);
console.log(
  table(
    ['what', 'number'],
    [
      ['files linted', done.length],
      ['lines', sum(done.map(({ lines }) => lines))],
      ['rules : parse', times(sum(done.map(({ rules }) => rules)) / sum(done.map(({ parse }) => parse)))],
      ['files that threw', thrown.length],
      ['files not done or fatal to the process', failures.length],
      ['files that do not parse', refused.length],
      ['files skipped for their length', skipped.length],
      [`files of at most ${LONG} lines above ${SLOW_MS} ms`, slow.length],
      ['reports', reports.length],
      ['peak RSS', megabytes(Math.max(0, ...rows.map(({ maxRss }) => maxRss)))],
    ],
  ),
);
console.log(`\nSlowest\n`);
console.log(
  table(
    ['file', 'lines', 'rules ms', 'parse ms', 'rules : parse'],
    done.slice(0, SLOWEST).map(({ name, lines, rules, parse }) => [name, lines, ms(rules), ms(parse), times(rules / parse)]),
  ),
);
const list = (title: string, items: readonly string[]): void => {
  if (items.length > 0) console.log(`\n${title}\n\n${items.join('\n')}`);
};
list('Threw', thrown);
list('Not done', failures);
list(
  'Does not parse',
  refused.slice(0, SLOWEST).map(({ name, refused: why }) => `${name}: ${why ?? ''}`),
);
list('Skipped', skipped);
list(
  `Above ${SLOW_MS} ms`,
  slow.map(({ name, lines, rules }) => `${name} (${lines} lines): ${ms(rules)} ms`),
);
// In planted code the block is never deregistered, and reports are due.
if (!values.plant) list('Reports where none is due', reports.slice(0, SLOWEST));
process.exitCode = thrown.length + failures.length > 0 ? 1 : 0;
