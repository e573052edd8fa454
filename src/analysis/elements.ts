/** What comes out of a collection has a name that holds only in one round of a loop (interface 4.8). */
import type { Node } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import { LENGTH, TAKEN } from './hidden-members.js';
import * as intMap from './int-map.js';
import { held, withStored } from './object-state.js';
import { recordOf } from './places.js';
import { isFunction, parentOf } from './program.js';
import { isHeldOutside, NOWHERE, Reachability } from './reach.js';
import { rename } from './rename.js';
import { withFacts, type State } from './state.js';
import { knownOf } from './truth.js';
import { isMadeHandle, TOP, type Atom, type AtomInfo, type Universe, type Value } from './values.js';

/** The loop that took the atom, or what it is a member of, out of a collection; undefined for an index; null for other atoms. */
export function elementSite(universe: Universe, atom: Atom): object | undefined | null {
  const info = universe.info(atom);
  if (info.kind === 'member') return elementSite(universe, info.base);
  if (info.kind === 'result' && info.tag.startsWith('element')) return info.site;
  return isUnderKey(info) ? undefined : null;
}

/** The collections that an atom, or what it is a member of, was taken out of under a key that is not known. */
export function collectionsOf(universe: Universe, atom: Atom): readonly Atom[] {
  const info = universe.info(atom);
  if (info.kind === 'member') return collectionsOf(universe, info.base);
  if (info.kind === 'result' && info.tag.startsWith('element:')) return [Number(info.tag.slice('element:'.length))];
  return isUnderKey(info) ? universe.atoms(info.left) : [];
}

/** What a collection gives, or gave before it was changed, under a key. */
const isUnderKey = (info: AtomInfo): info is UnderKey =>
  info.kind === 'expression' && (info.operator === ELEMENT || info.operator === FORMER);

type UnderKey = Extract<AtomInfo, { kind: 'expression' }>;

const ELEMENT = 'element';
/** What was there under the key when the collection was changed: it may be there still. */
const FORMER = 'former element';

/**
 * Whether two calls in the text with the same arguments gave these, or one collection before and after it was changed, or what they are the same
 * member of: nobody knows that it is not one thing.
 */
export function mayBeGivenAgain(universe: Universe, one: Atom, other: Atom): boolean {
  if (one === other) return false;
  const [a, b] = [universe.info(one), universe.info(other)];
  if (a.kind === 'member' && b.kind === 'member') return a.key === b.key && mayBeGivenAgain(universe, a.base, b.base);
  // A registration makes a handle of its own each time that it succeeds.
  if (isMadeHandle(a)) return false;
  if (isUnderKey(a) && isUnderKey(b)) return a.operator !== b.operator && a.left === b.left;
  return a.kind === 'result' && b.kind === 'result' && a.tag === b.tag && isSameCall(a.site as Node, b.site as Node);
}

const isSameCall = (a: Node, b: Node): boolean => a.type === 'CallExpression' && b.type === 'CallExpression' && isSameText(a, b);

/** The same names and literals in the same places. */
function isSameText(a: Node, b: Node): boolean {
  switch (a.type) {
    case 'Identifier':
    case 'PrivateIdentifier':
      return b.type === a.type && a.name === b.name;
    case 'Literal':
      return b.type === 'Literal' && a.raw === b.raw;
    case 'ThisExpression':
      return b.type === 'ThisExpression';
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'ChainExpression':
      return b.type === a.type && isSameText(a.expression, b.expression);
    case 'MemberExpression':
      return b.type === 'MemberExpression' && isSameText(a.object, b.object) && isSameText(a.property, b.property);
    case 'CallExpression':
      return (
        b.type === 'CallExpression' &&
        isSameText(a.callee, b.callee) &&
        a.arguments.length === b.arguments.length &&
        a.arguments.every((argument, index) => isSameText(argument, b.arguments[index] as Node))
      );
    default:
      return false;
  }
}

/** What a collection gives under a key that is not known: the same key gives the same element. */
export function elementUnder(universe: Universe, collection: Value, key: Value): Value {
  if (collection === TOP || key === TOP) return TOP;
  return universe.one(universe.atom({ kind: 'expression', operator: ELEMENT, left: collection, right: key, place: null }));
}

/** An element by a name under which it is found again: a constant key, as long as nothing was put in or taken out. */
export function isUnderConstantKey(universe: Universe, element: Atom): boolean {
  const info = universe.info(element);
  return isUnderKey(info) && info.operator === ELEMENT && universe.info(universe.single(info.right) ?? 0).kind === 'constant';
}

