/** What the analysis found, for rules to put into words. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClauseId, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
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
  /** The calls in the linted file that lead to the function which holds the node, outermost first. */
  readonly through?: readonly Node[];
  /** Only some options ask for it: a finding of the same rule that all ask for is better. */
  readonly optional?: boolean;
}

/** A finding before it is known whether another one explains it. */
export interface Candidate extends Finding {
  /** The call whose failure the path takes, when nobody had looked at its status by then. */
  readonly dependsOnDropped: Node | null;
  readonly optional: boolean;
  /** How long the path is that shows it. */
  readonly steps: number;
  /** Something is left behind in a collection whose contents are not followed: not wrong where what is taken out of a collection is given back. */
  readonly unlessElementsRelease?: Resource;
  /** A call in a detach callback, by the places that its callee comes from: wrong where an attach callback keeps the other side's NPI in one of them. */
  readonly onlyIfNpi?: string;
  /** The node of another file that is wrong, where the finding stands at the call that leads there. */
  readonly origin?: Node;
  /** Found in a followed call that is under way: it is added again, with the calls that lead there, when that is over. */
  readonly isWithinCall?: boolean;
  /** Of two findings of a rule at a node the weightier is told. */
  readonly weight?: number;
}

/** Of candidates of one rule at one node that hold under the same conditions, the best. */
export class Candidates implements Iterable<Candidate> {
  readonly #byNode = new Map<Node, Candidate[]>();
  readonly #areConditionsMet: boolean;

  constructor(areConditionsMet = false) {
    this.#areConditionsMet = areConditionsMet;
  }

  add(candidate: Candidate): void {
    const there = this.#byNode.get(candidate.node);
    if (there === undefined) {
      this.#byNode.set(candidate.node, [candidate]);
      return;
    }
    const same = there.findIndex(
      (other) => other.rule === candidate.rule && (this.#areConditionsMet || hasSameConditions(other, candidate)),
    );
    if (same < 0) there.push(candidate);
    else if (isBetter(candidate, there[same] as Candidate)) there[same] = candidate;
  }

  *[Symbol.iterator](): IterableIterator<Candidate> {
    for (const there of this.#byNode.values()) yield* there;
  }
}

/** Collects findings; one node carries one report of a rule. */
export class Findings {
  readonly #candidates = new Candidates();
  readonly #lost = new Set<Node>();

  /** Also of calls in other files: those are added again at the call in the linted file that leads there. */
  add(candidate: Candidate): void {
    this.#candidates.add(candidate);
  }

  /** The status of this call is lost on some path: its outcome counts as success. */
  loseStatus(call: Node): void {
    this.#lost.add(call);
  }

  /**
   * `releasesElements`: whether anything gives back what it takes out of a collection. `isNpi`: whether one of some places holds the other side's NPI.
   * `isFoundAtHome`: whether what comes from another file is told there; asked last, as that file has to be analysed for it.
   */
  all(
    releasesElements: (resource: Resource) => boolean,
    isNpi: (places: string) => boolean,
    isFoundAtHome: (rule: string, origin: Node) => boolean,
  ): Finding[] {
    // Whatever file they come from.
    const best = new Candidates(true);
    for (const candidate of this.#candidates) {
      const { rule, origin, dependsOnDropped, unlessElementsRelease, onlyIfNpi } = candidate;
      if (dependsOnDropped !== null && this.#lost.has(dependsOnDropped)) continue;
      if (unlessElementsRelease !== undefined && releasesElements(unlessElementsRelease)) continue;
      if (onlyIfNpi !== undefined && !isNpi(onlyIfNpi)) continue;
      if (origin === undefined || !isFoundAtHome(rule, origin)) best.add(withoutConditions(candidate));
    }
    return [...best];
  }
}

function withoutConditions({ origin: _origin, onlyIfNpi: _places, ...candidate }: Candidate): Candidate {
  return candidate;
}

const hasSameConditions = (a: Candidate, b: Candidate): boolean =>
  a.origin === b.origin && a.onlyIfNpi === b.onlyIfNpi && a.dependsOnDropped === b.dependsOnDropped;

/** Certain findings before others, what is wrong without a caller before what one makes wrong, then the shortest path. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.optional !== b.optional) return b.optional;
  if ((a.unlessElementsRelease === undefined) !== (b.unlessElementsRelease === undefined)) return b.unlessElementsRelease !== undefined;
  if ((a.dependsOnDropped === null) !== (b.dependsOnDropped === null)) return b.dependsOnDropped !== null;
  if (a.weight !== b.weight) return (a.weight ?? 0) > (b.weight ?? 0);
  if (a.isWithinCall !== b.isWithinCall) return b.isWithinCall === true;
  if ((a.through === undefined) !== (b.through === undefined)) return a.through === undefined;
  return a.steps < b.steps;
}
