/**
 * The values that an expression is declared to have, by the annotations of its file: literals, enums, booleans, and unions and aliases of these.
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

/** Undefined when the file does not list them. */
export function valuesDeclared(sourceCode: Source, node: TSESTree.Expression): readonly Unit[] | undefined {
  const literal = unitOf(node);
  if (literal !== undefined) return [literal.value];
  const members = enumMember(sourceCode, node);
  if (members !== undefined) return members;
  const declared = declaredOf(sourceCode, node, 0);
  if (declared === undefined) return undefined;
  const values = new Set<Unit>(declared.optional ? [undefined] : []);
  if (declared.init !== null) return widened(sourceCode, declared.init);
  for (const type of declared.types) if (!addValues(sourceCode, type, values, 0)) return undefined;
  return values.size === 0 || values.size > MAX_UNITS ? undefined : [...values];
}

/** Whether an expression is declared, by the annotations of its file, never to be `null` or `undefined`. */
export function isDeclaredThere(sourceCode: Source, node: TSESTree.Expression): boolean {
  const declared = declaredOf(sourceCode, node, 0) ?? declaredOfResult(sourceCode, node) ?? declaredOfElement(sourceCode, node);
  if (declared === undefined || declared.optional || declared.types.length === 0) return false;
  return declared.types.every((type) => isThere(sourceCode, type, 0));
}

function declaredOfResult(sourceCode: Source, node: TSESTree.Expression): Declared | undefined {
  if (node.type !== 'CallExpression' || node.optional) return undefined;
  const declared = declaredOf(sourceCode, node.callee, 0);
  return declared && eachType(declared, (type) => (type.type === 'TSFunctionType' ? type.returnType?.typeAnnotation : undefined));
}

/** What a loop takes out of something that is declared to be an array or the like. */
function declaredOfElement(sourceCode: Source, node: TSESTree.Expression): Declared | undefined {
  const [definition] = node.type === 'Identifier' ? (variableAt(sourceCode, node, node.name)?.defs ?? []) : [];
  if (definition?.type !== 'Variable' || definition.node.id !== definition.name) return undefined;
  const loop = definition.parent.parent;
  if (loop.type !== 'ForOfStatement' || loop.left !== definition.parent) return undefined;
  const declared = declaredOf(sourceCode, loop.right, 0);
  return declared && eachType(declared, elementOf);
}

function eachType({ types, optional }: Declared, inner: (type: TSESTree.TypeNode) => TSESTree.TypeNode | undefined): Declared | undefined {
  const found = types.flatMap((type) => inner(type) ?? []);
  return optional || found.length < types.length ? undefined : { types: found, init: null, optional: false };
}

const listTypes = new Set(['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Iterable']);

function elementOf(type: TSESTree.TypeNode): TSESTree.TypeNode | undefined {
  if (type.type === 'TSTypeOperator') return type.typeAnnotation && elementOf(type.typeAnnotation);
  if (type.type === 'TSArrayType') return type.elementType;
  const isList = type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && listTypes.has(type.typeName.name);
  return isList ? type.typeArguments?.params[0] : undefined;
}

const typesOfThings: ReadonlySet<string> = new Set([
  ...['TSNumberKeyword', 'TSStringKeyword', 'TSBooleanKeyword', 'TSBigIntKeyword', 'TSObjectKeyword', 'TSArrayType'],
  ...['TSTypeLiteral', 'TSFunctionType', 'TSTupleType'],
]);

function isThere(sourceCode: Source, type: TSESTree.TypeNode, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (type.type === 'TSUnionType') return type.types.every((each) => isThere(sourceCode, each, depth + 1));
  if (type.type !== 'TSTypeReference') return typesOfThings.has(type.type);
  const declaration = declarationOf(sourceCode, type.typeName);
  if (declaration?.type === 'TSTypeAliasDeclaration') return isThere(sourceCode, declaration.typeAnnotation, depth + 1);
  return ['TSInterfaceDeclaration', 'ClassDeclaration', 'TSEnumDeclaration'].includes(declaration?.type ?? '');
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
function widened(sourceCode: Source, init: TSESTree.Expression): readonly Unit[] | undefined {
  if (init.type === 'Literal' && typeof init.value === 'boolean') return [false, true];
  if (init.type !== 'MemberExpression' || init.object.type !== 'Identifier' || enumMember(sourceCode, init) === undefined) return undefined;
  return [...(enumOf(sourceCode, init.object)?.values() ?? [])];
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
  const optional = 'optional' in target && target.optional === true;
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
  if (declared === undefined || declared.optional || declared.types.length === 0) return undefined;
  return together(declared.types.map((type) => memberOfType(sourceCode, type, key, depth + 1)));
}

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
      return together(type.types.map((each) => memberOfType(sourceCode, each, key, depth + 1)));
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

/** False when a type is not one of a few values. */
function addValues(sourceCode: Source, type: TSESTree.TypeNode, values: Set<Unit>, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (type.type) {
    case 'TSLiteralType': {
      const unit = unitOf(type.literal);
      if (unit !== undefined) values.add(unit.value);
      return unit !== undefined;
    }
    case 'TSBooleanKeyword':
      values.add(false).add(true);
      return true;
    case 'TSNullKeyword':
      values.add(null);
      return true;
    case 'TSUndefinedKeyword':
      values.add(undefined);
      return true;
    case 'TSUnionType':
      return type.types.every((each) => addValues(sourceCode, each, values, depth + 1));
    case 'TSTypeReference':
      return addNamed(sourceCode, type.typeName, values, depth + 1);
    default:
      return false;
  }
}

function addNamed(sourceCode: Source, name: TSESTree.EntityName, values: Set<Unit>, depth: number): boolean {
  if (name.type === 'TSQualifiedName') {
    const members = name.left.type === 'Identifier' ? enumOf(sourceCode, name.left) : undefined;
    if (members?.has(name.right.name) !== true) return false;
    values.add(members.get(name.right.name));
    return true;
  }
  const declaration = declarationOf(sourceCode, name);
  if (declaration?.type === 'TSTypeAliasDeclaration' && declaration.typeParameters === undefined)
    return addValues(sourceCode, declaration.typeAnnotation, values, depth);
  const members = name.type === 'Identifier' ? enumOf(sourceCode, name) : undefined;
  for (const value of members?.values() ?? []) values.add(value);
  return members !== undefined;
}
