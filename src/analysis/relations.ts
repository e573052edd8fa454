/** What `instanceof`, `in` and `typeof` say of values that were made in sight. */
import * as constraint from './constraint.js';
import type { Verdict } from './constraint.js';
import { CLASS, SUPERCLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { recordOf } from './places.js';
import { CLOSED, type State } from './state.js';
import { isTest, type Atom, type Universe } from './values.js';

const member = (universe: Universe, state: State, atom: Atom, key: string): Atom | undefined => {
  const value = intMap.get(recordOf(state, atom).members, universe.keyId(key));
  return value === undefined ? undefined : universe.single(value);
};

/** Classes of the language that others of them extend. */
const isLibraryParent = (parent: string, child: string): boolean =>
  parent === child || parent === 'Object' || (parent === 'Error' && child.endsWith('Error'));

/** `atom instanceof cls` */
export function isInstance(universe: Universe, state: State, atom: Atom, cls: Atom): Verdict {
  const wanted = universe.info(cls);
  const info = universe.info(atom);
  if (info.kind === 'constant') return 'no';
  if (wanted.kind !== 'class' && wanted.kind !== 'library' && wanted.kind !== 'external') return 'unknown';
  if (info.kind === 'promise' || (info.kind === 'object' && info.shape === 'array')) {
    const own = info.kind === 'promise' ? 'Promise' : 'Array';
    return wanted.kind === 'library' && isLibraryParent(wanted.path, own) ? 'yes' : 'no';
  }
  if (info.kind !== 'object' || info.shape !== 'object') return 'unknown';
  let at = member(universe, state, atom, CLASS);
  if (at === undefined) return recordOf(state, atom).epoch === CLOSED && wanted.kind === 'class' ? 'no' : 'unknown';
  for (let depth = 0; depth < 32; depth++) {
    if (at === cls) return 'yes';
    const own = universe.info(at);
    if (own.kind === 'library') return wanted.kind === 'library' && isLibraryParent(wanted.path, own.path) ? 'yes' : 'no';
    if (own.kind !== 'class') return own.kind === 'external' && wanted.kind !== 'library' ? 'no' : 'unknown';
    if (own.class.superClass === null) return wanted.kind === 'library' && wanted.path === 'Object' ? 'yes' : 'no';
    const above = member(universe, state, at, SUPERCLASS);
    if (above === undefined) return 'unknown';
    at = above;
  }
  return 'unknown';
}

/** `key in object` */
export function isMember(universe: Universe, state: State, key: Atom, object: Atom): Verdict {
  const name = universe.info(key);
  const info = universe.info(object);
  if (name.kind !== 'constant' || info.kind !== 'object' || info.shape !== 'object') return 'unknown';
  const { members, epoch } = recordOf(state, object);
  const own = intMap.get(members, universe.keyId(String(name.value)));
  if (own !== undefined) return universe.atoms(own).includes(universe.single(universe.undefined) ?? -1) ? 'unknown' : 'yes';
  const isPlain = epoch === CLOSED && intMap.get(members, universe.keyId(CLASS)) === undefined;
  const isAccessor = ['get', 'set'].some((kind) => intMap.get(members, universe.keyId(`${kind} ${String(name.value)}`)) !== undefined);
  if (!isPlain || isAccessor) return isAccessor ? 'yes' : 'unknown';
  return String(name.value) in Object.prototype ? 'yes' : 'no';
}

/** What `typeof` gives; undefined when nobody can tell. */
export function typeOf(universe: Universe, known: constraint.Constraint, atom: Atom): string | undefined {
  const info = universe.info(atom);
  switch (info.kind) {
    case 'object':
    case 'promise':
      return 'object';
    case 'closure':
    case 'class':
      return 'function';
    case 'status':
      return 'number';
    case 'external':
      return info.external.kind === 'function' || info.external.kind === 'class' ? 'function' : undefined;
    case 'expression':
      return isTest(info.operator) ? 'boolean' : undefined;
    default: {
      const only = constraint.onlyValue(known);
      return only === undefined ? undefined : typeof only.value;
    }
  }
}
