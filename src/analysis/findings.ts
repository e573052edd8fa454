/** What the analysis found, for rules to put into words. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClauseId } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Step } from './state.js';
import type { Words } from './wording.js';

/** Values for the placeholders of a message. */
type MessageData = Readonly<Record<string, Words>>;

export interface Finding {
  readonly rule: string;
  readonly messageId: string;
  /** The node whose first line carries the report; always in the linted file. */
  readonly node: Node;
  /** Where in the node, or before it, for what is no node: a tag of its comment. */
  readonly loc?: TSESTree.SourceLocation;
  readonly data: MessageData;
  readonly clause: ClauseId;
  /** The path that shows it, oldest step first. */
  readonly trace: readonly TraceStep[];
  /** The calls in the linted file that lead to the function which holds the node, outermost first. */
  readonly through?: readonly Node[];
  /** Only some options ask for it: a finding of the same rule that all ask for is better. */
  readonly optional?: boolean;
}

interface TraceStep {
  readonly node: Node;
  readonly text: string;
}

/** A finding before it is known whether another one explains it. */
export interface Candidate extends Finding {
  /** The call whose failure the path takes, when nobody had looked at its status by then. */
  readonly dependsOnDropped: Node | null;
  readonly optional: boolean;
  /** The node of another file that is wrong, where the finding stands at the call that leads there. */
  readonly origin?: Node;
  /** Found in a followed call that is under way: it is added again, with the calls that lead there, when that is over. */
  readonly isWithinCall?: boolean;
  /** Of two findings of a rule at a node the weightier is told. */
  readonly weight?: number;
}

const describe = {
  succeeded: (name: string) => `${name} succeeds`,
  failed: (name: string) => `${name} fails`,
  called: (name: string) => `${name} is called`,
  returned: (name: string) => `${name} returns`,
  threw: (name: string) => `${name} throws`,
  released: (name: string) => `${name} is called`,
} as const;

function stepText(step: Step): string {
  return describe[step.what](step.name);
}

/** The steps of a path, oldest first. */
export function traceOf(last: Step | null): TraceStep[] {
  const steps: TraceStep[] = [];
  for (let step = last; step !== null; step = step.before) steps.push({ node: step.node, text: stepText(step) });
  return steps.reverse();
}

/** Collects findings; one node carries one report of a rule. */
export class Findings {
  /** By rule and node, then by the node of another file that they come from. */
  readonly #candidates = new Map<string, Map<Node | undefined, Candidate>>();
  readonly #lost = new Set<Node>();
  readonly #idOf: (node: Node) => number;

  constructor(idOf: (node: Node) => number) {
    this.#idOf = idOf;
  }

  /** Also of calls in other files: those are added again at the call in the linted file that leads there. */
  add(candidate: Candidate): void {
    const key = `${candidate.rule}:${this.#idOf(candidate.node)}`;
    let byOrigin = this.#candidates.get(key);
    if (byOrigin === undefined) this.#candidates.set(key, (byOrigin = new Map<Node | undefined, Candidate>()));
    const there = byOrigin.get(candidate.origin);
    if (there === undefined || isBetter(candidate, there)) byOrigin.set(candidate.origin, candidate);
  }

  /** The status of this call is lost on some path: its outcome counts as success. */
  loseStatus(call: Node): void {
    this.#lost.add(call);
  }

  /** `isFoundAtHome`: whether what comes from another file is told there; asked last, as that file has to be analysed for it. */
  all(isFoundAtHome: (rule: string, origin: Node) => boolean): Finding[] {
    return [...this.#candidates.values()].flatMap((byOrigin): Finding[] => {
      const best = [...byOrigin.values()]
        .filter(({ dependsOnDropped }) => dependsOnDropped === null || !this.#lost.has(dependsOnDropped))
        .filter(({ rule, origin }) => origin === undefined || !isFoundAtHome(rule, origin))
        .reduce<Candidate | undefined>((best, each) => (best === undefined || isBetter(each, best) ? each : best), undefined);
      return best === undefined ? [] : [best];
    });
  }
}

/** Certain findings before others, what is wrong without a caller before what one makes wrong, then the shortest path. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.optional !== b.optional) return b.optional;
  if ((a.dependsOnDropped === null) !== (b.dependsOnDropped === null)) return b.dependsOnDropped !== null;
  if (a.weight !== b.weight) return (a.weight ?? 0) > (b.weight ?? 0);
  if (a.isWithinCall !== b.isWithinCall) return b.isWithinCall === true;
  if ((a.through === undefined) !== (b.through === undefined)) return a.through === undefined;
  return a.trace.length < b.trace.length;
}
