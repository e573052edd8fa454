/** The names by which different functions know the same object: the variables and members that lead to it. */
import { structures } from '../contracts/classes.js';
import type { Node, Variable } from '../flow/graph.js';
import { classOf } from './classes.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { CAPTURED, VARIABLE } from './hidden-members.js';
import * as intMap from './int-map.js';
import { textOf } from './names.js';
import { isFunction } from './program.js';
import type { State } from './state.js';
import { TOP, type Atom } from './values.js';

/** The variables of the modules, by their cells. */
export type ModuleVariables = ReadonlyMap<number, Variable>;

/** `.name` of a member, whatever holds it. */
export const memberNameOf = (identity: string): string | undefined => /\.[^.[\]]+$/.exec(identity)?.[0];

/** The variables of this function and of those around it that hold an object: functions that share them know it by them. */
export function sharedNames({ universe, program }: Engine, { owner }: Frame, { cells }: State, atom: Atom): string[] {
  if (owner.type === 'Program') return [];
  const own = isFunction(owner) ? program.sharedVariables(owner) : [];
  const around = [...own, ...program.freeVariables(owner)].map((variable) => universe.siteId(variable));
  return around.filter((cell) => universe.atoms(intMap.get(cells, cell) ?? TOP).includes(atom)).map((cell) => `c${cell}`);
}

/** Names by which different functions know the same object. */
export function identitiesOf(engine: Engine, variables: ModuleVariables, state: State, atom: Atom, depth = 0): Set<string> {
  const { universe } = engine;
  const info = universe.info(atom);
  const identities = new Set([`a${atom}`]);
  if (depth > 3) return identities;
  if (info.kind === 'entry') identities.add(`c${universe.siteId(info.of)}`);
  if (info.kind === 'member')
    for (const base of identitiesOf(engine, variables, state, info.base, depth + 1)) identities.add(`${base}.${info.key}`);
  if (info.kind === 'result' && info.tag.startsWith('element:')) identities.add(`a${info.tag.slice('element:'.length)}[]`);
  if (info.kind === 'expression' && info.operator === 'element')
    for (const array of universe.atoms(info.left)) identities.add(`a${array}[]`);
  intMap.forEach(state.cells, (cell, value) => {
    if (variables.has(cell) && universe.atoms(value).includes(atom)) identities.add(`c${cell}`);
  });
  intMap.forEach(state.heap, (holder, record) => {
    intMap.forEach(record.members, (key, value) => {
      if (holder === atom || !universe.atoms(value).includes(atom)) return;
      const name = universe.keyName(key);
      // A function that has the variable of an activation knows it by that.
      for (const prefix of [CAPTURED, VARIABLE]) if (name.startsWith(prefix)) identities.add(`c${name.slice(prefix.length)}`);
      for (const base of identitiesOf(engine, variables, state, holder, depth + 1))
        identities.add(/^(?:\d+$|\[[*+]\]|@)/.test(name) ? `${base}[]` : `${base}.${name}`);
    });
  });
  return identities;
}

/**
 * How a name ends under which a function knows something that is a member of no object in particular: `.name`, or `.name.value` of a cell. Undefined
 * for what belongs to an object that has a name itself.
 */
export function endOfName({ universe, program }: Engine, atom: Atom): string | undefined {
  if (universe.info(atom).kind !== 'member') return undefined;
  const keys: string[] = [];
  let root = universe.info(atom);
  for (; root.kind === 'member'; root = universe.info(root.base)) keys.push(root.key);
  const isKnown = root.kind === 'object' || root.kind === 'class' || (root.kind === 'entry' && program.isModuleVariable(root.of));
  return isKnown ? undefined : endOf(keys.reverse());
}

/** The same, of what stands in the text. */
export function endOfPath(node: Node | undefined): string | undefined {
  const keys: string[] = [];
  let at = node;
  while (at !== undefined) {
    if ('expression' in at) at = at.expression as Node;
    else if (at.type === 'MemberExpression') {
      const { object, property, computed } = at;
      if (computed && property.type !== 'Literal') break;
      keys.push(property.type === 'Literal' ? String(property.value) : textOf(property));
      at = object;
    } else break;
  }
  return endOf(keys.reverse());
}

const cells: ReadonlySet<string> = new Set(
  Object.values(structures).flatMap((structure) => ('valueIn' in structure ? [structure.valueIn] : [])),
);

/** The last of the members that lead somewhere; what is in a cell goes by the name of the cell. */
function endOf(keys: readonly string[]): string | undefined {
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  if (!cells.has(last)) return `.${last}`;
  return keys.length === 1
    ? undefined
    : keys
        .slice(-2)
        .map((key) => `.${key}`)
        .join('');
}

/** The names that functions have for it which may be called on, or handed, any instance of the class of what holds it. */
export function namesInClasses(engine: Engine, state: State, atom: Atom, depth = 0): string[] {
  const { universe, declared } = engine;
  const names: string[] = [];
  if (depth > 3) return names;
  const info = universe.info(atom);
  if (info.kind === 'member') for (const name of namesInClasses(engine, state, info.base, depth + 1)) names.push(`${name}.${info.key}`);
  const add = (holder: Atom, name: string): void => {
    const cls = classOf(universe, state, holder);
    const own = cls === undefined ? undefined : universe.info(cls);
    if (own?.kind === 'class')
      for (const { body } of declared.line(own.class))
        names.push(`a${universe.atom({ kind: 'object', shape: 'object', site: body, age: 0 })}.${name}`);
    // What is in a cell has the name of the cell.
    else if (cells.has(name)) for (const ofCell of namesInClasses(engine, state, holder, depth + 1)) names.push(`${ofCell}.${name}`);
  };
  if (info.kind === 'member') add(info.base, info.key);
  intMap.forEach(state.heap, (holder, { members }) => {
    intMap.forEach(members, (key, value) => {
      if (holder !== atom && universe.atoms(value).includes(atom)) add(holder, universe.keyName(key));
    });
  });
  return names;
}
