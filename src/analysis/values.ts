/**
 * Abstract values. An `Atom` is one thing that a variable can hold: a constant, an object by its allocation site, a
 * value by the place through which it entered, the outcome of a call. A `Value` is the set of atoms that some place may
 * hold, or `TOP`: anything, without an identity. Both are small integers; equal ones are identical.
 *
 * An allocation site names the object that it made last with age 0, the one before with age 1 (recency abstraction), so
 * that a loop or a helper that is called twice does not confuse its objects, and a name never depends on who calls.
 */
import type { FunctionNode, ClassNode, Node, Primitive, Variable } from '../flow/graph.js';
import type { External } from '../resolve/external.js';
import * as constraint from './constraint.js';
import type { Constraint } from './constraint.js';
import { countOfVariable } from './counters.js';

export type Atom = number;
export type Value = number;

/** What anything may be; it has no identity, so two tests of it are not known to agree. */
export const TOP: Value = 0;

const shapes = ['object', 'array', 'iterator', 'collection', 'stack'] as const;

export type Shape = (typeof shapes)[number];

/** Atoms of one site differ by their age and by which of so many kinds they are. */
const NUMBERED = shapes.length + 5;
const MAX_AGES = 4;

export type AtomInfo =
  | { readonly kind: 'constant'; readonly value: Primitive }
  | { readonly kind: 'object'; readonly shape: Shape; readonly site: object; readonly age: number }
  | { readonly kind: 'closure'; readonly function: FunctionNode; readonly age: number }
  | { readonly kind: 'class'; readonly class: ClassNode; readonly age: number }
  /** A thing of the reference runtime. */
  | { readonly kind: 'external'; readonly external: External }
  /** A name that no scope declares, or a member of such a thing: `Math`, `Object.assign`, `[].push`. */
  | { readonly kind: 'library'; readonly path: string }
  /** Something that was there before: a parameter, a variable that others reassign, `this`. */
  | { readonly kind: 'entry'; readonly of: object; readonly name: string }
  /** Member `key` of something that was there before, as of the last time unseen code could change it. */
  | { readonly kind: 'member'; readonly base: Atom; readonly key: string; readonly epoch: number }
  /** What the expression `site` evaluated to, when nobody can tell. */
  | { readonly kind: 'result'; readonly site: object; readonly age: number; readonly known: Constraint; readonly tag: string }
  | { readonly kind: 'status'; readonly site: Node; readonly age: number; readonly outcome: 'success' | 'failure' }
  /** An operation on values that are not known, named by its operands: doing it again gives the same. */
  | { readonly kind: 'expression'; readonly operator: string; readonly left: Value; readonly right: Value; readonly place: Place | null }
  | { readonly kind: 'promise'; readonly state: 'fulfilled' | 'rejected'; readonly value: Value };

/** Begins the tag of what a contract call has put into a cell. */
const CELL_TAG = 'cell:';

/** The tag of what a contract call has put into the cell that is this argument. */
export const cellTag = (parameter: string): string => `${CELL_TAG}${parameter}`;

/** A handle that a registration has put into a cell: another one each time that it succeeds. */
export const isMadeHandle = (info: AtomInfo): boolean => info.kind === 'result' && info.tag.startsWith(CELL_TAG);

/** Where a value was read, so that a test can narrow it there: a cell of the store, or a member of an atom. */
export type Place = { readonly cell: number } | { readonly object: Atom; readonly key: string };

/** A call that fails gives an error: severity 3, the two highest bits set. */
const LEAST_ERROR = -0x4000_0000;

/** Places that may hold more different things than this hold anything. */
const MAX_ATOMS = 8;

const NO_ATOMS: readonly Atom[] = [];

/** Something is truthy, or is not. */
export interface Literal {
  readonly atom: Atom;
  readonly holds: boolean;
}

const DISJUNCTION = 'or:';

const sign = ({ holds }: Literal): string => (holds ? '+' : '-');

function append(to: Map<Atom, Atom[]>, key: Atom, atom: Atom): void {
  const known = to.get(key);
  if (known === undefined) to.set(key, [atom]);
  else known.push(atom);
}

