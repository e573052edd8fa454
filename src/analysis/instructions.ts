/** What each instruction that always completes does to a state. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Instruction, Node, PlainInstruction, Temp } from '../flow/graph.js';
import { isDynamicImport } from '../resolve/index.js';
import { allocate } from './allocate.js';
import { arrayElements, contentsOf, fillOpenArray, setElements } from './arrays.js';
import { collectionElements } from './collections.js';
import * as constraint from './constraint.js';
import { noteReturn, noteStored } from './duty.js';
import { elementUnder, putBack } from './elements.js';
import type { Engine } from './engine.js';
import { withEnvironments } from './environments.js';
import { handOut, notePlaced } from './escape.js';
import { placeOfTemp, setTemp, splitByAtom, tempValue, type Frame } from './frame.js';
import { noteFirstUse } from './first-use.js';
import { closeIterator, takeByPattern } from './generators.js';
import { checkVariableWrite } from './guards.js';
import { CAPTURED, LENGTH, SUPERCLASS, THIS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { takeFunction } from './function-tables.js';
import { handOutFunctions } from './kept-functions.js';
import { reportOverwritten } from './leaks.js';
import { openIterator } from './iteration.js';
import { keyName, readMemberOf, readSuperMember, writeMemberOf } from './members.js';
import { constantOf, evaluateBinary, evaluateUnary, MAX_TEXT } from './operators.js';
import { newRecord, recordOf, setMember, withRecord } from './places.js';
import { amend, CLOSED, State, withCells, withFacts } from './state.js';
import { examine, examineAsKey, examineMemberOf } from './statuses.js';
import { TOP, type Atom, type Value } from './values.js';
import { globalValue, linkedValue, readVariable } from './variables.js';

type Of<K extends Instruction['kind']> = Extract<PlainInstruction, { kind: K }>;
type Run<K extends PlainInstruction['kind']> = (engine: Engine, frame: Frame, state: State, instruction: Of<K>) => State | readonly State[];

/** Every kind of instruction has an entry: a new one does not compile until someone has decided about it. */
const run: { readonly [K in PlainInstruction['kind']]: Run<K> } = {
  literal: (engine, _frame, state, { target, value }) => setTemp(state, target, engine.universe.constant(value)),
  opaque: (engine, _frame, state, { target, operands, handsOver, node }) => {
    const values = operands.map((operand) => tempValue(state, operand));
    const looked = values.reduce((into, value) => examine(engine, into, value), state);
    const imported = isDynamicImport(node) ? engine.program.importedBy(node) : undefined;
    if (imported !== undefined) {
      const namespace = linkedValue(engine, looked, { namespace: imported });
      return setTemp(looked, target, engine.universe.one(engine.universe.atom({ kind: 'promise', state: 'fulfilled', value: namespace })));
    }
    const text = node.type === 'TemplateLiteral' ? textOfTemplate(engine, looked, node, values) : undefined;
    if (text !== undefined) return setTemp(looked, target, engine.universe.constant(text));
    return unknownResult(engine, handsOver ? handOut(engine, looked, values, node) : looked, target, node);
  },
  copy: (_engine, _frame, state, { target, source }) => setTemp(state, target, tempValue(state, source)),
  readVariable: (engine, frame, state, { target, variable, name }) => {
    if (variable === null) return setTemp(state, target, globalValue(engine, name));
    return setTemp(state, target, readVariable(engine, frame, state, variable));
  },
  writeVariable: (engine, frame, state, { variable, value, initializes, node }) => {
    const written = tempValue(state, value);
    if (variable === null) return handOut(engine, examine(engine, state, written), [written], node);
    const cell = engine.universe.siteId(variable);
    const isOwn = variable.scope.variableScope.block === frame.owner;
    const stored = engine.program.isModuleLevel(variable) ? examine(engine, state, written) : state;
    const noted = isOwn ? stored : noteFirstUse(engine, stored, intMap.get(stored.cells, cell), written);
    const next = withCells(noted, intMap.set(noted.cells, cell, written));
    if (isOwn && next.unexamined !== null) reportOverwritten(engine, frame, next, intMap.get(state.cells, cell) ?? TOP);
    const placed = isOwn ? next : notePlaced(engine, noteStored(engine, next, written), written);
    return initializes ? next : checkVariableWrite(engine, frame, stored, placed, cell, node);
  },
  readMember: (engine, frame, state, instruction) => readMember(engine, frame, state, instruction),
  writeMember: (engine, frame, state, { object, key, value, node }) => {
    const written = tempValue(state, value);
    const name = keyName(engine, state, key);
    const asked = examineAsKey(engine, state, key);
    const looked = notePlaced(engine, noteStored(engine, examine(engine, asked, written), written), written);
    const atoms = engine.universe.atoms(tempValue(state, object));
    if (atoms.length === 0) return handOut(engine, looked, [written], node);
    if (atoms.length > 1)
      return splitByAtom(engine, frame, looked, object).flatMap((each) => [
        ...asList(writeEach(engine, frame, each, object, name, written, node)),
      ]);
    return writeEach(engine, frame, looked, object, name, written, node);
  },
  deleteMember: (engine, frame, state, { target, object, key, node }) => {
    const atom = engine.universe.single(tempValue(state, object));
    const asked = examineAsKey(engine, state, key);
    const cleared =
      atom === undefined
        ? [asked]
        : writeMemberOf(engine, frame, asked, atom, keyName(engine, asked, key), engine.universe.undefined, node);
    return cleared.map((each) => setTemp(each, target, engine.universe.true));
  },
  unary: (engine, frame, state, instruction) => {
    const { target, operator, operand, node } = instruction;
    // Each thing that a value can be has a type of its own: later tests of it tell which it was.
    if (operator === 'typeof' && engine.universe.atoms(tempValue(state, operand)).length > 1)
      return splitByAtom(engine, frame, state, operand).flatMap((each) => [...asList(run.unary(engine, frame, each, instruction))]);
    const value = tempValue(state, operand);
    if (operator === 'void') return setTemp(state, target, engine.universe.undefined);
    const looked = operator === 'isNullish' || operator === 'isUndefined' ? state : examine(engine, state, value);
    const result = evaluateUnary(engine.universe, looked, operator, value, placeOfTemp(engine, frame, looked, operand));
    return result === undefined ? unknownResult(engine, looked, target, node) : setTemp(looked, target, result);
  },
  binary: (engine, frame, state, { target, operator, left, right, node }) => {
    const [a, b] = [tempValue(state, left), tempValue(state, right)];
    const looked = examine(engine, examine(engine, state, a), b);
    const places = [placeOfTemp(engine, frame, looked, left), placeOfTemp(engine, frame, looked, right)] as const;
    const value = evaluateBinary(engine.universe, looked, operator, a, b, places);
    return value === undefined ? unknownResult(engine, looked, target, node) : setTemp(looked, target, value);
  },
  newObject: (engine, _frame, state, { target, node }) => {
    const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
    return setTemp(newRecord(made, atom), target, engine.universe.one(atom));
  },
  defineMember: (engine, _frame, state, { object, key, value, as, node }) => {
    const atom = engine.universe.single(tempValue(state, object));
    const name = keyName(engine, state, key);
    const defined = tempValue(state, value);
    const looked = noteStored(engine, examine(engine, examineAsKey(engine, state, key), defined), defined);
    if (atom === undefined || name === undefined) return looked;
    engine.workspace.noteWrite(atom, name, defined, node);
    return setMember(engine.universe, looked, atom, as === 'value' ? name : `${as === 'getter' ? 'get' : 'set'} ${name}`, defined);
  },
  spreadMembers: (engine, _frame, state, { object, source }) => {
    const atom = engine.universe.single(tempValue(state, object));
    return atom === undefined ? state : copyMembers(engine, state, atom, tempValue(state, source), []);
  },
  restMembers: (engine, _frame, state, { target, source, excluded, node }) => {
    const names = excluded.map((key) => keyName(engine, state, key));
    const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'object', site: node, age: 0 });
    const from = tempValue(made, source);
    return setTemp(copyMembers(engine, newRecord(made, atom), atom, from, names), target, engine.universe.one(atom));
  },
  restElements: (engine, _frame, state, { target, source, from, node }) => {
    const { universe } = engine;
    const elements = arrayElements(engine, state, tempValue(state, source));
    return makeArray(engine, state, target, node, elements?.slice(from), universe.atoms(tempValue(state, source)));
  },
  newArray: (engine, _frame, state, { target, elements, node }) => {
    const known = elements.every((element) => element?.spread !== true);
    const values = elements.map((element) => (element === undefined ? engine.universe.undefined : tempValue(state, element.value)));
    const looked = values.reduce((into, value) => noteStored(engine, examine(engine, into, value), value), state);
    if (known) return makeArray(engine, looked, target, node, values, []);
    const opened = withSpreadCollections(engine, looked, elements, node);
    const spreads = elements.map((element) => {
      if (element === undefined) return [engine.universe.undefined];
      const value = tempValue(opened, element.value);
      return element.spread ? arrayElements(engine, opened, value) : [value];
    });
    if (!spreads.includes(undefined)) {
      return makeArray(
        engine,
        opened,
        target,
        node,
        spreads.flatMap((part) => part ?? []),
        [],
      );
    }
    const handedOut = elements.reduce<State>((into, element, index) => {
      const source = element?.spread === true ? engine.universe.single(values[index] ?? TOP) : undefined;
      return handOutFunctions(engine, into, source, node);
    }, opened);
    const [made, atom] = allocate(engine, handedOut, { kind: 'object', shape: 'array', site: node, age: 0 });
    const contents = elements.flatMap((element) => (element === undefined ? [] : spreadContents(engine, made, element)));
    return setTemp(fillOpenArray(engine, made, atom, contents), target, engine.universe.one(atom));
  },
  closure: (engine, frame, state, { target, function: fn }) => {
    const { universe } = engine;
    const own = fn.type === 'ArrowFunctionExpression' && frame.thisValue !== TOP ? frame.thisValue : null;
    const captured = engine.program.captures(fn).flatMap((variable) => {
      const cell = universe.siteId(variable);
      const value = intMap.get(state.cells, cell);
      return value === undefined ? [] : [[cell, value] as const];
    });
    if (own === null && captured.length === 0 && engine.program.environmentsOf(fn).length === 0)
      return setTemp(state, target, universe.one(universe.atom({ kind: 'closure', function: fn, age: 0 })));
    const [made, atom] = allocate(engine, state, { kind: 'closure', function: fn, age: 0 });
    let filled = withRecord(made, atom, { members: null, epoch: CLOSED });
    if (own !== null) filled = setMember(universe, filled, atom, THIS, own);
    for (const [cell, value] of captured) filled = setMember(universe, filled, atom, `${CAPTURED}${cell}`, value);
    filled = withEnvironments(engine, filled, atom, fn);
    return setTemp(filled, target, universe.one(atom));
  },
  newClass: (engine, _frame, state, { target, class: node, superclass }) => {
    const { universe } = engine;
    const atom = universe.atom({ kind: 'class', class: node, age: 0 });
    const made = setTemp(newRecord(state, atom), target, universe.one(atom));
    return superclass === null ? made : setMember(universe, made, atom, SUPERCLASS, tempValue(state, superclass));
  },
  this: (_engine, frame, state, { target }) => setTemp(state, target, frame.thisValue),
  super: (_engine, frame, state, { target }) => setTemp(state, target, frame.thisValue),
  parameter: (engine, frame, state, { target, index, rest, node }) => {
    if (rest) {
      if (frame.moreArgs) return unknownResult(engine, state, target, node);
      return makeArray(engine, state, target, node, frame.args.slice(index), []);
    }
    return setTemp(state, target, frame.args[index] ?? (frame.moreArgs ? TOP : engine.universe.undefined));
  },
  arguments: (engine, frame, state, { target, node }) =>
    frame.moreArgs ? unknownResult(engine, state, target, node) : makeArray(engine, state, target, node, frame.args, []),
  setReturn: (engine, frame, state, instruction) => {
    const { value } = instruction;
    // What still runs may test the variable that was returned: then it tells which of its values that was.
    const apart =
      value !== null && frame.index.earlyReturns.has(instruction) && engine.universe.atoms(tempValue(state, value)).length <= MAX_APART;
    return apart
      ? splitByAtom(engine, frame, state, value).map((each) => setReturn(engine, each, instruction))
      : setReturn(engine, state, instruction);
  },
  setThrow: (engine, _frame, state, { value, node }) => {
    const thrown = tempValue(state, value);
    return amend(examine(engine, state, thrown), { thrown: { value: thrown, node } });
  },
  catch: (_engine, _frame, state, { target }) => amend(setTemp(state, target, state.thrown?.value ?? TOP), { thrown: null }),
  openIterator: (engine, frame, state, { target, iterable, of, node }) => {
    const value = tempValue(state, iterable);
    const [opened, iterator] = of === 'keys' ? [state, value] : openIterator(engine, frame, state, value, node);
    return setTemp(opened, target, iterator);
  },
  closeIterator: (engine, frame, state, { iterator, node }) => closeIterator(engine, frame, state, tempValue(state, iterator), node),
};

