/**
 * What an expression or a name is declared to be, by the annotations of its file: literals, enums, kinds of values, and unions and aliases of these.
 * Not followed without type information: types that come from other modules, generic parameters, `keyof`, `typeof`, conditional types.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Variable } from './external.js';
import { variableAt } from './imports.js';
import { annotationOf, keyName, nameOfMember } from './meanings.js';
import { classAround, sourceOfConstant } from './syntax.js';

/** A value of which the type is that value alone. */
export type Unit = string | number | boolean | null | undefined;

/** More values than this are no list of cases. */
export const MAX_UNITS = 64;

/** Kinds of values that there is no end of; what is a function or a symbol is an object here. */
export type Kind = 'string' | 'number' | 'bigint' | 'object';

/** One of these values, or one of these kinds. */
export interface DeclaredType {
  readonly units: readonly Unit[];
  readonly kinds: readonly Kind[];
}

/** Chains of aliases longer than this (or cyclic ones) say nothing. */
const MAX_DEPTH = 20;

type Source = Readonly<TSESLint.SourceCode>;

/** What is declared of an expression: a type, or the value that a variable or field begins with and widens to the type of. */
interface Declared {
  readonly types: readonly TSESTree.TypeNode[];
  readonly init: TSESTree.Expression | null;
  /** `mode?: Mode`: also what was left out. */
  readonly optional: boolean;
}

/** Where types are looked up. */
interface Scope {
  readonly sourceCode: Source;
  /** Whether a type that the file does not declare is one of objects. */
  readonly isObject: (type: TSESTree.TypeNode) => boolean;
}

/** The type of an expression, name or member, or of what is found there along `path`; undefined when the file does not tell. */
export function typeDeclared(scope: Scope, node: TSESTree.Node, path: readonly string[]): DeclaredType | undefined {
  const { sourceCode } = scope;
  const literal = unitOf(node);
  if (literal !== undefined) return { units: [literal.value], kinds: [] };
  const members = enumMember(sourceCode, node);
  if (members !== undefined) return { units: members, kinds: [] };
  const declared = path.reduce<Declared | undefined>(
    (of, key) => of && memberOfDeclared(sourceCode, of, key, 0),
    declaredByMember(node) ?? declaredOf(sourceCode, node, 0) ?? declaredOfResult(sourceCode, node) ?? declaredOfElement(sourceCode, node),
  );
  if (declared === undefined) return undefined;
  if (declared.init !== null) return widened(sourceCode, declared.init);
  const found: Found = { units: new Set(declared.optional ? [undefined] : []), kinds: new Set() };
  for (const type of declared.types) if (!addType(scope, type, found, 0)) return undefined;
  const isEmpty = found.units.size === 0 && found.kinds.size === 0;
  return isEmpty || found.units.size > MAX_UNITS ? undefined : { units: [...found.units], kinds: [...found.kinds] };
}

function declaredOfResult(sourceCode: Source, node: TSESTree.Node): Declared | undefined {
  if (node.type !== 'CallExpression' || node.optional) return undefined;
  const declared = declaredOf(sourceCode, node.callee, 0);
  return declared && eachType(declared, (type) => (type.type === 'TSFunctionType' ? type.returnType?.typeAnnotation : undefined));
}

/** What a loop takes out of something that is declared to be an array or the like. */
function declaredOfElement(sourceCode: Source, node: TSESTree.Node): Declared | undefined {
  const [definition] = node.type === 'Identifier' ? (variableAt(sourceCode, node, node.name)?.defs ?? []) : [];
  if (definition?.type !== 'Variable' || definition.node.id !== definition.name) return undefined;
  const loop = definition.parent.parent;
  if (loop.type !== 'ForOfStatement' || loop.left !== definition.parent) return undefined;
  const declared = declaredOf(sourceCode, loop.right, 0);
  return declared && eachType(declared, elementOf);
}

function eachType({ types, optional }: Declared, inner: (type: TSESTree.TypeNode) => TSESTree.TypeNode | undefined): Declared | undefined {
  const found = types.flatMap((type) => inner(type) ?? []);
  return optional || found.length === 0 || found.length < types.length ? undefined : { types: found, init: null, optional: false };
}

const listTypes = new Set(['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Iterable']);

function elementOf(type: TSESTree.TypeNode): TSESTree.TypeNode | undefined {
  if (type.type === 'TSTypeOperator') return type.typeAnnotation && elementOf(type.typeAnnotation);
  if (type.type === 'TSArrayType') return type.elementType;
  const isList = type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && listTypes.has(type.typeName.name);
  return isList ? type.typeArguments?.params[0] : undefined;
}

interface Found {
  readonly units: Set<Unit>;
  readonly kinds: Set<Kind>;
}

function unitOf(node: TSESTree.Node): { readonly value: Unit } | undefined {
  if (node.type === 'Literal')
    return typeof node.value === 'object' || typeof node.value === 'bigint'
      ? node.raw === 'null'
        ? { value: null }
        : undefined
      : { value: node.value };
  if (node.type !== 'UnaryExpression' || node.operator !== '-') return undefined;
  const negated = unitOf(node.argument);
  return typeof negated?.value === 'number' ? { value: -negated.value } : undefined;
}

