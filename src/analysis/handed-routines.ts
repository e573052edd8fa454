/**
 * Routines that the kit is handed to run later, and what it will hand to them. When that is, nobody knows; so each is tried out on the state in which
 * it was handed over. What it gives back, or puts where others find it, is its business from then on, and no longer judged where it was handed over.
 */
import { levels } from '../contracts/levels.js';
import { roles, type Role, type RoleName } from '../contracts/roles.js';
import { contractFunctions } from '../contracts/functions.js';
import type { Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import { functionBehind } from './bound-functions.js';
import { callFunction } from './calls.js';
import type { Call } from './contract-calls.js';
import type { Engine } from './engine.js';
import { keep } from './escape.js';
import type { Frame } from './frame.js';
import { HANDED, ROUTINE } from './hidden-members.js';
import * as intMap from './int-map.js';
import { held, holding } from './object-state.js';
import { recordOf, setMember } from './places.js';
import { moduleVariables } from './program.js';
import { Reachability } from './reach.js';
import { amend, type State } from './state.js';
import { entryParts, type Thread } from './thread.js';
import { TOP, type Atom, type Value } from './values.js';

/** How many blocks a routine may run when it is tried out. One that takes more may do anything. */
const MAX_BLOCKS = 1500;

/** What several may hold at once, each for itself: who gives it back matters to whoever waits for that, wherever the object is kept. */
const counted: ReadonlySet<Resource> = new Set(
  Object.values(contractFunctions).flatMap(({ acquires }) => (acquires?.counted === true ? [acquires.resource] : [])),
);

/** A call is made, or has succeeded: the routines that it hands over may run from now on. */
export function handRoutines(call: Call, state: State): State {
  const { engine, contract, argument } = call;
  let after = state;
  for (const { parameter, role, context, keptBy } of contract.takes ?? []) {
    if (context !== undefined) after = keep(engine, after, 'add', [argument(context)]);
    if (keptBy === undefined) after = start(call, after, argument(parameter), roles[role as RoleName], argument);
    else after = remember(call, after, keptBy, parameter, context);
  }
  return contract.starts === undefined ? after : startKept(call, after, contract.starts.of, roles[contract.starts.role as RoleName]);
}

/** A routine that another call will start. */
function remember({ engine, argument }: Call, state: State, keptBy: string, routine: string, context: string | undefined): State {
  const { universe } = engine;
  const object = universe.single(argument(keptBy));
  if (object === undefined || universe.isConstant(object)) return state;
  const kept = setMember(universe, state, object, ROUTINE, argument(routine));
  return context === undefined ? kept : setMember(universe, kept, object, `${HANDED}${context}`, argument(context));
}

function startKept(call: Call, state: State, of: string, role: Role): State {
  const { engine, contract, argument } = call;
  const object = engine.universe.single(argument(of));
  // A timer may go off without one.
  if (object !== undefined && engine.universe.isConstant(object)) return state;
  const members = object === undefined ? null : recordOf(state, object).members;
  const kept = (name: string): Value => intMap.get(members, engine.universe.keyId(name)) ?? TOP;
  return start(call, state, kept(ROUTINE), role, (name) =>
    contract.parameters.includes(name) ? argument(name) : kept(`${HANDED}${name}`),
  );
}

/** A routine may run from now on, with these arguments. */
function start({ engine, target, node }: Call, state: State, routine: Value, role: Role, argument: (parameter: string) => Value): State {
  const { universe } = engine;
  const routines = universe.atoms(routine);
  if (state.hot === null || (routines.length > 0 && routines.every((atom) => universe.isConstant(atom)))) return state;
  const args = role.parameters.map(argument);
  const handed = heldWithin(engine, state, [routine, ...args]);
  if (handed.length === 0) return state;
  const kept = reachOfOthers(engine, target.frame, state);
  const objects = handed.filter((atom) => !kept.has(atom) || resourcesHeld(engine, state, atom).some((resource) => counted.has(resource)));
  if (objects.length === 0) return state;
  const entry = amend(state, { thread: threadOf(engine, role), returned: null, duty: null });
  const ends = routines.length === 0 ? null : tryOut(engine, target.frame, entry, routines, args, node);
  const isTaken = (atom: Atom): boolean =>
    ends === null ||
    ends.length === 0 ||
    ends.some(
      (end) =>
        isGivenBack(engine, state, end, atom, kept.has(atom)) || (!kept.has(atom) && reachOfOthers(engine, target.frame, end).has(atom)),
    );
  return objects.filter(isTaken).reduce((after, atom) => engine.escape(after, atom), state);
}

function threadOf(engine: Engine, { levels: { min, max } }: Role): Thread {
  const range = { low: levels[min ?? 'PASSIVE_LEVEL'], high: levels[max ?? 'HIGH_LEVEL'] };
  return engine.makeThread(entryParts(range, { isCalledByKit: true }));
}

/** How the routine may end, whichever of them it is; null when one of them cannot be seen to its end. */
function tryOut(engine: Engine, frame: Frame, entry: State, routines: readonly Atom[], args: readonly Value[], node: Node): State[] | null {
  const { universe } = engine;
  const ends: State[] = [];
  for (const atom of routines) {
    const routine = universe.one(atom);
    if (functionBehind(engine, entry, routine) === undefined) return null;
    const outcome = engine.trial(MAX_BLOCKS, () =>
      callFunction(engine, { ...frame, mayThrow: false }, entry, routine, TOP, { values: args, more: false }, node),
    );
    if (outcome === null) return null;
    ends.push(...outcome.completes.map(({ state }) => state), ...outcome.throws);
  }
  return ends;
}

const resourcesHeld = (engine: Engine, state: State, atom: Atom): Resource[] =>
  [...held(engine.objectState(state, atom))].map(([resource]) => resource);

/** What can be got at from some values and has something held on it. */
function heldWithin(engine: Engine, state: State, values: readonly Value[]): Atom[] {
  const reachability = new Reachability(engine.universe, engine.program, state);
  for (const value of values) reachability.addValue(value);
  const { atoms } = reachability.close();
  const objects: Atom[] = [];
  intMap.forEach(state.hot, (atom) => {
    if (atoms.has(atom) && resourcesHeld(engine, state, atom).length > 0) objects.push(atom);
  });
  return objects;
}

/** Of what others can get at as well, only what the running thread holds for itself is given back by the routine in its place. */
function isGivenBack(engine: Engine, before: State, after: State, atom: Atom, isKept: boolean): boolean {
  const was = engine.objectState(before, atom);
  const is = engine.objectState(after, atom);
  if (!isKept) return was.key !== is.key;
  return [...counted].some((resource) => holding(was, resource).count !== holding(is, resource).count);
}

/** What others than the running activations and those that called them can get at. */
function reachOfOthers({ universe, program }: Engine, frame: Frame, state: State): ReadonlySet<Atom> {
  const reachability = new Reachability(universe, program, state);
  for (const module of program.modules) for (const variable of moduleVariables(module)) reachability.addCell(universe.siteId(variable));
  let root = frame;
  while (root.caller !== null) root = root.caller;
  for (const value of [root.thisValue, ...root.args]) reachability.addValue(value);
  return reachability.close().atoms;
}
