/** What a routine leaves behind on the thread: it returns at the level, and with the locks, with which it was called (I3, I5). */
import { levels as levelValues } from '../contracts/levels.js';
import type { FunctionNode, Node } from '../flow/graph.js';
import type { IrqlAnnotations } from '../resolve/doc-tags.js';
import type { Engine } from './engine.js';
import type { Frame } from './frame.js';
import { levelIdOf, nameOfLevel } from './levels.js';
import { nameOfFunction } from './names.js';
import { Reachability } from './reach.js';
import { tellLockLeft } from './rounds.js';
import type { State } from './state.js';
import { UNSURE } from './thread.js';
import { TOP, type Atom, type Value } from './values.js';
import type { Words } from './wording.js';

/** A routine that was entered from outside ends at `at`; `exit` says how, in words. */
export function checkThreadAtExit(
  engine: Engine,
  state: State,
  exit: Words,
  at: Node | null,
  annotations: IrqlAnnotations | undefined,
): void {
  if (annotations?.raises !== undefined || annotations?.saves === true) return;
  const { thread } = state;
  for (const held of thread.locks) tellLockLeft(engine, state, held, exit, at);
  for (const { lock, by, how } of thread.saves) {
    if (lock !== null) continue;
    engine.report(state, { rule: 'paired-irql', messageId: 'notRestored', node: by, clause: 'I3', data: { call: how, path: exit } });
  }
}

export const leavesOnThread = ({ thread: { locks, saves } }: State): boolean => locks.length > 0 || saves.length > 0;

/**
 * Of the exits of a function whose callers are in sight, though not what they call it on: those at which it cannot have meant to leave anything to its
 * caller, who is told the same by an exit that leaves nothing.
 */
export function wrongForAnyCaller(exits: readonly State[]): readonly State[] {
  const tellsTheSame = (one: State, other: State): boolean =>
    one.returned?.value === other.returned?.value && one.thrown?.value === other.thrown?.value;
  const balanced = exits.filter((exit) => !leavesOnThread(exit));
  return exits.filter((exit) => balanced.some((other) => tellsTheSame(exit, other)));
}

/** A body that returns in another way than its own annotation says. */
export function checkAnnotation(
  engine: Engine,
  frame: Frame,
  state: State,
  fn: FunctionNode,
  { raises, saves, restores }: IrqlAnnotations,
  returned: Value,
): void {
  const { thread } = state;
  const break_ = (messageId: string, data: Readonly<Record<string, string>>): void => {
    engine.report(state, { rule: 'paired-irql', messageId, node: fn, clause: 'I5', data: { function: nameOfFunction(fn), ...data } });
  };
  if (raises !== undefined) {
    const level = levelValues[raises];
    if (thread.known === 'both' && (thread.low !== level || thread.high !== level))
      break_('doesNotRaise', { level: raises, current: nameOfLevel(thread.high === level ? thread.low : thread.high) });
    // A test may have told that the caller is there already.
    else if (thread.known !== 'both' && thread.isSure && thread.id === '' && thread.low !== level)
      break_('doesNotRaise', { level: raises, current: 'the level of its caller' });
  }
  if (saves && thread.isSure && !handsOutLevel(engine, frame, state, returned)) break_('doesNotSave', {});
  if (restores && thread.isSure && thread.id === '' && !hasRestored(state)) break_('doesNotRestore', {});
}

/** A lock given back that was held on entry leaves no trace but this: its level, or the thread, is not what it was. */
const hasRestored = ({ thread }: State): boolean => thread.id.includes(UNSURE);

/** The level on entry is in what the caller gets at, or a lock keeps it; what nobody knows may be it. */
function handsOutLevel(engine: Engine, frame: Frame, state: State, returned: Value): boolean {
  const { universe, program } = engine;
  if (state.thread.saves.some((save) => save.id === '' && save.lock !== null && save.cell === null)) return true;
  const reachability = new Reachability(universe, program, state);
  for (const value of [returned, frame.thisValue, ...frame.args]) reachability.addValue(value);
  if (frame.owner.type !== 'Program')
    for (const variable of program.freeVariables(frame.owner)) reachability.addCell(universe.siteId(variable));
  const mayBeLevel = (atom: Atom): boolean => (levelIdOf(engine, atom) ?? '') === '' && universe.info(atom).kind === 'result';
  return returned === TOP || [...reachability.close().atoms].some(mayBeLevel);
}
