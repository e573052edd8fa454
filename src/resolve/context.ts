/**
 * What is known of an expression from the text around it: what it is (`meaning`), what its place expects of it (`expected`), and what it denotes
 * (`denoted`). All three follow names through this file only; the type checker is asked at the leaves, if there is one.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isStructureName, roleOfMember, structureOfParameter, type StructureName } from '../contracts/classes.js';
import { contractOf } from '../contracts/functions.js';
import { roles, type RoleName } from '../contracts/roles.js';
import type { External, FunctionNode, Variable } from './external.js';
import { variableAt } from './imports.js';
import {
  annotationOf,
  first,
  isArrayClass,
  keyName,
  membersOfClass,
  meaningOfName,
  nameOfMember,
  type Meaning,
  type TypeMeanings,
} from './meanings.js';
import {
  classAround,
  constructorOf,
  functionAround,
  isFunction,
  isLibraryCallback,
  memberReads,
  nameNode,
  signature,
  sourceOfConstant,
  type Signature,
} from './syntax.js';

interface Expected {
  readonly meaning: Meaning;
  /** `type`: a type says so. `position`: the place in the kit's interface does. */
  readonly by: 'type' | 'position';
}

/** The leaves that the text of the file does not explain. */
interface Leaves {
  readonly denoted: (variable: Variable) => External | undefined;
  readonly member: (namespace: External, name: string) => External | undefined;
  /** By the type checker, if there is one. */
  readonly meaning: (node: TSESTree.Expression) => Meaning | undefined;
  readonly expected: (node: TSESTree.Expression) => Meaning | undefined;
  readonly role: (fn: FunctionNode) => RoleName | undefined;
}

const MAX_DEPTH = 24;

const anyArray: Meaning = { kind: 'array', element: undefined };

/** Methods of an array that give one with the same elements, or some of them; methods that give one with others. */
const givesAlike = new Set(['filter', 'slice', 'concat', 'sort', 'reverse', 'splice', 'toSorted', 'toReversed', 'toSpliced', 'with']);
const givesOther = new Set(['map', 'flatMap', 'flat']);

/** Static functions of the language's library that give arrays. */
const givesArray: Readonly<Record<string, ReadonlySet<string>>> = {
  Array: new Set(['from', 'of']),
  Object: new Set(['keys', 'values', 'entries']),
};

