/** What the rewritten program calls (instrument.ts): contract calls go to the runtime, and what it finds wrong to the record of the run. */
import {
  contractFunctions,
  dispatchMembers,
  isContractName,
  isDispatchMember,
  type ContractName,
  type DispatchMemberName,
} from '../../contracts/functions.js';
import type { RuleName } from '../../contracts/clauses.js';
import type { ContractFunction, Resource } from '../../contracts/types.js';
import { BugCheckError, ContractViolationError, DeadlockError, NotSimulatedError } from '../../runtime/bugcheck.js';
import * as runtime from '../../runtime/index.js';
import { limitsOf } from '../../runtime/levels.js';
import { machine, type Finding } from '../../runtime/machine.js';
import { assume, assumeNothingHeld } from './assumptions.js';
import { isFreed } from '../../runtime/pool.js';
import { isRegistrationOverwritten, registrationOf } from '../../runtime/registrations.js';
import { answerOfDeregistration, isRegisteredHere, noteLost } from './handles.js';
import { noteBinding, noteFree } from './callbacks.js';
import { answerOf, requestOn, throwFromHere } from './host.js';
import { socketDispatch } from '../../runtime/socket-calls.js';
import { BEFORE, type Run } from './run.js';
import { callStranger, strangersTable } from './strangers.js';
import { levelRules, ruleOf } from './violations.js';

type Callable = (...args: unknown[]) => unknown;

/** What a contract speaks of: a function of the kit, or a function of a captured provider. */
type Judged = ContractName | DispatchMemberName;

const names = new Map<unknown, ContractName>(
  Object.entries(runtime).flatMap(([name, value]) => (isContractName(name) ? [[value, name]] : [])),
);

/** Such a call returns all the same: rules say nothing of a wait that nothing ends. */
const stops = [BugCheckError, DeadlockError, ContractViolationError, NotSimulatedError];

/** Stands for what a member of an NPI would have been that must not be used. */
const anything: unknown = new Proxy(() => 0, { get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : anything), apply: () => 0 });

/** Stands for the client of a request: what is under way while a routine returns is nobody's to judge. */
const noClient = { countRequests: () => undefined, countSockets: () => undefined };

/** The NPI that a table was read from: a copy of it is judged as the NPI is. */
const ownerOf = new WeakMap<object, object>();

const isAboutLevel = ({ message }: Finding): boolean => message.startsWith('called at ');

const isLevelError = (error: BugCheckError): boolean =>
  error.clause !== 'I2' && (error.name === 'IRQL_NOT_LESS_OR_EQUAL' || error.name === 'IRQL_NOT_GREATER_OR_EQUAL');

