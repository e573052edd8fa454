/**
 * What types mean, by the text of annotations and the imports of the file. Not followed without type information: types that come from other
 * modules of the project, generic parameters, mapped and conditional types.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isStructureName, positions, structures, type Structure, type StructureName } from '../contracts/classes.js';
import { contractOf } from '../contracts/functions.js';
import { isRoleName, type RoleName } from '../contracts/roles.js';
import { externalNamed, type ClassNode, type External, type Variable } from './external.js';
import { runtimeImport, variableAt } from './imports.js';
import { isRuntimeModule } from './modules.js';
import type { ResolveSettings } from './settings.js';
import { isFunction } from './syntax.js';

export type Meaning =
  | { readonly kind: 'role'; readonly role: RoleName }
  | { readonly kind: 'structure'; readonly name: StructureName }
  /** A type or class of this file with members; `of` when it is a class, or an interface that one class alone stands for. */
  | { readonly kind: 'members'; readonly members: readonly TSESTree.Node[]; readonly of?: ClassNode }
  /** An array or set; `element` when a type says what is in it. */
  | { readonly kind: 'array'; readonly element: TSESTree.TypeNode | undefined }
  /** An object whose members are all of one type, whatever they are called. */
  | { readonly kind: 'record'; readonly element: TSESTree.TypeNode }
  /** A type that is known, and is none of ours. */
  | { readonly kind: 'foreign' }
  /** A function type of this file; `returns` is what it promises. */
  | { readonly kind: 'function'; readonly parameters: readonly TSESTree.Parameter[]; readonly returns: TSESTree.TypeNode | undefined };

/** Chains of aliases longer than this (or cyclic ones) mean nothing. */
const MAX_DEPTH = 20;

const transparent = new Set(['Readonly', 'Partial', 'Required', 'NonNullable', 'Promise', 'Awaited']);
const arrays = new Set(['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Iterable']);

/** Whether a name that the file does not declare is that of a class whose instances are arrays, or sets of elements like them. */
export const isArrayClass = (name: string): boolean => arrays.has(name);

/** What the name of a type means when it is the runtime's. */
export function meaningOfName(name: string): Meaning | undefined {
  if (isRoleName(name)) return { kind: 'role', role: name };
  return isStructureName(name) ? { kind: 'structure', name } : undefined;
}

export class TypeMeanings {
  readonly #sourceCode: Readonly<TSESLint.SourceCode>;
  readonly #settings: ResolveSettings;
  /** What the type checker says of a type that this file does not explain. */
  readonly #ask: (node: TSESTree.TypeNode) => Meaning | undefined;

  constructor(sourceCode: Readonly<TSESLint.SourceCode>, settings: ResolveSettings, ask: (node: TSESTree.TypeNode) => Meaning | undefined) {
    this.#sourceCode = sourceCode;
    this.#settings = settings;
    this.#ask = ask;
  }

  of(type: TSESTree.TypeNode | undefined, depth = 0): Meaning | undefined {
    if (type === undefined || depth > MAX_DEPTH) return undefined;
    switch (type.type) {
      case 'TSTypeReference':
        return this.#reference(type, depth + 1);
      case 'TSUnionType':
      case 'TSIntersectionType':
        return first(type.types, (member) => this.of(member, depth + 1));
      case 'TSTypeLiteral':
        return { kind: 'members', members: type.members };
      case 'TSArrayType':
        return { kind: 'array', element: type.elementType };
      case 'TSTypeOperator':
        return type.operator === 'readonly' ? this.of(type.typeAnnotation, depth + 1) : undefined;
      case 'TSFunctionType':
        return { kind: 'function', parameters: type.params, returns: type.returnType?.typeAnnotation };
      case 'TSImportType':
        return this.#imported(type);
      case 'TSIndexedAccessType':
        return this.#indexed(type, depth + 1) ?? this.#ask(type);
      default:
        return undefined;
    }
  }