/** The text of a template of constants. */
function textOfTemplate(engine: Engine, state: State, node: TSESTree.TemplateLiteral, values: readonly Value[]): string | undefined {
  const parts = values.map((value) => constantOf(engine.universe, state, value));
  if (parts.includes(undefined)) return undefined;
  const text = node.quasis
    .map(({ value }, index) => `${value.cooked ?? ''}${index < parts.length ? String(parts[index]?.value) : ''}`)
    .join('');
  return text.length > MAX_TEXT ? undefined : text;
}

const asList = (states: State | readonly State[]): readonly State[] => (states instanceof State ? [states] : states);

export function runInstruction(engine: Engine, frame: Frame, state: State, instruction: PlainInstruction): State | readonly State[] {
  const runOne = run[instruction.kind] as Run<PlainInstruction['kind']>;
  return runOne(engine, frame, state, instruction);
}

/** A new value without any other name than where it was made. */
function unknownResult(engine: Engine, state: State, target: Temp, node: Node, tag = '', known = constraint.ANY): State {
  const [made, atom] = allocate(engine, state, { kind: 'result', site: node, age: 0, known, tag });
  return setTemp(withFacts(made, intMap.remove(made.facts, atom)), target, engine.universe.one(atom));
}

const isNothing = (engine: Engine, atom: Atom): boolean => {
  const info = engine.universe.info(atom);
  return info.kind === 'constant' && (info.value === null || info.value === undefined);
};

