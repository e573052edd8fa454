/**
 * Data that the kit keeps a pointer to: from the call that hands it over until the registration is gone, or the module is detached. It must
 * not change, not be freed, and not go out of scope. Data from before the function was entered is not known to be in use.
 */
import { fixedMembers, type FixedMember } from '../contracts/classes.js';
import { contractFunctions } from '../contracts/functions.js';
import type { ClauseId, ContractFunction, KeepsData, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import { CLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { textOf } from './names.js';
import { lineOf, type Words } from './wording.js';
import { holding, withKept, type Kept, type ObjectState } from './object-state.js';
import { ownMember, recordOf } from './places.js';
import { CLOSED, type State } from './state.js';
import { knownOf } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

const RULE = 'resident-registration-data';

/** What a deregistration leaves to be waited for, by what it gives back. */
const rundowns = new Map<Resource, Resource>(
  Object.values(contractFunctions).flatMap(({ releases }) =>
    releases?.rundown === undefined ? [] : [[releases.resource, releases.rundown.resource] as const],
  ),
);

/** A call that hands data over, and how the user names it there. */
interface HandOver {
  readonly name: string;
  readonly contract: ContractFunction;
  readonly node: Node;
  readonly argument: (parameter: string) => Value;
}

const dataOf = (engine: Engine, state: State, keeps: KeepsData, argument: HandOver['argument']): Atom | undefined => {
  const { universe } = engine;
  const whole = universe.single(argument(keeps.parameter));
  if (whole === undefined || keeps.member === undefined) return whole;
  return universe.single(ownMember(universe, state, whole, keeps.member) ?? TOP);
};

const isData = (engine: Engine, atom: Atom): boolean => ['object', 'entry', 'member', 'result'].includes(engine.universe.info(atom).kind);

/** The call succeeded: what it was handed is in use while `holder` is; for the rest of the path when nothing can be said to end it. */
export function keepData(engine: Engine, state: State, call: HandOver, holder: Atom | null): State {
  const { contract, node } = call;
  let after = state;
  for (const keeps of contract.keeps ?? []) {
    const atom = dataOf(engine, after, keeps, call.argument);
    if (atom === undefined || !isData(engine, atom)) continue;
    const own = engine.objectState(after, atom);
    if (own.silent) continue;
    const kept: Kept = {
      by: holder,
      resource: contract.acquires?.resource ?? null,
      site: { node, id: engine.universe.siteId(node) },
      what: keeps.what,
      clause: keeps.clause,
      name: nameOfData(contract, keeps, node),
      call: call.name,
    };
    const others = own.kept.filter((other) => other.site.node !== node && isInUse(engine, after, other));
    after = engine.withObjectState(after, atom, withKept(own, [...others, kept]));
  }
  return after;
}

function nameOfData({ parameters }: ContractFunction, { parameter, member }: KeepsData, node: Node): string {
  const argument = node.type === 'CallExpression' ? node.arguments[parameters.indexOf(parameter)] : undefined;
  const name = argument === undefined ? parameter : textOf(argument);
  return name === '…' ? (member ?? parameter) : member === undefined ? name : `${name}.${member}`;
}

/** A call that attached the module handed it over: the callbacks of the binding get it. */
export const isAttachedContext = ({ kept }: ObjectState): boolean =>
  kept.some(({ by, what, call }) => by === null && what === 'lifetime' && call !== '');

/** Registered, or deregistered and not waited for. */
function isInUse(engine: Engine, state: State, { by, resource }: Kept): boolean {
  if (by === null || resource === null) return true;
  const rundown = rundowns.get(resource);
  return isHeld(engine, state, by, resource) || (rundown !== undefined && isHeld(engine, state, by, rundown));
}

function isHeld(engine: Engine, state: State, by: Atom, resource: Resource): boolean {
  const own = engine.objectState(state, by);
  const { count } = holding(own, resource);
  return !own.silent && count !== 'unknown' && count > 0;
}

/** Data in use is about to be written to or freed: that is reported, and the data silenced. The same state when it may be. */
export function checkKept(engine: Engine, state: State, atom: Atom, how: 'changed' | 'freed', node: Node): State {
  const own = engine.objectState(state, atom);
  const kept = own.kept.find((each) => (how === 'freed' || each.what === 'contents') && isInUse(engine, state, each));
  if (kept === undefined) return state;
  const { by, clause, name, call, site } = kept;
  engine.report(state, {
    rule: RULE,
    messageId: by === null ? `${how}Attached` : how,
    node,
    clause,
    data: { object: name, call, line: lineOf(site.node) },
  });
  return engine.silence(state, atom);
}

/** Data that nothing holds any more after an exit, while the registration goes on. `isLeft`: whether an object is still in scope. */
export function checkScope(engine: Engine, state: State, isLeft: (atom: Atom) => boolean, exit: Words): void {
  intMap.forEach(state.hot, (atom) => {
    const own = engine.objectState(state, atom);
    if (own.kept.length === 0 || own.stored || engine.universe.info(atom).kind !== 'object' || engine.isFromPool(atom) || isLeft(atom))
      return;
    for (const { by, resource, site, clause, name, call } of own.kept) {
      // A registration that is lost together with its data is one bug: a leak.
      if (by !== null && (resource === null || !isLeft(by) || !isHeld(engine, state, by, resource))) continue;
      engine.report(state, { rule: RULE, messageId: 'outOfScope', node: site.node, clause, data: { object: name, call, path: exit } });
    }
  });
}

/** Members with a fixed value are checked when they are handed over (R8, N7): a report stands where the value was written. */
export function checkFixedMembers(engine: Engine, state: State, call: HandOver): void {
  for (const keeps of call.contract.keeps ?? []) {
    const atom = keeps.structure === undefined ? undefined : dataOf(engine, state, keeps, call.argument);
    if (atom === undefined || keeps.structure === undefined) continue;
    for (const [key, fixed] of Object.entries(fixedMembers[keeps.structure] ?? {})) {
      const value = memberAsWritten(engine, state, atom, key);
      for (const routine of engine.universe.atoms(value ?? TOP)) {
        const info = engine.universe.info(routine);
        if (info.kind !== 'closure') continue;
        engine.note(({ callbacks }) => {
          callbacks.noteRoutine(info.function);
        });
      }
      if (value === undefined || !isWrong(engine, state, value, fixed)) continue;
      const node = engine.workspace.writeSite(atom, key, value) ?? call.node;
      engine.report(state, {
        rule: RULE,
        messageId: `fixed:${fixed.is}`,
        node,
        clause: fixed.clause,
        data: { member: key, call: call.name },
      });
    }
  }
}

/** A member of a literal; undefined when its value may come from anywhere. */
function memberAsWritten({ universe }: Engine, state: State, atom: Atom, key: string): Value | undefined {
  const record = recordOf(state, atom);
  const own = intMap.get(record.members, universe.keyId(key));
  if (own !== undefined) return own;
  const isLiteral = record.epoch === CLOSED && intMap.get(record.members, universe.keyId(CLASS)) === undefined;
  return isLiteral && universe.info(atom).kind === 'object' ? universe.undefined : undefined;
}

function isWrong(engine: Engine, state: State, value: Value, { is }: FixedMember): boolean {
  return engine.universe.atoms(value).some((atom) => {
    const only = constraint.onlyValue(knownOf(engine.universe, state, atom));
    if (only === undefined) return false;
    return is === 'zero' ? only.value !== 0 : only.value !== null;
  });
}

/** What a role's parameters still are to the kit while the routine runs (T4). */
export function keptOnEntry(
  engine: Engine,
  state: State,
  node: Node,
  values: readonly { readonly value: Value; readonly name: string; readonly clause: ClauseId }[],
): State {
  let after = state;
  for (const { value, name, clause } of values) {
    const atom = engine.universe.single(value);
    if (atom === undefined) continue;
    const kept: Kept = {
      by: null,
      resource: null,
      site: { node, id: engine.universe.siteId(node) },
      what: 'lifetime',
      clause,
      name,
      call: '',
    };
    after = engine.withObjectState(after, atom, withKept(engine.objectState(after, atom), [kept]));
  }
  return after;
}
