/** What a run has shown to be wrong, by line and rule, with the precedence of one bug, one report (interface, section 6). */
import { clauses, type RuleName } from '../../contracts/clauses.js';

export interface Violation {
  readonly line: number;
  readonly rule: RuleName;
  /** The line of a call that had failed on this path, when nobody had looked at its status by then. */
  readonly dependsOn?: number | undefined;
  /** How many contract calls the run had made by then; none, when it was told at the end. */
  readonly at?: number;
}

/** Rules that speak of the level. */
export const levelRules: ReadonlySet<RuleName> = new Set<RuleName>(['irql-requirements', 'paired-irql', 'no-waiting-capture']);

/** Rules of which it depends on the levels at which a path is run which one has the report. */
export const toldByLevel: ReadonlySet<RuleName> = new Set<RuleName>([...levelRules, 'no-wait-in-wsk-callback']);

export const keyOf = ({ line, rule }: Violation): string => `${line}:${rule}`;

const isClause = (id: string): id is keyof typeof clauses => Object.hasOwn(clauses, id);

/** The rule of a clause; of two that share it, the one that is about levels when the level is what is wrong. */
export function ruleOf(clause: string, isAboutLevel: boolean): RuleName | undefined {
  const rules: readonly RuleName[] = isClause(clause) ? clauses[clause].rules : [];
  if (rules.length < 2) return rules[0];
  const ofLevels = rules.find((rule) => rule === 'irql-requirements');
  if (ofLevels !== undefined) return isAboutLevel ? ofLevels : rules.find((rule) => rule !== ofLevels);
  return rules.find((rule) => rule !== 'checked-status');
}

/** What is recorded on one path. */
export class Record {
  readonly #found: Violation[] = [];
  readonly #allowed: Violation[] = [];
  readonly #silent = new WeakSet();
  #isOver = false;
  #isInDoubt = false;
  /** Contract calls so far. */
  calls = 0;

  /** What may be said and need not be: it follows from a mistake after which the level is not known any more. */
  get allowed(): readonly Violation[] {
    return this.#allowed;
  }

  /** Something is wrong with an object: nothing more is said about it on this path. */
  add(line: number, rule: RuleName, about?: object, dependsOn?: number): void {
    if (this.#isOver || (about !== undefined && this.#silent.has(about))) return;
    if (this.#isInDoubt) this.allow(line, rule);
    else this.#found.push({ line, rule, dependsOn, at: this.calls });
    if (about !== undefined) this.#silent.add(about);
  }

  /** Left behind: each call that acquired it is told. */
  leave(line: number, rule: RuleName, isUnsure = false): void {
    if (!this.#isOver) (isUnsure || this.#isInDoubt ? this.#allowed : this.#found).push({ line, rule });
  }

  allow(line: number, rule: RuleName): void {
    this.#allowed.push({ line, rule });
  }

  isSilent(about: object): boolean {
    return this.#silent.has(about);
  }

  silence(about: object): void {
    this.#silent.add(about);
  }

  /** What was not known of the object is known from here on. */
  judge(about: object): void {
    this.#silent.delete(about);
  }

  /** Nothing that comes later on this path counts. */
  end(): void {
    this.#isOver = true;
  }

  /** What comes later on this path may be told and need not be. */
  doubt(): void {
    this.#isInDoubt = true;
  }

  /** A misuse has ended the path. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get found(): readonly Violation[] {
    return this.#found;
  }
}
