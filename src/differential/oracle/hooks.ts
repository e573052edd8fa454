/** What the rewritten program calls (instrument.ts): contract calls go to the runtime, and what it finds wrong to the record of the run. */
import type { RuleName } from '../../contracts/clauses.js';
import { contractFunctions, isContractName, type ContractName } from '../../contracts/functions.js';
import type { ContractFunction } from '../../contracts/types.js';
import { BugCheckError, ContractViolationError, DeadlockError } from '../../runtime/bugcheck.js';
import * as runtime from '../../runtime/index.js';
import { limitsOf } from '../../runtime/levels.js';
import { machine, type Finding } from '../../runtime/machine.js';
import { assume, assumeNothingHeld } from './assumptions.js';
import type { Run } from './run.js';
import { ruleOf } from './violations.js';

type Callable = (...args: unknown[]) => unknown;

const names = new Map<unknown, ContractName>(
  Object.entries(runtime).flatMap(([name, value]) => (isContractName(name) ? [[value, name]] : [])),
);

/** Stands for what a member of an NPI would have been that must not be used. */
const anything: unknown = new Proxy(() => 0, { get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : anything), apply: () => 0 });

/** Rules that speak of the level. */
const levelRules: ReadonlySet<RuleName> = new Set<RuleName>(['irql-requirements', 'paired-irql', 'no-waiting-capture']);

const isAboutLevel = ({ message }: Finding): boolean => message.startsWith('called at ');

const isLevelError = (error: BugCheckError): boolean =>
  error.clause !== 'I2' && (error.name === 'IRQL_NOT_LESS_OR_EQUAL' || error.name === 'IRQL_NOT_GREATER_OR_EQUAL');

export class Hooks {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  readonly module: Run['setModule'] = (values, setters, entries) => {
    this.#run.setModule(values, setters, entries);
  };

  readonly call = (line: number, callee: Callable, ...args: unknown[]): unknown => {
    const run = this.#run;
    const name = names.get(callee);
    run.statuses.clear();
    if (name === undefined) return callee(...args);
    const outer = run.line;
    run.line = line;
    try {
      return this.#contractCall(name, contractFunctions[name], callee, args);
    } finally {
      run.line = outer;
    }
  };