export class Context {
  readonly #sourceCode: Readonly<TSESLint.SourceCode>;
  readonly #types: TypeMeanings;
  readonly #leaves: Leaves;
  /** What has been found out; while it is being found out, as names may go in circles, nothing is known. */
  readonly #answers = {
    denoted: new WeakMap<object, unknown>(),
    meaning: new WeakMap<object, unknown>(),
    expected: new WeakMap<object, unknown>(),
  };
  /** By name, where members are read. */
  #memberReads: ReadonlyMap<string, readonly TSESTree.MemberExpression[]> | undefined;
  /** Nesting of the three, which ask each other: past the bound they know nothing. */
  #depth = 0;

  constructor(sourceCode: Readonly<TSESLint.SourceCode>, types: TypeMeanings, leaves: Leaves) {
    this.#sourceCode = sourceCode;
    this.#types = types;
    this.#leaves = leaves;
  }

  denoted(node: TSESTree.Node): External | undefined {
    return this.#once('denoted', node, () => this.#denoted(node));
  }

  meaning(node: TSESTree.Node): Meaning | undefined {
    return this.#once('meaning', node, () => this.#meaning(node));
  }

  expected(node: TSESTree.Expression): Expected | undefined {
    return this.#once('expected', node, () => this.#expected(node));
  }

  #once<T>(what: 'denoted' | 'meaning' | 'expected', node: TSESTree.Node, find: () => T | undefined): T | undefined {
    const answers = this.#answers[what];
    if (answers.has(node)) return answers.get(node) as T | undefined;
    if (this.#depth >= MAX_DEPTH) return undefined;
    answers.set(node, undefined);
    this.#depth += 1;
    try {
      const found = find();
      answers.set(node, found);
      return found;
    } finally {
      this.#depth -= 1;
    }
  }

  /** Whether a name is that of a function which the file only declares, and which does not return. */
  isDeclaredNever(node: TSESTree.Expression): boolean {
    const definition = node.type === 'Identifier' ? this.#variable(node)?.defs[0]?.node : undefined;
    return definition?.type === 'TSDeclareFunction' && definition.returnType?.typeAnnotation.type === 'TSNeverKeyword';
  }

  /** The declaration in this file of what a callee names: of a member of the type that its object has, or of a function. */
  declarationOf(callee: TSESTree.Expression): TSESTree.Node | undefined {
    if (callee.type === 'Identifier') return this.#variable(callee)?.defs.find(({ node }) => node.type === 'TSDeclareFunction')?.node;
    const key = callee.type === 'MemberExpression' ? keyName(callee.property, callee.computed) : undefined;
    const object = callee.type === 'MemberExpression' && key !== undefined ? this.meaning(callee.object) : undefined;
    return object?.kind === 'members' ? object.members.find((member) => nameOfMember(member) === key) : undefined;
  }

  #variable(node: TSESTree.Identifier): Variable | undefined {
    return variableAt(this.#sourceCode, node, node.name);
  }

  #denoted(node: TSESTree.Node): External | undefined {
    switch (node.type) {
      case 'Identifier': {
        const variable = this.#variable(node);
        if (variable === undefined) return undefined;
        const external = this.#leaves.denoted(variable);
        if (external !== undefined) return external;
        const source = sourceOfConstant(variable);
        if (source === undefined) return undefined;
        const from = this.denoted(source.init);
        return source.key === undefined ? from : from && this.#leaves.member(from, source.key);
      }
      case 'MemberExpression': {
        const name = keyName(node.property, node.computed);
        const object = name === undefined ? undefined : this.denoted(node.object);
        return object === undefined || name === undefined ? undefined : this.#leaves.member(object, name);
      }
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
      case 'TSNonNullExpression':
      case 'TSInstantiationExpression':
      case 'ChainExpression':
        return this.denoted(node.expression);
      default:
        return undefined;
    }
  }

  #meaning(node: TSESTree.Node): Meaning | undefined {
    switch (node.type) {
      case 'Identifier': {
        const variable = this.#variable(node);
        return variable && this.meaningOfVariable(variable);
      }
      case 'ThisExpression': {
        const owner = classAround(node);
        return owner && membersOfClass(owner);
      }
      case 'MemberExpression': {
        const key = keyName(node.property, node.computed);
        const object = key === undefined ? undefined : this.meaning(node.object);
        return key === undefined ? undefined : (this.#types.member(object, key) ?? this.#fieldMade(object, key));
      }
      case 'NewExpression':
        return named(this.denoted(node.callee)) ?? this.#instance(node.callee) ?? this.#madeByLibrary(node.callee);
      case 'CallExpression':
        return this.#allocated(node) ?? this.#givenByLibrary(node.callee);
      case 'ArrayExpression':
        return anyArray;
      case 'TSAsExpression':
      case 'TSTypeAssertion':
        return this.#types.of(node.typeAnnotation) ?? this.meaning(node.expression);
      case 'TSSatisfiesExpression':
        return this.meaning(node.expression) ?? this.#types.of(node.typeAnnotation);
      case 'TSNonNullExpression':
      case 'ChainExpression':
        return this.meaning(node.expression);
      case 'ConditionalExpression':
        return this.meaning(node.consequent) ?? this.meaning(node.alternate);
      case 'LogicalExpression':
        return this.meaning(node.right) ?? this.meaning(node.left);
      case 'AssignmentExpression':
        return this.meaning(node.right);
      default:
        return undefined;
    }
  }

  meaningOfVariable(variable: Variable): Meaning | undefined {
    for (const { type, node, name } of variable.defs as readonly TSESLint.Scope.Definition[]) {
      if (type === 'Variable') {
        if (node.id === name) {
          const annotation = annotationOf(node.id);
          if (annotation !== undefined) return this.#types.of(annotation);
          return node.init === null ? undefined : this.meaning(node.init);
        }
        const source = sourceOfConstant(variable);
        if (source?.key !== undefined) return this.#types.member(this.meaning(source.init), source.key);
      } else if (type === 'Parameter' && name.type === 'Identifier') return this.#parameter(node, name);
    }
    return undefined;
  }

  #parameter(fn: TSESTree.Node, name: TSESTree.Identifier): Meaning | undefined {
    if (!isFunction(fn)) return undefined;
    const index = fn.params.findIndex((parameter) => nameNode(parameter) === name);
    const parameter = fn.params[index];
    if (parameter === undefined) return undefined;
    const annotation = annotationOf(parameter);
    if (annotation !== undefined) return this.#types.of(annotation);
    const role = this.#leaves.role(fn);
    const structure = role && roles[role].structures?.[roles[role].parameters[index] ?? ''];
    if (structure !== undefined) return meaningOfName(structure);
    return parameter.type === 'AssignmentPattern' ? this.meaning(parameter.right) : undefined;
  }

  /** A field without annotation is what its initialiser makes. */
  #fieldMade(object: Meaning | undefined, key: string): Meaning | undefined {
    if (object?.kind !== 'members') return undefined;
    for (const member of object.members) {
      if (member.type === 'PropertyDefinition' && member.value !== null && keyName(member.key, member.computed) === key)
        return this.meaning(member.value);
    }
    return undefined;
  }

  #instance(callee: TSESTree.Expression): Meaning | undefined {
    if (callee.type !== 'Identifier') return undefined;
    for (const { node } of (this.#variable(callee)?.defs ?? []) as readonly { readonly node: TSESTree.Node }[]) {
      if (node.type === 'ClassDeclaration') return membersOfClass(node);
    }
    return undefined;
  }

  #allocated(node: TSESTree.CallExpression): Meaning | undefined {
    const external = this.denoted(node.callee);
    const contract = external?.kind === 'function' ? contractOf(external.name) : undefined;
    if (contract?.memory?.kind === 'allocate') {
      const type = node.arguments[contract.parameters.indexOf(contract.memory.type)];
      return type && (named(this.denoted(type)) ?? (type.type === 'SpreadElement' ? undefined : this.#instance(type)));
    }
    const declared = external === undefined ? this.#declaredFunction(node.callee) : undefined;
    return declared && this.#types.of(declared.returns);
  }

  /** Arrays that methods of arrays give, and static functions of the language's library. */
  #givenByLibrary(callee: TSESTree.Expression): Meaning | undefined {
    if (callee.type !== 'MemberExpression') return undefined;
    const name = keyName(callee.property, callee.computed);
    if (name === undefined) return undefined;
    const { object } = callee;
    if (object.type === 'Identifier' && this.#isOfLanguage(object))
      return givesArray[object.name]?.has(name) === true ? anyArray : undefined;
    const isOfSame = givesAlike.has(name);
    if (!isOfSame && !givesOther.has(name)) return undefined;
    const receiver = this.meaning(object);
    return receiver?.kind !== 'array' ? undefined : isOfSame ? receiver : anyArray;
  }

  #madeByLibrary(callee: TSESTree.Expression): Meaning | undefined {
    return callee.type === 'Identifier' && isArrayClass(callee.name) && this.#isOfLanguage(callee) ? anyArray : undefined;
  }

  /** A name that nothing in the file declares. */
  #isOfLanguage(node: TSESTree.Identifier): boolean {
    return (this.#variable(node)?.defs.length ?? 0) === 0;
  }

  #expected(node: TSESTree.Expression): Expected | undefined {
    const { parent } = node;
    switch (parent.type) {
      case 'TSAsExpression':
      case 'TSTypeAssertion':
      case 'TSSatisfiesExpression':
        return byType(this.#types.of(parent.typeAnnotation)) ?? this.expected(parent);
      case 'TSNonNullExpression':
        return this.expected(parent);
      case 'ConditionalExpression':
        return parent.test === node ? undefined : this.expected(parent);
      case 'LogicalExpression':
        return this.expected(parent);
      case 'SequenceExpression':
        return parent.expressions.at(-1) === node ? this.expected(parent) : undefined;
      case 'VariableDeclarator':
        return parent.id.type === 'Identifier' ? this.#expectedOfName(parent.id) : undefined;
      case 'AssignmentPattern':
        return byType(this.#types.of(annotationOf(parent.left)));
      case 'PropertyDefinition':
      case 'AccessorProperty': {
        if (parent.value !== node) return undefined;
        const annotation = annotationOf(parent);
        return annotation === undefined ? this.#expectedOfMember(parent, node) : byType(this.#types.of(annotation));
      }
      case 'MethodDefinition':
        return parent.value === node && parent.kind === 'method' ? this.#expectedOfMember(parent, node) : undefined;
      case 'MemberExpression':
        return isBound(parent, node) ? this.expected(parent.parent) : undefined;
      case 'AssignmentExpression':
        return parent.right === node ? this.#assigned(parent) : undefined;
      case 'Property':
        return parent.value === node ? (this.#inObject(parent) ?? this.#expectedOfMember(parent, node)) : undefined;
      case 'ArrayExpression': {
        const array = this.expected(parent);
        return array?.meaning.kind === 'array' ? byType(this.#types.of(array.meaning.element)) : undefined;
      }
      case 'CallExpression':
      case 'NewExpression':
        return this.#argument(parent, node);
      case 'ReturnStatement':
      case 'ArrowFunctionExpression':
        return this.#returned(parent);
      default:
        return undefined;
    }
  }

  /** A name that is annotated expects that; one that is not expects what the places where it is used expect. */
  #expectedOfName(id: TSESTree.Identifier): Expected | undefined {
    const annotation = annotationOf(id);
    if (annotation !== undefined) return byType(this.#types.of(annotation));
    const variable = this.#variable(id);
    return variable && this.expectedOfUses(variable);
  }

  expectedOfUses(variable: Variable): Expected | undefined {
    for (const { identifier } of variable.references) {
      const node = identifier as TSESTree.Node;
      if (node.type !== 'Identifier' || (node.parent.type === 'VariableDeclarator' && node.parent.id === node)) continue;
      const found = this.expected(node);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A function that a class or an object literal holds under a name is what the places expect where it is read and handed on. */
  #expectedOfMember(member: Member, node: TSESTree.Expression): Expected | undefined {
    return first(this.#readsOf(member, node), (read) => this.expected(read));
  }

  #readsOf(member: TSESTree.Node, value: TSESTree.Node): TSESTree.MemberExpression[] {
    const key = isMember(member) && isFunction(value) && member.value === value ? keyName(member.key, member.computed) : undefined;
    if (key === undefined) return [];
    this.#memberReads ??= memberReads(this.#sourceCode);
    return this.#memberReads.get(key)?.filter((read) => this.#reads(read, member as Member)) ?? [];
  }

  /** Whether an expression reads that member: of `this` or another instance, of the class, of the variable that holds the object. */
  #reads({ object }: TSESTree.MemberExpression, { parent: holder, ...member }: Member): boolean {
    const made = object.type === 'Identifier' ? this.#variable(object)?.defs[0]?.node : undefined;
    if (holder.type !== 'ClassBody') return made?.type === 'VariableDeclarator' && made.init === holder;
    if ('static' in member && member.static) return made === holder.parent;
    const meaning = this.meaning(object);
    return meaning?.kind === 'members' && meaning.of === holder.parent;
  }

  #assigned({ left, operator }: TSESTree.AssignmentExpression): Expected | undefined {
    if (!['=', '??=', '||=', '&&='].includes(operator)) return undefined;
    if (left.type === 'Identifier') {
      const variable = this.#variable(left);
      return variable && byType(this.meaningOfVariable(variable));
    }
    if (left.type !== 'MemberExpression') return undefined;
    const key = keyName(left.property, left.computed);
    if (key === undefined) return undefined;
    const object = this.meaning(left.object) ?? this.#leaves.meaning(left.object);
    if (object !== undefined) return this.#memberOf({ meaning: object, by: 'type' }, key);
    return byPosition(roleOfMember(key));
  }

  #inObject(property: TSESTree.Property): Expected | undefined {
    if (property.parent.type !== 'ObjectExpression') return undefined;
    const key = keyName(property.key, property.computed);
    const object = this.expected(property.parent);
    if (object?.meaning.kind === 'record') return byType(this.#types.of(object.meaning.element));
    if (key === undefined) return undefined;
    if (object !== undefined) return this.#memberOf(object, key);
    const known = this.#leaves.expected(property.value as TSESTree.Expression);
    if (known !== undefined) return byType(known);
    // An object whose use cannot be told: the kit's own member names say enough.
    return byPosition(roleOfMember(key));
  }

  #memberOf({ meaning }: Expected, key: string): Expected | undefined {
    const member = this.#types.member(meaning, key);
    return member && { meaning: member, by: meaning.kind === 'structure' ? 'position' : 'type' };
  }

  #argument(call: TSESTree.CallExpression | TSESTree.NewExpression, node: TSESTree.Expression): Expected | undefined {
    const index = (call.arguments as readonly TSESTree.Node[]).indexOf(node);
    if (index < 0 || call.arguments.slice(0, index).some(({ type }) => type === 'SpreadElement')) return undefined;
    const external = this.denoted(call.callee);
    if (external?.kind === 'function') {
      const contract = contractOf(external.name);
      const parameter = contract?.parameters[index];
      const takes = contract?.takes?.find((taken) => taken.parameter === parameter);
      return byPosition(takes?.role) ?? byPositionOf(structureOfParameter(parameter ?? ''));
    }
    if (external !== undefined) return undefined;
    const parameter = this.#declaredFunction(call.callee)?.parameters[index];
    const annotation = parameter && annotationOf(parameter);
    if (parameter === undefined && isLibraryCallback(call.callee)) return undefined;
    return byType(annotation === undefined ? this.#leaves.expected(node) : this.#types.of(annotation));
  }

  /** The function of this file that a callee names, or its type. */
  #declaredFunction(callee: TSESTree.Expression): Signature | undefined {
    if (isFunction(callee)) return signature(callee);
    if (callee.type === 'MemberExpression') {
      const key = keyName(callee.property, callee.computed);
      const object = key === undefined ? undefined : this.meaning(callee.object);
      if (object?.kind !== 'members') return undefined;
      for (const member of object.members) {
        if (member.type === 'MethodDefinition' && keyName(member.key, member.computed) === key && isFunction(member.value))
          return signature(member.value);
        if (member.type === 'TSMethodSignature' && keyName(member.key, member.computed) === key)
          return { parameters: member.params, returns: member.returnType?.typeAnnotation };
      }
      return undefined;
    }
    if (callee.type !== 'Identifier') return undefined;
    for (const { node, type } of (this.#variable(callee)?.defs ?? []) as readonly {
      readonly node: TSESTree.Node;
      readonly type: string;
    }[]) {
      if (isFunction(node) && type === 'FunctionName') return signature(node);
      if (node.type === 'ClassDeclaration') return constructorOf(node);
      if (node.type !== 'VariableDeclarator') continue;
      const declared = this.#types.of(annotationOf(node.id));
      if (declared?.kind === 'function') return declared;
      if (node.init !== null && isFunction(node.init)) return signature(node.init);
    }
    return undefined;
  }

  #returned(node: TSESTree.ReturnStatement | TSESTree.ArrowFunctionExpression): Expected | undefined {
    const fn = functionAround(node);
    if (fn === undefined) return undefined;
    const declared = fn.returnType && byType(this.#types.of(fn.returnType.typeAnnotation));
    // That it is some function says less than what is done with it.
    if (declared !== undefined && declared.meaning.kind !== 'function') return declared;
    const own = fn.type === 'FunctionDeclaration' ? undefined : this.expected(fn)?.meaning;
    if (own?.kind === 'function') return byType(this.#types.of(own.returns));
    return first(this.#callsOf(fn), (call) => this.expected(call)) ?? declared;
  }

  /** The calls in this file of a function that goes by a name. */
  #callsOf(fn: FunctionNode): TSESTree.CallExpression[] {
    const { parent } = fn;
    const id = fn.type === 'FunctionDeclaration' ? fn.id : parent.type === 'VariableDeclarator' && parent.init === fn ? parent.id : null;
    const variable = id?.type === 'Identifier' ? this.#variable(id) : undefined;
    const names: readonly TSESTree.Node[] = variable?.references.map(({ identifier }) => identifier) ?? this.#readsOf(parent, fn);
    return names.flatMap((name) => (name.parent?.type === 'CallExpression' && name.parent.callee === name ? [name.parent] : []));
  }
}

