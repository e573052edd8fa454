/**
 * Calls: to a contract function (`contract-calls.ts`), to the language's library (`library.ts`), to a function whose body can be seen,
 * which is followed, and to anything else, which is not (`escape.ts`).
 */
import { contractFunctions, dispatchMembers, isDispatchMember } from '../contracts/functions.js';
import { statusTests } from '../contracts/status.js';
import { structureOf } from '../contracts/classes.js';
import type { Argument, ClassNode, FunctionNode, Node, ThrowingInstruction } from '../flow/graph.js';
import { ageFor, allocate } from './allocate.js';
import { callAnnotated } from './annotated-calls.js';
import { contractCall } from './contract-calls.js';
import { placeOfTemp, setTemp, tempValue, type Engine, type Frame } from './engine.js';
import { escape, keep } from './escape.js';
import * as constraint from './constraint.js';
import { arrayElements, examine, splitByAtom } from './instructions.js';
import * as intMap from './int-map.js';
import { reportLostAtExit } from './leaks.js';
import { makeGenerator } from './generators.js';
import { callLibrary, neverThrows, runsInPlace } from './library.js';
import { CAPTURED, CLASS, constructorOf, newRecord, SUPERCLASS, THIS } from './members.js';
import { emptyRecord, recordOf, setMember, withRecord } from './places.js';
import { objectsOnEntry } from './entry.js';
import type { Exit, Followable, Followed } from './followed.js';
import { withSites, type Site } from './object-state.js';
import { isFunction, moduleVariables, parentOf } from './program.js';
import { isHeldOutside, isMark, MARK, Reachability, restrict, type Reach } from './reach.js';
import { amend, withCells, withFacts, partition, type State, type Step } from './state.js';
import { threadAtHome } from './thread.js';
import { testValue } from './truth.js';
import { TOP, type Atom, type Value } from './values.js';

export interface Completion {
  readonly state: State;
  readonly value: Value;
}

export interface Outcome {
  readonly completes: readonly Completion[];
  /** The exception is `state.thrown`. */
  readonly throws: readonly State[];
}

export interface Arguments {
  readonly values: readonly Value[];
  /** More follow, of which nothing is known (a spread). */
  readonly more: boolean;
}

/** How many blocks may run in a call to a function that has nothing to do with contracts itself: it may only set flags or hand on arguments. */
const MAX_BLOCKS_ASIDE = 1500;

/** A function that can get at more than this is not followed: every step in it would carry all of that along. */
export const MAX_REACH = 8000;

/** How deep calls are followed; further down they are taken for unseen. */
const MAX_DEPTH = 24;

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
      return finish(combine(splitCall(engine, handled, state, instruction.callee).map((each) => call(engine, handled, each, instruction))));
    case 'construct':
      return finish(
        combine(
          splitByAtom(engine, handled, state, instruction.callee).map((each) =>
            construct(
              engine,
              handled,
              each,
              tempValue(each, instruction.callee),
              argumentsOf(engine, each, instruction.args),
              instruction.node,
            ),
          ),
        ),
      );
    case 'superCall':
      return finish(superCall(engine, handled, state, argumentsOf(engine, state, instruction.args), instruction.node));
    case 'await':
      return finish(awaitValue(engine, handled, state, tempValue(state, instruction.operand), instruction.node));
  }
}

export function combine(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 1) return outcomes[0] as Outcome;
  return { completes: outcomes.flatMap(({ completes }) => completes), throws: outcomes.flatMap(({ throws }) => throws) };
}

/** More targets than this are nobody in particular. */
const MAX_TARGETS = 4;

