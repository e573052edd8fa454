/** The end of a driver's life: what the entry routine leaves behind is what the unload routine finds (interface 4.6). */
import { positions } from '../contracts/classes.js';
import { roles, type RoleName } from '../contracts/roles.js';
import type { FunctionNode } from '../flow/graph.js';
import { functionBehind } from './bound-functions.js';
import { callFunction } from './calls.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { ownMember } from './places.js';
import { amend, type State } from './state.js';
import { entryParts } from './thread.js';
import { TOP } from './values.js';

/** How a driver unloads. */
export interface Unloading {
  readonly routine: FunctionNode;
  /** The states in which the routine ends. */
  readonly ends: readonly State[];
  /** The routine does something wrong in the state that the entry routine left. */
  readonly isWrong: boolean;
}

/** Runs the routine that the entry routine put into `DriverUnload`; null when there is none to be seen. */
export function unload(engine: Engine, frame: Frame, loaded: State): Unloading | null {
  const { universe } = engine;
  const driverObject = universe.single(frame.args[0] ?? TOP);
  const [[member] = []] = Object.entries(positions.DRIVER_OBJECT ?? {});
  if (driverObject === undefined || member === undefined) return null;
  const routine = ownMember(universe, loaded, driverObject, member) ?? TOP;
  const fn = functionBehind(engine, loaded, routine);
  if (fn === undefined) return null;
  // What the entry routine must not do any more, the unload routine may.
  const entry: State = amend(loaded, { thread: engine.makeThread(entryParts({ low: 0, high: 0 })), returned: null, duty: null });
  const args = { values: [frame.args[0] ?? TOP], more: false };
  const { result, recorded } = engine.recording(() => callFunction(engine, { ...frame, mayThrow: false }, entry, routine, TOP, args, fn));
  const { completes, throws } = result;
  // A level or lock that it leaves behind is looked at where it runs by itself.
  const leavesThread = completes.some(({ state: { thread } }) => thread.saves.length > 0 || thread.locks.length > 0);
  const isWrong = [...recorded.candidates].length > 0 && !leavesThread;
  return { routine: fn, ends: [...completes.map((completion) => completion.state), ...throws], isWrong };
}

export const isDriverUnload = (role: RoleName | undefined): boolean => role !== undefined && roles[role].kind === 'driverUnload';

export const isDriverInitialize = (role: string | undefined): boolean =>
  role !== undefined && (roles as Readonly<Record<string, { readonly kind: string }>>)[role]?.kind === 'driverInitialize';
