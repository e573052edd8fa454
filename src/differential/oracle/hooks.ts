/** What the rewritten program calls (instrument.ts): contract calls go to the runtime, and what it finds wrong to the record of the run. */
import { contractFunctions, dispatchMembers, isContractName, isDispatchMember, type ContractName } from '../../contracts/functions.js';
import type { ContractFunction } from '../../contracts/types.js';
import { BugCheckError, ContractViolationError, DeadlockError, NotSimulatedError } from '../../runtime/bugcheck.js';
import * as runtime from '../../runtime/index.js';
import { machine } from '../../runtime/machine.js';
import { assume, assumeNothingHeld } from './assumptions.js';
import { answerOfDeregistration, isRegisteredHere, noteLost } from './handles.js';
import { cellOf, isNothing, objectsOf, type Judged } from './arguments.js';
import { noteBinding, noteFree } from './callbacks.js';
import { answerOf, requestOn, throwFromHere } from './host.js';
import { socketDispatch } from '../../runtime/socket-calls.js';
import { isAboutLevel, judge, judgeWrites, pairingOf } from './judging.js';
import { isAtLevel, noteLevel } from './levels.js';
import type { Run } from './run.js';
import { callStranger, strangersTable } from './strangers.js';
import { ruleOf } from './violations.js';

type Callable = (...args: unknown[]) => unknown;

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
      noteLevel(run, contract, args);
      // What was deregistered is so whatever failed before.
      if (contract.releases?.resource === 'registration')
        run.statuses.settle(args[contract.parameters.indexOf(contract.releases.of)], 'registration');
    }
    for (const finding of broken) if (!isMisuse || !isAboutLevel(finding)) judge(run, finding, name, contract, args, owner);
    const isRefused = broken.some(({ about }) => about !== undefined);
    if (isRefused && releases !== undefined) run.noteWrongRelease(releases.resource, args[contract.parameters.indexOf(releases.of)]);
    const result = this.#finish(contract, args, value, isRefused);
    if (isContractName(name)) noteBinding(run, name, args, result);
    return result;
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

  /** `KeGetCurrentIrql() === level`. */
  readonly isAtLevel = (level: number): boolean => isAtLevel(this.#run, level);

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
      if ((object as unknown) === Object) judgeWrites(this.#run, line, seen);
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
    judgeWrites(this.#run, line, seen);
    return value;
  };

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

/** A function of the language's library may throw where someone handles it, unless it only keeps books. */
const mayThrow = (object: unknown, args: readonly unknown[]): boolean =>
  object === Object || (Array.isArray(object) && typeof args[0] === 'function');