  /** What the member `key` of something with this meaning means. */
  member(meaning: Meaning | undefined, key: string, depth = 0): Meaning | undefined {
    if (meaning?.kind === 'structure') {
      const role = positions[meaning.name]?.[key];
      if (role !== undefined) return { kind: 'role', role };
      const { members }: Structure = structures[meaning.name];
      return members !== undefined && Object.hasOwn(members, key) ? meaningOfName(members[key] ?? '') : undefined;
    }
    if (meaning?.kind === 'record') return this.of(meaning.element, depth + 1);
    if (meaning?.kind !== 'members') return undefined;
    const member =
      meaning.members.find((candidate) => nameOfMember(candidate) === key) ??
      meaning.members.find(({ type }) => type === 'TSIndexSignature');
    switch (member?.type) {
      case 'TSIndexSignature':
      case 'TSPropertySignature':
      case 'PropertyDefinition':
      case 'TSAbstractPropertyDefinition':
      case 'AccessorProperty':
        return this.of(member.typeAnnotation?.typeAnnotation, depth + 1);
      case 'TSParameterProperty':
        return this.of(annotationOf(member.parameter), depth + 1);
      default:
        return undefined;
    }
  }

  /** Whether a type is `never`, or a function type that promises it. */
  isNever(type: TSESTree.TypeNode | undefined): boolean {
    return type?.type === 'TSNeverKeyword';
  }

  /** What a (possibly qualified) name denotes by the imports of the file: `KDEFERRED_ROUTINE`, `wdk.KDEFERRED_ROUTINE`. */
  entity(name: TSESTree.EntityName): External | undefined {
    if (name.type === 'Identifier') {
      const variable = variableAt(this.#sourceCode, name, name.name);
      return variable === undefined ? undefined : runtimeImport(variable, this.#settings);
    }
    if (name.type !== 'TSQualifiedName' || this.entity(name.left)?.kind !== 'namespace') return undefined;
    return externalNamed(name.right.name);
  }

  #reference(type: TSESTree.TSTypeReference, depth: number): Meaning | undefined {
    const { typeName } = type;
    const external = this.entity(typeName);
    if (external !== undefined) return 'name' in external ? meaningOfName(external.name) : undefined;
    if (typeName.type === 'Identifier') {
      const variable = variableAt(this.#sourceCode, typeName, typeName.name);
      const argument = type.typeArguments?.params[0];
      if (variable === undefined || variable.defs.length === 0) {
        if (transparent.has(typeName.name)) return this.of(argument, depth);
        const members = type.typeArguments?.params[1];
        if (typeName.name === 'Record' && members !== undefined) return { kind: 'record', element: members };
        return arrays.has(typeName.name) && argument !== undefined ? { kind: 'array', element: argument } : undefined;
      }
      const local = this.#local(variable, depth);
      if (local !== undefined) return local;
      if (!variable.defs.some((def) => (def.type as string) === 'ImportBinding')) return undefined;
    }
    return this.#ask(type);
  }

  #local(variable: Variable, depth: number): Meaning | undefined {
    for (const { node } of variable.defs as readonly { readonly node: TSESTree.Node }[]) {
      switch (node.type) {
        case 'TSTypeAliasDeclaration':
          return this.of(node.typeAnnotation, depth);
        case 'TSInterfaceDeclaration':
          return this.#inherited(node, depth) ?? { kind: 'members', members: node.body.body, ...onlyImplementation(variable) };
        case 'ClassDeclaration':
        case 'ClassExpression':
          return membersOfClass(node);
      }
    }
    return undefined;
  }

  /** An interface that extends a structure of the runtime is one. */
  #inherited(node: TSESTree.TSInterfaceDeclaration, depth: number): Meaning | undefined {
    return first(node.extends, ({ expression }) => {
      if (expression.type !== 'Identifier') return undefined;
      const variable = variableAt(this.#sourceCode, expression, expression.name);
      if (variable === undefined || depth > MAX_DEPTH) return undefined;
      const external = runtimeImport(variable, this.#settings);
      const base = external !== undefined && 'name' in external ? meaningOfName(external.name) : this.#local(variable, depth + 1);
      return base?.kind === 'members' ? undefined : base;
    });
  }

  /** `DRIVER_OBJECT['DriverUnload']`, `Parameters<typeof KeInitializeDpc>[1]` */
  #indexed({ objectType, indexType }: TSESTree.TSIndexedAccessType, depth: number): Meaning | undefined {
    const key = indexType.type === 'TSLiteralType' && indexType.literal.type === 'Literal' ? indexType.literal.value : undefined;
    if (typeof key === 'string') return this.member(this.of(objectType, depth), key, depth);
    return typeof key === 'number' ? this.#routineParameter(objectType, key) : undefined;
  }

  #routineParameter(parameters: TSESTree.TypeNode, index: number): Meaning | undefined {
    if (parameters.type !== 'TSTypeReference' || parameters.typeName.type !== 'Identifier') return undefined;
    const [of] = parameters.typeName.name === 'Parameters' ? (parameters.typeArguments?.params ?? []) : [];
    const external = of?.type === 'TSTypeQuery' && of.exprName.type !== 'TSImportType' ? this.entity(of.exprName) : undefined;
    const contract = external?.kind === 'function' ? contractOf(external.name) : undefined;
    const takes = contract?.takes?.find(({ parameter }) => parameter === contract.parameters[index]);
    return takes && meaningOfName(takes.role);
  }

