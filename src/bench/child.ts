/** Tasks in a process of their own, which can crash or run for ever without harm. */
import { fork, type ChildProcess } from 'node:child_process';

export type Outcome<R> =
  { readonly kind: 'done'; readonly result: R } | { readonly kind: 'timeout' } | { readonly kind: 'died'; readonly how: string };

/** One child that serves tasks one after the other; after a death or a timeout the next task gets a new one. */
export class Child<T, R> {
  readonly #module: string;
  readonly #limit: number;
  #process: ChildProcess | undefined;

  constructor(module: string, limitInSeconds: number) {
    this.#module = module;
    this.#limit = limitInSeconds * 1000;
  }

  run(task: T): Promise<Outcome<R>> {
    const child = (this.#process ??= fork(this.#module, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' }));
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<R>): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (outcome.kind !== 'done') this.end();
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        settle({ kind: 'timeout' });
      }, this.#limit);
      child.once('message', (result) => {
        settle({ kind: 'done', result: result as R });
      });
      child.once('exit', (code, signal) => {
        settle({ kind: 'died', how: signal ?? `exit code ${code ?? '?'}` });
      });
      child.send(task as object);
    });
  }

  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }
}

/** The other side: answers each task. */
export function serve(answer: (task: never) => object | Promise<object>): void {
  process.on('message', (task) => {
    void Promise.resolve(answer(task as never)).then((result) => process.send?.(result));
  });
}