export class Hooks {
  #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  get run(): Run {
    return this.#run;
  }

  /** What the program does from now on belongs to another run. `isLater`: what it has done in this one is forgotten. */
  goOnIn(run: Run, isLater: boolean): void {
    run.follow(this.#run, isLater);
    this.#run = run;
  }

  readonly module: Run['setModule'] = (module) => {
    this.#run.setModule(module);
  };

  readonly call = (line: number, callee: Callable, ...args: unknown[]): unknown => {
    const run = this.#run;
    const name = names.get(callee);
    run.statuses.clear();
    if (name === undefined) return this.ran(callee(...args));
    const outer = run.line;
    run.line = line;
    try {
      return this.#contractCall(name, contractFunctions[name], callee, args);
    } finally {
      run.line = outer;
    }
  };

  #contractCall(name: Judged, contract: ContractFunction, callee: Callable, args: unknown[], owner?: object): unknown {
    const run = this.#run;
    run.record.calls++;
    run.called.add(name);
    // What is queued is entered by itself.
    for (const { parameter } of contract.takes ?? []) args[contract.parameters.indexOf(parameter)] = () => runtime.STATUS_SUCCESS;
    if (contract.initializes === true || contract.memory?.kind === 'allocate') this.#noteInitialization();
    // What is no block at all, such as an element beyond the end of an array, stops the program; it was never registered either.
    const { releases } = contract;
    if (releases !== undefined) {
      if (isNothing(contract, args[contract.parameters.indexOf(releases.of)])) run.record.add(run.line, pairingOf(releases.resource));
    } else {
      for (const resource of [contract.acquires?.of, contract.needs?.[0]?.of])
        if (resource !== undefined && isNothing(contract, args[contract.parameters.indexOf(resource)])) run.giveUp();
    }
    assume(run, contract, args);
    noteFree(run, contract, args);
    const cell = cellOf(contract, args);
    const before = cell?.value;
    const seen = machine.findings.length;
    run.outcome = undefined;
    run.hasChosenOutcome = false;
    const attempt = (): unknown => {
      try {
        return callee(...args);
      } catch (error) {
        if (error instanceof BugCheckError && isLevelError(error)) return this.#withoutLevel(attempt);
        if (stops.some((stop) => error instanceof stop)) return undefined;
        throw error;
      }
    };
    const value = attempt();
    const broken = machine.findings.slice(seen);
    const isMisuse = broken.some(({ clause }) => ruleOf(clause, false) === 'paired-irql' && !/^I[15]$/.test(clause));
    if (cell?.value !== before) noteLost(run, run.line, before);
    if (broken.length === 0) {
      this.#noteLevel(contract, args);
      // What was deregistered is so whatever failed before.
      if (contract.releases?.resource === 'registration')
        run.statuses.settle(args[contract.parameters.indexOf(contract.releases.of)], 'registration');
    }
    for (const finding of broken) if (!isMisuse || !isAboutLevel(finding)) this.#judge(finding, name, contract, args, owner);
    const isRefused = broken.some(({ about }) => about !== undefined);
    if (isRefused && releases !== undefined) run.noteWrongRelease(releases.resource, args[contract.parameters.indexOf(releases.of)]);
    const result = this.#finish(contract, args, value, isRefused);
    if (isContractName(name)) noteBinding(run, name, args, result);
    return result;
  }

  #noteLevel({ levelEffect, parameters }: ContractFunction, args: readonly unknown[]): void {
    const { raises, line } = this.#run;
    if (levelEffect?.kind === 'lower') raises.pop();
    if (levelEffect?.kind !== 'raise') return;
    const argument = levelEffect.savesIn === 'result' ? undefined : args[parameters.indexOf(levelEffect.savesIn.cell)];
    const cell = argument instanceof runtime.Out ? argument : undefined;
    for (const raise of raises) raise.isLost ||= raise.cell !== undefined && raise.cell === cell && raise.saved !== cell.value;
    raises.push({ line, cell, saved: cell?.value, isLost: false });
  }

  /** A level that was saved over by a raise within is wrong where it was saved first. */
  #placeOf({ clause }: Finding, { levelEffect }: ContractFunction): number {
    const raise = this.#run.raises.at(-1);
    return clause === 'I2' && levelEffect?.kind === 'lower' && raise?.isLost === true ? raise.line : this.#run.line;
  }

  /** The verdict about the level is there: the rest of the call is judged as if the level were right. */
  #withoutLevel(attempt: () => unknown): unknown {
    machine.excusesLevel = true;
    try {
      return attempt();
    } finally {
      machine.excusesLevel = false;
    }
  }

  /** The level is the one at which the function was entered. */
  #isAtEntryLevel(): boolean {
    const { raises, locks } = machine.routine;
    return raises.length === 0 && [...locks.values()].every(({ savedLevel }) => savedLevel === undefined);
  }

  /** Unknown never reports: the call is wrong at every level at which the function may have been entered. */
  #isWrongAtAll(name: Judged, contract: ContractFunction, args: readonly unknown[]): boolean {
    if (!this.#isAtEntryLevel()) return true;
    const { min, max } = limitsOf(name, decidingArgument(contract, args));
    return this.#run.entryLevels.every((level) => level < min || level > max);
  }

  /** `KeGetCurrentIrql() === level`. */
  readonly isAtLevel = (level: number): boolean => {
    const run = this.#run;
    // After a call at a wrong level the rules go on as if it had been right.
    if (run.wasAtWrongLevel) run.record.doubt();
    if (run.isLevelUnsure || run.wasAtWrongLevel) return this.#guess(level);
    if (!this.#isAtEntryLevel() || run.entryLevels.length === 1) return run.answered(machine.irql === level);
    const others = run.entryLevels.filter((each) => each !== level);
    if (others.length === run.entryLevels.length || others.length === 0) return others.length === 0;
    const isThere = run.choices.choose(2) === 1;
    run.entryLevels = isThere ? [level] : others;
    machine.irql = run.entryLevels[0] ?? machine.irql;
    return isThere;
  };

  /** After a misuse the level is not known: it may be this one, and it may be another. */
  #guess(level: number): boolean {
    const isThere = this.#run.choices.choose(2) === 1;
    if (isThere) machine.irql = level;
    else if (machine.irql === level) machine.irql = level === runtime.DISPATCH_LEVEL ? runtime.PASSIVE_LEVEL : runtime.DISPATCH_LEVEL;
    return isThere;
  }

  #judge(finding: Finding, name: Judged, contract: ContractFunction, args: readonly unknown[], owner: object | undefined): void {
    const { record } = this.#run;
    const { clause, about = clause === 'L2' ? owner : undefined } = finding;
    const line = this.#placeOf(finding, contract);
    const rule = clause === 'C4' && isGone(about) ? 'no-registration-overwrite' : ruleOf(clause, isAboutLevel(finding));
    // A wait for what nobody has registered, or what was waited for before, only fails. Which bindings there are, nobody knows.
    if (rule === undefined || (clause === 'W2' && about === undefined) || clause === 'T2') return;
    if (isAboutLevel(finding) && !this.#run.isLevelUnsure && !this.#isWrongAtAll(name, contract, args)) return;
    // On a block that is gone nothing is registered or captured any more. Of registering it anew the rules say nothing.
    if (clause !== 'C4' && contract.memory === undefined && about instanceof runtime.WSK_REGISTRATION && isFreed(about)) {
      if (contract.releases === undefined) return;
      record.add(
        line,
        pairingOf(contract.releases.resource),
        about,
        this.#run.statuses.unexaminedFailureOn(about, contract.releases.resource),
      );
      return;
    }
    if (levelRules.has(rule)) {
      if (this.#run.isLevelUnsure) {
        for (const each of levelRules) record.allow(line, each);
        return;
      }
      if (rule === 'paired-irql') this.#run.misusedAt = record.calls;
      else this.#run.wasAtWrongLevel = true;
    }
    // A lock that was acquired at the wrong level is released there, too: one bug.
    const lock = rule === 'irql-requirements' ? lockOf(contract, args) : undefined;
    if (lock !== undefined && contract.levelEffect?.kind === 'releaseLock' && this.#run.misacquired.has(lock)) return;
    if (lock !== undefined) {
      this.#run.misacquired.add(lock);
      record.silence(lock);
    }
    const subject = about ?? (contract.releases?.rundown === undefined ? undefined : this.#run.cellRead);
    // Of a cell that is empty, one mistake is told as of the handle that it would hold.
    record.add(
      line,
      rule,
      about ?? (subject instanceof runtime.Out ? subject : undefined),
      subject && this.#run.statuses.unexaminedFailureOn(subject, contract.releases?.resource),
    );
    const { fills } = contract;
    const filled = fills === undefined ? undefined : args[contract.parameters.indexOf(fills.parameter)];
    if (clause === 'I4' || finding.where === 'KeRaiseIrql') record.end();
    if (about !== undefined && typeof filled === 'object' && filled !== null && this.#run.outcome === undefined) record.silence(filled);
  }

  /** A call that broke its contract ends as the run chose: what it would have done otherwise is not told. */
  #finish(contract: ContractFunction, args: readonly unknown[], value: unknown, isRefused: boolean): unknown {
    const { statuses } = this.#run;
    if (contract.result === 'statusOrPending') return answerOfDeregistration(this.#run, args[0], runtime.STATUS_PENDING);
    // Nor what it does to something that was told about.
    const isUnjudged = isRefused || value === undefined || objectsOf(contract, args).some((object) => this.#run.record.isSilent(object));
    const result = isUnjudged && contract.result === 'status' ? this.#anyOutcome() : value;
    const failed = contract.result === 'status' && result !== runtime.STATUS_SUCCESS;
    if (failed || (contract.result === 'pointer' && result === null)) this.#run.hasFailed = true;
    if (failed) assumeNothingHeld(this.#run, contract, args);
    this.#noteFilled(contract, args, failed);
    if (contract.checkedBy !== undefined) statuses.hand(this.#run.line, failed, contract.acquires?.resource, objectsOf(contract, args));
    return result;
  }

  #anyOutcome(): number {
    const { choices, hasChosenOutcome, outcome = runtime.STATUS_SUCCESS } = this.#run;
    return hasChosenOutcome || choices.choose(2) === 0 ? outcome : runtime.STATUS_UNSUCCESSFUL;
  }

  /** What a call fills, or leaves empty as it fails, is known from there on, whatever it was before. */
  #noteFilled({ acquires, fills, parameters }: ContractFunction, args: readonly unknown[], failed: boolean): void {
    if (acquires === undefined || fills === undefined) return;
    const [block, filled] = [acquires.of, fills.parameter].map((parameter) => args[parameters.indexOf(parameter)]);
    if (typeof block !== 'object' || block === null || typeof filled !== 'object' || filled === null) return;
    if (!failed) this.#run.filledFor.set(filled, block);
    if (this.#run.record.isSilent(block)) return;
    if (this.#run.wereBefore.delete(filled)) this.#run.record.judge(filled);
  }

  readonly method = (line: number, object: Readonly<Record<string, Callable>>, name: string, ...args: unknown[]): unknown => {
    this.#run.statuses.clear();
    if ((object as unknown) === anything) return isDispatchMember(name) ? answerOf(this.#run) : 0;
    const outer = this.#run.line;
    this.#run.line = line;
    const seen = machine.findings.length;
    try {
      if ((object as unknown) instanceof runtime.WSK_PROVIDER_DISPATCH && isDispatchMember(name))
        return this.#contractCall(name, dispatchMembers[name], object[name] as Callable, [noClient, ...args.slice(1)], ownerOf.get(object));
      if ((object as unknown) === socketDispatch) return requestOn(this.#run, args);
      // Of what is nothing here, nobody knows that it is nothing.
      if (((object as unknown) ?? strangersTable) === strangersTable || (object as unknown) === this.#run.othersTable)
        return callStranger(this.#run, line, ((object as unknown) ?? null) !== null, args);
      if (mayThrow(object, args)) throwFromHere(this.#run);
      const result = object[name]?.(...args);
      // `Object.assign` writes as an assignment does.
      if ((object as unknown) === Object) this.#judgeWrites(line, seen);
      return this.ran(result);
    } finally {
      this.#run.line = outer;
    }
  };

  /** A function of the program has returned: what is no status brings no duty along. */
  readonly ran = (value: unknown): unknown => {
    if (typeof value !== 'number') this.#run.statuses.clear();
    return value;
  };

  /** `Dispatch` or `Client` of an NPI, or of anything else. */
  readonly member = (line: number, object: Readonly<Record<string, unknown>>, name: string): unknown => {
    const seen = machine.findings.length;
    try {
      const value = object[name];
      if (typeof value === 'object' && value !== null) ownerOf.set(value, object);
      return value;
    } catch (error) {
      if (!(error instanceof ContractViolationError)) throw error;
      const block = this.#run.filledFor.get(object);
      // Of a block that something was told about nobody says when it is released.
      if (block !== undefined && this.#run.record.isSilent(block)) return anything;
      for (const { clause } of machine.findings.slice(seen)) {
        const rule = ruleOf(clause, false);
        if (rule !== undefined) this.#run.record.add(line, rule, object, this.#run.statuses.unexaminedFailureOn(object));
      }
      return anything;
    }
  };

  readonly learn = (name: string, value: unknown): unknown => {
    this.#run.learn(name);
    return value;
  };

  readonly set = (name: string, value: unknown): unknown => {
    this.#run.know(name);
    return value;
  };

  /** `object.name = value` */
  readonly write = (line: number, object: Record<string, unknown>, name: string, value: unknown): unknown => {
    const run = this.#run;
    run.know(name);
    run.line = line;
    run.statuses.clear();
    if (value !== null) run.emptyBefore.delete(run.variable(name));
    if (object instanceof runtime.DRIVER_OBJECT) this.#noteInitialization();
    if (object instanceof runtime.Out) {
      if (value !== null) run.emptyBefore.delete(object);
      run.cellsSet.set(object, line);
    }
    const before = object[name];
    const seen = machine.findings.length;
    object[name] = value;
    if (value !== undefined && value === run.othersTable) run.othersTableIn.add(name);
    if (before !== value) noteLost(run, line, before);
    // What would be read from the cell from now on follows from that.
    if (object instanceof runtime.Out && isSilentObject(run, before)) run.record.silence(object);
    this.#judgeWrites(line, seen);
    return value;
  };

  #judgeWrites(line: number, seen: number): void {
    for (const { clause, about } of machine.findings.slice(seen)) {
      const rule = ruleOf(clause, false);
      // That it was registered before is only assumed, because it was used as if it were.
      const isAssumed = about instanceof runtime.WSK_REGISTRATION && registrationOf(about).registeredAt === BEFORE;
      if (rule !== undefined && !isAssumed) this.#run.record.add(line, rule, about);
    }
  }

  readonly local = (name: string, value: unknown): unknown => {
    this.#run.locals.set(name, value);
    return value;
  };

  /** `name = value` has happened to a variable that may hold a block or a handle. */
  readonly assigned = (line: number, name: string, before: unknown, value: unknown): unknown => {
    const run = this.#run;
    run.statuses.clear();
    if (value !== null) run.emptyBefore.delete(run.variable(name));
    if (run.locals.has(name)) run.locals.set(name, value);
    if (before !== value) noteLost(run, line, before);
    return value;
  };

  /** `value === NULL` */
  readonly asked = (value: unknown): unknown => {
    if (value === null) this.#run.foundNothing = 'here';
    return value;
  };

  /** After a statement whose ways meet again, what the test has shown is forgotten. */
  readonly met = (): void => {
    if (this.#run.foundNothing === 'here') this.#run.foundNothing = 'before';
  };

  readonly variable = (name: string, value: unknown): unknown => {
    this.#run.cellRead = this.#run.variable(name);
    return value;
  };

  /** The value of an out-parameter. */
  readonly cell = (cell: { readonly value: unknown }): unknown => {
    this.#run.cellRead = cell;
    return cell.value;
  };

  /** Something is prepared: in the entry routine, that comes before what makes the kit call the module. */
  #noteInitialization(): void {
    const run = this.#run;
    if (run.isInitializing && isRegisteredHere(run)) run.record.leave(run.line, 'register-last');
  }

  readonly put = (variable: string, value: unknown, fromCall: boolean): unknown => {
    this.#run.statuses.put(variable, fromCall);
    return value;
  };

  readonly copy = (to: string, from: string, value: unknown): unknown => {
    this.#run.statuses.copy(to, from);
    return value;
  };

  readonly read = (variable: string, value: unknown): unknown => {
    this.#run.statuses.read(variable);
    return value;
  };

  readonly drop = (value: unknown): unknown => {
    this.#run.statuses.drop();
    return value;
  };

  readonly pass = (line: number, variable: string, value: unknown): unknown => {
    this.#run.returnLine = line;
    this.#run.statuses.pass(variable);
    return value;
  };

  readonly give = (line: number, value: unknown, fromCall: boolean): unknown => {
    this.#run.returnLine = line;
    if (!fromCall) this.#run.statuses.clear();
    return value;
  };

  /** A routine is about to be handed to the kit. */
  readonly routine = (key: string, routine: Callable): Callable => {
    this.#run.routines.set(key, routine);
    return routine;
  };

  readonly made = <T extends object>(object: T): T => {
    this.#run.made.add(object);
    return object;
  };

  /** A function of the program that begins on this line is entered. */
  readonly entered = (line: number): void => {
    this.#run.entered.add(line);
  };

  readonly step = (): void => {
    this.#run.step();
  };

  readonly enterTry = (): void => {
    this.#run.tries++;
  };

  readonly leaveTry = (): void => {
    this.#run.tries--;
  };
}

const isSilentObject = (run: Run, value: unknown): boolean => typeof value === 'object' && value !== null && run.record.isSilent(value);

const pairingOf = (resource: Resource): RuleName => (resource === 'capture' ? 'paired-capture' : 'paired-registration');

/** What stands where a block or cell is asked for; a handle may be NULL. */
const isNothing = ({ releases }: ContractFunction, value: unknown): boolean =>
  value === undefined || (value === null && releases?.rundown === undefined);

/** A function of the language's library may throw where someone handles it, unless it only keeps books. */
const mayThrow = (object: unknown, args: readonly unknown[]): boolean =>
  object === Object || (Array.isArray(object) && typeof args[0] === 'function');

/** A block that was freed, or written to after it was deregistered. */
const isGone = (about: object | undefined): boolean =>
  isFreed(about) || (about instanceof runtime.WSK_REGISTRATION && isRegistrationOverwritten(about));

/** What a call acquires something on, and what it fills. */
function objectsOf({ acquires, fills, parameters }: ContractFunction, args: readonly unknown[]): object[] {
  return [acquires?.of, fills?.parameter].flatMap((name) => {
    const argument = name === undefined ? undefined : args[parameters.indexOf(name)];
    return typeof argument === 'object' && argument !== null ? [argument] : [];
  });
}

/** The cell that a call puts what it acquired into. */
function cellOf({ acquires, parameters }: ContractFunction, args: readonly unknown[]): { readonly value: unknown } | undefined {
  const cell = acquires?.heldBy === 'valueOfCell' ? args[parameters.indexOf(acquires.of)] : undefined;
  return cell instanceof runtime.Out ? cell : undefined;
}

function lockOf({ levelEffect, parameters }: ContractFunction, args: readonly unknown[]): object | undefined {
  if (levelEffect?.kind !== 'acquireLock' && levelEffect?.kind !== 'releaseLock') return undefined;
  const lock = args[parameters.indexOf(levelEffect.lock)];
  return typeof lock === 'object' && lock !== null ? lock : undefined;
}

/** The argument that decides about the level, if one does. */
function decidingArgument({ levels, parameters }: ContractFunction, args: readonly unknown[]): number | boolean | undefined {
  if (levels === undefined || !('parameter' in levels)) return undefined;
  const argument = args[parameters.indexOf(levels.parameter)];
  return typeof argument === 'number' || typeof argument === 'boolean' ? argument : undefined;
}