/** A return of more values than this is one of something. */
const MAX_APART = 4;

function setReturn(engine: Engine, state: State, { value, node }: Of<'setReturn'>): State {
  const returned = value === null ? engine.universe.undefined : tempValue(state, value);
  return amend(noteReturn(engine, state, returned, node), { returned: { value: returned, node } });
}

function readMember(engine: Engine, frame: Frame, before: State, instruction: Of<'readMember'>): State[] {
  const { universe } = engine;
  const { target, object, key, node } = instruction;
  const state = examineMemberOf(engine, examineAsKey(engine, before, key), tempValue(before, object));
  const definition = frame.index.definitions[object];
  const name = keyName(engine, state, key);
  if (definition?.kind === 'super' && name !== undefined) {
    return readSuperMember(engine, frame, state, name, node).map((read) => setTemp(read.state, target, read.value));
  }
  const atoms = universe.atoms(tempValue(state, object));
  if (atoms.length === 0) return [setTemp(state, target, TOP)];
  if (name === undefined && key.kind === 'computed' && universe.atoms(tempValue(state, key.key)).length > 1)
    return splitByAtom(engine, frame, state, key.key)
      .flatMap((each) => readMember(engine, frame, each, instruction))
      .map((each) => withoutHole(engine, each, instruction, tempValue(state, key.key)));
  if (name === undefined) return readUnknownKey(engine, state, instruction);
  return splitByAtom(engine, frame, state, object).flatMap((each) => {
    const atom = universe.single(tempValue(each, object));
    // Reading a member of nothing throws: that path ends here, unless it is the only one.
    if (atom === undefined || (isNothing(engine, atom) && atoms.length > 1)) return [];
    const taken = takeByPattern(engine, frame, each, atom, node);
    if (taken !== undefined) return taken.map((read) => setTemp(read.state, target, read.value));
    const reads = readMemberOf(engine, frame, each, atom, name, node).map((read) => setTemp(read.state, target, read.value));
    if (key.kind !== 'computed' || frame.index.definitions[key.key]?.kind === 'literal') return reads;
    return reads.map((read) => withoutHole(engine, read, instruction, tempValue(state, key.key)));
  });
}