function splitCall(engine: Engine, frame: Frame, state: State, callee: number): State[] {
  const split = splitByAtom(engine, frame, state, callee);
  return split.length > MAX_TARGETS ? [setTemp(state, callee, TOP)] : split;
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

type CallInstruction = Extract<ThrowingInstruction, { kind: 'call' }>;

function call(engine: Engine, frame: Frame, state: State, instruction: CallInstruction): Outcome {
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

export interface CallTarget {
  readonly frame: Frame;
  readonly node: Node;
  readonly args: Arguments;
  readonly receiver: Value;
  readonly places: readonly ReturnType<typeof placeOfTemp>[];
  /** Anything is done with the value of the call. */
  readonly resultIsRead: boolean;
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
      return callFunction(engine, frame, state, bound.callee, bound.receiver, all, node);
    }
    case 'external': {
      const { external } = info;
      if (external.kind === 'function') return contractCall(engine, state, external.name, contractFunctions[external.name], target);
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
    case 'member':
      if (isDispatchMember(info.key)) return contractCall(engine, state, info.key, dispatchMembers[info.key], target);
      break;
    default:
      break;
  }
  return (
    resolvedCall(engine, state, target) ??
    unseenCall(engine, frame, state, [...all, ...(isNew(engine, target.receiver) ? [target.receiver] : [])], node)
  );
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
): Outcome {
  const split = engine.universe.atoms(callee);
  const target: CallTarget = { frame, node, args, receiver, places: [], resultIsRead: true };
  if (split.length === 0 || split.length > MAX_TARGETS) return callValue(engine, state, TOP, target, [...args.values, callee]);
  return combine(
    split.map((atom) => {
      const one = engine.universe.one(atom);
      return callValue(engine, state, one, target, [...args.values, one]);
    }),
  );
}

/** Hidden members of what `bind` makes. */
export const BOUND = '[[bound]]';
export const BOUND_THIS = '[[boundThis]]';
export const BOUND_ARGUMENT = '[[boundArgument]]';

function boundFunction(
  engine: Engine,
  state: State,
  atom: Atom,
): { readonly callee: Value; readonly receiver: Value; readonly args: readonly Value[] } | undefined {
  const { universe } = engine;
  const { members } = recordOf(state, atom);
  const callee = intMap.get(members, universe.keyId(BOUND));
  if (callee === undefined) return undefined;
  const args: Value[] = [];
  for (;;) {
    const value = intMap.get(members, universe.keyId(`${BOUND_ARGUMENT}${args.length}`));
    if (value === undefined) break;
    args.push(value);
  }
  return { callee, receiver: intMap.get(members, universe.keyId(BOUND_THIS)) ?? TOP, args };
}

/** The function whose body can be seen that a value is, or that it was bound from. */
export function functionBehind(engine: Engine, state: State, value: Value): FunctionNode | undefined {
  const atom = engine.universe.single(value);
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  if (info?.kind === 'closure') return info.function;
  const bound = info?.kind === 'object' && atom !== undefined ? boundFunction(engine, state, atom) : undefined;
  return bound === undefined ? undefined : functionBehind(engine, state, bound.callee);
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

function receiverOf(engine: Engine, state: State, closure: Atom, receiver: Value): Value {
  const own = intMap.get(recordOf(state, closure).members, engine.universe.keyId(THIS));
  return own ?? receiver;
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

/** A call to code that cannot be seen. */
export function unseenCall(engine: Engine, frame: Frame, state: State, handed: readonly Value[], node: Node): Outcome {
  if (node.type === 'CallExpression' && engine.program.moduleOf(node).resolver.neverReturns(node)) return { completes: [], throws: [] };
  const after = escape(engine, state, handed, node);
  return mayThrow(frame, state, result(engine, after, node), node, after);
}

/** The value of a call of which nothing is known. */
export function result(engine: Engine, state: State, node: Node, tag = '', known = constraint.ANY): Outcome {
  const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known, tag });
  const fresh = withFacts(made, intMap.remove(made.facts, atom));
  return { completes: [{ state: fresh, value: engine.universe.one(atom) }], throws: [] };
}

/** Where someone handles it, any call that is not a contract's may throw (interface 4.3): before it did anything, or after. */
export function mayThrow(frame: Frame, before: State, outcome: Outcome, node: Node, after = before): Outcome {
  if (!frame.mayThrow) return outcome;
  return { completes: outcome.completes, throws: [...outcome.throws, amend(after, { thrown: { value: TOP, node } })] };
}

function awaitValue(engine: Engine, frame: Frame, state: State, value: Value, node: Node): Outcome {
  const { universe } = engine;
  const atom = universe.single(value);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind === 'promise') {
    if (info.state === 'fulfilled') return { completes: [{ state, value: info.value }], throws: [] };
    return { completes: [], throws: [amend(state, { thrown: { value: info.value, node } })] };
  }
  if (info?.kind === 'constant' || info?.kind === 'object') return { completes: [{ state, value }], throws: [] };
  return mayThrow(frame, state, result(engine, state, node), node);
}

