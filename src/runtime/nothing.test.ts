/** What happens to calls that are handed nothing where they take a structure: a mistake that the compiler finds, unless it is told not to. */
import { beforeEach, expect, test } from 'vitest';
import { contractFunctions } from '../contracts/functions.js';
import * as runtime from './index.js';
import { machine } from './machine.js';
import { limitsOf, type LeveledCall } from './levels.js';
import { runRoutine } from './scheduler.js';

beforeEach(() => {
  runtime.simulation.reset();
});

const calls = Object.entries(contractFunctions).flatMap(([name, { parameters }]) => {
  const call: unknown = (runtime as Readonly<Record<string, unknown>>)[name];
  return typeof call === 'function' && parameters.length > 0 ? [{ name, parameters, call: call as (...args: unknown[]) => unknown }] : [];
});

function errorOf(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each(calls)('$name stops with an error of the runtime, or not at all', ({ name, parameters, call }) => {
  for (const nothing of [undefined, null]) {
    const error = errorOf(() => {
      const level = limitsOf(name as LeveledCall).min;
      runRoutine({ kind: 'driver', name: 'test', level, thread: machine.routine.thread }, () => call(...parameters.map(() => nothing)));
    });
    expect(error).not.toBeInstanceOf(TypeError);
  }
});

test('the message says which parameter', () => {
  const item = undefined as unknown as runtime.IO_WORKITEM;
  const routine = (): void => undefined;
  expect(
    errorOf(() => {
      runtime.IoQueueWorkItem(item, routine, runtime.DelayedWorkQueue, null);
    }),
  ).toMatchObject({
    name: 'KMODE_EXCEPTION_NOT_HANDLED',
    message: expect.stringContaining('IoQueueWorkItem: IoWorkItem is undefined') as string,
  });
});
