/** What a function that was entered from outside may leave behind, and how it says that it failed (interface, 4.4 to 4.6). */
import { DRIVER_OBJECT } from '../../runtime/basics.js';
import { liveModules } from '../../runtime/nmr-modules.js';
import { liveRegistrations } from '../../runtime/registrations.js';
import { runRoutine } from '../../runtime/scheduler.js';
import type { RuleName } from '../../contracts/clauses.js';
import type { Resource } from '../../contracts/types.js';
import type { Entry } from './entries.js';
import type { Call } from './entering.js';
import { isHostError } from './host.js';
import { reachableFrom } from './reach.js';
import { BEFORE, type Run } from './run.js';

export interface Exit {
  readonly by: 'return' | 'throw';
  readonly value: unknown;
}

/** Something that some function of the program has to give back. */
export interface Obligation {
  readonly line: number;
  readonly rule: RuleName;
  readonly resource: Resource;
  /** Where the object is to be found. */
  readonly path: string;
}

interface Held {
  readonly resource: Resource;
  readonly rule: RuleName;
  readonly object: object;
  readonly line: number;
  /** A deregistration that was not waited for. */
  readonly isRundown?: true;
}

/** What calls of this run have acquired and not given back. */
function* held(run: Run): Generator<Held> {
  for (const { block, registeredAt, captures } of liveRegistrations()) {
    if (block === undefined || run.record.isSilent(block)) continue;
    if (registeredAt !== BEFORE) yield { resource: 'registration', rule: 'paired-registration', object: block, line: Number(registeredAt) };
    for (const site of captures)
      if (site !== BEFORE) yield { resource: 'capture', rule: 'paired-capture', object: block, line: Number(site) };
  }
  for (const { kind, handle, registeredAt, deregisteredAt } of liveModules()) {
    if (run.record.isSilent(handle)) continue;
    const [resource, rundown] =
      kind === 'client' ? (['nmrClient', 'nmrClientRundown'] as const) : (['nmrProvider', 'nmrProviderRundown'] as const);
    if (deregisteredAt !== undefined)
      yield { resource: rundown, rule: 'wait-after-nmr-deregister', object: handle, line: Number(deregisteredAt), isRundown: true };
    else if (!run.handlesBefore.has(handle)) yield { resource, rule: 'paired-registration', object: handle, line: Number(registeredAt) };
  }
}

/** Statuses have a severity and a facility; small negative numbers are a program's own way to say that something failed. */
const LEAST_STATUS = -0x1_0000;

function fails(run: Run, { by, value }: Exit, returnsValue: boolean): boolean {
  if (by === 'throw') return true;
  if (typeof value === 'number') return value < LEAST_STATUS || (value < 0 && run.hasFailed);
  return returnsValue && run.hasFailed && (value === false || value === null || value === undefined);
}

/** Records what must not be left, and returns what has to be given back by some other function. */
export function leave(run: Run, entry: Entry, call: Call, exit: Exit): Obligation[] {
  const hasFailed = fails(run, exit, entry.returnsValue);
  if (!hasFailed && entry.kind === 'routine' && entry.role === 'DRIVER_INITIALIZE' && unload(run, call)) {
    for (const { line, rule } of held(run)) run.record.leave(line, rule);
    return [];
  }
  const outside = reachableFrom({ ...run.module.values(), ...call.given });
  const handedOut = reachableFrom({ value: exit.value });
  const obligations: Obligation[] = [];
  const left = [...held(run)];
  const goesAway = entry.kind === 'routine' && (entry.role === 'DRIVER_UNLOAD' || (entry.role === 'DRIVER_INITIALIZE' && hasFailed));
  for (const { line, rule, resource, object, isRundown } of left) {
    const path = outside.get(object) ?? (run.handlesBefore.has(object) ? (run.pathsOnEntry.get(object) ?? '') : undefined);
    if (handedOut.has(object) && !hasFailed) continue;
    const mustBeGone = isRundown === true ? goesAway : hasFailed;
    if (mustBeGone || path === undefined) run.record.leave(line, rule);
    else obligations.push({ line, rule, resource, path });
  }
  return obligations;
}

/** Runs what the entry routine put into `DriverUnload`; false when there is nothing. */
function unload(run: Run, call: Call): boolean {
  const driver = Object.values(call.given).find((value) => value instanceof DRIVER_OBJECT);
  const routine = driver?.DriverUnload;
  if (driver === undefined || routine === undefined || routine === null) return false;
  run.isInitializing = false;
  const told = run.record.found.length;
  try {
    runRoutine({ kind: 'driver', name: 'DRIVER_UNLOAD', level: 0, thread: run.thread }, () => {
      routine(driver);
    });
  } catch (error) {
    if (!isHostError(error) && !run.isOwn(error)) throw error;
  }
  run.isUnloadBroken = run.record.found.length > told;
  return true;
}
