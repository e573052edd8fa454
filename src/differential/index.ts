/** `npm run differential -- --programs N --seed N`: generates programs, runs and lints each, and shrinks those on which the two disagree. */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runPrograms, together, type Summary, type Task } from './session.js';

if (isMainThread) await main();
else parentPort?.postMessage(runPrograms(workerData as Task));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      programs: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'string' },
      most: { type: 'string', default: '20' },
      workers: { type: 'string', default: '1' },
    },
  });
  const [count, seed, most, step] = [values.programs, values.seed, values.most, values.workers].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const tasks = Array.from({ length: step }, (_, first): Task => {
    return { seed, first, step, count, most: Math.ceil(most / step), keep: values.keep };
  });
  const began = Date.now();
  const summaries = step > 1 ? await Promise.all(tasks.map(inWorker)) : tasks.map(runPrograms);
  report(together(summaries), (Date.now() - began) / 1000);
}

function inWorker(task: Task): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function report({ runs, incomplete, failures, senseless, violating, sizes, tally }: Summary, seconds: number): void {
  const sorted = sizes.toSorted((a, b) => a - b);
  const size = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  console.log(
    `\n${sizes.length} programs, ${runs} runs, ${seconds.toFixed(1)} s; ${incomplete} with too many runs; ${failures} failed; ${senseless} without sense; ${violating} with violations agreed on`,
  );
  console.log(`lines: median ${size(0.5)}, p90 ${size(0.9)}, most ${size(1)}`);
  for (const [what, number] of [...tally].sort()) console.log(`${what}: ${number}`);
  process.exitCode = tally.size + failures > 0 ? 1 : 0;
}