  #imported({ source, qualifier }: TSESTree.TSImportType): Meaning | undefined {
    if (!isRuntimeModule(source.value, this.#settings)) return undefined;
    return qualifier?.type === 'Identifier' ? meaningOfName(qualifier.name) : undefined;
  }
}

/**
 * The one class that an interface of this file stands for: it alone implements it, nobody else can name it, and it is only used to say what a parameter or a
 * field is.
 */
function onlyImplementation({ defs, references }: Variable): { readonly of?: ClassNode } {
  const uses = references.map(({ identifier }) => (identifier as TSESTree.Node).parent);
  const classes = uses.flatMap((use) => (use?.type === 'TSClassImplements' ? [use.parent] : []));
  const isLocal = defs.every(({ node }) => (node as TSESTree.Node).parent?.type !== 'ExportNamedDeclaration');
  const [only] = classes;
  const isClear = isLocal && classes.length === 1 && uses.every((use) => use?.type === 'TSClassImplements' || isOfPlace(use));
  return isClear && only !== undefined ? { of: only } : {};
}

/** Whether a type is that of a parameter or field, or of that or nothing. */
function isOfPlace(type: TSESTree.Node | undefined): boolean {
  if (type?.type !== 'TSTypeReference') return false;
  let at: TSESTree.Node = type.parent;
  if (at.type === 'TSUnionType') at = at.parent;
  if (at.type !== 'TSTypeAnnotation') return false;
  const { parent: place } = at;
  const isParameter = place.type === 'Identifier' && (isFunction(place.parent) || place.parent.type === 'TSParameterProperty');
  return isParameter || place.type === 'PropertyDefinition';
}

/** Its fields, and the parameters of its constructor that are fields. */
export function membersOfClass(node: ClassNode): Meaning {
  const members: TSESTree.Node[] = [...node.body.body];
  for (const member of node.body.body) {
    if (member.type === 'MethodDefinition' && member.kind === 'constructor')
      members.push(...member.value.params.filter(({ type }) => type === 'TSParameterProperty'));
  }
  return { kind: 'members', members, of: node };
}

/** The type annotation that a parameter or the target of a declaration carries. */
export function annotationOf(target: TSESTree.Node): TSESTree.TypeNode | undefined {
  if (target.type === 'AssignmentPattern') return annotationOf(target.left);
  if (target.type === 'TSParameterProperty') return annotationOf(target.parameter);
  return 'typeAnnotation' in target && target.typeAnnotation?.type === 'TSTypeAnnotation'
    ? target.typeAnnotation.typeAnnotation
    : undefined;
}

/** The name of a member that is known without running anything; `#name` for a private one. */
export function nameOfMember(member: TSESTree.Node): string | undefined {
  if (member.type === 'TSParameterProperty')
    return member.parameter.type === 'Identifier' ? member.parameter.name : nameOfMember(member.parameter);
  if (member.type === 'AssignmentPattern') return member.left.type === 'Identifier' ? member.left.name : undefined;
  return 'key' in member && 'computed' in member ? keyName(member.key, member.computed) : undefined;
}

export function keyName(key: TSESTree.Node, computed: boolean): string | undefined {
  if (key.type === 'Literal') return typeof key.value === 'string' || typeof key.value === 'number' ? String(key.value) : undefined;
  if (computed) return undefined;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Identifier' ? key.name : undefined;
}

/** The first answer for any of the items. */
export function first<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = of(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
