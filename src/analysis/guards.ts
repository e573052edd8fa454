/** Checks on reading and writing the store: a registered block overwritten or lost, an NPI used outside of its capture. */
import { positions, structureOf, structures } from '../contracts/classes.js';
import { contractFunctions } from '../contracts/functions.js';
import { precedence } from '../contracts/precedence.js';
import { resources } from '../contracts/resources.js';
import type { Node } from '../flow/graph.js';
import { runtimeStructure, structureNameOf } from './classes.js';
import { checkRegisteredLast } from './duty.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import * as intMap from './int-map.js';
import { checkKept } from './kept-data.js';
import { nameOfObject, textOf } from './names.js';
import { lineOf } from './wording.js';
import { held, holding } from './object-state.js';
import { ownMember, setMember } from './places.js';
import { functionAround } from './program.js';
import { isMark, Reachability } from './reach.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';

/** Members of whatever is valid only while it is captured, for one whose structure is not known. */
const guardedMembers: readonly string[] = Object.values(structures).flatMap((structure) =>
  'whileCaptured' in structure ? structure.whileCaptured : [],
);

/** The call that fills such a structure. */
const filler = Object.entries(contractFunctions).find(([, { fills }]) => fills !== undefined)?.[0] ?? '';

/** `object.key` is about to be read. */
export function checkMemberRead(engine: Engine, frame: Frame, state: State, object: Atom, key: string, node: Node): State {
  const used = checkCopyUse(engine, state, object, node);
  if (used !== state) return used;
  const own = engine.objectState(state, object);
  const { contents } = own;
  if (!isGuarded(engine, state, object, key) || (contents.kind === 'filled' && !isReleased(engine, state, contents.from))) return state;
  engine.report(state, {
    rule: 'no-npi-outside-capture',
    messageId: contents.kind === 'empty' ? 'notFilled' : 'released',
    node,
    clause: contents.kind === 'empty' ? 'C3' : 'L2',
    data: { member: textOf(node), call: filler },
    dependsOnDropped: contents.kind === 'empty' ? droppedCall(frame, state, contents.failed ?? null) : null,
  });
  return engine.silence(state, object);
}

/**
 * What was read from an NPI while it was captured is about to be used: a member of the table is read, or a function of it called. A copy is the
 * member of the NPI that it was read from, whatever holds it now.
 */
export function checkCopyUse(engine: Engine, state: State, copy: Atom, node: Node): State {
  const info = engine.universe.info(copy);
  if (info.kind !== 'member') return state;
  const { contents } = engine.objectState(state, info.base);
  if (contents.kind !== 'filled' || contents.isMixed === true || !isGuarded(engine, state, info.base, info.key)) return state;
  if (!isReleased(engine, state, contents.from)) return state;
  engine.report(state, {
    rule: 'no-npi-outside-capture',
    messageId: 'copyReleased',
    node,
    clause: 'L2',
    data: { used: textOf(node) },
  });
  return engine.silence(state, info.base);
}

/** A function is about to be called that may come from the table of an NPI. */
export function checkCalledCopy(engine: Engine, state: State, callee: Atom, node: Node): State {
  const info = engine.universe.info(callee);
  if (info.kind !== 'member') return state;
  return checkCopyUse(engine, state, info.base, node.type === 'CallExpression' ? node.callee : node);
}

/** Whether the member is valid only while a capture is outstanding. */
function isGuarded(engine: Engine, state: State, npi: Atom, key: string): boolean {
  const { silent, contents } = engine.objectState(state, npi);
  if (silent || contents.kind === 'unknown') return false;
  const name = structureNameOf(engine, state, npi);
  const structure = name === undefined ? undefined : structureOf(name);
  const guarded = structure?.whileCaptured ?? (name === undefined && contents.kind === 'filled' ? guardedMembers : undefined);
  return guarded?.includes(key) === true;
}

function isReleased(engine: Engine, state: State, block: Atom): boolean {
  const own = engine.objectState(state, block);
  return !own.silent && holding(own, 'capture').count === 0;
}

/**
 * The call that failed, if nobody has looked at its status yet, as far as can be told: a helper does not see the statuses that its caller has, nor
 * the caller those that a helper has kept to itself.
 */
export function droppedCall(frame: Frame, state: State, failed: Node | null): Node | null {
  if (failed === null || frame.caller !== null || (functionAround(failed) ?? frame.module.ast) !== frame.owner) return failed;
  let dropped: Node | null = null;
  intMap.forEach(state.unexamined, (_atom, call) => {
    if (call === failed) dropped = call;
  });
  return dropped;
}

/** `object.key = value` is about to happen. */
export function checkMemberWrite(
  engine: Engine,
  frame: Frame,
  state: State,
  object: Atom,
  key: string | undefined,
  value: Value,
  node: Node,
): State {
  if (key !== undefined) {
    engine.workspace.noteWrite(object, key, value, node);
    engine.callbacks.npiUses.noteStored(frame, state, key, value);
  }
  checkUnloadIsSet(engine, frame, state, object, key, node);
  const written = reportHeld(engine, state, object, 'memberWritten', node);
  if (key === undefined) return written;
  const before = ownMember(engine.universe, written, object, key);
  if (before === undefined || before === value) return written;
  const lost = reportLostHolder(engine, frame, written, setMember(engine.universe, written, object, key, value), before, node);
  // Of the cell of a lost handle nothing more is said either.
  return lost !== written && runtimeStructure(engine, lost, object)?.valueIn === key ? engine.silence(lost, object) : lost;
}

