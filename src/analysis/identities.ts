/** The names by which different functions know the same object: the variables and members that lead to it. */
import type { Variable } from '../flow/graph.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { CAPTURED, VARIABLE } from './hidden-members.js';
import * as intMap from './int-map.js';
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