/** Whether something is known to be in an array, map or set: a walk through it has a first turn. */
export function holdsSomething(engine: Engine, state: State, collection: Atom): boolean {
  const { universe } = engine;
  const { members } = recordOf(state, collection);
  const length = intMap.get(members, universe.keyId(LENGTH));
  if (length !== undefined)
    return length !== TOP && universe.atoms(length).every((atom) => constraint.compares(knownOf(universe, state, atom), '>=', 1) === 'yes');
  const [nothing] = universe.atoms(universe.undefined);
  let isThere = false;
  intMap.forEach(members, (key, value) => {
    isThere ||= /^[\d@]/.test(universe.keyName(key)) && value !== TOP && !universe.atoms(value).some((atom) => atom === nothing);
  });
  intMap.forEach(state.hot, (atom) => {
    isThere ||= collectionsOf(universe, atom).includes(collection) && [...held(engine.objectState(state, atom))].length > 0;
  });
  return isThere;
}

export function isElementOf(universe: Universe, atom: Atom, collection: Atom): boolean {
  return universe.info(atom).kind !== 'member' && collectionsOf(universe, atom).includes(collection);
}

/**
 * Something was put in or taken out under a key that is not known: what is there under another such key by now has a name of its own, and whether
 * there was anything tells nothing any more.
 */
export function forgetElements(universe: Universe, state: State, collection: Atom): State {
  const renamed = renameFormer(universe, state, collection);
  const facts = intMap.map(renamed.facts, (fact, atom) => (isElementOf(universe, atom, collection) ? undefined : fact));
  return facts === renamed.facts ? renamed : withFacts(renamed, facts);
}

function renameFormer(universe: Universe, state: State, collection: Atom): State {
  const renaming = new Map<Atom, Atom | null>();
  for (const atom of universe.dependentsOf(collection)) {
    const info = universe.info(atom);
    if (!isUnderKey(info) || info.operator !== ELEMENT || !universe.atoms(info.left).includes(collection)) continue;
    if (!isMentioned(universe, state, atom)) continue;
    const former = universe.atom({ ...info, operator: FORMER });
    // What was there before two changes has no name any more.
    if (isMentioned(universe, state, former)) renaming.set(former, null);
    renaming.set(atom, former);
  }
  return renaming.size === 0 ? state : rename(state, universe, renaming);
}

const isMentioned = (universe: Universe, state: State, atom: Atom): boolean =>
  [...universe.affectedBy([atom])].some(
    (each) => intMap.get(state.hot, each) !== undefined || isHeldOutside(universe, state, each, NOWHERE),
  );

/** The round for which an element had its name is over: it is one of many again. */
export function putBack(engine: Engine, state: State, element: Atom): State {
  if (intMap.get(state.born, element) === undefined) return state;
  return engine.withObjectState(state, element, withStored(engine.objectState(state, element)));
}

/**
 * States were joined of which one has more elements in an array than the other, or has gone further through it: what both hold is in the array,
 * and nothing tells any more which elements are still to come.
 */
export function forgetLengths(engine: Engine, joined: State, a: State, b: State): State {
  if (joined.hot === null || joined.heap === a.heap) return joined;
  const { universe } = engine;
  const [length, taken] = [universe.keyId(LENGTH), universe.keyId(TAKEN)];
  const reachability = new Reachability(universe, engine.program, joined);
  intMap.forEachDifference(a.heap, b.heap, (array, one, other) => {
    if (one === undefined || other === undefined) return;
    const isSame = (key: number): boolean => intMap.get(one.members, key) === intMap.get(other.members, key);
    if (!isSame(length) || !isSame(taken)) reachability.addAtom(array);
  });
  return [...reachability.close().atoms].reduce((after, atom) => {
    if (intMap.get(after.hot, atom) === undefined) return after;
    return engine.withObjectState(after, atom, withStored(engine.objectState(after, atom)));
  }, joined);
}

/** Further down a chain of members, things that were there before are not told apart: it may be a list that a loop walks along. */
const MAX_CHAIN = 3;

/** A lock by a name that stays the same; TOP for one that nobody can name. */
export function nameable(universe: Universe, lock: Value): Value {
  const isDeep = (atom: Atom, depth: number): boolean => {
    const info = universe.info(atom);
    return info.kind === 'member' && (depth === 0 || isDeep(info.base, depth - 1));
  };
  return universe.atoms(lock).some((atom) => isDeep(atom, MAX_CHAIN)) ? TOP : lock;
}

const loops = new Set(['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForInStatement', 'ForOfStatement']);

export const isLoop = ({ type }: Node): boolean => loops.has(type);

/** The loop around a call that is handed an element under an index that is not constant; null for other calls. */
export function loopOfIndex(call: Node): Node | null {
  if (call.type !== 'CallExpression' || !call.arguments.some(isIndexed)) return null;
  for (let at = parentOf(call); at !== undefined && !isFunction(at); at = parentOf(at)) if (isLoop(at)) return at;
  return null;
}

function isIndexed(node: Node): boolean {
  if (node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression') return isIndexed(node.expression);
  if (node.type !== 'MemberExpression') return false;
  return (node.computed && node.property.type !== 'Literal') || isIndexed(node.object);
}
