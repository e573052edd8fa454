/** Forgets what no variable, temporary or argument leads to any more, so that loops and long functions do not drag along what they are done with. */
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { Reachability } from './reach.js';
import { amend, type State } from './state.js';
import { heldByThread } from './thread.js';
import type { Atom } from './values.js';

/** States with fewer names than this are not worth looking through. */
const LEAST = 16;

/** The state without garbage, if it has grown to twice its size since it was last looked through. */
export function collectIfGrown(engine: Engine, frame: Frame, state: State): State {
  return state.names < Math.max(LEAST, 2 * state.namesInUse) ? state : collect(engine, frame, state);
}

function collect(engine: Engine, frame: Frame, state: State): State {
  const reachability = new Reachability(engine.universe, engine.program, state, true);
  intMap.forEach(state.cells, (cell) => {
    reachability.addCell(cell);
  });
  intMap.forEach(state.temps, (_temp, value) => {
    reachability.addValue(value);
  });
  for (const value of [
    frame.thisValue,
    ...frame.args,
    ...(state.returned === null ? [] : [state.returned.value]),
    ...(state.thrown === null ? [] : [state.thrown.value]),
  ]) {
    reachability.addValue(value);
  }
  if (frame.classAtom !== null) reachability.addAtom(frame.classAtom);
  // What is held has to be given back, whether or not anything leads to it; a member goes by the name of what it is a member of.
  intMap.forEach(state.hot, (held) => {
    for (let atom: Atom | null = held; atom !== null; atom = baseOf(engine, atom)) reachability.addAtom(atom);
  });
  intMap.forEach(state.unexamined, (atom) => {
    reachability.addAtom(atom);
  });
  for (const value of heldByThread(state.thread)) reachability.addValue(value);
  const { atoms, bases } = reachability.close();
  const keep = <V>(of: intMap.IntMap<V>): intMap.IntMap<V> =>
    intMap.map(of, (value, atom) => (isInUse(engine, atoms, atom) ? value : undefined));
  const born = intMap.map(state.born, (value, atom) => (bases.has(atom) || isInUse(engine, atoms, atom) ? value : undefined));
  const names = intMap.size(born);
  return amend(state, { heap: keep(state.heap), facts: keep(state.facts), objects: keep(state.objects), born, names, namesInUse: names });
}

function baseOf(engine: Engine, atom: Atom): Atom | null {
  const info = engine.universe.info(atom);
  return info.kind === 'member' ? info.base : null;
}

/** Reachable itself, or a member or test of something that is. */
function isInUse(engine: Engine, atoms: ReadonlySet<Atom>, atom: Atom): boolean {
  if (atoms.has(atom)) return true;
  const info = engine.universe.info(atom);
  if (info.kind === 'member') return isInUse(engine, atoms, info.base);
  if (info.kind === 'entry') return true;
  if (info.kind !== 'expression') return false;
  return engine.universe.atoms(info.left).every((operand) => isInUse(engine, atoms, operand));
}
