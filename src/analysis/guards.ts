/** Checks on reading and writing the store: a registered block overwritten or lost, an NPI used outside of its capture. */
import { resources } from '../contracts/resources.js';
import { structureOf } from '../contracts/classes.js';
import type { Node } from '../flow/graph.js';
import type { Engine, Frame } from './engine.js';
import * as intMap from './int-map.js';
import { structureNameOf } from './members.js';
import { nameOfObject, textOf, lineOf } from './names.js';
import { held, holding } from './object-state.js';
import { ownMember } from './places.js';
import type { State } from './state.js';
import type { Atom, Value } from './values.js';

/** `object.key` is about to be read. */
export function checkMemberRead(engine: Engine, _frame: Frame, state: State, object: Atom, key: string, node: Node): State {
  const own = engine.objectState(state, object);
  const { contents } = own;
  if (own.silent || contents.kind === 'unknown') return state;
  const name = structureNameOf(engine, state, object);
  const structure = name === undefined ? undefined : structureOf(name);
  const guarded = structure?.whileCaptured ?? (name === undefined && contents.kind === 'filled' ? ['Client', 'Dispatch'] : undefined);
  if (guarded?.includes(key) !== true) return state;
  if (contents.kind === 'filled') {
    const block = engine.objectState(state, contents.from);
    const captures = holding(block, 'capture');
    if (block.silent || captures.count !== 0) return state;
  }
  engine.report(state, {
    rule: 'no-npi-outside-capture',
    messageId: contents.kind === 'empty' ? 'notFilled' : 'released',
    node,
    clause: contents.kind === 'empty' ? 'C3' : 'L2',
    data: { member: textOf(node), call: 'WskCaptureProviderNPI' },
  });
  return engine.silence(state, object);
}

/** `object.key = value` is about to happen. */
export function checkMemberWrite(engine: Engine, frame: Frame, state: State, object: Atom, key: string | undefined, value: Value, node: Node): State {
  const written = reportHeld(engine, state, object, 'memberWritten', node);
  if (key === undefined) return written;
  const before = ownMember(engine.universe, written, object, key);
  if (before === undefined || before === value) return written;
  const after = written;
  return reportLostHolder(engine, frame, after, before, value, node, { object, key });
}

/** A variable got another value: `before` and `after` the write. */
export function checkVariableWrite(engine: Engine, frame: Frame, before: State, after: State, cell: number, node: Node): State {
  const old = intMap.get(before.cells, cell);
  const value = intMap.get(after.cells, cell);
  if (old === undefined || value === undefined || old === value) return after;
  return reportLostHolder(engine, frame, after, old, value, node, null);
}

/** Reports what is held on an object that is written to or freed. */
export function reportHeld(engine: Engine, state: State, atom: Atom, messageId: 'memberWritten' | 'freed', node: Node): State {
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
      data: { object: nameOfObject(engine, atom, site.node), line: String(lineOf(site.node)), written: textOf(node) },
    });
    return engine.silence(state, atom);
  }
  return state;
}

/** The only variable or member that held a registered block holds something else now. */
function reportLostHolder(
  engine: Engine,
  frame: Frame,
  state: State,
  old: Value,
  value: Value,
  node: Node,
  place: { readonly object: Atom; readonly key: string } | null,
): State {
  const { universe } = engine;
  const kept = universe.atoms(value);
  let after = state;
  for (const atom of universe.atoms(old)) {
    if (kept.includes(atom) || frame.heldElsewhere.has(atom)) continue;
    for (const [resource, { by }] of held(engine.objectState(after, atom))) {
      const rule = resources[resource].overwritten;
      const [site] = by;
      if (rule === null || site === undefined || isHeld(engine, after, atom, place)) continue;
      engine.report(after, {
        rule,
        messageId: 'holderOverwritten',
        node,
        clause: 'R4',
        data: { object: nameOfObject(engine, atom, site.node), line: String(lineOf(site.node)) },
      });
      after = engine.silence(after, atom);
    }
  }
  return after;
}

/** Whether a variable or member other than `except` holds the atom. */
function isHeld(engine: Engine, state: State, atom: Atom, except: { readonly object: Atom; readonly key: string } | null): boolean {
  const { universe } = engine;
  const info = universe.info(atom);
  // What was there before has a holder that we do not see, unless it is the place that is written.
  if (info.kind === 'entry') return true;
  let found = false;
  const look = (value: Value): void => {
    found ||= universe.atoms(value).includes(atom);
  };
  intMap.forEach(state.cells, (_cell, value) => look(value));
  intMap.forEach(state.heap, (holder, record) => {
    intMap.forEach(record.members, (key, value) => {
      if (except === null || holder !== except.object || universe.keyName(key) !== except.key) look(value);
    });
  });
  return found;
}