/** `State.Idle`. */
function enumMember(sourceCode: Source, node: TSESTree.Node): readonly Unit[] | undefined {
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return undefined;
  const name = keyName(node.property, node.computed);
  const values = enumOf(sourceCode, node.object);
  return name === undefined || values?.has(name) !== true ? undefined : [values.get(name)];
}

/** The members of an enum that is written with numbers and texts only, by name. */
function enumOf(sourceCode: Source, name: TSESTree.Identifier): ReadonlyMap<string, Unit> | undefined {
  const defs = variableAt(sourceCode, name, name.name)?.defs as readonly { readonly node: TSESTree.Node }[] | undefined;
  const declaration = defs?.length === 1 ? defs[0]?.node : undefined;
  if (declaration?.type !== 'TSEnumDeclaration') return undefined;
  const values = new Map<string, Unit>();
  let next: number | undefined = 0;
  for (const { id, initializer } of declaration.body.members) {
    const value: Unit = initializer === undefined ? next : unitOf(initializer)?.value;
    if (value === undefined) return undefined;
    values.set(id.type === 'Identifier' ? id.name : id.value, value);
    next = typeof value === 'number' ? value + 1 : undefined;
  }
  return values;
}

/** `let state = State.Idle` can be any `State`, and `let open = false` either. */
function widened(sourceCode: Source, init: TSESTree.Expression): DeclaredType | undefined {
  if (init.type === 'Literal' && typeof init.value === 'boolean') return { units: [false, true], kinds: [] };
  if (init.type !== 'MemberExpression' || init.object.type !== 'Identifier' || enumMember(sourceCode, init) === undefined) return undefined;
  return { units: [...(enumOf(sourceCode, init.object)?.values() ?? [])], kinds: [] };
}

function declaredOf(sourceCode: Source, node: TSESTree.Node, depth: number): Declared | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (node.type) {
    case 'Identifier': {
      const variable = variableAt(sourceCode, node, node.name);
      return variable && declaredOfVariable(sourceCode, variable, depth);
    }
    case 'TSAsExpression':
    case 'TSTypeAssertion':
      return { types: [node.typeAnnotation], init: null, optional: false };
    case 'MemberExpression': {
      const key = keyName(node.property, node.computed);
      return key === undefined ? undefined : declaredOfMember(sourceCode, node.object, key, depth + 1);
    }
    default:
      return undefined;
  }
}

function declaredOfVariable(sourceCode: Source, variable: Variable, depth: number): Declared | undefined {
  const [definition, another] = variable.defs;
  if (definition === undefined || another !== undefined) return undefined;
  if (definition.type === 'Variable' && definition.node.id === definition.name) {
    const { init } = definition.node;
    const isConstant = definition.parent.kind === 'const';
    return (
      declaredAt(definition.name, isConstant ? null : init) ?? (isConstant && init ? declaredOf(sourceCode, init, depth + 1) : undefined)
    );
  }
  if (definition.type === 'Variable') {
    const source = sourceOfConstant(variable);
    return source?.key === undefined ? undefined : declaredOfMember(sourceCode, source.init, source.key, depth + 1);
  }
  if (definition.type !== 'Parameter') return undefined;
  // The name itself is annotated, or it is taken out of a pattern and nobody says so.
  const isWhole = definition.node.params.some((parameter) => {
    const target = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    return (target.type === 'AssignmentPattern' ? target.left : target) === definition.name;
  });
  return isWhole ? declaredAt(definition.name, null) : undefined;
}

function declaredAt(target: TSESTree.Node, init: TSESTree.Expression | null): Declared | undefined {
  const annotation = annotationOf(target);
  const optional = ('optional' in target && target.optional === true) || ('definite' in target && target.definite);
  if (annotation !== undefined) return { types: [annotation], init: null, optional };
  return init === null ? undefined : { types: [], init, optional };
}

function declaredOfMember(sourceCode: Source, object: TSESTree.Expression, key: string, depth: number): Declared | undefined {
  if (object.type === 'ThisExpression') {
    const around = classAround(object);
    const member = around && memberNamed(classMembers(around), key);
    return member && declaredByMember(member);
  }
  const declared = declaredOf(sourceCode, object, depth);
  return declared && memberOfDeclared(sourceCode, declared, key, depth);
}

/** What is read there: of `null` and `undefined` nothing can be. */
function memberOfDeclared(sourceCode: Source, { types }: Declared, key: string, depth: number): Declared | undefined {
  const some = types.filter((type) => !isNothing(type));
  return some.length === 0 ? undefined : together(some.map((type) => memberOfType(sourceCode, type, key, depth + 1)));
}

const isNothing = ({ type }: TSESTree.TypeNode): boolean => type === 'TSNullKeyword' || type === 'TSUndefinedKeyword';

