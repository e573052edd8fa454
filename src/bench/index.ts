/**
 * `npm run bench -- [--only=a,b,c,d] [--repeats=5] [--limit=60] [--files=500] [--typed]`: prints how long the rules take. Nothing here is a test.
 *
 * Times of rules and of the parser are ESLint's own `stats`, of the same runs; a lint with the rules minus one without would differ by more than
 * it measures. The limit, in seconds, is for one function of part c, and ten times as much for the project of part d; `--typed` is for part c.
 */
import { parseArgs } from 'node:util';
import { compareRules, compareUntouched } from './compare.js';
import { drivers, untouched } from './corpora.js';
import { growth } from './growth.js';
import { project } from './project.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'a,b,c' },
    repeats: { type: 'string', default: '5' },
    limit: { type: 'string', default: '60' },
    files: { type: 'string', default: '500' },
    typed: { type: 'boolean', default: false },
  },
});
const [repeats, limit, files] = [values.repeats, values.limit, values.files].map(Number) as [number, number, number];

interface Part {
  readonly title: string;
  readonly run: () => string | Promise<string>;
}

const parts: Readonly<Record<string, Part>> = {
  a: { title: 'Files that never touch a contract', run: () => compareUntouched(untouched(), repeats) },
  b: {
    title: 'Drivers: ms per file (and how often the time of the parser), beside other rules',
    run: () => compareRules(drivers(), repeats),
  },
  c: { title: `One function of so many statements, ${values.typed ? 'typed' : 'untyped'}`, run: () => growth(values.typed, limit) },
  d: { title: 'A project whose files call each other, typed', run: () => project(files, 10 * limit) },
};

for (const letter of values.only.split(',')) {
  const part = parts[letter];
  if (part === undefined) throw new Error(`--only takes letters of ${Object.keys(parts).join(', ')}, not ${letter}`);
  console.log(`\n${letter}. ${part.title}\n`);
  console.log(await part.run());
}
