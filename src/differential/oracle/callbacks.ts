/** What the registrar expects of attach and detach callbacks (rules client-attach-provider, provider-attach-client, detach-completion). */
import { type ContractName } from '../../contracts/functions.js';
import type { Role } from '../../contracts/roles.js';
import type { ContractFunction } from '../../contracts/types.js';
import type { RuleName } from '../../contracts/clauses.js';
import { Out } from '../../runtime/basics.js';
import { STATUS_INSUFFICIENT_RESOURCES, STATUS_NOINTERFACE, STATUS_PENDING, STATUS_SUCCESS } from '../../runtime/status.js';
import { isAllocated, isFreed } from '../../runtime/pool.js';
import type { Exit } from './leaving.js';
import { reachableFrom } from './reach.js';
import type { Run } from './run.js';

/** Notes a call of a callback that decides about its binding. */
export function noteBinding(run: Run, name: ContractName, args: readonly unknown[], value: unknown): void {
  const { role } = run;
  if (role?.attachesWith === name) {
    const succeeded = value === STATUS_SUCCESS;
    run.attach = { line: run.line, context: args[1], dispatch: args[2], succeeded, status: value };
    const table = args[4] instanceof Out ? (args[4].value as unknown) : undefined;
    if (succeeded && typeof table === 'object' && table !== null) run.othersTable = table;
  }
  if (role?.completedBy === name) run.completed ??= run.line;
}

/** Memory that the kit still uses while the routine runs (T4). */
export function noteFree(run: Run, { memory }: ContractFunction, args: readonly unknown[]): void {
  if (memory?.kind === 'free' && run.stillUsed !== undefined && args[0] === run.stillUsed)
    run.record.add(run.line, 'resident-registration-data', run.stillUsed);
}

/** A callback has returned. */
export function judgeCallback(run: Run, { by, value }: Exit): void {
  const { role } = run;
  if (role === undefined || by === 'throw') return;
  const given: Readonly<Record<string, unknown>> = Object.fromEntries(role.parameters.map((name, index) => [name, run.handed[index]]));
  if (role.kind === 'attach' && role.side === 'client') judgeClient(run, given, value);
  else if (role.kind === 'attach') judgeProvider(run, role, given, value);
  else if (role.kind === 'detach') judgeDetach(run, role, value);
}

function judgeClient(run: Run, given: Readonly<Record<string, unknown>>, value: unknown): void {
  const { attach } = run;
  const tell = (line: number): void => {
    run.record.add(line, 'client-attach-provider', given['NmrBindingHandle'] as object);
  };
  if (attach === undefined) {
    if (value === STATUS_SUCCESS || !declines(run, value)) tell(run.returnLine);
  } else if (value !== attach.status) tell(run.returnLine);
  else if (attach.succeeded) {
    const { NmrBindingHandle: handle, ...others } = given;
    if (isLost(run, handle, { ...others, context: attach.context })) tell(attach.line);
    for (const data of [attach.context, attach.dispatch])
      if (goesAway(run, data, given)) run.record.add(attach.line, 'resident-registration-data', data);
  } else if (isAllocated(attach.context) && isLost(run, attach.context, given)) tell(attach.line);
}

function judgeProvider(run: Run, role: Role, given: Readonly<Record<string, unknown>>, value: unknown): void {
  const judgedBy: RuleName = 'provider-attach-client';
  if (value !== STATUS_SUCCESS) {
    if (!declines(run, value)) run.record.add(run.returnLine, judgedBy, given['NmrBindingHandle'] as object);
    return;
  }
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => role.saves?.includes(name) !== true));
  const isMissing = (role.saves ?? []).some((name) => isLost(run, given[name], others));
  const cells = (role.sets ?? []).map((name) => given[name] as Out<unknown>);
  if (isMissing || cells.some((cell) => cell.value === undefined && !run.record.isSilent(cell)))
    run.record.add(run.returnLine, judgedBy, given['NmrBindingHandle'] as object);
  const inSight = Object.fromEntries(Object.entries(given).filter(([name]) => role.sets?.includes(name) !== true));
  for (const cell of cells) {
    const set = run.cellsSet.get(cell);
    if (set !== undefined && goesAway(run, cell.value, inSight)) run.record.add(set, 'resident-registration-data', cell.value);
  }
}

/** Not to attach, it says so, or that something failed. */
const declines = (run: Run, value: unknown): boolean =>
  value === STATUS_NOINTERFACE || value === STATUS_INSUFFICIENT_RESOURCES || run.hasFailed;

function judgeDetach(run: Run, { completedBy }: Role, value: unknown): void {
  if (value === STATUS_SUCCESS && run.completed !== undefined) run.record.leave(run.completed, 'detach-completion');
  if (value === STATUS_PENDING && completedBy !== undefined) run.pendingDetach = { line: run.returnLine, completedBy };
}

/** Nothing that outlives the callback leads to it. */
function isLost(run: Run, value: unknown, others: Readonly<Record<string, unknown>>): boolean {
  if (typeof value !== 'object' || value === null || run.record.isSilent(value)) return false;
  return !reachableFrom({ ...run.module.values(), ...others }).has(value);
}

/** An object of the callback's own, which is no memory from the pool. */
const goesAway = (run: Run, value: unknown, given: Readonly<Record<string, unknown>>): value is object =>
  isLost(run, value, given) && !isAllocated(value) && !isFreed(value);
