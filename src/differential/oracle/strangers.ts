/**
 * The other module of a binding, which nobody sees the inside of: its dispatch table, under which names attach callbacks keep that, and
 * calls into it, which are over once a detach callback has been entered (T1).
 */
import { STATUS_SUCCESS } from '../../runtime/status.js';
import { unseen } from './host.js';
import { reachableFrom } from './reach.js';
import type { Run } from './run.js';

/** A table that has every function. */
export const strangersTable: object = new Proxy(
  {},
  { get: (_target, key) => (typeof key === 'string' ? () => STATUS_SUCCESS : undefined) },
);

/** Members of this name hold a value, and are no place of the driver's. */
const CELL = 'value';

/** An attach callback has succeeded: the names of members that hold the other side's table now. */
export function placesOf(run: Run): string[] {
  const table = run.othersTable;
  if (table === undefined) return [];
  const objects = reachableFrom({ ...run.module.values(), ...run.given, context: run.attach?.context }).keys();
  const names = [...objects].flatMap((object) => Object.entries(object).flatMap(([key, value]) => (value === table ? [key] : [])));
  return [...names, ...run.othersTableIn].filter((name) => name !== CELL);
}

/** Whatever is entered later finds the table where attach callbacks have put it. */
export function putTables(run: Run, places: ReadonlySet<string>): void {
  if (run.role?.kind === 'attach') return;
  const handed = new Set(run.handed);
  for (const object of reachableFrom({ ...run.module.values(), ...run.given }).keys())
    for (const name of places)
      if (name in object || (handed.has(object) && Object.getPrototypeOf(object) === Object.prototype))
        (object as Record<string, unknown>)[name] = strangersTable;
}

/** A call into the other module, if its table is there. */
export function callStranger(run: Run, line: number, isThere: boolean, handed: readonly unknown[]): number {
  if (isThere && run.role?.kind === 'detach') run.record.leave(line, 'detach-completion');
  unseen(run, handed);
  return STATUS_SUCCESS;
}