/** `new callee(...)`. */
export function construct(engine: Engine, frame: Frame, state: State, callee: Value, args: Arguments, node: Node): Outcome {
  const { universe } = engine;
  const atom = universe.single(callee);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind === 'class' && atom !== undefined) {
    const [made, instance] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
    const fresh = setMember(universe, newRecord(made, instance), instance, CLASS, universe.one(atom));
    const constructed = initialize(engine, frame, fresh, atom, info.class, instance, args, node);
    return {
      ...constructed,
      completes: constructed.completes.map(({ state: after }) => ({ state: after, value: universe.one(instance) })),
    };
  }
  const external =
    info?.kind === 'external'
      ? info.external
      : node.type === 'NewExpression'
        ? engine.program.moduleOf(node).resolver.callee(node)
        : undefined;
  if (external?.kind === 'class') {
    const cls = universe.atom({ kind: 'external', external });
    return { completes: [makeStructure(engine, state, cls, external.name, args, node)], throws: [] };
  }
  if (info?.kind === 'library') {
    const outcome = callLibrary(engine, state, `new ${info.path}`, { frame, node, args, receiver: TOP, places: [], resultIsRead: true });
    if (outcome !== undefined) return neverThrows(info.path) ? outcome : mayThrow(frame, state, outcome, node);
  }
  return unseenCall(engine, frame, state, args.values, node);
}

/** A structure of the runtime. Its members are what the runtime makes of them. */
export function makeStructure(engine: Engine, state: State, cls: Atom, name: string, args: Arguments, node: Node): Completion {
  const { universe } = engine;
  const [made, instance] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
  const open = setMember(universe, withRecord(made, instance, { ...emptyRecord, epoch: 0 }), instance, CLASS, universe.one(cls));
  const cell = structureOf(name)?.valueIn;
  const filled = cell === undefined ? open : setMember(universe, open, instance, cell, args.values[0] ?? universe.undefined);
  return { state: filled, value: universe.one(instance) };
}

/** Runs field initialisers and constructor on an instance. */
export function initialize(
  engine: Engine,
  frame: Frame,
  state: State,
  cls: Atom,
  node: ClassNode,
  instance: Atom,
  args: Arguments,
  site: Node,
): Outcome {
  const { universe } = engine;
  const constructorFunction = constructorOf(node);
  const superclass = intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  const thisValue = universe.one(instance);
  if (superclass === undefined) {
    const fields = runFields(engine, frame, state, cls, node, thisValue, site);
    if (constructorFunction === undefined) return fields;
    return andThen(fields, ({ state: after }) => follow(engine, frame, after, constructorFunction, thisValue, args, site, cls));
  }
  if (constructorFunction !== undefined) return follow(engine, frame, state, constructorFunction, thisValue, args, site, cls);
  return andThen(initializeSuper(engine, frame, state, superclass, instance, args, site), ({ state: after }) =>
    runFields(engine, frame, after, cls, node, thisValue, site),
  );
}

