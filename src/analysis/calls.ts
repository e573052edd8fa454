/**
 * Calls: to a contract function (`contract-calls.ts`), to the language's library (`library.ts`), to a function whose body can be seen,
 * which is followed (`closures.ts`, `construction.ts`), and to anything else, which is not (`escape.ts`).
 */
import { contractFunctions, dispatchMembers, isDispatchMember } from '../contracts/functions.js';
import { statusTests } from '../contracts/status.js';
import type { Argument, Node, Temp, ThrowingInstruction } from '../flow/graph.js';
import { callAnnotated } from './annotated-calls.js';
import { runsInPlace } from './array-methods.js';
import { arrayElements } from './arrays.js';
import { boundFunction } from './bound-functions.js';
import { callClosure } from './closures.js';
import { construct, superCall } from './construction.js';
import { contractCall } from './contract-calls.js';
import type { Engine } from './engine.js';
import { keep, unseenCall } from './escape.js';
import { placeOfTemp, setTemp, splitByAtom, tempValue, type Frame } from './frame.js';
import { checkCalledCopy } from './guards.js';
import { callLibrary, callTextMethod, neverThrows } from './library.js';
import { combine, mayThrow, result, type Arguments, type CallTarget, type Outcome } from './outcomes.js';
import { givesPromise } from './promise-chains.js';
import { callUnknownPromise } from './promises.js';
import { amend, type State } from './state.js';
import { examine, handOver } from './statuses.js';
import { testValue } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

interface Invoked {
  readonly completes: readonly State[];
  readonly throws: readonly State[];
}

/** Runs an instruction that may throw. `insideTry`: what it throws is handled in this graph. */
export function invoke(engine: Engine, frame: Frame, state: State, instruction: ThrowingInstruction, insideTry: boolean): Invoked {
  const mayThrowHere = insideTry || frame.mayThrow || engine.options.implicitThrow;
  const handled = mayThrowHere === frame.mayThrow ? frame : { ...frame, mayThrow: mayThrowHere };
  const finish = ({ completes, throws }: Outcome): Invoked => ({
    completes: completes.map((completion) => setTemp(completion.state, instruction.target, completion.value)),
    throws,
  });
  switch (instruction.kind) {
    case 'call':
      return finish(
        combine(
          splitCall(engine, handled, state, instruction.callee)
            .flatMap((each) => splitByArguments(engine, handled, each, instruction))
            .map((each) => call(engine, handled, each, instruction)),
        ),
      );
    case 'construct':
      return finish(
        combine(splitByAtom(engine, handled, state, instruction.callee).map((each) => constructNew(engine, handled, each, instruction))),
      );
    case 'superCall':
      return finish(superCall(engine, handled, state, argumentsOf(engine, state, instruction.args), instruction.node));
    case 'await':
      return finish(
        combine(
          splitAwaited(engine, handled, state, instruction.operand).map((each) =>
            awaitValue(engine, handled, each, tempValue(each, instruction.operand), instruction.node),
          ),
        ),
      );
  }
}

/** More targets than this are nobody in particular. */
const MAX_TARGETS = 4;

function splitCall(engine: Engine, frame: Frame, state: State, callee: number): State[] {
  const split = splitByAtom(engine, frame, state, callee);
  return split.length > MAX_TARGETS ? [setTemp(state, callee, TOP)] : split;
}

/** A promise that is settled in one way here and in another there. */
function splitAwaited(engine: Engine, frame: Frame, state: State, operand: Temp): State[] {
  const { universe } = engine;
  const atoms = universe.atoms(tempValue(state, operand));
  const isFew = atoms.length <= MAX_TARGETS && atoms.some((atom) => universe.info(atom).kind === 'promise');
  return isFew ? splitByAtom(engine, frame, state, operand) : [state];
}

/**
 * What a contract call, or a function that may come to one, is handed is one object on each path, and the same one where it was read from: what
 * is acquired on the one that a variable held is given back on that one.
 */
function splitByArguments(engine: Engine, frame: Frame, state: State, { callee, args }: Of<'call'>): State[] {
  const isFew = ({ value }: Argument): boolean => isOneOfFewObjects(engine, tempValue(state, value));
  if (!args.some(isFew) || !concernsContracts(engine, tempValue(state, callee))) return [state];
  const split = args
    .filter(isFew)
    .reduce((states, { value }) => states.flatMap((each) => splitByAtom(engine, frame, each, value)), [state]);
  return split.length > MAX_TARGETS ? [state] : split;
}

