/** Reading and writing members of abstract values: own members, then the class, then what the language itself offers. */
import type { ClassNode, FunctionNode, MemberKey, Node } from '../flow/graph.js';
import { arrayElements, setElements } from './arrays.js';
import { getterOf, setterOf } from './class-members.js';
import { classOf, inherited, isWhole } from './classes.js';
import { callClosure } from './closures.js';
import { noteSet } from './duty.js';
import { forgetElements } from './elements.js';
import type { Engine } from './engine.js';
import { keep } from './escape.js';
import { noteFirstUse } from './first-use.js';
import { tempValue, type Frame } from './frame.js';
import { checkMemberRead, checkMemberWrite } from './guards.js';
import { DECLARED, ELEMENTS, LENGTH, SUPERCLASS } from './hidden-members.js';
import * as intMap from './int-map.js';
import { ownMember, recordOf, setMember, withRecord } from './places.js';
import { CLOSED, type State } from './state.js';
import { TOP, type Atom, type Shape, type Universe, type Value } from './values.js';
import { externalValue, linkedValue } from './variables.js';

/** The name of a member; undefined for a computed one whose key is not known. */
export function keyName(engine: Engine, state: State, key: MemberKey): string | undefined {
  if (key.kind === 'name') return key.name;
  if (key.kind === 'private') return `#${key.name}`;
  const atom = engine.universe.single(tempValue(state, key.key));
  const info = atom === undefined ? undefined : engine.universe.info(atom);
  return info?.kind === 'constant' && ['string', 'number'].includes(typeof info.value) ? String(info.value) : undefined;
}

const closureOf = (universe: Universe, fn: FunctionNode): Value => universe.one(universe.atom({ kind: 'closure', function: fn, age: 0 }));

/** A value that is read, and the state after a getter ran. */
interface Read {
  readonly state: State;
  readonly value: Value;
}

/** What the language's library offers under a name. */
const libraryValue = (universe: Universe, path: string): Value => universe.one(universe.atom({ kind: 'library', path }));

/** Reads a member of one atom. */
export function readMemberOf(engine: Engine, frame: Frame, state: State, object: Atom, key: string, node: Node): Read[] {
  const { universe } = engine;
  const checked = checkMemberRead(engine, frame, state, object, key, node);
  const info = universe.info(object);
  const plain = (value: Value): Read[] => [{ state: checked, value }];
  const own = intMap.get(recordOf(checked, object).members, universe.keyId(key));
  if (own !== undefined) return plain(own);
  switch (info.kind) {
    case 'constant':
      return plain(libraryValue(universe, `${info.value === null || info.value === undefined ? 'nothing' : '[primitive]'}.${key}`));
    case 'external': {
      const { external } = info;
      if (external.kind === 'function' || external.kind === 'statusTest') return plain(libraryValue(universe, `[function].${key}`));
      if (external.kind !== 'namespace') return plain(TOP);
      const member = frame.module.resolver.member(external, key);
      if (member !== undefined) return plain(externalValue(universe, member));
      // A module of the project that exports things of the runtime exports its own, too.
      const linked = engine.program.exported(external.of, key);
      return plain(linked === undefined ? TOP : linkedValue(engine, checked, linked));
    }
    case 'library':
      return plain(libraryValue(universe, `${info.path}.${key}`));
    case 'promise':
      return plain(libraryValue(universe, `[promise].${key}`));
    case 'class':
      return readThroughClass(engine, frame, checked, object, object, `static `, key, node) ?? plain(universe.undefined);
    case 'closure':
      return plain(libraryValue(universe, `[function].${key}`));
    case 'object':
    case 'entry':
    case 'member':
    case 'result':
    case 'status':
    case 'expression': {
      const namespace = info.kind === 'entry' ? engine.program.moduleAt(info.of) : undefined;
      if (namespace !== undefined) {
        const linked = engine.program.exported(namespace, key);
        return plain(linked === undefined ? TOP : linkedValue(engine, checked, linked));
      }
      const cls = classOf(universe, checked, object);
      return (
        ownAccessor(engine, frame, checked, object, key, node) ??
        readThroughClass(engine, frame, checked, object, cls, '', key, node) ??
        (info.kind === 'object' || cls !== undefined ? undefined : readDeclared(engine, frame, checked, object, key, node)) ??
        plain(memberOfLanguage(engine, checked, object, cls, key))
      );
    }
  }
}

/** Whose methods an object of the language has that is no plain one. */
const methodsByShape: Readonly<Partial<Record<Shape, string>>> = { stack: '[stack]', collection: '[map]', iterator: '[iterator]' };

