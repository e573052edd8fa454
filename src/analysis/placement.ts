/** Which paths have to stay apart because the same name stands for another object on each. */
import type { GraphOwner, Node } from '../flow/graph.js';
import { isLoop } from './elements.js';
import type { Engine } from './engine.js';
import * as intMap from './int-map.js';
import { ESCAPED } from './object-state.js';
import { isFunction, parentOf } from './program.js';
import { Reachability } from './reach.js';
import type { State } from './state.js';
import { isMadeHandle, type Atom, type Value } from './values.js';

/**
 * Where the objects are that calls of `owner` have made, as far as something is held on them or on what they hold. A function that makes an object
 * or fails has the same name for it whichever of its calls it was that did not: `a = open(); b = open();` leaves one object on two paths, in `a`
 * or in `b`.
 */
export function whereHeld(engine: Engine, state: State, owner: GraphOwner): string {
  return [...placesOf(engine, state, owner)].map(([atom, places]) => `${atom}${places}`).join(';');
}

/** States were joined in which the same name may stand for another object: of such an object, and what it holds, nothing more is said. */
export function forgetPlaces(engine: Engine, joined: State, a: State, b: State, owner: GraphOwner): State {
  const others = placesOf(engine, b, owner);
  const reachability = new Reachability(engine.universe, engine.program, joined);
  for (const [atom, places] of placesOf(engine, a, owner)) if (others.has(atom) && others.get(atom) !== places) reachability.addAtom(atom);
  return [...reachability.close().atoms].reduce(
    (after, atom) => (others.has(atom) && intMap.get(after.hot, atom) !== undefined ? engine.withObjectState(after, atom, ESCAPED) : after),
    joined,
  );
}

/** How deep in objects that hold each other something is looked for that a path leaves. */
const MAX_DEPTH = 3;

/** By object or closure that another function has made, and that something is held on or in: the variables and members that hold it. */
function placesOf(engine: Engine, state: State, owner: GraphOwner): ReadonlyMap<Atom, string> {
  const { universe } = engine;
  const places = new Map<Atom, string>();
  intMap.forEach(state.hot, (atom) => {
    if (isMadeElsewhere(engine, atom, owner)) places.set(atom, '');
  });
  if (state.hot === null) return places;
  for (let depth = 0, before = -1; depth < MAX_DEPTH && places.size > before; depth++) {
    before = places.size;
    addHolders(engine, state, owner, places);
  }
  if (places.size === 0) return places;
  const note = (value: Value, place: string | number): void => {
    const atom = universe.single(value);
    const others = atom === undefined ? undefined : places.get(atom);
    if (atom !== undefined && others !== undefined) places.set(atom, `${others}@${place}`);
  };
  intMap.forEach(state.cells, (cell, value) => {
    note(value, cell);
  });
  intMap.forEach(state.heap, (object, { members }) => {
    intMap.forEach(members, (key, value) => {
      note(value, `${object}.${key}`);
    });
  });
  return places;
}

/** Adds what was made elsewhere, too, and holds one of the objects. */
function addHolders(engine: Engine, state: State, owner: GraphOwner, places: Map<Atom, string>): void {
  const { universe } = engine;
  const isInUse = (atom: Atom): boolean => places.has(atom) || intMap.get(state.hot, atom) !== undefined;
  intMap.forEach(state.heap, (object, { members }) => {
    if (places.has(object) || !isMadeElsewhere(engine, object, owner)) return;
    const held: Value[] = [];
    intMap.forEach(members, (_key, value) => held.push(value));
    if (held.some((value) => isInUse(universe.single(value) ?? NO_ATOM))) places.set(object, '');
  });
}

/** No atom has this number. */
const NO_ATOM = -1;

function isMadeElsewhere({ universe }: Engine, atom: Atom, owner: GraphOwner): boolean {
  const info = universe.info(atom);
  const site = info.kind === 'closure' ? info.function : info.kind === 'object' || info.kind === 'result' ? info.site : null;
  if (site === null || !isNode(site)) return false;
  const by = ownerAround(site);
  if (by === null) return false;
  // A call in a loop that fails gives no handle: which round the last one is from, only its cell tells.
  return by !== owner || (isMadeHandle(info) && isInLoop(site));
}

const inLoops = new WeakMap<Node, boolean>();

function isInLoop(node: Node): boolean {
  let known = inLoops.get(node);
  if (known === undefined) {
    let at = parentOf(node);
    while (at !== undefined && !isFunction(at) && !isLoop(at)) at = parentOf(at);
    inLoops.set(node, (known = at !== undefined && isLoop(at)));
  }
  return known;
}

/** Asked for every object at every meeting, and deep in nested blocks. */
const owners = new WeakMap<Node, Node | null>();

/** The function, or the class whose fields it fills, that a node is run with; null at the top of a module. */
function ownerAround(node: Node): Node | null {
  let owner = owners.get(node);
  if (owner === undefined) {
    let at = parentOf(node);
    while (at !== undefined && !isFunction(at) && at.type !== 'ClassBody') at = parentOf(at);
    owners.set(node, (owner = at ?? null));
  }
  return owner;
}

/** Some things are made by what is no node. */
const isNode = (site: object): site is Node => 'type' in site && 'loc' in site;
