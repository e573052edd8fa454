/** A process that times one generated function of part c. */
import { join } from 'node:path';
import { serve } from './child.js';
import { configFor, ours, Stopwatch, type Measured } from './measure.js';
import { optionsOf, Programs, type Source } from './programs.js';
import { root } from './root.js';
import { shapes, type Shape } from './shapes.js';
import { median } from './tables.js';

export interface GrowthTask {
  readonly shape: Shape;
  readonly size: number;
  readonly typed: boolean;
}

export interface GrowthResult {
  readonly parse: number;
  readonly rules: number;
  readonly runs: number;
  readonly reports: number;
  /** The exception, or what ESLint said instead of linting. */
  readonly crash: string | null;
}

/** Before the measured runs, so that a length is not compared with another by how much of the code the engine has compiled meanwhile. */
const WARM_UP_MS = 4000;
const ENOUGH_MS = 5000;
const FEWEST_RUNS = 3;
const ENOUGH_RUNS = 25;

const watch = new Stopwatch();

function lint(shape: Shape, size: number, typed: boolean): Measured {
  const source: Source = { path: join(root, 'fixtures', 'generated.ts'), text: shapes[shape](size) };
  const options = (): { programs: unknown[] } => ({
    programs: [new Programs({ sources: [source], options: optionsOf(join(root, 'fixtures', 'tsconfig.json')) }).fresh()],
  });
  return watch.lint(source.text, source.path, configFor(ours, typed ? options() : {}));
}

function run({ shape, size, typed }: GrowthTask): GrowthResult {
  const runs: Measured[] = [];
  try {
    for (const started = performance.now(); performance.now() - started < WARM_UP_MS;) lint(shape, size, typed);
    const started = performance.now();
    while (runs.length < FEWEST_RUNS || (runs.length < ENOUGH_RUNS && performance.now() - started < ENOUGH_MS))
      runs.push(lint(shape, size, typed));
  } catch (error) {
    return {
      parse: NaN,
      rules: NaN,
      runs: runs.length,
      reports: 0,
      crash: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  const messages = runs[0]?.messages ?? [];
  return {
    parse: median(runs.map(({ parse }) => parse)),
    rules: median(runs.map(({ rules }) => rules)),
    runs: runs.length,
    reports: messages.length,
    crash: messages.find(({ fatal }) => fatal === true)?.message ?? null,
  };
}

serve(run);