/** Names of all atoms and values of one analysis. */
export class Universe {
  readonly #atoms: AtomInfo[] = [];
  readonly #atomByKey = new Map<string | number, Atom>();
  readonly #atomByConstant = new Map<Primitive, Atom>();
  readonly #values: (readonly Atom[])[] = [[]];
  readonly #valueByKey = new Map<string, Value>();
  readonly #idOfSite = new Map<object, number>();
  readonly #entryOf = new Map<Variable, Atom>();
  readonly #singletons: Value[] = [];
  readonly #dependents = new Map<Atom, Atom[]>();
  readonly #members = new Map<Atom, Atom[]>();
  readonly #disjunctions = new Map<Atom, Atom[]>();
  readonly #keyIds = new Map<string, number>();
  readonly #keyNames: string[] = [];
  #sites = 0;

  readonly undefined = this.constant(undefined);
  readonly true = this.constant(true);
  readonly false = this.constant(false);

  /** How many atoms have a name. */
  get size(): number {
    return this.#atoms.length;
  }

  /** A number for a syntax node, variable or other thing that names a place in the program. */
  siteId(site: object): number {
    let id = this.#idOfSite.get(site);
    if (id === undefined) {
      id = ++this.#sites;
      this.#idOfSite.set(site, id);
    }
    return id;
  }

  /** A number for a member name, and back. */
  keyId(name: string): number {
    let id = this.#keyIds.get(name);
    if (id === undefined) {
      id = this.#keyNames.push(name) - 1;
      this.#keyIds.set(name, id);
    }
    return id;
  }

  keyName(id: number): string {
    return this.#keyNames[id] ?? '';
  }

  atom(info: AtomInfo): Atom {
    const key = this.#keyOf(info);
    let atom = this.#atomByKey.get(key);
    if (atom === undefined) {
      atom = this.#add(info);
      this.#atomByKey.set(key, atom);
    }
    return atom;
  }

  /** What a variable holds that nothing was stored in yet. */
  entryOf(variable: Variable): Atom {
    let atom = this.#entryOf.get(variable);
    if (atom === undefined) {
      atom = this.atom({ kind: 'entry', of: variable, name: variable.name });
      this.#entryOf.set(variable, atom);
    }
    return atom;
  }

