/** Part c: how the time grows with the length of one function. */
import { Child, type Outcome } from './child.js';
import type { GrowthResult, GrowthTask } from './growth-task.js';
import { shapes, type Shape } from './shapes.js';
import { ms, table, times, type Cell } from './tables.js';

const sizes = [100, 1000, 10_000] as const;

/** What ten times the statements may cost. */
const TARGET = 13;

function shown(outcome: Outcome<GrowthResult>, limit: number): string {
  if (outcome.kind === 'timeout') return `> ${limit} s`;
  if (outcome.kind === 'died') return `died: ${outcome.how}`;
  return outcome.result.crash === null ? `${ms(outcome.result.rules)} ms` : 'CRASH';
}

const rulesOf = (outcome: Outcome<GrowthResult> | undefined): number => (outcome?.kind === 'done' ? outcome.result.rules : NaN);

export async function growth(typed: boolean, limit: number): Promise<string> {
  const child = new Child<GrowthTask, GrowthResult>(new URL('growth-task.js', import.meta.url).pathname, limit);
  const rows: Cell[][] = [];
  const notes: string[] = [];
  for (const shape of Object.keys(shapes) as Shape[]) {
    const outcomes: Outcome<GrowthResult>[] = [];
    for (const size of sizes) {
      const outcome = await child.run({ shape, size, typed });
      outcomes.push(outcome);
      if (outcome.kind === 'done' && outcome.result.crash !== null) notes.push(`${shape}, ${size}: ${outcome.result.crash}`);
      if (outcome.kind === 'done' && outcome.result.reports > 0)
        notes.push(`${shape}, ${size}: ${outcome.result.reports} reports where none is due`);
      // What has taken too long once takes longer with more.
      if (outcome.kind === 'timeout') break;
    }
    const factors = [1, 2].map((index) => rulesOf(outcomes[index]) / rulesOf(outcomes[index - 1]));
    const largest = outcomes.at(-1);
    const toParse = largest?.kind === 'done' ? largest.result.rules / largest.result.parse : NaN;
    const verdict = factors.every((factor) => factor <= TARGET) ? 'yes' : 'NO';
    const cells = sizes.map((_, index) => outcomes[index]).map((outcome) => (outcome === undefined ? '-' : shown(outcome, limit)));
    rows.push([shape, ...cells, ...factors.map(times), times(toParse), verdict]);
  }
  child.end();
  const [small, medium, large] = sizes.map(String);
  const head = [
    'shape',
    `${small}`,
    `${medium}`,
    `${large}`,
    `${small} to ${medium}`,
    `${medium} to ${large}`,
    'largest : parse',
    `at most x${TARGET}`,
  ];
  return [table(head, rows), ...notes].join('\n\n');
}