function initializeSuper(
  engine: Engine,
  frame: Frame,
  state: State,
  superclass: Value,
  instance: Atom,
  args: Arguments,
  site: Node,
): Outcome {
  const { universe } = engine;
  const parent = universe.single(superclass);
  const info = parent === undefined ? undefined : universe.info(parent);
  if (info?.kind === 'class' && parent !== undefined) return initialize(engine, frame, state, parent, info.class, instance, args, site);
  if (info?.kind === 'library') return { completes: [{ state, value: universe.undefined }], throws: [] };
  return unseenCall(engine, frame, state, [universe.one(instance), ...args.values], site);
}

export function andThen(first: Outcome, next: (completion: Completion) => Outcome): Outcome {
  const after = combine(first.completes.map(next));
  return first.completes.length === 0 ? first : { completes: after.completes, throws: [...first.throws, ...after.throws] };
}

function runFields(engine: Engine, frame: Frame, state: State, cls: Atom, node: ClassNode, thisValue: Value, site: Node): Outcome {
  const hasFields = node.body.body.some(
    (member) => (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') && !member.static,
  );
  if (!hasFields) return { completes: [{ state, value: thisValue }], throws: [] };
  return follow(engine, frame, state, node.body, thisValue, { values: [], more: false }, site, cls);
}

function superCall(engine: Engine, frame: Frame, state: State, args: Arguments, site: Node): Outcome {
  const { universe } = engine;
  const cls = frame.classAtom;
  const info = cls === null ? undefined : universe.info(cls);
  const instance = universe.single(frame.thisValue);
  const superclass = cls === null ? undefined : intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  if (cls === null || info?.kind !== 'class' || instance === undefined || superclass === undefined)
    return unseenCall(engine, frame, state, args.values, site);
  return andThen(initializeSuper(engine, frame, state, superclass, instance, args, site), ({ state: after }) =>
    runFields(engine, frame, after, cls, info.class, frame.thisValue, site),
  );
}

/** Temporaries beyond those of any graph: what captured variables held while a closure is called that has values of its own for them. */
const STASH = 0x1000_0000;

/** Calls a closure, with its own `this` and with the values that it captured. */
export function callClosure(
  engine: Engine,
  frame: Frame,
  state: State,
  closure: Atom,
  receiver: Value,
  args: Arguments,
  node: Node,
): Outcome {
  const { universe } = engine;
  const info = universe.info(closure);
  if (info.kind !== 'closure') return unseenCall(engine, frame, state, [universe.one(closure), ...args.values], node);
  const thisValue = receiverOf(engine, state, closure, receiver);
  const captured = capturedBy(engine, state, closure);
  if (captured.length === 0) return followClosure(engine, frame, state, info.function, thisValue, args, node);
  let { cells, temps } = state;
  for (const [cell, value] of captured) {
    const old = intMap.get(cells, cell);
    if (old !== undefined) temps = intMap.set(temps, STASH + cell, old);
    cells = intMap.set(cells, cell, value);
  }
  const back = (after: State): State => {
    let { cells: restored, temps: left } = after;
    for (const [cell] of captured) {
      const old = intMap.get(left, STASH + cell);
      restored = old === undefined ? intMap.remove(restored, cell) : intMap.set(restored, cell, old);
      left = intMap.remove(left, STASH + cell);
    }
    return amend(after, { cells: restored, temps: left });
  };
  const { completes, throws } = followClosure(engine, frame, amend(state, { cells, temps }), info.function, thisValue, args, node);
  return { completes: completes.map((each) => ({ ...each, state: back(each.state) })), throws: throws.map(back) };
}

function capturedBy(engine: Engine, state: State, closure: Atom): [number, Value][] {
  const captured: [number, Value][] = [];
  intMap.forEach(recordOf(state, closure).members, (key, value) => {
    const name = engine.universe.keyName(key);
    if (name.startsWith(CAPTURED)) captured.push([Number(name.slice(CAPTURED.length)), value]);
  });
  return captured;
}

export function followClosure(
  engine: Engine,
  frame: Frame,
  state: State,
  fn: FunctionNode,
  thisValue: Value,
  args: Arguments,
  node: Node,
): Outcome {
  if (fn.generator) return { completes: [makeGenerator(engine, state, fn, thisValue, args, node)], throws: [] };
  const run = (entry: State): Outcome => follow(engine, frame, entry, fn, thisValue, args, node, classOfMethod(engine, fn));
  const annotations = engine.program.moduleOf(fn).resolver.annotationsOf(fn);
  const outcome = annotations === undefined ? run(state) : callAnnotated(engine, state, fn, annotations, node, run);
  return fn.async ? promised(engine, outcome) : outcome;
}

/** The class whose method a function is, for `super`. */
export function classOfMethod(engine: Engine, fn: FunctionNode): Atom | null {
  const cls = fn.parent.type === 'MethodDefinition' ? fn.parent.parent.parent : undefined;
  return cls === undefined ? null : engine.universe.atom({ kind: 'class', class: cls, age: 0 });
}

/** What an async function gives: a promise of what it returned or threw. */
export function promised(engine: Engine, { completes, throws }: Outcome): Outcome {
  const { universe } = engine;
  const wrap = (state: 'fulfilled' | 'rejected', value: Value): Value => {
    const atom = universe.single(value);
    return atom !== undefined && universe.info(atom).kind === 'promise'
      ? value
      : universe.one(universe.atom({ kind: 'promise', state, value }));
  };
  return {
    completes: [
      ...completes.map(({ state, value }) => ({ state, value: wrap('fulfilled', value) })),
      ...throws.map((state) => ({ state: amend(state, { thrown: null }), value: wrap('rejected', state.thrown?.value ?? TOP) })),
    ],
    throws: [],
  };
}

/**
 * Runs a function's body on the part of the caller's state that it can get at, and puts what comes out into the caller's state. The
 * same function on the same part is run once.
 */
function follow(
  engine: Engine,
  frame: Frame,
  state: State,
  fn: Followable,
  thisValue: Value,
  args: Arguments,
  node: Node,
  classAtom: Atom | null,
): Outcome {
  const index = engine.program.graph(fn);
  const isRecursive = engine.followed.activations(fn) > (isCounted(engine, args) ? MAX_COUNTED : 0);
  if (index === null || frame.depth >= MAX_DEPTH || isRecursive || engine.workspace.isTooMuch(fn))
    return unseenBody(engine, frame, state, fn, thisValue, args, node);
  const reach = reachOfCall(engine, state, fn, thisValue, args.values);
  if (reach.atoms.size > MAX_REACH) return unseenBody(engine, frame, state, fn, thisValue, args, node);
  const entry = markAged(engine, restrict(state, reach), reach);
  const heldElsewhere = heldOutside(engine, state, reach, frame);
  const key = memoKey(engine, entry, thisValue, args, frame.mayThrow, heldElsewhere);
  let followed = engine.followed.get(fn, key);
  if (followed === undefined) {
    const inner: Frame = {
      index,
      owner: fn,
      module: engine.program.moduleOf(fn),
      thisValue,
      args: args.values,
      moreArgs: args.more,
      mayThrow: frame.mayThrow,
      caller: frame,
      classAtom,
      heldElsewhere,
      depth: frame.depth + 1,
      suspensions: null,
    };
    const isAside = engine.relevant !== null && fn.type !== 'ClassBody' && fn.type !== 'Program' && !engine.relevant.has(fn);
    const run = (): Followed =>
      recorded(engine, () => engine.followed.during(fn, () => runBody(engine, inner, entry, reach, [thisValue, ...args.values])));
    followed = isAside ? (engine.withFuel(MAX_BLOCKS_ASIDE, run) ?? undefined) : run();
    if (followed === undefined) {
      engine.workspace.giveUp(fn);
      return unseenBody(engine, frame, state, fn, thisValue, args, node);
    }
    engine.followed.set(fn, key, followed);
  }
  engine.addRecorded(followed, node);
  const back = (exit: Exit): State => embed(engine, state, entry, reach, exit, node);
  const completes = followed.returns.map((exit) => ({
    state: amend(back(exit), { returned: state.returned, thrown: state.thrown }),
    value: exit.value,
  }));
  const throws = followed.throws.map((exit) => amend(back(exit), { returned: state.returned, thrown: { value: exit.value, node } }));
  return { completes, throws };
}

/** A function that counts its own calls is followed into so many of them. */
const MAX_COUNTED = 4;

/** Some argument is a number that is known: it may be what the recursion ends by. */
function isCounted(engine: Engine, { values }: Arguments): boolean {
  return values.some((value) => {
    const info = engine.universe.info(engine.universe.single(value) ?? 0);
    return info.kind === 'constant' && typeof info.value === 'number';
  });
}

function recorded(engine: Engine, run: () => Pick<Followed, 'returns' | 'throws'>): Followed {
  const { result, recorded: left } = engine.recording(run);
  const { candidates, notes, inner, modules } = left;
  return { ...result, candidates, notes, inner, modules };
}

/**
 * Runs the body of a module that the linted one imports, on what it imports itself, and gives the states that it leaves. The same body on the same
 * part is run once, whoever imports it.
 */
export function load(engine: Engine, frame: Frame, state: State): State[] {
  const { owner: body, module } = frame;
  if (body.type !== 'Program') return [];
  const reachability = new Reachability(engine.universe, engine.program, state, true);
  for (const variable of [...engine.program.freeVariables(body), ...moduleVariables(module)])
    reachability.addCell(engine.universe.siteId(variable));
  const reach = reachability.close();
  const entry = restrict(state, reach);
  const key = memoKey(engine, entry, TOP, { values: [], more: false }, frame.mayThrow, new Set());
  let followed = engine.followed.get(body, key);
  if (followed === undefined) {
    followed = recorded(engine, () => runBody(engine, frame, entry, reach, []));
    engine.followed.set(body, key, followed);
  }
  return followed.returns.map((exit) => embed(engine, state, entry, reach, { ...exit, state: objectsOnEntry(engine, exit.state) }, body));
}

function runBody(engine: Engine, frame: Frame, entry: State, reach: Reach, roots: readonly Value[]): Pick<Followed, 'returns' | 'throws'> {
  const { returns, throws } = engine.run(frame, [entry]);
  const leave = (exit: State, outcome: State['returned']): Exit => leaveBody(engine, frame, entry, reach, roots, exit, outcome);
  return {
    returns: merged(
      engine,
      returns.map((exit) => leave(exit, exit.returned)),
    ),
    throws: throws.map((exit) => leave(exit, exit.thrown)),
  };
}

/** What an activation leaves to its caller: the part that the caller can get at. */
export function leaveBody(
  engine: Engine,
  frame: Frame,
  entry: State,
  reach: Reach,
  roots: readonly Value[],
  exit: State,
  outcome: State['returned'],
): Exit {
  const value = outcome?.value ?? engine.universe.undefined;
  const reachability = new Reachability(engine.universe, engine.program, exit);
  for (const cell of reach.cells) reachability.addCell(cell);
  for (const atom of reach.atoms) reachability.addAtom(atom);
  for (const other of [value, ...roots]) reachability.addValue(other);
  const left = reachability.close();
  const state = reportLostAtExit(engine, exit, left, frame, outcome?.node ?? null);
  return { state: restrict(state, left), value, steps: stepsSince(exit.trace, entry.trace) };
}

/** Exits that differ in nothing but what the function kept to itself are one. */
function merged(engine: Engine, exits: readonly Exit[]): Exit[] {
  const byKey = new Map<string, Exit>();
  for (const exit of exits) {
    const key = `${partition(exit.state)}>${exit.value}`;
    const there = byKey.get(key);
    byKey.set(key, there === undefined ? exit : { ...there, state: engine.lattice.join(there.state, exit.state) });
  }
  return [...byKey.values()];
}

function stepsSince(last: Step | null, entry: Step | null): Omit<Step, 'before'>[] {
  const steps: Omit<Step, 'before'>[] = [];
  for (let step = last; step !== null && step !== entry; step = step.before) steps.push(step);
  return steps.reverse();
}

export function reachOfCall(engine: Engine, state: State, fn: Followable, thisValue: Value, args: readonly Value[]): Reach {
  const reachability = new Reachability(engine.universe, engine.program, state, true);
  for (const variable of engine.program.freeVariables(fn)) reachability.addVariable(variable);
  for (const value of [thisValue, ...args]) reachability.addValue(value);
  return reachability.close();
}

/** Registered or captured objects that the callee can get at, and that something else holds as well. */
export function heldOutside(engine: Engine, state: State, reach: Reach, frame: Frame): ReadonlySet<Atom> {
  const outside = new Set<Atom>();
  intMap.forEach(state.hot, (atom) => {
    if (reach.atoms.has(atom) && (frame.heldElsewhere.has(atom) || isHeldOutside(engine.universe, state, atom, reach))) outside.add(atom);
  });
  return outside;
}

function memoKey(
  engine: Engine,
  entry: State,
  thisValue: Value,
  args: Arguments,
  mayThrowHere: boolean,
  heldElsewhere: ReadonlySet<Atom>,
): string {
  const parts: (string | number)[] = [
    thisValue,
    args.values.join(','),
    args.more ? '+' : '',
    mayThrowHere ? '!' : '',
    [...heldElsewhere].join(','),
    entry.thread.key,
    entry.duty?.key ?? '',
  ];
  intMap.forEach(entry.cells, (cell, value) => parts.push(cell, value));
  intMap.forEach(entry.heap, (atom, record) => {
    parts.push(`h${atom}:${record.epoch}`);
    intMap.forEach(record.members, (key, value) => parts.push(key, value));
  });
  intMap.forEach(entry.objects, (atom, object) => parts.push(`o${atom}`, object.key, object.stored ? 1 : 0));
  intMap.forEach(entry.facts, (atom, fact) => parts.push(`f${atom}`, engine.universe.siteId(fact)));
  intMap.forEach(entry.born, (atom) => parts.push(`b${atom}`));
  intMap.forEach(entry.unexamined, (atom) => parts.push(`u${atom}`));
  return parts.join(' ');
}

/**
 * The callee's part of a state, marked: code that runs again calls what it made before by another name, and the caller has to know.
 */
export function markAged(engine: Engine, entry: State, reach: Reach): State {
  const { universe } = engine;
  let { cells } = entry;
  intMap.forEach(entry.born, (atom) => {
    const info = universe.info(atom);
    if (!('age' in info) || !isMadeAgain(info)) return;
    cells = intMap.set(cells, MARK + atom, universe.one(atom));
    reach.cells.add(MARK + atom);
  });
  return cells === entry.cells ? entry : withCells(entry, cells);
}

const made = new WeakMap<object, boolean>();

/** Whether code that may run more than once makes what goes by this name: that of a function, or of a field. A module body runs once. */
function isMadeAgain(info: Extract<ReturnType<Engine['universe']['info']>, { readonly age: number }>): boolean {
  const site = info.kind === 'closure' ? info.function.parent : info.kind === 'class' ? info.class.parent : info.site;
  let known = made.get(site);
  if (known === undefined) {
    known = 'type' in site && isInFunction(site as Node);
    made.set(site, known);
  }
  return known;
}

function isInFunction(node: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at))
    if (isFunction(at) || (at.type === 'PropertyDefinition' && !at.static)) return true;
  return false;
}