/**
 * Beyond the elements that some index or some path knows of, nothing says that nothing is read: a loop may know better which index it is, or how
 * long the array is. It is some element, for the round (interface 4.8).
 */
function withoutHole(engine: Engine, state: State, { target, object, key, node }: Of<'readMember'>, index: Value): State {
  const { universe } = engine;
  const array = universe.single(tempValue(state, object));
  const info = array === undefined ? undefined : universe.info(array);
  if (array === undefined || info?.kind !== 'object' || info.shape !== 'array' || key.kind !== 'computed') return state;
  const length = intMap.get(recordOf(state, array).members, universe.keyId(LENGTH));
  const isOpen = universe.single(index) === undefined || length === undefined || universe.single(length) === undefined;
  const [nothing] = universe.atoms(universe.undefined);
  const value = tempValue(state, target);
  const isHole = value === TOP || (nothing !== undefined && universe.atoms(value).includes(nothing));
  if (!isOpen || !isHole) return state;
  const tag = `element:${array}`;
  const last = universe.atom({ kind: 'result', site: node, age: 0, known: constraint.ANY, tag });
  return unknownResult(engine, putBack(engine, state, last), target, node, tag);
}

function readUnknownKey(engine: Engine, state: State, { target, object, key }: Of<'readMember'>): State[] {
  const holder = tempValue(state, object);
  const index = key.kind === 'computed' ? tempValue(state, key.key) : TOP;
  const element = elementUnder(engine.universe, holder, index);
  const taken = takeFunction(engine, state, holder, index);
  if (taken === undefined) return [setTemp(state, target, element)];
  const functions = taken.functions.map((each) => setTemp(each.state, target, each.value));
  return taken.rest === null ? functions : [...functions, setTemp(taken.rest, target, element)];
}

