/**
 * Calls to documented functions, as their entries in the contract tables say: what they need, acquire and give back, how they
 * fail, what they do to memory and to the interrupt request level. Names no function.
 */
import { precedence } from '../contracts/precedence.js';
import type { ContractFunction } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import * as constraint from './constraint.js';
import { allocateMemory, freeMemory } from './contract-memory.js';
import { checkNeeds } from './contract-needs.js';
import { unknownOf, withOutcome } from './contract-outcomes.js';
import { noteUnknownRelease, release } from './contract-releases.js';
import { checkRegisteredLast, noteCompletion, noteOutcome } from './duty.js';
import type { Engine } from './engine.js';
import { handRoutines } from './handed-routines.js';
import { checkFixedMembers } from './kept-data.js';
import { runLevelEffect, type LevelOutcome } from './level-effects.js';
import { checkLevels, rangesOf, type LevelRule } from './levels.js';
import { result, type CallTarget, type Completion, type Outcome } from './outcomes.js';
import { awaitRundown, checkEarlyWait, splitPending } from './rundown.js';
import type { State } from './state.js';
import { TOP, type Atom, type Value } from './values.js';
import { checkWaitInCallback, checkWaitInDriverEntry } from './waits.js';

/** One call under way. */
export interface Call {
  readonly engine: Engine;
  readonly name: string;
  readonly contract: ContractFunction;
  readonly target: CallTarget;
  readonly node: Node;
  readonly argument: (parameter: string) => Value;
}

export function contractCall(engine: Engine, state: State, name: string, contract: ContractFunction, target: CallTarget): Outcome {
  const { node, args } = target;
  const argument = (parameter: string): Value => {
    const index = contract.parameters.indexOf(parameter);
    return args.values[index] ?? (args.more || index === -1 ? TOP : engine.universe.undefined);
  };
  const call: Call = { engine, name, contract, target, node, argument };
  if (contract.result === 'never') {
    atItsLevel(call, state);
    // A routine that is tried out is looked at where it ends, in whatever way.
    return { completes: engine.isTrial ? [{ state, value: engine.universe.undefined }] : [], throws: [] };
  }
  noteArguments(call);
  checkFixedMembers(engine, state, call);
  engine.note(({ callbacks }) => {
    callbacks.noteCalled(name);
  });
  if (contract.initializes === true || contract.memory?.kind === 'allocate') checkRegisteredLast(engine, state, name, node);
  const { state: levelled, value: level, isTold } = atItsLevel(call, state);
  const object = objectOf(call);
  const handed = contract.result === 'status' ? levelled : handRoutines(call, levelled);
  const completes = splitByObject(engine, noteCompletion(engine, handed, name, node), object).flatMap(([each, atom]) =>
    onObject(call, each, atom, level, isTold === true),
  );
  return { completes, throws: [] };
}

/** Checks the level at which the call stands, and moves it; of what is wrong with that, the first in the order of precedence is reported. */
function atItsLevel({ engine, name, contract, node, argument }: Call, state: State): LevelOutcome {
  const { levelEffect } = contract;
  const moved = levelEffect === undefined ? { state } : runLevelEffect(engine, state, levelEffect, argument, name, node);
  const ranges = rangesOf(engine, state, contract, argument);
  checkWaitInDriverEntry(engine, state, name, contract, argument, node);
  const locks = levelEffect !== undefined && 'lock' in levelEffect ? engine.universe.atoms(argument(levelEffect.lock)) : [];
  // A lock that is acquired at the wrong level is also released there.
  const isReleasedWhereTold = levelEffect?.kind === 'releaseLock' && locks.some((lock) => engine.wasReported(state, lock));
  const levelsAre = (rule: LevelRule): boolean => checkLevels(engine, state, name, ranges, node, rule);
  const isRight: Readonly<Record<(typeof precedence.call)[number], () => boolean>> = {
    'paired-irql': () => moved.isTold !== true && levelEffect?.kind !== 'raise' && !isReleasedWhereTold,
    'no-waiting-capture': () => levelsAre('no-waiting-capture'),
    'no-wait-in-wsk-callback': () => !checkWaitInCallback(engine, state, name, contract, argument, node),
    'irql-requirements': () => levelsAre('irql-requirements'),
  };
  const broken = precedence.call.find((rule) => !isRight[rule]());
  if (broken === 'irql-requirements' && contract.memory?.kind === 'allocate') return { ...moved, isTold: true };
  if (broken !== 'irql-requirements' || levelEffect?.kind !== 'acquireLock') return moved;
  return { ...moved, state: locks.reduce((into, lock) => engine.silence(into, lock), moved.state) };
}

/** Remembers how the user names the objects that the call is handed. */
function noteArguments({ engine, target, node }: Call): void {
  if (node.type !== 'CallExpression') return;
  node.arguments.forEach((argument, index) => {
    const atom = engine.universe.single(target.args.values[index] ?? TOP);
    if (atom !== undefined) engine.workspace.argumentNames.set(argument, atom);
  });
}

/** The object that the call is about. */
function objectOf({ contract, argument }: Call): Value | undefined {
  const of =
    contract.acquires?.of ??
    contract.releases?.of ??
    contract.awaits?.of ??
    contract.needs?.[0]?.of ??
    (contract.memory?.kind === 'free' ? contract.memory.memory : undefined);
  return of === undefined ? undefined : argument(of);
}

function splitByObject(engine: Engine, state: State, value: Value | undefined): readonly (readonly [State, Atom | undefined])[] {
  const atoms = value === undefined ? [] : engine.universe.atoms(value);
  return atoms.length === 0 ? [[state, undefined]] : atoms.map((atom) => [state, atom] as const);
}

function onObject(call: Call, state: State, atom: Atom | undefined, level: Value | undefined, isTold: boolean): Completion[] {
  const { contract, engine } = call;
  const target = atom === undefined ? undefined : handleOf(call, state, atom);
  if (atom === undefined) noteUnknownRelease(call);
  const checked = target === undefined ? state : checkNeeds(call, state, target);
  const released =
    target === undefined
      ? checked
      : awaitRundown(
          engine,
          release(call, checkEarlyWait(engine, checked, contract, target), target),
          call.name,
          contract,
          target,
          call.node,
        );
  const remembered = contract.memory?.kind === 'free' && atom !== undefined ? freeMemory(call, released, atom) : released;
  if (contract.memory?.kind === 'allocate') return allocateMemory(call, remembered, isTold);
  switch (contract.result) {
    case 'status':
      return withOutcome(call, remembered, atom);
    case 'level':
      return [{ state: remembered, value: level ?? TOP }];
    case 'statusOrPending':
      return splitPending(engine, remembered, contract, target, call.node, call.target.resultIsRead);
    case 'pointer':
      return thereOrNot(call, remembered);
    default:
      return contract.levelEffect === undefined && contract.releases === undefined
        ? unknownOf(engine, remembered, call.node, '')
        : [{ state: remembered, value: engine.universe.undefined }];
  }
}

/** An object, and on another path none. */
function thereOrNot({ engine, name, contract, node }: Call, state: State): Completion[] {
  const none = noteOutcome(engine, engine.addStep(state, node, 'failed', name), name, contract, node, false);
  return [
    ...result(engine, state, node, '', constraint.ofKinds(constraint.OBJECT)).completes,
    { state: none, value: engine.universe.constant(null) },
  ];
}

/** The object that carries the typestate: the argument itself, or the value in the cell that it is. */
function handleOf({ contract }: Call, _state: State, atom: Atom): Atom | undefined {
  return contract.acquires?.heldBy === 'valueOfCell' ? undefined : atom;
}