/** A driver's entry routine sets a member that takes a routine of its driver object. */
function checkUnloadIsSet(engine: Engine, frame: Frame, state: State, object: Atom, key: string | undefined, node: Node): void {
  if (state.duty === null || key === undefined || positions.DRIVER_OBJECT?.[key] === undefined) return;
  let root = frame;
  while (root.caller !== null) root = root.caller;
  if (engine.universe.atoms(root.args[0] ?? TOP).includes(object))
    checkRegisteredLast(engine, state, textOf(node.type === 'AssignmentExpression' ? node.left : node), node);
}

/** A variable got another value: `before` and `after` the write. */
export function checkVariableWrite(engine: Engine, frame: Frame, before: State, after: State, cell: number, node: Node): State {
  const old = intMap.get(before.cells, cell);
  const value = intMap.get(after.cells, cell);
  if (old === undefined || value === undefined || old === value) return after;
  return reportLostHolder(engine, frame, after, after, old, node);
}

/** Reports what is held on an object that is written to or freed. */
export function reportHeld(engine: Engine, state: State, atom: Atom, messageId: 'memberWritten' | 'freed', node: Node): State {
  const check: Readonly<Record<(typeof precedence.write)[number], () => State>> = {
    'resident-registration-data': () => checkKept(engine, state, atom, messageId === 'freed' ? 'freed' : 'changed', node),
    'no-registration-overwrite': () => reportOverwritten(engine, state, atom, messageId, node),
  };
  for (const rule of precedence.write) {
    const after = check[rule]();
    if (after !== state) return after;
  }
  return state;
}

function reportOverwritten(engine: Engine, state: State, atom: Atom, messageId: 'memberWritten' | 'freed', node: Node): State {
  const own = engine.objectState(state, atom);
  for (const [resource, { by }] of held(own)) {
    const rule = resources[resource].overwritten;
    const [site] = by;
    if (rule === null || site === undefined) continue;
    engine.report(state, {
      rule,
      messageId,
      node,
      clause: messageId === 'freed' ? 'R4' : 'R5',
      data: { object: nameOfObject(engine, atom, site.node), line: lineOf(site.node), written: textOf(node) },
    });
    // What was written to is still there, for somebody to give back.
    return messageId === 'freed' ? engine.silenceLost(state, atom) : engine.silence(state, atom);
  }
  return state;
}

/**
 * The only variable or member that held a registered block, or the cell of a handle, holds something else now: in `written`, which is
 * `state` after the write.
 */
export function reportLostHolder(engine: Engine, frame: Frame, state: State, written: State, old: Value, node: Node): State {
  const { universe } = engine;
  const heldAtoms = universe
    .atoms(old)
    .flatMap((atom) => [atom, ...atomsIn(engine, state, atom)])
    .filter((atom) => isHot(engine, state, atom));
  if (heldAtoms.length === 0) return state;
  const reachable = reachableFromVariables(engine, frame, written, literalTakenApart(engine, node));
  let after = state;
  for (const atom of heldAtoms) {
    if (reachable.has(atom) || frame.heldElsewhere.has(atom)) continue;
    for (const [resource, { by }] of held(engine.objectState(after, atom))) {
      const { overwritten: rule, lost: clause } = resources[resource];
      const [site] = by;
      if (rule === null || clause === null || site === undefined) continue;
      engine.report(after, {
        rule,
        messageId: 'holderOverwritten',
        node,
        clause,
        data: { object: nameOfObject(engine, atom, site.node), line: lineOf(site.node) },
      });
      after = engine.silenceLost(after, atom);
    }
  }
  return after;
}

const isHot = (engine: Engine, state: State, atom: Atom): boolean => {
  const info = engine.universe.info(atom);
  // What a caller hands over has a holder that we do not see.
  if (info.kind === 'entry' && !engine.program.isModuleVariable(info.of)) return false;
  return intMap.get(state.hot, atom) !== undefined;
};

/** What an object's own members are. */
function atomsIn(engine: Engine, state: State, atom: Atom): Atom[] {
  const atoms: Atom[] = [];
  intMap.forEach(intMap.get(state.heap, atom)?.members ?? null, (_key, value) => atoms.push(...engine.universe.atoms(value)));
  return atoms;
}

/** `[a, b] = [b, a]`: what the literal on the right holds may still be handed to a target further on. */
function literalTakenApart({ universe }: Engine, target: Node): Atom | undefined {
  let at = target.parent;
  while (at !== undefined && patternParts.has(at.type)) at = at.parent;
  if (at?.type !== 'AssignmentExpression') return undefined;
  const { right } = at;
  if (right.type === 'ArrayExpression') return universe.atom({ kind: 'object', shape: 'array', site: right, age: 0 });
  return right.type === 'ObjectExpression' ? universe.atom({ kind: 'object', shape: 'object', site: right, age: 0 }) : undefined;
}

const patternParts = new Set(['ArrayPattern', 'ObjectPattern', 'Property', 'AssignmentPattern', 'RestElement']);

function reachableFromVariables(engine: Engine, frame: Frame, state: State, also: Atom | undefined): ReadonlySet<Atom> {
  const reachability = new Reachability(engine.universe, engine.program, state, false, true);
  intMap.forEach(state.cells, (cell) => {
    if (!isMark(cell)) reachability.addCell(cell);
  });
  for (const value of [frame.thisValue, ...frame.args]) reachability.addValue(value);
  if (also !== undefined) reachability.addAtom(also);
  return reachability.close().atoms;
}