/** The cells of what a callee left without the marks, and the atoms that go by another name now. */
function takeMarks(engine: Engine, left: State, reach: Reach): readonly [State['cells'], ReadonlyMap<Atom, Atom | null>] {
  const { universe } = engine;
  const moved = new Map<Atom, Atom | null>();
  let { cells } = left;
  for (const cell of reach.cells) {
    if (!isMark(cell)) continue;
    const value = intMap.get(cells, cell);
    cells = intMap.remove(cells, cell);
    const atom = cell - MARK;
    const now = value === undefined ? undefined : universe.single(value);
    if (now !== atom) moved.set(atom, now ?? null);
  }
  return [cells, moved];
}

/** The caller's state in which the part that the callee could get at is what the callee left. */
export function embed(engine: Engine, caller: State, entry: State, reach: Reach, exit: Exit, call: Node): State {
  const left = atHome(engine, exit.state, call);
  const without = <V>(of: intMap.IntMap<V>): intMap.IntMap<V> => [...reach.atoms].reduce((from, atom) => intMap.remove(from, atom), of);
  const overlay = <V>(onto: intMap.IntMap<V>, from: intMap.IntMap<V>): intMap.IntMap<V> =>
    intMap.merge(from, onto, { both: (_key, own) => own, onlyLeft: 'keep', onlyRight: 'keep' });
  const untouched = amend(caller, {
    heap: without(caller.heap),
    facts: without(caller.facts),
    objects: without(caller.objects),
    hot: without(caller.hot),
    unexamined: without(caller.unexamined),
  });
  const [cells, moved] = takeMarks(engine, left, reach);
  const aged = ageFor(engine, untouched, left.born, entry.born, moved);
  let trace = caller.trace;
  for (const step of exit.steps) trace = { ...step, before: trace };
  return amend(aged, {
    cells: overlay(aged.cells, cells),
    heap: overlay(aged.heap, left.heap),
    facts: overlay(aged.facts, left.facts),
    objects: overlay(aged.objects, left.objects),
    hot: overlay(aged.hot, left.hot),
    born: overlay(aged.born, left.born),
    names: aged.names + Math.max(0, left.names - entry.names),
    unexamined: overlay(aged.unexamined, left.unexamined),
    thread: left.thread,
    duty: left.duty,
    trace,
  });
}

