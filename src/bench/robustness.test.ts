/**
 * Code that was written for other purposes: no rule throws on it or runs for ever, and none finds a contract in it. Each file is linted by a process of the
 * build, since nothing else could end an analysis that does not end.
 */
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Child } from './child.js';
import { root } from './root.js';
import { isWritten, sample } from './survey-sample.js';
import type { SampleTask, SurveyAnswer } from './survey-task.js';

const LIMIT_IN_SECONDS = 30;

const child = new Child<SampleTask, SurveyAnswer>(join(root, 'dist', 'src', 'bench', 'survey-task.js'), LIMIT_IN_SECONDS);

afterAll(() => {
  child.end();
});

// With calls planted the engine runs every function: on the small samples here, on whole packages with `npm run robustness -- --plant`.
describe.each([false, true])('planted: %s', (plant) => {
  const chosen = sample.map(({ path }, index) => ({ name: basename(path), path, index })).filter((each) => !plant || isWritten(each));
  test.each(chosen)('$name', async ({ index }) => {
    const outcome = await child.run({ index, plant });
    expect(outcome.kind).toBe('done');
    if (outcome.kind !== 'done') return;
    const { thrown, refused, reports } = outcome.result;
    expect(thrown).toBeNull();
    expect(refused).toBeNull();
    if (!plant) expect(reports).toEqual([]);
  });
});
