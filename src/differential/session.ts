/** Some programs of a seed, one after the other: run, linted, compared, and shrunk where the two disagree. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, type Comparison, type Disagreement } from './compare.js';
import { generate } from './generator/program.js';
import { print } from './print.js';
import { shrink } from './shrink.js';
import { errorsIn } from './typecheck.js';
import type { Statement } from './tree.js';

export interface Task {
  readonly seed: number;
  /** Programs `first`, `first + step`, … below `count`. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Disagreements that are shrunk and printed, at most. */
  readonly most: number;
  /** The folder that they are written to. */
  readonly keep: string | undefined;
}

export interface Summary {
  readonly runs: number;
  /** Programs with more combinations than were run. */
  readonly incomplete: number;
  /** Programs on which the tool itself failed. */
  readonly failures: number;
  /** Programs that the compiler does not accept. */
  readonly senseless: number;
  /** Programs with violations that both sides see. */
  readonly violating: number;
  /** Lines of each program. */
  readonly sizes: readonly number[];
  /** How many disagreements there are of each kind. */
  readonly tally: ReadonlyMap<string, number>;
}

/** Failures of the tool that are printed. */
const MOST_FAILURES = 3;

export function runPrograms({ seed, first, step, count, most, keep }: Task): Summary {
  const tally = new Map<string, number>();
  const sizes: number[] = [];
  let [runs, incomplete, told, failures, violating, senseless] = [0, 0, 0, 0, 0, 0];
  for (let index = first; index < count; index += step) {
    const program = generate(seed * 1_000_003 + index);
    const text = print(program);
    sizes.push(text.split('\n').length);
    const comparison = compared(text);
    if (comparison instanceof Error || comparison.disagreements.length > 0) {
      if (errorsIn(text).length > 0) {
        senseless++;
        continue;
      }
    }
    if (comparison instanceof Error) {
      if (++failures <= MOST_FAILURES) console.log(`\n=== program ${index} failed: ${comparison.stack ?? ''}\n${text}`);
      continue;
    }
    runs += comparison.runs;
    if (!comparison.complete) incomplete++;
    if (comparison.agreed.length > 0) violating++;
    for (const { kind, rule } of comparison.disagreements) tally.set(`${kind} ${rule}`, (tally.get(`${kind} ${rule}`) ?? 0) + 1);
    const [disagreement] = comparison.disagreements;
    if (disagreement === undefined || told++ >= most) continue;
    tell(index, program, disagreement, keep === undefined ? undefined : join(keep, `${seed}-${index}.ts`));
  }
  return { runs, incomplete, failures, senseless, violating, sizes, tally };
}

function compared(text: string): Comparison | Error {
  try {
    return compare(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Prints a disagreement with the smallest program that shows it. */
function tell(index: number, program: readonly Statement[], disagreement: Disagreement, file: string | undefined): void {
  const small = print(shrink(program, (smaller) => shows(smaller, disagreement)));
  const lines = compare(small).disagreements.map(({ kind, line, rule, message }) => `--> line ${line} ${kind} ${rule} ${message}`);
  console.log([`\n=== program ${index}: ${disagreement.kind} ${disagreement.rule}`, small, ...lines].join('\n'));
  if (file === undefined) return;
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, small);
}

const isSame = (a: Disagreement, b: Disagreement): boolean => a.kind === b.kind && a.rule === b.rule;

function shows(program: readonly Statement[], disagreement: Disagreement): boolean {
  const text = print(program);
  const comparison = compared(text);
  return (
    !(comparison instanceof Error) && comparison.disagreements.some((each) => isSame(each, disagreement)) && errorsIn(text).length === 0
  );
}

export function together(summaries: readonly Summary[]): Summary {
  const sum = (of: (summary: Summary) => number): number => summaries.reduce((total, summary) => total + of(summary), 0);
  const tally = new Map<string, number>();
  for (const summary of summaries) for (const [what, number] of summary.tally) tally.set(what, (tally.get(what) ?? 0) + number);
  return {
    runs: sum(({ runs }) => runs),
    incomplete: sum(({ incomplete }) => incomplete),
    failures: sum(({ failures }) => failures),
    senseless: sum(({ senseless }) => senseless),
    violating: sum(({ violating }) => violating),
    sizes: summaries.flatMap(({ sizes }) => sizes),
    tally,
  };
}
