/** Objects that variables of other files hold: the functions of those files may give them back, though they are not run for the linted one. */
import type { Variable } from '../flow/graph.js';
import type { Program } from './program.js';

/** Whether an object is known by module variables of other files alone. */
export function isKeptElsewhere(program: Program, identities: ReadonlySet<string>, variables: ReadonlyMap<number, Variable>): boolean {
  const holders = [...identities].flatMap((identity) => holderOf(identity, variables) ?? []);
  return holders.length > 0 && holders.every(({ scope }) => program.moduleAt(scope.block) !== program.linted);
}

/** Whether something is given back that is known by a parameter: a caller in another file may hand in anything. */
export function releasesHanded(released: ReadonlySet<string>, variables: ReadonlyMap<number, Variable>): boolean {
  return [...released].some((identity) => /^c\d/.test(identity) && holderOf(identity, variables) === undefined);
}

/** The module variable that a name starts with. */
function holderOf(identity: string, variables: ReadonlyMap<number, Variable>): Variable | undefined {
  const cell = /^c(\d+)/.exec(identity)?.[1];
  return cell === undefined ? undefined : variables.get(Number(cell));
}
