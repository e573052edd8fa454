/**
 * Runs a program on the reference runtime under every combination of outcomes of its calls, conditions that nobody can see, and entry
 * states, and tells what was wrong on some run, by line and rule.
 */
import { contractFunctions } from '../../contracts/functions.js';
import type { ContractFunction, Resource } from '../../contracts/types.js';
import { precedence } from '../../contracts/precedence.js';
import { roles } from '../../contracts/roles.js';
import { STATUS_SUCCESS } from '../../runtime/status.js';
import { Choices } from './choices.js';
import { judgeCallback } from './callbacks.js';
import { levelsOf } from './entering.js';
import type { Entry } from './entries.js';
import { leave, type Obligation } from './leaving.js';
import { Program } from './program.js';
import { reachableFrom } from './reach.js';
import type { Run } from './run.js';
import { placesOf } from './strangers.js';
import { keyOf, levelRules, toldByLevel, type Violation } from './violations.js';

interface Observation {
  /** `LINE:RULE` of all that was wrong on some run. */
  readonly violations: ReadonlySet<string>;
  /** What may be reported and need not be. */
  readonly allowed: ReadonlySet<string>;
  /** Whether no run has entered the function around a line: what is wrong there whoever calls it may be reported. */
  readonly isNeverEntered: (line: number) => boolean;
  readonly runs: number;
  /** False when there were more combinations than are affordable. */
  readonly complete: boolean;
}

/** What ends a rundown. */
const awaitedWith: ReadonlyMap<Resource, string> = new Map(
  Object.entries(contractFunctions).flatMap(([name, { awaits }]: [string, ContractFunction]) =>
    awaits === undefined ? [] : [[awaits.resource, name] as const],
  ),
);

/** Where the other module's dispatch table is kept, attach callbacks tell. */
const attachFirst = (entries: readonly Entry[]): readonly Entry[] => {
  const isAttach = (entry: Entry): boolean => entry.kind === 'routine' && roles[entry.role].kind === 'attach';
  return [...entries.filter(isAttach), ...entries.filter((entry) => !isAttach(entry))];
};

/** What a run has shown, on which path through which entry. */
interface Found {
  readonly entry: Entry;
  readonly path: string;
  readonly violation: Violation;
}

class Oracle {
  readonly #text: string;
  readonly #program: Program;
  readonly #violations = new Set<string>();
  readonly #found: Found[] = [];
  /** Entries with more combinations than were run, each with the number of its levels. */
  readonly #unfinished = new Map<Entry, number>();
  /** By path: at how many levels it was run. */
  readonly #levelsOfPath = new Map<string, number>();
  /** By path: the first misuse of levels or locks, at whatever level the function was entered. */
  readonly #misuses = new Map<string, number>();
  readonly #allowed = new Set<string>();
  readonly #obligations: Obligation[] = [];
  readonly #entered = new Set<number>();
  /** `RESOURCE of PATH` of what some function gives back. */
  readonly #released = new Set<string>();
  /** The same of what was given back in vain. */
  readonly #releasedWrongly = new Set<string>();
  readonly #pendingDetaches: NonNullable<Run['pendingDetach']>[] = [];
  /** The unload routine was wrong after the entry routine: what is wrong in it whoever calls it would be that once more. */
  #isUnloadBroken = false;
  /** The contract functions that some run has called. */
  readonly #called = new Set<string>();

  constructor(text: string) {
    this.#text = text;
    this.#program = new Program(text);
  }

