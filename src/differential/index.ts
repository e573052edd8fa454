/** `npm run differential -- --programs N --seed N`: generates programs, runs and lints each, and shrinks those on which the two disagree. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, type Disagreement } from './compare.js';
import { generate } from './generator/program.js';
import { print } from './print.js';
import { shrink } from './shrink.js';
import { errorsIn } from './typecheck.js';
import type { Statement } from './tree.js';

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    most: { type: 'string', default: '20' },
  },
});
const [count, seed, most] = [Number(values.programs), Number(values.seed), Number(values.most)];

const isSame = (a: Disagreement, b: Disagreement): boolean => a.kind === b.kind && a.rule === b.rule;

function shows(program: readonly Statement[], disagreement: Disagreement): boolean {
  try {
    const text = print(program);
    return compare(text).disagreements.some((each) => isSame(each, disagreement)) && errorsIn(text).length === 0;
  } catch {
    return false;
  }
}

const tally = new Map<string, number>();
const sizes: number[] = [];
let [runs, incomplete, told, failures, violating, senseless] = [0, 0, 0, 0, 0, 0];
const began = Date.now();
for (let index = 0; index < count; index++) {
  const program = generate(seed * 1_000_003 + index);
  const text = print(program);
  sizes.push(text.split('\n').length);
  try {
    const comparison = compare(text);
    if (comparison.disagreements.length > 0 && errorsIn(text).length > 0) {
      senseless++;
      continue;
    }
    runs += comparison.runs;
    if (!comparison.complete) incomplete++;
    if (comparison.agreed.length > 0) violating++;
    const [first] = comparison.disagreements;
    for (const { kind, rule } of comparison.disagreements) tally.set(`${kind} ${rule}`, (tally.get(`${kind} ${rule}`) ?? 0) + 1);
    if (first === undefined || told >= most) continue;
    told++;
    const small = print(shrink(program, (smaller) => shows(smaller, first)));
    const what = `${first.kind} ${first.rule}`;
    console.log(`\n=== program ${index}: ${what}\n${small}`);
    for (const { kind, line, rule, message } of compare(small).disagreements) console.log(`--> line ${line} ${kind} ${rule} ${message}`);
    if (values.keep !== undefined) {
      mkdirSync(values.keep, { recursive: true });
      writeFileSync(join(values.keep, `${seed}-${index}.ts`), small);
    }
  } catch (error) {
    if (errorsIn(text).length > 0) {
      senseless++;
      continue;
    }
    failures++;
    if (failures <= 3)
      console.log(`\n=== program ${index} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n${text}`);
  }
}
sizes.sort((a, b) => a - b);
const seconds = (Date.now() - began) / 1000;
console.log(
  `\n${count} programs, ${runs} runs, ${seconds.toFixed(1)} s; ${incomplete} with too many runs; ${failures} failed; ${senseless} without sense; ${violating} with violations agreed on`,
);
console.log(`lines: median ${sizes[count >> 1] ?? 0}, p90 ${sizes[Math.floor(count * 0.9)] ?? 0}, most ${sizes.at(-1) ?? 0}`);
for (const [what, number] of [...tally].sort()) console.log(`${what}: ${number}`);
process.exitCode = tally.size + failures > 0 ? 1 : 0;