  #contractCall(name: ContractName, contract: ContractFunction, callee: Callable, args: unknown[]): unknown {
    const run = this.#run;
    assume(run, contract, args);
    const seen = machine.findings.length;
    run.outcome = undefined;
    const attempt = (): unknown => {
      try {
        return callee(...args);
      } catch (error) {
        if (error instanceof BugCheckError && isLevelError(error)) return this.#withoutLevel(attempt);
        if (error instanceof BugCheckError || error instanceof DeadlockError || error instanceof ContractViolationError) return undefined;
        throw error;
      }
    };
    const value = attempt();
    const broken = machine.findings.slice(seen);
    const isMisuse = broken.some(({ clause }) => ruleOf(clause, false) === 'paired-irql' && !/^I[15]$/.test(clause));
    if (broken.length === 0) this.#noteLevel(contract, args);
    for (const finding of broken) if (!isMisuse || !isAboutLevel(finding)) this.#judge(finding, name, contract, args);
    return this.#finish(
      contract,
      args,
      value,
      broken.some(({ about }) => about !== undefined),
    );
  }

  #noteLevel({ levelEffect, parameters }: ContractFunction, args: readonly unknown[]): void {
    const { raises, line } = this.#run;
    if (levelEffect?.kind === 'lower') raises.pop();
    if (levelEffect?.kind !== 'raise') return;
    const cell = levelEffect.savesIn === 'result' ? undefined : args[parameters.indexOf(levelEffect.savesIn.cell)];
    for (const raise of raises) raise.isLost ||= cell !== undefined && raise.cell === cell;
    raises.push({ line, cell, isLost: false });
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
    return raises.length === 0 && locks.size === 0;
  }

  /** Unknown never reports: the call is wrong at every level at which the function may have been entered. */
  #isWrongAtAll(name: ContractName, args: readonly unknown[]): boolean {
    if (!this.#isAtEntryLevel()) return true;
    const { min, max } = limitsOf(name, decidingArgument(name, args));
    return this.#run.entryLevels.every((level) => level < min || level > max);
  }

  /** `KeGetCurrentIrql() === level`. */
  readonly isAtLevel = (level: number): boolean => {
    const run = this.#run;
    if (!this.#isAtEntryLevel()) return machine.irql === level;
    const others = run.entryLevels.filter((each) => each !== level);
    if (others.length === run.entryLevels.length || others.length === 0) return others.length === 0;
    const isThere = run.choices.choose(2) === 1;
    run.entryLevels = isThere ? [level] : others;
    machine.irql = run.entryLevels[0] ?? machine.irql;
    return isThere;
  };

  #judge(finding: Finding, name: ContractName, contract: ContractFunction, args: readonly unknown[]): void {
    const { record } = this.#run;
    const { clause, about } = finding;
    const line = this.#placeOf(finding, contract);
    const rule = ruleOf(clause, isAboutLevel(finding));
    if (rule === undefined) return;
    if (isAboutLevel(finding) && !this.#isWrongAtAll(name, args)) return;
    if (levelRules.has(rule)) {
      if (this.#run.isLevelUnsure) {
        for (const each of levelRules) record.allow(line, each);
        return;
      }
      this.#run.isLevelUnsure = rule === 'paired-irql';
    }
    record.add(line, rule, about, about && this.#run.statuses.unexaminedFailureOn(about));
    const { fills } = contract;
    const filled = fills === undefined ? undefined : args[contract.parameters.indexOf(fills.parameter)];
    if (clause === 'I4' || finding.where === 'KeRaiseIrql') record.end();
    if (about !== undefined && typeof filled === 'object' && filled !== null && this.#run.outcome === undefined) record.silence(filled);
  }

  /** A call that broke its contract ends as the run chose: what it would have done otherwise is not told. */
  #finish(contract: ContractFunction, args: readonly unknown[], value: unknown, isRefused: boolean): unknown {
    const { statuses, outcome } = this.#run;
    const result = isRefused && contract.result === 'status' ? (outcome ?? runtime.STATUS_SUCCESS) : value;
    const failed = contract.result === 'status' && result !== runtime.STATUS_SUCCESS;
    if (failed || (contract.result === 'pointer' && result === null)) this.#run.hasFailed = true;
    if (failed) assumeNothingHeld(this.#run, contract, args);
    if (contract.checkedBy !== undefined) statuses.hand(this.#run.line, failed, objectsOf(contract, args));
    return result;
  }

  readonly method = (line: number, object: Readonly<Record<string, Callable>>, name: string, ...args: unknown[]): unknown => {
    this.#run.statuses.clear();
    if ((object as unknown) === anything) return 0;
    const outer = this.#run.line;
    this.#run.line = line;
    try {
      return object[name]?.(...args);
    } finally {
      this.#run.line = outer;
    }
  };

  /** `Dispatch` or `Client` of an NPI, or of anything else. */
  readonly member = (line: number, object: Readonly<Record<string, unknown>>, name: string): unknown => {
    const seen = machine.findings.length;
    try {
      return object[name];
    } catch (error) {
      if (!(error instanceof ContractViolationError)) throw error;
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

  readonly write = (line: number, name: string, value: unknown): unknown => {
    this.#run.know(name);
    this.#run.line = line;
    this.#run.statuses.clear();
    return value;
  };

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

  readonly pass = (_line: number, variable: string, value: unknown): unknown => {
    this.#run.statuses.pass(variable);
    return value;
  };

  readonly give = (_line: number, value: unknown, fromCall: boolean): unknown => {
    if (!fromCall) this.#run.statuses.clear();
    return value;
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

/** What a call acquires something on, and what it fills. */
function objectsOf({ acquires, fills, parameters }: ContractFunction, args: readonly unknown[]): object[] {
  return [acquires?.of, fills?.parameter].flatMap((name) => {
    const argument = name === undefined ? undefined : args[parameters.indexOf(name)];
    return typeof argument === 'object' && argument !== null ? [argument] : [];
  });
}

/** The argument that decides about the level, if one does. */
function decidingArgument(name: ContractName, args: readonly unknown[]): number | boolean | undefined {
  const { levels, parameters } = contractFunctions[name];
  if (levels === undefined || !('parameter' in levels)) return undefined;
  const argument = args[parameters.indexOf(levels.parameter)];
  return typeof argument === 'number' || typeof argument === 'boolean' ? argument : undefined;
}
