/**
 * All combinations of outcomes of the calls that can fail. A run is repeated from a reset computer, each time with the next combination;
 * which calls there are to decide about is found out by running. No part of the Windows Driver Kit.
 */
import { documentedFailures, statusName, type FallibleCall } from './faults.js';
import { machine } from './machine.js';
import type { NTSTATUS } from './status.js';

/** One call that can fail, and how it ended in this run: undefined is that the script let it go on. */
export interface Outcome {
  readonly call: FallibleCall;
  readonly ordinal: number;
  readonly status: NTSTATUS | undefined;
}

export interface OutcomeOptions {
  /** Runs at most; 1000 unless told otherwise. */
  readonly bound?: number;
  /** Calls that fail in one run, at most; without it any number. */
  readonly failures?: number;
  /** The calls to decide about; all of them unless told otherwise. */
  readonly calls?: readonly FallibleCall[];
  /** How a call fails; as documented unless told otherwise. An empty list: it does not. */
  readonly statuses?: Partial<Readonly<Record<FallibleCall, readonly NTSTATUS[]>>>;
}

export interface OutcomeSummary {
  readonly runs: number;
  /** False when the bound came before the last combination. */
  readonly complete: boolean;
}

interface Choice {
  readonly call: FallibleCall;
  readonly ordinal: number;
  /** Success first. */
  readonly statuses: readonly (NTSTATUS | undefined)[];
  taken: number;
}

/** Walks the tree of decisions depth first: the choices of the last run are the way to its leaf. */
class Decisions {
  #choices: Choice[] = [];
  #met = 0;

  constructor(readonly options: OutcomeOptions) {}

  begin(): void {
    machine.reset();
    this.#met = 0;
    machine.chooser = (call, ordinal) => this.#decide(call, ordinal);
  }

  #decide(call: FallibleCall, ordinal: number): NTSTATUS | undefined {
    const { calls, statuses } = this.options;
    if (calls !== undefined && !calls.includes(call)) return undefined;
    const index = this.#met++;
    const made = this.#choices[index] ?? {
      call,
      ordinal,
      statuses: [undefined, ...(statuses?.[call] ?? documentedFailures(call))],
      taken: 0,
    };
    if (made.call !== call || made.ordinal !== ordinal) {
      throw new Error(
        `The run is not repeatable: call ${index + 1} was ${made.call} #${made.ordinal} before, and is ${call} #${ordinal} now.`,
      );
    }
    this.#choices[index] = made;
    return made.statuses[made.taken];
  }

  /** What was decided in the run that has ended. */
  outcomes(): Outcome[] {
    return this.#choices.slice(0, this.#met).map(({ call, ordinal, statuses, taken }) => ({ call, ordinal, status: statuses[taken] }));
  }

  /** Goes on to the next combination; false when there is none. */
  next(): boolean {
    this.#choices.length = Math.min(this.#choices.length, this.#met);
    for (let last = this.#choices.at(-1); last !== undefined; last = this.#choices.at(-1)) {
      const isFree = last.taken > 0 || this.#failures() < (this.options.failures ?? Number.POSITIVE_INFINITY);
      if (isFree && last.taken + 1 < last.statuses.length) {
        last.taken++;
        return true;
      }
      this.#choices.pop();
    }
    return false;
  }

  #failures(): number {
    return this.#choices.filter(({ taken }) => taken > 0).length;
  }
}

const describe = (outcomes: readonly Outcome[]): string => {
  const failed = outcomes.flatMap(({ call, ordinal, status }) =>
    status === undefined ? [] : [`${call} #${ordinal} = ${statusName(status)}`],
  );
  return failed.length === 0 ? 'when no call fails' : `when ${failed.join(', ')}`;
};

/** An error of a run, with the outcomes that led to it in front. */
const located = (error: unknown, outcomes: readonly Outcome[]): Error =>
  new Error(`${describe(outcomes)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });

/** A run. It is given the outcomes so far by a function, for messages of its own. */
export type OutcomeRun<R> = (outcomes: () => readonly Outcome[]) => R;

/**
 * Runs again and again, each time on a reset computer and with the next combination of outcomes of the calls it met that can fail. Each run
 * has to load its driver from fresh module state. Throws what a run throws, after the outcomes that led to it.
 */
export function forEachOutcome(run: OutcomeRun<Promise<void>>, options?: OutcomeOptions): Promise<OutcomeSummary>;
export function forEachOutcome(run: OutcomeRun<void>, options?: OutcomeOptions): OutcomeSummary;
export function forEachOutcome(run: OutcomeRun<unknown>, options: OutcomeOptions = {}): OutcomeSummary | Promise<OutcomeSummary> {
  const decisions = new Decisions(options);
  const first = attempt(decisions, run);
  return first instanceof Promise ? goOnAsync(decisions, run, first) : goOn(decisions, run);
}

/** One run; a promise when the run is one. */
function attempt(decisions: Decisions, run: OutcomeRun<unknown>): unknown {
  decisions.begin();
  try {
    const result = run(() => decisions.outcomes());
    if (result instanceof Promise) return settle(result, decisions);
  } catch (error) {
    machine.chooser = undefined;
    throw located(error, decisions.outcomes());
  }
  machine.chooser = undefined;
  return undefined;
}

async function settle(result: Promise<unknown>, decisions: Decisions): Promise<void> {
  try {
    await result;
  } catch (error) {
    throw located(error, decisions.outcomes());
  } finally {
    machine.chooser = undefined;
  }
}

function goOn(decisions: Decisions, run: OutcomeRun<unknown>): OutcomeSummary {
  const bound = decisions.options.bound ?? 1000;
  let runs = 1;
  while (decisions.next()) {
    if (runs >= bound) return { runs, complete: false };
    attempt(decisions, run);
    runs++;
  }
  return { runs, complete: true };
}

async function goOnAsync(decisions: Decisions, run: OutcomeRun<unknown>, first: Promise<unknown>): Promise<OutcomeSummary> {
  const bound = decisions.options.bound ?? 1000;
  await first;
  let runs = 1;
  while (decisions.next()) {
    if (runs >= bound) return { runs, complete: false };
    await attempt(decisions, run);
    runs++;
  }
  return { runs, complete: true };
}
