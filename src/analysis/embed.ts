/** Puts the state that a followed call leaves into the state of its caller. */
import type { Node } from '../flow/graph.js';
import { ageFor } from './allocate.js';
import type { Engine } from './engine.js';
import type { Exit } from './followed.js';
import * as intMap from './int-map.js';
import { withSites, type Site } from './object-state.js';
import { isFunction, parentOf } from './program.js';
import { isMark, MARK, type Reach } from './reach.js';
import { amend, stepAfter, withCells, type State } from './state.js';
import { threadAtHome } from './thread.js';
import type { Atom } from './values.js';

/**
 * The callee's part of a state, marked: code that runs again calls what it made before by another name, and the caller has to know.
 */
export function markAged(engine: Engine, entry: State, reach: Reach): State {
  const { universe } = engine;
  let { cells } = entry;
  intMap.forEach(entry.born, (atom) => {
    const info = universe.info(atom);
    if (!('age' in info) || !isMadeAgain(info)) return;
    cells = intMap.set(cells, MARK + atom, universe.one(atom));
    reach.cells.add(MARK + atom);
  });
  return cells === entry.cells ? entry : withCells(entry, cells);
}

const made = new WeakMap<object, boolean>();

/** Whether code that may run more than once makes what goes by this name: that of a function, or of a field. A module body runs once. */
function isMadeAgain(info: Extract<ReturnType<Engine['universe']['info']>, { readonly age: number }>): boolean {
  const site = info.kind === 'closure' ? info.function.parent : info.kind === 'class' ? info.class.parent : info.site;
  let known = made.get(site);
  if (known === undefined) {
    known = 'type' in site && isInFunction(site as Node);
    made.set(site, known);
  }
  return known;
}

function isInFunction(node: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at))
    if (isFunction(at) || (at.type === 'PropertyDefinition' && !at.static)) return true;
  return false;
}

/** The cells of what a callee left without the marks, and the atoms that go by another name now. */
function takeMarks(engine: Engine, left: State, reach: Reach): readonly [State['cells'], ReadonlyMap<Atom, Atom | null>] {
  const { universe } = engine;
  const moved = new Map<Atom, Atom | null>();
  let { cells } = left;
  for (const cell of reach.cells) {
    if (!isMark(cell)) continue;
    const value = intMap.get(cells, cell);
    cells = intMap.remove(cells, cell);
    const atom = cell - MARK;
    const now = value === undefined ? undefined : universe.single(value);
    if (now !== atom) moved.set(atom, now ?? null);
  }
  return [cells, moved];
}

/** The caller's state in which the part that the callee could get at is what the callee left. */
export function embed(engine: Engine, caller: State, entry: State, reach: Reach, exit: Exit, call: Node): State {
  const left = atHome(engine, exit.state, call);
  const without = <V>(of: intMap.IntMap<V>): intMap.IntMap<V> => [...reach.atoms].reduce((from, atom) => intMap.remove(from, atom), of);
  const overlay = <V>(onto: intMap.IntMap<V>, from: intMap.IntMap<V>): intMap.IntMap<V> =>
    intMap.merge(from, onto, { both: (_key, own) => own, onlyLeft: 'keep', onlyRight: 'keep' });
  const untouched = amend(caller, {
    heap: without(caller.heap),
    facts: without(caller.facts),
    objects: without(caller.objects),
    hot: without(caller.hot),
    unexamined: without(caller.unexamined),
  });
  const [cells, moved] = takeMarks(engine, left, reach);
  const aged = ageFor(engine, untouched, left.born, entry.born, moved);
  let trace = caller.trace;
  for (const event of exit.steps) trace = stepAfter(trace, event);
  return amend(aged, {
    cells: overlay(aged.cells, cells),
    heap: overlay(aged.heap, left.heap),
    facts: overlay(aged.facts, left.facts),
    objects: overlay(aged.objects, left.objects),
    hot: overlay(aged.hot, left.hot),
    born: overlay(aged.born, left.born),
    names: aged.names + Math.max(0, left.names - entry.names),
    unexamined: overlay(aged.unexamined, left.unexamined),
    thread: left.thread,
    duty: left.duty,
    trace,
  });
}

/** What calls in other files acquired is reported at the call in the linted file that led there. */
function atHome(engine: Engine, left: State, call: Node): State {
  if (!engine.program.hasOthers || engine.isForeign(call)) return left;
  const site: Site = { node: call, id: engine.universe.siteId(call) };
  let state: State = amend(left, {
    thread: engine.makeThread(
      threadAtHome(
        left.thread,
        call,
        (node) => engine.isForeign(node),
        (node) => engine.isFoundAtHome('paired-irql', node),
      ),
    ),
    unexamined: intMap.map(left.unexamined, (node) => (engine.isForeign(node) ? call : node)),
  });
  intMap.forEach(left.objects, (atom, own) => {
    const moved = withSites(
      own,
      (old) => (engine.isForeign(old.node) ? site : old),
      (node) => (engine.isForeign(node) ? call : node),
    );
    if (moved !== own) state = engine.withObjectState(state, atom, moved);
  });
  return state;
}