  observe(mostRuns: number): Observation {
    let runs = 0;
    for (const entry of attachFirst(this.#program.outline.entries)) {
      const levels = levelsOf(entry);
      const most = Math.ceil(mostRuns / levels.length);
      for (const level of levels) {
        const choices = new Choices();
        let more = true;
        for (let made = 0; more && made < most; made++, runs++) {
          this.#runOnce(entry, level, choices);
          more = choices.next();
        }
        if (more) this.#unfinished.set(entry, levels.length);
      }
    }
    this.#judgeFound();
    this.#judgePlaces();
    this.#judgePendingDetaches();
    const complete = this.#unfinished.size === 0;
    // Whether nobody gives it back is known only when all was run.
    if (complete) this.#judgeObligations();
    return { violations: this.#violations, allowed: this.#allowed, isNeverEntered: (line) => this.#isNeverEntered(line), runs, complete };
  }

  #runOnce(entry: Entry, level: number, choices: Choices): void {
    const hooks = this.#program.perform(entry, level, choices, ({ run, end }) => {
      if (end === undefined) {
        this.#keep(run, entry, [], run.given);
        return;
      }
      const { call, exit } = end;
      run.statuses.end();
      if (run.role?.kind === 'attach' && exit.value === STATUS_SUCCESS) for (const place of placesOf(run)) this.#program.places.add(place);
      judgeCallback(run, exit);
      this.#keep(run, entry, leave(run, entry, call, exit), call.given);
    });
    for (const line of hooks?.run.entered ?? []) this.#entered.add(line);
  }

  #keep(run: Run, entry: Entry, obligations: readonly Obligation[], given: Readonly<Record<string, unknown>>): void {
    if (!run.record.isOver) for (const line of run.statuses.lost) this.#violations.add(keyOf({ line, rule: 'checked-status' }));
    const paths = reachableFrom({ ...run.module.values(), ...given });
    for (const name of run.called) this.#called.add(name);
    const pathTo = (object: object): string => run.pathsOnEntry.get(object) ?? paths.get(object) ?? '';
    for (const { resource, object } of run.released) this.#released.add(`${resource} of ${pathTo(object)}`);
    for (const { resource, object } of run.releasedWrongly) this.#releasedWrongly.add(`${resource} of ${pathTo(object)}`);
    if (run.statuses.hasDroppedFailure) return;
    this.#isUnloadBroken ||= run.isUnloadBroken;
    if (run.pendingDetach !== undefined && !run.record.isOver) this.#pendingDetaches.push(run.pendingDetach);
    const path = `${this.#program.outline.entries.indexOf(entry)}:${run.path}`;
    this.#levelsOfPath.set(path, 1 + (this.#levelsOfPath.get(path) ?? 0));
    for (const violation of run.record.found) this.#found.push({ entry, path, violation });
    if (run.misusedAt !== undefined) this.#misuses.set(path, Math.min(run.misusedAt, this.#misuses.get(path) ?? Infinity));
    for (const violation of run.record.allowed) this.#allowed.add(keyOf(violation));
    this.#obligations.push(...obligations);
  }

  /**
   * What follows from a failure that nobody looked at is told with that, when the status was lost on some path. Of a path that was not run at
   * every level, nobody knows where it went wrong first.
   */
  #judgeFound(): void {
    const isLost = (line: number | undefined): boolean =>
      line !== undefined && this.#violations.has(keyOf({ line, rule: 'checked-status' }));
    for (const { entry, path, violation } of this.#found) {
      if (isLost(violation.dependsOn)) continue;
      const isTold = this.#isUnloadBroken && entry.kind === 'routine' && entry.role === 'DRIVER_UNLOAD';
      const isOfOneLevel = toldByLevel.has(violation.rule) && (this.#levelsOfPath.get(path) ?? 0) < (this.#unfinished.get(entry) ?? 0);
      (isTold || isOfOneLevel || this.#followsMisuse(path, violation) ? this.#allowed : this.#violations).add(keyOf(violation));
    }
  }

  /** One path, one misuse: entered at another level, the function has gone wrong before, or has acquired the lock at a wrong level. */
  #followsMisuse(path: string, { line, rule, at }: Violation): boolean {
    const isSameCall = (other: Found): boolean =>
      other.path === path && other.violation.line === line && other.violation.rule === 'irql-requirements';
    if (rule === 'paired-irql' && at === undefined && this.#found.some(isSameCall)) return true;
    return levelRules.has(rule) && (at ?? Infinity) > (this.#misuses.get(path) ?? Infinity);
  }

  #isNeverEntered(line: number): boolean {
    const around = this.#program.outline.functions.findLast(([first, last]) => first <= line && line <= last);
    return around !== undefined && !this.#entered.has(around[0]);
  }

  /** A call that is wrong in several ways, at several levels, is told in one: the others may be told of another path. */
  #judgePlaces(): void {
    for (const key of this.#violations) {
      const [line = '', rule = ''] = key.split(':');
      const rank = precedence.call.findIndex((each) => each === rule);
      if (rank < 0 || !precedence.call.slice(1, rank).some((each) => this.#violations.has(`${line}:${each}`))) continue;
      this.#violations.delete(key);
      this.#allowed.add(key);
    }
  }

  /** One that no run has come to may be in code that is never reached. */
  #judgePendingDetaches(): void {
    for (const { line, completedBy } of this.#pendingDetaches) {
      if (this.#called.has(completedBy)) continue;
      (this.#text.includes(`${completedBy}(`) ? this.#allowed : this.#violations).add(keyOf({ line, rule: 'detach-completion' }));
    }
  }

  #judgeObligations(): void {
    for (const { line, rule, resource, path } of this.#obligations) {
      if (this.#released.has(`${resource} of ${path}`) || this.#belongsToOthers(path)) continue;
      // Whatever the handle is called by then, some function waits; it may be for this one.
      const wait = awaitedWith.get(resource);
      if (wait !== undefined && this.#called.has(wait)) continue;
      // One that no run has come to may be in code that is never reached, or in a function that no run enters.
      const mayWait = wait !== undefined && this.#text.includes(`${wait}(`);
      const isTold = this.#releasedWrongly.has(`${resource} of ${path}`);
      (mayWait || isTold ? this.#allowed : this.#violations).add(keyOf({ line, rule }));
    }
  }

  /** An argument is its caller's, and what is exported is whoever's imports it. */
  #belongsToOthers(path: string): boolean {
    const [root = ''] = path.split(/[.[]/);
    const variable = this.#program.outline.variables.find(({ name }) => name === root);
    if (variable !== undefined) return variable.isExported;
    return root !== 'this' || this.#program.outline.publicMembers.has(path.split('.')[1] ?? '');
  }
}

export const observe = (text: string, mostRuns = 250): Observation => new Oracle(text).observe(mostRuns);
