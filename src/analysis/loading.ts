/** The bodies of the modules that the linted one imports. */
import { embed } from './embed.js';
import type { Engine } from './engine.js';
import { objectsOnEntry } from './entry.js';
import { memoKey, recorded, runBody } from './follow.js';
import type { Frame } from './frame.js';
import { moduleVariables } from './program.js';
import { Reachability, restrict } from './reach.js';
import type { State } from './state.js';
import { TOP } from './values.js';

/**
 * Runs the body of a module that the linted one imports, on what it imports itself, and gives the states that it leaves. The same body on the same
 * part is run once, whoever imports it.
 */
export function load(engine: Engine, frame: Frame, state: State): State[] {
  const { owner: body, module } = frame;
  if (body.type !== 'Program') return [];
  const reachability = new Reachability(engine.universe, engine.program, state, true);
  for (const variable of [...engine.program.freeVariables(body), ...moduleVariables(module)])
    reachability.addCell(engine.universe.siteId(variable));
  const reach = reachability.close();
  const entry = restrict(state, reach);
  const key = memoKey(engine, entry, TOP, { values: [], more: false }, frame.mayThrow, new Set());
  let followed = engine.followed.get(body, key);
  if (followed === undefined) {
    followed = recorded(engine, () => runBody(engine, frame, entry, reach, []));
    engine.followed.set(body, key, followed);
  }
  return followed.returns.map((exit) => embed(engine, state, entry, reach, { ...exit, state: objectsOnEntry(engine, exit.state) }, body));
}