/** What calls in other files acquired is reported at the call in the linted file that led there. */
function atHome(engine: Engine, left: State, call: Node): State {
  if (!engine.program.hasOthers || engine.isForeign(call)) return left;
  const site: Site = { node: call, id: engine.universe.siteId(call) };
  let state: State = amend(left, {
    thread: engine.makeThread(
      threadAtHome(
        left.thread,
        call,
        (node) => engine.isForeign(node),
        (node) => engine.isFoundAtHome('paired-irql', node),
      ),
    ),
    unexamined: intMap.map(left.unexamined, (node) => (engine.isForeign(node) ? call : node)),
  });
  intMap.forEach(left.objects, (atom, own) => {
    const moved = withSites(
      own,
      (old) => (engine.isForeign(old.node) ? site : old),
      (node) => (engine.isForeign(node) ? call : node),
    );
    if (moved !== own) state = engine.withObjectState(state, atom, moved);
  });
  return state;
}

/** Recursion, or a body too large: whatever it touches is unknown afterwards. */
function unseenBody(engine: Engine, frame: Frame, state: State, fn: Followable, thisValue: Value, args: Arguments, node: Node): Outcome {
  const { universe } = engine;
  const cells = engine.program.freeVariables(fn).map((variable) => intMap.get(state.cells, universe.siteId(variable)) ?? TOP);
  const callee: Value[] =
    fn.type === 'ClassBody' || fn.type === 'Program' ? [] : [universe.one(universe.atom({ kind: 'closure', function: fn, age: 0 }))];
  return unseenCall(engine, frame, state, [thisValue, ...args.values, ...cells, ...callee], node);
}
