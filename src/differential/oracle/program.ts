/**
 * A program as it runs: loaded anew for each run, and let into one of its entries. A routine that is written where it is handed to the kit is
 * there only after a run that came so far; what that run has done before is forgotten when the routine is entered.
 */
import { documentedFailures, type FallibleCall } from '../../runtime/faults.js';
import * as runtime from '../../runtime/index.js';
import { tellCallSites } from '../../runtime/call-site.js';
import { machine } from '../../runtime/machine.js';
import { runRoutine } from '../../runtime/scheduler.js';
import { statusConstants } from '../../contracts/status.js';
import { Choices } from './choices.js';
import { enter, levelsOf, type Call } from './entering.js';
import type { Entry, Outline } from './entries.js';
import { Hooks } from './hooks.js';
import { hostOf, isHostError } from './host.js';
import { instrument } from './instrument.js';
import type { Exit } from './leaving.js';
import { judgeLevels } from './levels.js';
import { Run } from './run.js';

/** What came of a run that was not given up; it has no end when it goes on for ever. */
interface Performance {
  readonly run: Run;
  readonly end?: { readonly call: Call; readonly exit: Exit };
}

type Body = (require: (name: string) => unknown, exports: object, $: Hooks, $module: Hooks['module']) => void;

/** How an entry comes to hand a routine to the kit. */
interface Way {
  readonly level: number;
  readonly choices: Choices;
}

/** Runs in which one looks for a way to a routine. */
const MOST_TRIES = 60;

const everyLevel = Array.from({ length: runtime.HIGH_LEVEL + 1 }, (_, level) => level);

export class Program {
  readonly outline: Outline;
  /** Names of members in which attach callbacks have put the other module's dispatch table. */
  readonly places = new Set<string>();
  readonly #body: Body;
  readonly #asksWhetherPending: boolean;
  readonly #failures: readonly number[];
  readonly #ways = new Map<Entry, Way | undefined>();

  constructor(text: string) {
    const { code, outline } = instrument(text);
    this.outline = outline;
    // The program is the oracle's own: nothing else is run here.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    this.#body = new Function('require', 'exports', '$', '$module', code) as Body;
    this.#asksWhetherPending = text.includes('STATUS_PENDING');
    this.#failures = Object.entries(statusConstants).flatMap(([name, value]) => (value < 0 && text.includes(name) ? [value] : []));
  }

  /**
   * Lets the program into an entry. `judge` is called with what came of it while the machine is as the run has left it, unless the run was
   * given up. Undefined when nothing comes so far.
   */
  perform(entry: Entry, level: number, choices: Choices, judge?: (performance: Performance) => void): Hooks | undefined {
    const hooks = this.#arrive(entry);
    if (hooks === undefined) return undefined;
    const run = new Run(choices);
    run.asksWhetherPending = this.#asksWhetherPending;
    hooks.goOnIn(run, entry.kind === 'routine' && entry.inline?.within !== undefined);
    choices.begin();
    machine.reset();
    machine.stopAtViolations = false;
    machine.letsCallbacksWait = true;
    tellCallSites(() => String(run.line));
    machine.chooser = (call) => this.#outcomeOf(run, call);
    try {
      const end = this.#enter(run, entry, level);
      if (!run.isGivenUp) judge?.({ run, end });
    } catch (error) {
      if (!run.isGivenUp) throw error;
    } finally {
      if (run.isEndless) judge?.({ run });
      tellCallSites(undefined);
      machine.chooser = undefined;
    }
    return hooks;
  }

  /** Loads the program, and lets it hand over the routine to be entered, if that is one of those. */
  #arrive(entry: Entry): Hooks | undefined {
    const inline = entry.kind === 'routine' ? entry.inline : undefined;
    if (inline?.within === undefined) return this.#load();
    if (!this.#ways.has(entry)) this.#ways.set(entry, this.#wayTo(inline.within, inline.key));
    const way = this.#ways.get(entry);
    return way && this.perform(inline.within, way.level, way.choices);
  }

  #load(): Hooks {
    const hooks = new Hooks(new Run(new Choices()));
    const host = hostOf(() => hooks.run);
    this.#body((name) => (name.endsWith('/runtime') ? runtime : host), {}, hooks, hooks.module);
    return hooks;
  }

  #wayTo(entry: Entry, key: string): Way | undefined {
    for (const level of levelsOf(entry)) {
      const choices = new Choices();
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const hooks = this.perform(entry, level, choices);
        if (hooks?.run.routines.has(key) === true) return { level, choices };
        if (!choices.next()) break;
      }
    }
    return undefined;
  }

  #outcomeOf(run: Run, call: FallibleCall): number | undefined {
    // The call that attaches returns what the other module answers, whatever that is.
    const others = call === 'NmrClientAttachProvider' ? [runtime.STATUS_UNSUCCESSFUL] : [];
    const outcomes = [undefined, ...new Set([...documentedFailures(call), ...others, ...this.#failures])];
    run.hasChosenOutcome = true;
    run.outcome = outcomes[run.choices.choose(outcomes.length)];
    return run.outcome;
  }

  #enter(run: Run, entry: Entry, level: number): NonNullable<Performance['end']> {
    const call = enter(run, entry, level, this.places, this.outline);
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
    return { call, exit };
  }
}
