/** The module that nobody sees the inside of, './host.js': its functions answer as they like, and throw where someone handles it. */
import { STATUS_PENDING, STATUS_UNSUCCESSFUL, type NTSTATUS } from '../../runtime/status.js';
import { byIndex, reachableFrom } from './reach.js';
import type { Run } from './run.js';

class HostError extends Error {
  override readonly name = 'HostError';
}

export const isHostError = (error: unknown): boolean => error instanceof HostError;

/** Its functions by name: `probe` answers yes or no, the others nothing. */
export function hostOf(currentRun: () => Run): Readonly<Record<string, unknown>> {
  return {
    probe: (...handed: unknown[]) => {
      const run = currentRun();
      unseen(run, handed);
      return run.choices.choose(2) === 1;
    },
    log: (...handed: unknown[]) => {
      unseen(currentRun(), handed);
    },
    work: (...handed: unknown[]) => {
      unseen(currentRun(), handed);
    },
    pause: () => {
      unseen(currentRun(), []);
    },
  };
}

/** A request to a socket, of whose own functions no rule knows anything: it is under way, or has failed. */
export function requestOn(run: Run, handed: readonly unknown[]): NTSTATUS {
  unseen(run, handed);
  return answerOf(run);
}

/** A request of which nobody knows what comes of it. */
export const answerOf = ({ choices }: Run): NTSTATUS => (choices.choose(2) === 0 ? STATUS_PENDING : STATUS_UNSUCCESSFUL);

/** What is handed to it is no longer judged. */
export function unseen(run: Run, handed: readonly unknown[]): void {
  for (const object of reachableFrom(byIndex(handed)).keys()) run.record.silence(object);
  throwFromHere(run);
}

/** Where someone handles it, a call that nobody sees the inside of may throw. */
export function throwFromHere(run: Run): void {
  if (run.tries > 0 && run.choices.choose(2) === 1) throw new HostError('the host throws');
}