type Member = TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.AccessorProperty | TSESTree.Property;

function isMember(node: TSESTree.Node): node is Member {
  return (
    node.type === 'MethodDefinition' || node.type === 'PropertyDefinition' || node.type === 'AccessorProperty' || node.type === 'Property'
  );
}

/** `f.bind(receiver)`: the same routine. First arguments that are bound as well would move the others. */
function isBound(
  member: TSESTree.MemberExpression,
  node: TSESTree.Expression,
): member is TSESTree.MemberExpression & { readonly parent: TSESTree.CallExpression } {
  const call = member.parent;
  return (
    member.object === node &&
    keyName(member.property, member.computed) === 'bind' &&
    call.type === 'CallExpression' &&
    call.callee === member &&
    call.arguments.length < 2
  );
}

function byType(meaning: Meaning | undefined): Expected | undefined {
  return meaning && { meaning, by: 'type' };
}

function byPosition(role: string | undefined): Expected | undefined {
  const meaning = role === undefined ? undefined : meaningOfName(role);
  return meaning && { meaning, by: 'position' };
}

function byPositionOf(name: StructureName | undefined): Expected | undefined {
  return name && { meaning: { kind: 'structure', name }, by: 'position' };
}

function named(external: External | undefined): Meaning | undefined {
  return external?.kind === 'class' && isStructureName(external.name) ? { kind: 'structure', name: external.name } : undefined;
}