/** Also one that was made here when a collection had none: `pool.pop() ?? new Session()`. */
function isOneOfFewObjects({ universe }: Engine, value: Value): boolean {
  const atoms = universe.atoms(value);
  const isMadeHere = (atom: Atom): boolean => universe.info(atom).kind === 'object';
  return atoms.length > 1 && atoms.length <= MAX_TARGETS && (atoms.some(isMadeHere) || atoms.every((atom) => universe.mayBeObject(atom)));
}

function concernsContracts({ universe, relevant }: Engine, callee: Value): boolean {
  const atom = universe.single(callee);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind === 'closure') return relevant === null || relevant.has(info.function);
  return info?.kind === 'external' && info.external.kind === 'function';
}

function argumentsOf(engine: Engine, state: State, args: readonly Argument[]): Arguments {
  const values: Value[] = [];
  for (const { value, spread } of args) {
    const elements = spread ? arrayElements(engine, state, tempValue(state, value)) : [tempValue(state, value)];
    if (elements === undefined) return { values, more: true };
    values.push(...elements);
  }
  return { values, more: false };
}

type Of<K extends ThrowingInstruction['kind']> = Extract<ThrowingInstruction, { kind: K }>;

function constructNew(engine: Engine, frame: Frame, state: State, { callee, args, node }: Of<'construct'>): Outcome {
  return construct(engine, frame, state, tempValue(state, callee), argumentsOf(engine, state, args), node);
}

function call(engine: Engine, frame: Frame, state: State, instruction: Of<'call'>): Outcome {
  const { node } = instruction;
  const calleeValue = tempValue(state, instruction.callee);
  const receiver = instruction.receiver === null ? TOP : tempValue(state, instruction.receiver);
  const all = instruction.args.map((argument) => tempValue(state, argument.value));
  const args = argumentsOf(engine, state, instruction.args);
  const looked = all.reduce((into, value) => examine(engine, into, value), state);
  const places = instruction.args.map((argument) => placeOfTemp(engine, frame, looked, argument.value));
  const target: CallTarget = { frame, node, args, receiver, places, resultIsRead: frame.index.isRead[instruction.target] === true };
  return callValue(engine, looked, calleeValue, target, all);
}

function callValue(engine: Engine, state: State, callee: Value, target: CallTarget, all: readonly Value[]): Outcome {
  const { universe } = engine;
  const atom = universe.single(callee);
  const info = atom === undefined ? undefined : universe.info(atom);
  const { frame, node, args } = target;
  engine.callbacks.npiUses.noteCall(state, callee, node);
  switch (info?.kind) {
    case 'closure':
      return callClosure(engine, frame, state, atom as Atom, target.receiver, args, node);
    case 'object': {
      const bound = boundFunction(engine, state, atom as Atom);
      if (bound === undefined) break;
      const all = { values: [...bound.args, ...args.values], more: args.more };
      return callFunction(engine, frame, state, bound.callee, bound.receiver, all, node, target.resultIsRead);
    }
    case 'external': {
      const { external } = info;
      // A routine that the kit is handed runs later.
      if (external.kind === 'function')
        return contractCall(engine, handOver(engine, state, all), external.name, contractFunctions[external.name], target);
      if (external.kind === 'statusTest') return statusTest(engine, state, external.name, target);
      break;
    }
    case 'library': {
      // What goes into a collection that was made in sight is a member of it; the keys of a map are not.
      const outOfSight = !isNew(engine, target.receiver) ? all : info.path === '[map].set' ? all.slice(0, 1) : [];
      const kept = keep(engine, state, info.path, outOfSight);
      const outcome = callLibrary(engine, kept, info.path, target);
      if (outcome !== undefined) return neverThrows(info.path) ? outcome : mayThrow(frame, kept, outcome, node);
      break;
    }
    case 'member': {
      const answer = callTextMethod(engine, state, atom as Atom, target);
      if (answer !== undefined) return answer;
      if (isDispatchMember(info.key)) {
        const checked = checkCalledCopy(engine, state, atom as Atom, node);
        return contractCall(engine, checked, info.key, dispatchMembers[info.key], target);
      }
      const reacted = callUnknownPromise(engine, state, info.key, target);
      if (reacted !== undefined) return reacted;
      engine.note(({ onUnseenMethod }) => {
        onUnseenMethod(info.key, info.base, state);
      });
      break;
    }
    default:
      break;
  }
  const resolved = resolvedCall(engine, state, target);
  if (resolved !== undefined) return resolved;
  const handed = [...all, ...(isNew(engine, target.receiver) ? [target.receiver] : [])];
  const run = (entry: State): Outcome => unseenCall(engine, frameOfUnseen(engine, target), entry, handed, node);
  const annotations = node.type === 'CallExpression' ? engine.program.moduleOf(node).resolver.annotationsOfCallee(node) : undefined;
  return annotations === undefined ? run(state) : callAnnotated(engine, state, nameOfCallee(node), annotations, node, run);
}

