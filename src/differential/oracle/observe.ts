/**
 * Runs a program on the reference runtime under every combination of outcomes of its calls, conditions that nobody can see, and entry
 * states, and tells what was wrong on some run, by line and rule.
 */
import { documentedFailures, type FallibleCall } from '../../runtime/faults.js';
import * as runtime from '../../runtime/index.js';
import { tellCallSites } from '../../runtime/call-site.js';
import { machine } from '../../runtime/machine.js';
import { runRoutine } from '../../runtime/scheduler.js';
import { precedence } from '../../contracts/precedence.js';
import { statusConstants } from '../../contracts/status.js';
import { Choices } from './choices.js';
import { judgeCallback } from './callbacks.js';
import { enter, levelsOf } from './entering.js';
import type { Entry, Outline } from './entries.js';
import { Hooks } from './hooks.js';
import { hostOf, isHostError } from './host.js';
import { instrument } from './instrument.js';
import { leave, type Exit, type Obligation } from './leaving.js';
import { reachableFrom } from './reach.js';
import { judgeLevels } from './levels.js';
import { Run } from './run.js';
import { keyOf, levelRules, type Violation } from './violations.js';

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

const everyLevel = Array.from({ length: runtime.HIGH_LEVEL + 1 }, (_, level) => level);

type LoadedProgram = (require: (name: string) => unknown, exports: object, $: Hooks, $module: Hooks['module']) => void;

class Oracle {
  readonly #text: string;
  readonly #load: LoadedProgram;
  readonly #outline: Outline;
  readonly #asksWhetherPending: boolean;
  readonly #failures: readonly number[];
  readonly #violations = new Set<string>();
  readonly #found: { readonly entry: Entry; readonly path: string; readonly violation: Violation }[] = [];
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

  constructor(text: string) {
    this.#text = text;
    const { code, outline } = instrument(text);
    // The program is the oracle's own: nothing else is run here.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    this.#load = new Function('require', 'exports', '$', '$module', code) as LoadedProgram;
    this.#outline = outline;
    this.#asksWhetherPending = text.includes('STATUS_PENDING');
    this.#failures = Object.entries(statusConstants).flatMap(([name, value]) => (value < 0 && text.includes(name) ? [value] : []));
  }

  observe(mostRuns: number): Observation {
    let runs = 0;
    for (const entry of this.#outline.entries) {
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
    const complete = this.#unfinished.size === 0;
    // Whether nobody gives it back is known only when all was run.
    if (complete) this.#judgeObligations();
    return { violations: this.#violations, allowed: this.#allowed, isNeverEntered: (line) => this.#isNeverEntered(line), runs, complete };
  }

  #runOnce(entry: Entry, level: number, choices: Choices): void {
    choices.begin();
    machine.reset();
    machine.stopAtViolations = false;
    machine.letsCallbacksWait = true;
    const run = new Run(choices);
    tellCallSites(() => String(run.line));
    machine.chooser = (call) => this.#outcomeOf(run, call);
    try {
      this.#enterAndLeave(run, entry, level);
    } catch (error) {
      if (!run.isGivenUp) throw error;
    } finally {
      for (const line of run.entered) this.#entered.add(line);
      tellCallSites(undefined);
      machine.chooser = undefined;
    }
  }

  #outcomeOf(run: Run, call: FallibleCall): number | undefined {
    // The call that attaches returns what the other module answers, whatever that is.
    const others = call === 'NmrClientAttachProvider' ? [runtime.STATUS_UNSUCCESSFUL] : [];
    const outcomes = [undefined, ...new Set([...documentedFailures(call), ...others, ...this.#failures])];
    run.outcome = outcomes[run.choices.choose(outcomes.length)];
    return run.outcome;
  }

  #enterAndLeave(run: Run, entry: Entry, level: number): void {
    const hooks = new Hooks(run);
    const host = hostOf(run);
    this.#load((name) => (name.endsWith('/runtime') ? runtime : host), {}, hooks, hooks.module);
    run.asksWhetherPending = this.#asksWhetherPending;
    const call = enter(run, entry, level, this.#outline);
    run.isInitializing = entry.kind === 'routine' && entry.role === 'DRIVER_INITIALIZE';
    let exit: Exit = { by: 'return', value: undefined };
    run.entryLevels = entry.kind === 'routine' ? [call.level] : everyLevel;
    const enterRoutine = (): unknown => {
      try {
        exit = { by: 'return', value: call.body() };
      } catch (error) {
        if (!isHostError(error) && !run.isOwn(error)) throw error;
        exit = { by: 'throw', value: error };
      }
      judgeLevels(run, machine.routine);
      return exit.value;
    };
    runRoutine({ kind: call.kind, name: call.name, level: call.level, thread: run.thread }, () => {
      if (call.within === undefined) enterRoutine();
      else call.within(enterRoutine);
    });
    if (run.isGivenUp) return;
    run.statuses.end();
    judgeCallback(run, exit, (name) => this.#text.includes(`${name}(`));
    this.#keep(run, entry, leave(run, entry, call, exit), call.given);
  }

  #keep(run: Run, entry: Entry, obligations: readonly Obligation[], given: Readonly<Record<string, unknown>>): void {
    if (!run.record.isOver) for (const line of run.statuses.lost) this.#violations.add(keyOf({ line, rule: 'checked-status' }));
    const paths = reachableFrom({ ...run.module.values(), ...given });
    for (const { resource, object } of run.released)
      this.#released.add(`${resource} of ${run.pathsOnEntry.get(object) ?? paths.get(object) ?? ''}`);
    if (run.statuses.hasDroppedFailure) return;
    const path = `${this.#outline.entries.indexOf(entry)}:${run.path}`;
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
      const isOfOneLevel = levelRules.has(violation.rule) && (this.#levelsOfPath.get(path) ?? 0) < (this.#unfinished.get(entry) ?? 0);
      (isOfOneLevel || this.#followsMisuse(path, violation) ? this.#allowed : this.#violations).add(keyOf(violation));
    }
  }

  /** One path, one misuse: entered at another level, the function has gone wrong before. */
  #followsMisuse(path: string, { rule, at = Infinity }: Violation): boolean {
    return levelRules.has(rule) && at > (this.#misuses.get(path) ?? Infinity);
  }

  #isNeverEntered(line: number): boolean {
    const around = this.#outline.functions.findLast(([first, last]) => first <= line && line <= last);
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

  #judgeObligations(): void {
    for (const { line, rule, resource, path } of this.#obligations) {
      if (this.#released.has(`${resource} of ${path}`) || this.#belongsToOthers(path)) continue;
      this.#violations.add(keyOf({ line, rule }));
    }
  }

  /** An argument is its caller's, and what is exported is whoever's imports it. */
  #belongsToOthers(path: string): boolean {
    const [root = ''] = path.split(/[.[]/);
    const variable = this.#outline.variables.find(({ name }) => name === root);
    if (variable !== undefined) return variable.isExported;
    return root !== 'this' || this.#outline.publicMembers.has(path.split('.')[1] ?? '');
  }
}

export const observe = (text: string, mostRuns = 250): Observation => new Oracle(text).observe(mostRuns);