function writeEach(engine: Engine, frame: Frame, state: State, object: Temp, name: string | undefined, value: Value, node: Node): State[] {
  const atom = engine.universe.single(tempValue(state, object));
  if (atom === undefined || isNothing(engine, atom)) return [state];
  return writeMemberOf(engine, frame, state, atom, name, value, node);
}

/** `{ ...source }` into an object. */
function copyMembers(engine: Engine, state: State, into: Atom, source: Value, excluded: readonly (string | undefined)[]): State {
  const { universe } = engine;
  const from = universe.single(source);
  const record = from === undefined ? undefined : recordOf(state, from);
  if (from === undefined || record === undefined) return openUp(state, into);
  let copied = state;
  intMap.forEach(record.members, (key, value) => {
    const name = universe.keyName(key);
    if (!name.startsWith('[[') && !excluded.includes(name)) copied = setMember(universe, copied, into, name, value);
  });
  return record.epoch === CLOSED || isNothing(engine, from) ? copied : openUp(copied, into);
}

/** Members that are not listed may be anything. */
function openUp(state: State, atom: Atom): State {
  const record = recordOf(state, atom);
  return record.epoch === CLOSED ? withRecord(state, atom, { ...record, epoch: 0 }) : state;
}

type Element = NonNullable<Of<'newArray'>['elements'][number]>;

/** A map or set that is spread, and whose contents are known, is an array of them. */
function withSpreadCollections(engine: Engine, state: State, elements: readonly (Element | undefined)[], node: Node): State {
  return elements.reduce((into, element) => {
    const listed = element?.spread === true ? collectionElements(engine, into, tempValue(into, element.value), node) : undefined;
    return listed === undefined || element === undefined ? into : setTemp(listed.state, element.value, listed.value);
  }, state);
}

/** What a part of an array literal may put into the array. */
function spreadContents(engine: Engine, state: State, { value, spread }: Element): Value[] {
  const put = tempValue(state, value);
  const source = engine.universe.single(put);
  if (!spread || source === undefined) return [put];
  const contents = contentsOf(engine, state, source);
  return contents.length > 0 || arrayElements(engine, state, put) !== undefined ? contents : [TOP];
}

/** Longer array literals are tables of data: what is in them is not followed one by one. */
const MAX_ELEMENTS = 64;

function makeArray(
  engine: Engine,
  state: State,
  target: Temp,
  node: Node,
  elements: readonly Value[] | undefined,
  among: readonly Atom[],
): State {
  const [made, atom] = allocate(engine, state, { kind: 'object', shape: 'array', site: node, age: 0 });
  const known = elements !== undefined && elements.length <= MAX_ELEMENTS ? elements : undefined;
  const any = known === undefined ? [...among, ...(elements ?? []).flatMap((value) => [...engine.universe.atoms(value)])] : [];
  return setTemp(setElements(engine, made, atom, known, any), target, engine.universe.one(atom));
}
