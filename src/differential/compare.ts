/** Runs and lints a program, and says where they disagree. */
import { reportsOn } from './lint.js';
import { observe } from './oracle/observe.js';

export interface Disagreement {
  /** `missed`: some run breaks the contract there, and no rule says so. `false`: a rule says so, and no run does. */
  readonly kind: 'missed' | 'false';
  readonly line: number;
  readonly rule: string;
  /** The rule's words, if it has any. */
  readonly message: string;
}

export interface Comparison {
  readonly disagreements: readonly Disagreement[];
  readonly agreed: readonly string[];
  readonly runs: number;
  /** False when there were too many runs to make them all: then only what was missed is told. */
  readonly complete: boolean;
}

export function compare(text: string, mostRuns?: number): Comparison {
  const { violations, allowed, isNeverEntered, runs, complete } = observe(text, mostRuns);
  const reports = reportsOn(text);
  const missed = [...violations].filter((key) => !reports.has(key)).map((key) => disagreement('missed', key, ''));
  const surplus = [...reports]
    .filter(([key]) => !violations.has(key) && !allowed.has(key) && !isNeverEntered(lineOf(key)))
    .map(([key, message]) => disagreement('false', key, message));
  return {
    disagreements: complete ? [...missed, ...surplus] : missed,
    agreed: [...violations].filter((key) => reports.has(key)),
    runs,
    complete,
  };
}

const lineOf = (key: string): number => Number(key.split(':')[0]);

function disagreement(kind: Disagreement['kind'], key: string, message: string): Disagreement {
  const [line = '', rule = ''] = key.split(':');
  return { kind, line: Number(line), rule, message };
}