  #add(info: AtomInfo): Atom {
    const atom = this.#atoms.push(info) - 1;
    for (const named of this.#namedBy(info)) append(this.#dependents, named, atom);
    if (info.kind === 'member') append(this.#members, info.base, atom);
    for (const { atom: part } of this.disjunctionOf(atom) ?? []) append(this.#disjunctions, part, atom);
    return atom;
  }

  /** The atom of the same thing, made another number of rounds ago. */
  aged(info: Extract<AtomInfo, { readonly age: number }>, age: number): Atom {
    if (info.age === age) return this.atom(info);
    const atom = this.#atomByKey.get(this.#keyOf(info, age));
    return atom ?? this.atom({ ...info, age });
  }

  /** The atoms that an atom's name is made of. */
  #namedBy(info: AtomInfo): readonly Atom[] {
    switch (info.kind) {
      case 'member':
        return [info.base];
      case 'expression':
        return [
          ...this.atoms(info.left),
          ...this.atoms(info.right),
          ...(info.place !== null && 'object' in info.place ? [info.place.object] : []),
        ];
      case 'promise':
        return this.atoms(info.value);
      default:
        return NO_ATOMS;
    }
  }

  /** What is true where at least one of the two holds. */
  disjunction(a: Literal, b: Literal): Atom {
    const [first, second] = a.atom < b.atom ? [a, b] : [b, a];
    const operator = `${DISJUNCTION}${sign(first)}${sign(second)}`;
    return this.atom({ kind: 'expression', operator, left: this.one(first.atom), right: this.one(second.atom), place: null });
  }

  /** The two of which at least one holds; undefined for other atoms. */
  disjunctionOf(atom: Atom): readonly [Literal, Literal] | undefined {
    const info = this.info(atom);
    if (info.kind !== 'expression' || !info.operator.startsWith(DISJUNCTION)) return undefined;
    const [left, right] = [this.single(info.left), this.single(info.right)];
    if (left === undefined || right === undefined) return undefined;
    const [first, second] = info.operator.slice(DISJUNCTION.length);
    return [
      { atom: left, holds: first === '+' },
      { atom: right, holds: second === '+' },
    ];
  }

  /** The disjunctions that the atom is a part of. */
  disjunctionsWith(atom: Atom): readonly Atom[] {
    return this.#disjunctions.get(atom) ?? NO_ATOMS;
  }

  /** Members of a thing that was there before, as far as they have names. */
  membersOf(base: Atom): readonly Atom[] {
    return this.#members.get(base) ?? NO_ATOMS;
  }

  /** The atoms whose names are made of this one. */
  dependentsOf(atom: Atom): readonly Atom[] {
    return this.#dependents.get(atom) ?? NO_ATOMS;
  }

  /** The atoms whose names are made of these, directly or not, and these themselves. */
  affectedBy(atoms: Iterable<Atom>): ReadonlySet<Atom> {
    const affected = new Set(atoms);
    for (const atom of affected) for (const dependent of this.#dependents.get(atom) ?? []) affected.add(dependent);
    return affected;
  }

  /** A number for the kinds that there are most of, which is found faster than a text. */
  #keyOf(info: AtomInfo, age = 'age' in info ? info.age : 0): string | number {
    switch (info.kind) {
      case 'constant':
        return `c${typeof info.value}:${Object.is(info.value, -0) ? '-0' : String(info.value)}`;
      case 'object':
        return (this.siteId(info.site) * MAX_AGES + age) * NUMBERED + shapes.indexOf(info.shape);
      case 'closure':
        return (this.siteId(info.function) * MAX_AGES + age) * NUMBERED + shapes.length;
      case 'class':
        return (this.siteId(info.class) * MAX_AGES + age) * NUMBERED + shapes.length + 1;
      case 'external':
        return `x${info.external.kind}:${info.external.kind === 'namespace' ? info.external.of : info.external.name}`;
      case 'library':
        return `l${info.path}`;
      case 'entry':
        return `e${this.siteId(info.of)}:${info.name}`;
      case 'member':
        return `m${info.base}:${info.epoch}:${info.key}`;
      case 'result':
        return info.tag === ''
          ? (this.siteId(info.site) * MAX_AGES + age) * NUMBERED + shapes.length + 2
          : `r${this.siteId(info.site)}:${age}:${info.tag}`;
      case 'status':
        return (this.siteId(info.site) * MAX_AGES + age) * NUMBERED + shapes.length + (info.outcome === 'success' ? 3 : 4);
      case 'expression':
        return `t${info.operator}:${info.left}:${info.right}:${info.place === null ? '' : placeKey(info.place)}`;
      case 'promise':
        return `p${info.state}:${info.value}`;
    }
  }

  info(atom: Atom): AtomInfo {
    const info = this.#atoms[atom];
    if (info === undefined) throw new RangeError(`no atom ${atom}`);
    return info;
  }

  /** The value that is this one atom. */
  one(atom: Atom): Value {
    return (this.#singletons[atom] ??= this.#intern([atom]));
  }

  constant(value: Primitive): Value {
    if (Object.is(value, -0)) return this.one(this.atom({ kind: 'constant', value }));
    let atom = this.#atomByConstant.get(value);
    if (atom === undefined) this.#atomByConstant.set(value, (atom = this.atom({ kind: 'constant', value })));
    return this.one(atom);
  }

  /** The value that may be any of these; more than a place can hold is TOP. */
  of(atoms: readonly Atom[]): Value {
    if (atoms.length === 1) return this.one(atoms[0] as Atom);
    const sorted = [...new Set(atoms)].sort((a, b) => a - b);
    return sorted.length === 0 || sorted.length > MAX_ATOMS ? TOP : this.#intern(sorted);
  }

  #intern(sorted: readonly Atom[]): Value {
    const key = sorted.join(',');
    let value = this.#valueByKey.get(key);
    if (value === undefined) {
      value = this.#values.push(sorted) - 1;
      this.#valueByKey.set(key, value);
    }
    return value;
  }

  /** The atoms of a value; none for TOP. */
  atoms(value: Value): readonly Atom[] {
    return this.#values[value] ?? NO_ATOMS;
  }

  /** An object that was made here, or whatever was there before: not a constant, a function, or what some call or operator gave. */
  mayBeObject(atom: Atom): boolean {
    const { kind } = this.info(atom);
    return kind === 'object' || kind === 'entry' || kind === 'member';
  }

  /** The atom of a value that is only one. */
  single(value: Value): Atom | undefined {
    const atoms = this.atoms(value);
    return atoms.length === 1 ? atoms[0] : undefined;
  }

  join(a: Value, b: Value): Value {
    if (a === b) return a;
    return a === TOP || b === TOP ? TOP : this.of([...this.atoms(a), ...this.atoms(b)]);
  }

  /** Whether an atom is written in the text: a literal, or a constant of the runtime. */
  isConstant(atom: Atom): boolean {
    const info = this.info(atom);
    return info.kind === 'constant' || (info.kind === 'external' && info.external.kind === 'constant');
  }

  /** What is known of an atom on every path. */
  intrinsic(atom: Atom): Constraint {
    const info = this.info(atom);
    switch (info.kind) {
      case 'constant':
        return constraint.ofPrimitive(info.value);
      case 'object':
      case 'closure':
      case 'class':
      case 'promise':
        return constraint.ofKinds(constraint.OBJECT);
      case 'external':
        return info.external.kind === 'constant' ? constraint.ofPrimitive(info.external.value) : constraint.ofKinds(constraint.OBJECT);
      case 'library':
        return info.path === 'undefined'
          ? constraint.ofKinds(constraint.UNDEFINED)
          : info.path.includes('.')
            ? constraint.ANY
            : constraint.ofKinds(constraint.OBJECT);
      case 'status':
        return info.outcome === 'success' ? constraint.ofPrimitive(0) : constraint.wholeBetween(LEAST_ERROR, -1);
      case 'expression':
        if (info.operator.startsWith(INDEX)) return POSITION;
        return isTest(info.operator) ? BOOLEAN : resultOf(maskOf(info.operator));
      case 'result':
        return info.known;
      case 'entry':
        return knownOnEntry(info.of);
      case 'member':
        return info.key === 'length' ? LENGTH : constraint.ANY;
    }
  }
}

const BOOLEAN = constraint.ofKinds(constraint.TRUE | constraint.FALSE);

/** What the text says of a parameter or variable. */
function knownOnEntry(of: object): Constraint {
  if (isDeclaredBoolean(of)) return BOOLEAN;
  return ('defs' in of ? countOfVariable(of as Variable) : undefined) ?? constraint.ANY;
}

/** A parameter or variable that is `true` or `false` by its annotation. */
function isDeclaredBoolean(of: object): boolean {
  const name = 'defs' in of ? (of as Variable).defs[0]?.name : (of as Node);
  return name?.type === 'Identifier' && !name.optional && name.typeAnnotation?.typeAnnotation.type === 'TSBooleanKeyword';
}

/** Of an array or a string. */
const LENGTH = constraint.wholeBetween(0, Infinity);

/** The operator of a test for being one of several values. */
export const AMONG = 'among';

const INDEX = 'index:';

/** The operator that asks at which index of a list of these something is first. */
export const indexOperator = (list: readonly Atom[]): string => `${INDEX}${list.join(',')}`;

/** Of something in a list, or -1. */
const POSITION = constraint.wholeBetween(-1, Infinity);

const tests = new Set([AMONG, '===', '!==', '==', '!=', '<', '<=', '>', '>=', '!', 'in', 'instanceof', 'isNullish', 'isUndefined']);

/** Whether the operator answers with a boolean. */
export const isTest = (operator: string): boolean => tests.has(operator) || operator.startsWith('range:');

/** An operation on bits with constants: those of `and` are let through, those of `or` are set. */
export interface Mask {
  readonly and: number;
  readonly or: number;
}

/** The name of such an operation; one after another gives one of its kind, so that flags set and cleared again and again come to an end of names. */
export const maskOperator = ({ and, or }: Mask): string => `bits:${and & ~or}:${or}`;

const resultOf = (mask: Mask | undefined): Constraint =>
  mask === undefined ? constraint.ANY : constraint.wholeOfBits({ ones: mask.or, zeros: ~(mask.and | mask.or) });

/** The name of a number to which a whole number was added; one sum after another is one sum. */
export const sumOperator = (added: number): string => `sum:${added}`;

/** The whole number that the operator adds. */
export const addedBy = (operator: string): number | undefined => (operator.startsWith('sum:') ? Number(operator.slice(4)) : undefined);

const masks = new Map<string, Mask>();

export function maskOf(operator: string): Mask | undefined {
  if (!operator.startsWith('bits:')) return undefined;
  let mask = masks.get(operator);
  if (mask === undefined) {
    const [, and, or] = operator.split(':');
    masks.set(operator, (mask = { and: Number(and), or: Number(or) }));
  }
  return mask;
}

function placeKey(place: Place): string {
  return 'cell' in place ? `c${place.cell}` : `${place.object}.${place.key}`;
}