/** A member that neither the object nor its class is known to have: what the language gives to all objects of that shape, if it is one. */
function memberOfLanguage(engine: Engine, state: State, object: Atom, cls: Atom | undefined, key: string): Value {
  const { universe } = engine;
  const info = universe.info(object);
  const shape = info.kind === 'object' ? info.shape : undefined;
  const methods = shape === undefined ? undefined : methodsByShape[shape];
  if (methods !== undefined) return libraryValue(universe, `${methods}.${key}`);
  if (shape === 'array') return arrayMember(engine, state, object, key);
  const { epoch, members } = recordOf(state, object);
  if (epoch === CLOSED && intMap.get(members, universe.keyId(ELEMENTS)) === undefined && isWhole(engine, state, cls))
    return key in Object.prototype ? libraryValue(universe, `[object].${key}`) : universe.undefined;
  return ownMember(universe, state, object, key) ?? TOP;
}

function arrayMember(engine: Engine, state: State, object: Atom, key: string): Value {
  const { universe } = engine;
  if (/^-?\d+$/.test(key)) {
    const rest = intMap.get(recordOf(state, object).members, universe.keyId(ELEMENTS));
    const record = recordOf(state, object);
    if (rest === undefined && record.epoch === CLOSED) return universe.undefined;
    return TOP;
  }
  if (key === 'length') return intMap.get(recordOf(state, object).members, universe.keyId(LENGTH)) ?? TOP;
  return libraryValue(universe, `[array].${key}`);
}

function ownAccessor(engine: Engine, frame: Frame, state: State, object: Atom, key: string, node: Node): Read[] | undefined {
  const getter = intMap.get(recordOf(state, object).members, engine.universe.keyId(getterOf(key)));
  return getter === undefined ? undefined : runAccessor(engine, frame, state, getter, object, [], node);
}

function readThroughClass(
  engine: Engine,
  frame: Frame,
  state: State,
  object: Atom,
  cls: Atom | undefined,
  prefix: string,
  key: string,
  node: Node,
): Read[] | undefined {
  const { universe } = engine;
  const method = inherited(engine, state, cls, prefix + key);
  if (method !== undefined && key !== 'constructor') return [{ state, value: closureOf(universe, method) }];
  const getter = inherited(engine, state, cls, prefix + getterOf(key));
  if (getter !== undefined) return runAccessor(engine, frame, state, closureOf(universe, getter), object, [], node);
  const above = prefix === '' || cls === undefined ? undefined : intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  const parent = above === undefined ? undefined : universe.single(above);
  if (parent === undefined) return undefined;
  const own = intMap.get(recordOf(state, parent).members, universe.keyId(key));
  return own === undefined ? undefined : [{ state, value: own }];
}

/** A member that the declared class of the object gives it, when nothing else is known of the object. */
function readDeclared(engine: Engine, frame: Frame, state: State, object: Atom, key: string, node: Node): Read[] | undefined {
  const { universe } = engine;
  const cls = declaredClass(engine, state, object, key, node);
  const member = cls && engine.declared.memberOf(cls, key);
  switch (member?.kind) {
    case 'method':
      return [{ state: withDeclared(engine, state, object, cls), value: closureOf(universe, member.function) }];
    case 'getter':
      return runAccessor(engine, frame, withDeclared(engine, state, object, cls), closureOf(universe, member.function), object, [], node);
    case 'constant':
      return [{ state, value: externalValue(universe, member.constant) }];
    default:
      return undefined;
  }
}

function declaredClass(engine: Engine, state: State, object: Atom, key: string, node: Node): ClassNode | undefined {
  const { universe } = engine;
  const known = universe.single(intMap.get(recordOf(state, object).members, universe.keyId(DECLARED)) ?? TOP);
  const before = known === undefined ? undefined : universe.info(known);
  return engine.declared.classAt(node, key, before?.kind === 'class' ? before.class : undefined);
}

/** Methods of a class above, which take `this` for an instance of their own, find what the class below has. */
function withDeclared(engine: Engine, state: State, object: Atom, cls: ClassNode | undefined): State {
  if (cls === undefined || cls.superClass === null) return state;
  const { universe } = engine;
  return setMember(universe, state, object, DECLARED, universe.one(universe.atom({ kind: 'class', class: cls, age: 0 })));
}

function runAccessor(
  engine: Engine,
  frame: Frame,
  state: State,
  accessor: Value,
  object: Atom,
  args: readonly Value[],
  node: Node,
): Read[] {
  const { universe } = engine;
  const atom = universe.single(accessor);
  const info = atom === undefined ? undefined : universe.info(atom);
  if (info?.kind !== 'closure') return [{ state, value: TOP }];
  const { completes } = callClosure(engine, frame, state, atom as Atom, universe.one(object), { values: args, more: false }, node);
  return completes.map(({ state: after, value }) => ({ state: after, value }));
}