function nameOfCallee(node: Node): string {
  const callee = node.type === 'CallExpression' ? node.callee : node;
  const named = callee.type === 'MemberExpression' ? callee.property : callee;
  return named.type === 'Identifier' ? named.name : named.type === 'PrivateIdentifier' ? `#${named.name}` : 'the function';
}

/** Calls a value that a program holds, as the language does: without the syntax of a call. */
export function callFunction(
  engine: Engine,
  frame: Frame,
  state: State,
  callee: Value,
  receiver: Value,
  args: Arguments,
  node: Node,
  resultIsRead = true,
): Outcome {
  const split = engine.universe.atoms(callee);
  const target: CallTarget = { frame, node, args, receiver, places: [], resultIsRead };
  if (split.length === 0 || split.length > MAX_TARGETS) return callValue(engine, state, TOP, target, [...args.values, callee]);
  return combine(
    split.map((atom) => {
      const one = engine.universe.one(atom);
      // A function in sight looks at what it is handed, or does not.
      const isInSight = ['closure', 'object'].includes(engine.universe.info(atom).kind);
      const looked = isInSight ? state : args.values.reduce((into, value) => examine(engine, into, value), state);
      return callValue(engine, looked, one, target, [...args.values, one]);
    }),
  );
}

/** An object that was made here and has a method that nobody sees gets changed by it. */
function isNew(engine: Engine, receiver: Value): boolean {
  const atom = engine.universe.single(receiver);
  return atom !== undefined && engine.universe.info(atom).kind === 'object';
}

/** What the callee's declaration tells when its value does not. */
function resolvedCall(engine: Engine, state: State, target: CallTarget): Outcome | undefined {
  const { node } = target;
  if (node.type !== 'CallExpression') return undefined;
  const { resolver } = engine.program.moduleOf(node);
  const denoted = resolver.callee(node);
  if (denoted?.kind === 'function') return contractCall(engine, state, denoted.name, contractFunctions[denoted.name], target);
  if (denoted?.kind === 'statusTest') return statusTest(engine, state, denoted.name, target);
  if (denoted?.kind === 'dispatchMember') return contractCall(engine, state, denoted.name, dispatchMembers[denoted.name], target);
  if (denoted?.kind === 'arrayMethod' && runsInPlace(denoted.name)) {
    const outcome = callLibrary(engine, state, `[array].${denoted.name}`, target);
    return outcome && mayThrow(target.frame, state, outcome, node);
  }
  return undefined;
}

/** The frame for a call that nobody sees. Keeping books in an array, of whatever elements, is not taken to throw, nor is what gives a promise. */
function frameOfUnseen(engine: Engine, { frame, node }: CallTarget): Frame {
  if (!frame.mayThrow || node.type !== 'CallExpression') return frame;
  const denoted = engine.program.moduleOf(node).resolver.callee(node);
  const isQuiet = givesPromise(node) || (denoted?.kind === 'arrayMethod' && neverThrows(`[array].${denoted.name}`));
  return isQuiet ? { ...frame, mayThrow: false } : frame;
}

function statusTest(engine: Engine, state: State, name: keyof typeof statusTests, { args, places }: CallTarget): Outcome {
  const { universe } = engine;
  const [least, high] = statusTests[name];
  // NT_ERROR tests failure like `!NT_SUCCESS` (interface, section 6): no warning is documented for a contract call.
  const low = high === -1 ? -0x8000_0000 : least;
  const status = args.values[0] ?? TOP;
  const value = testValue(universe, state, `range:${low}:${high}`, status, universe.undefined, places[0] ?? null);
  return { completes: [{ state, value }], throws: [] };
}

function awaitValue(engine: Engine, frame: Frame, state: State, value: Value, node: Node): Outcome {
  const { universe } = engine;
  const atom = universe.single(value);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind === 'promise') {
    if (info.state === 'fulfilled') {
      const outcome: Outcome = { completes: [{ state, value: info.value }], throws: [] };
      // A file may fail to load.
      return node.type === 'AwaitExpression' && node.argument.type === 'ImportExpression' ? mayThrow(frame, state, outcome, node) : outcome;
    }
    return { completes: [], throws: [amend(state, { thrown: { value: info.value, node } })] };
  }
  if (info?.kind === 'constant' || info?.kind === 'object' || info?.kind === 'status') return { completes: [{ state, value }], throws: [] };
  const given = examine(engine, state, value);
  return mayThrow(frame, given, result(engine, given, node), node);
}