const together = (parts: readonly (Declared | undefined)[]): Declared | undefined => {
  const types: TSESTree.TypeNode[] = [];
  let optional = false;
  for (const part of parts) {
    if (part === undefined || part.init !== null) return undefined;
    types.push(...part.types);
    optional ||= part.optional;
  }
  return { types, init: null, optional };
};

function memberOfType(sourceCode: Source, type: TSESTree.TypeNode, key: string, depth: number): Declared | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (type.type) {
    case 'TSUnionType':
      return memberOfDeclared(sourceCode, { types: type.types, init: null, optional: false }, key, depth);
    case 'TSTypeLiteral':
      return ofMembers(type.members, key);
    case 'TSTypeReference': {
      const declaration = declarationOf(sourceCode, type.typeName);
      if (declaration?.type === 'TSTypeAliasDeclaration' && declaration.typeParameters === undefined)
        return memberOfType(sourceCode, declaration.typeAnnotation, key, depth + 1);
      if (declaration?.type === 'TSInterfaceDeclaration') return ofMembers(declaration.body.body, key);
      return declaration?.type === 'ClassDeclaration' ? ofMembers(classMembers(declaration), key) : undefined;
    }
    default:
      return undefined;
  }
}

function classMembers({ body }: TSESTree.ClassDeclaration | TSESTree.ClassExpression): TSESTree.Node[] {
  const made = body.body.flatMap((member) =>
    member.type === 'MethodDefinition' && member.kind === 'constructor' ? member.value.params : [],
  );
  return [...body.body, ...made.filter(({ type }) => type === 'TSParameterProperty')];
}

const memberNamed = (members: readonly TSESTree.Node[], key: string): TSESTree.Node | undefined =>
  members.find((member) => nameOfMember(member) === key);

function ofMembers(members: readonly TSESTree.Node[], key: string): Declared | undefined {
  const member = memberNamed(members, key);
  return member && declaredByMember(member);
}

function declaredByMember(member: TSESTree.Node): Declared | undefined {
  switch (member.type) {
    case 'TSPropertySignature':
      return declaredAt(member, null);
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return declaredAt(member, member.readonly ? null : member.value);
    case 'TSParameterProperty':
      return declaredAt(member.parameter.type === 'AssignmentPattern' ? member.parameter.left : member.parameter, null);
    default:
      return undefined;
  }
}

/** The declaration of a type of this file that is declared once. */
function declarationOf(sourceCode: Source, name: TSESTree.EntityName): TSESTree.Node | undefined {
  if (name.type !== 'Identifier') return undefined;
  const defs = variableAt(sourceCode, name, name.name)?.defs as readonly { readonly node: TSESTree.Node }[] | undefined;
  return defs?.length === 1 ? defs[0]?.node : undefined;
}

/** False when the file does not tell what the type is. */
function addType(scope: Scope, type: TSESTree.TypeNode, found: Found, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (type.type) {
    case 'TSLiteralType': {
      const unit = unitOf(type.literal);
      if (unit !== undefined) found.units.add(unit.value);
      return unit !== undefined;
    }
    case 'TSBooleanKeyword':
      found.units.add(false).add(true);
      return true;
    case 'TSNullKeyword':
      found.units.add(null);
      return true;
    case 'TSUndefinedKeyword':
      found.units.add(undefined);
      return true;
    case 'TSUnionType':
      return type.types.every((each) => addType(scope, each, found, depth + 1));
    case 'TSTypeReference':
      return addNamed(scope, type, found, depth + 1);
    default: {
      const kind = kinds.get(type.type);
      if (kind !== undefined) found.kinds.add(kind);
      return kind !== undefined;
    }
  }
}

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['TSStringKeyword', 'string'],
  ['TSTemplateLiteralType', 'string'],
  ['TSNumberKeyword', 'number'],
  ['TSBigIntKeyword', 'bigint'],
  ['TSObjectKeyword', 'object'],
  ['TSSymbolKeyword', 'object'],
  ['TSArrayType', 'object'],
  ['TSTupleType', 'object'],
  ['TSFunctionType', 'object'],
]);

function addNamed(scope: Scope, type: TSESTree.TSTypeReference, found: Found, depth: number): boolean {
  const { sourceCode } = scope;
  const { typeName: name } = type;
  if (name.type === 'TSQualifiedName') {
    const members = name.left.type === 'Identifier' ? enumOf(sourceCode, name.left) : undefined;
    if (members?.has(name.right.name) !== true) return false;
    found.units.add(members.get(name.right.name));
    return true;
  }
  const declaration = declarationOf(sourceCode, name);
  if (declaration?.type === 'TSTypeAliasDeclaration')
    return declaration.typeParameters === undefined && addType(scope, declaration.typeAnnotation, found, depth);
  const members = name.type === 'Identifier' ? enumOf(sourceCode, name) : undefined;
  for (const value of members?.values() ?? []) found.units.add(value);
  if (members !== undefined) return true;
  const isObject = declaration?.type === 'TSInterfaceDeclaration' || declaration?.type === 'ClassDeclaration' || scope.isObject(type);
  if (isObject) found.kinds.add('object');
  return isObject;
}