/** `super.key`: looked up above the class whose code runs. */
export function readSuperMember(engine: Engine, frame: Frame, state: State, key: string, node: Node): Read[] {
  const { universe } = engine;
  const cls = frame.classAtom;
  const above = cls === null ? undefined : intMap.get(recordOf(state, cls).members, universe.keyId(SUPERCLASS));
  const parent = above === undefined ? undefined : universe.single(above);
  const instance = universe.single(frame.thisValue);
  const getter = instance === undefined ? undefined : inherited(engine, state, parent, getterOf(key));
  if (getter !== undefined && instance !== undefined)
    return runAccessor(engine, frame, state, closureOf(universe, getter), instance, [], node);
  const method = inherited(engine, state, parent, key) ?? declaredAbove(engine, cls, key);
  return [{ state, value: method === undefined ? TOP : closureOf(universe, method) }];
}

/** A class that is known from its declaration alone has what it extends from there, too. */
function declaredAbove(engine: Engine, cls: Atom | null, key: string): FunctionNode | undefined {
  const info = cls === null ? undefined : engine.universe.info(cls);
  return info?.kind === 'class' ? engine.declared.methodAbove(info.class, key) : undefined;
}

/** Writes a member of one atom, through a setter if there is one. */
export function writeMemberOf(
  engine: Engine,
  frame: Frame,
  state: State,
  object: Atom,
  key: string | undefined,
  value: Value,
  node: Node,
): State[] {
  const { universe } = engine;
  const checked = noteSet(engine, checkMemberWrite(engine, frame, state, object, key, value, node), object);
  if (key === undefined) return [writeUnknownKey(engine, keep(engine, checked, 'set', [value]), object, value)];
  const own = intMap.get(recordOf(checked, object).members, universe.keyId(setterOf(key)));
  const method = own === undefined ? inherited(engine, checked, classOf(universe, checked, object), setterOf(key)) : undefined;
  const cls = method === undefined ? declaredClass(engine, checked, object, key, node) : undefined;
  const declared = method ?? (cls && engine.declared.setterOf(cls, key));
  const setter = own ?? (declared === undefined ? undefined : closureOf(universe, declared));
  if (setter !== undefined) return runAccessor(engine, frame, checked, setter, object, [value], node).map((read) => read.state);
  const info = universe.info(object);
  if (info.kind === 'object' && info.shape === 'array') return [writeArrayMember(engine, checked, object, key, value)];
  const noted = noteFirstUse(engine, checked, ownMember(universe, checked, object, key), value);
  return [setMember(universe, noted, object, key, value)];
}

/** An element that is written beyond the end makes the array longer; a `length` that is written cuts it off. */
function writeArrayMember(engine: Engine, state: State, array: Atom, key: string, value: Value): State {
  const { universe } = engine;
  const elements = arrayElements(engine, state, universe.one(array));
  if (key === 'length') {
    const length = numberOf(universe, value);
    if (length === 0) return setElements(engine, state, array, [], []);
    const isKnown = elements !== undefined && length !== undefined && length <= elements.length;
    const among = (elements ?? []).flatMap((element) => [...universe.atoms(element)]);
    return setElements(engine, state, array, isKnown ? elements.slice(0, length) : undefined, among);
  }
  const written = setMember(universe, elements === undefined ? forgetElements(universe, state, array) : state, array, key, value);
  const isNew = elements !== undefined && /^\d+$/.test(key) && Number(key) >= elements.length;
  return isNew ? setMember(universe, written, array, LENGTH, universe.constant(Number(key) + 1)) : written;
}

const numberOf = (universe: Universe, value: Value): number | undefined => {
  const atom = universe.single(value);
  const info = atom === undefined ? undefined : universe.info(atom);
  return info?.kind === 'constant' && typeof info.value === 'number' ? info.value : undefined;
};

/** `object[unknown] = value`: any element may be it now. */
function writeUnknownKey(engine: Engine, state: State, object: Atom, value: Value): State {
  const { universe } = engine;
  const record = recordOf(state, object);
  const elements = universe.keyId(ELEMENTS);
  const members = intMap.map(record.members, (old, key) => (universe.keyName(key).startsWith('[[') ? old : universe.join(old, value)));
  const before = intMap.get(record.members, elements);
  return withRecord(forgetElements(universe, state, object), object, {
    ...record,
    members: intMap.set(members, elements, before === undefined ? value : universe.join(before, value)),
  });
}
