/**
 * TypeScript that exists at run time: enums, namespaces, `import a = b.c`, `export =`.
 * Not modelled: the reverse mapping of an enum, and exports of a namespace that change after its body has run.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node, Temp } from './graph.js';
import type { Builder, Steps } from './builder.js';
import { done } from './builder.js';
import { statementList } from './functions.js';
import type { NameNode } from './scopes.js';

export function lowerEnum(node: TSESTree.TSEnumDeclaration, b: Builder): Steps {
  const object = openObject(b, node, node.id);
  let previous: EnumValue | null = null;
  for (const member of node.body.members) {
    previous = enumValue(b, member, previous);
    const { value } = previous;
    const name = member.id.type === 'Identifier' ? member.id.name : member.id.value;
    b.emit({ kind: 'defineMember', object, key: { kind: 'name', name }, value, as: 'value', node: member });
    if (b.scopes.variableOf(member.id) !== null) b.writeVariable(member.id, value, true);
  }
  return done;
}

interface EnumValue {
  readonly value: Temp;
  /** Null when it is not written as a number. */
  readonly number: number | null;
}

function enumValue(b: Builder, member: TSESTree.TSEnumMember, previous: EnumValue | null): EnumValue {
  const { initializer } = member;
  if (initializer !== undefined) {
    const number = initializer.type === 'Literal' && typeof initializer.value === 'number' ? initializer.value : null;
    return { value: b.lower(initializer), number };
  }
  if (previous !== null && previous.number === null) {
    const right = b.literal(member, 1);
    return {
      value: b.define({ kind: 'binary', target: b.temp(), operator: '+', left: previous.value, right, node: member }),
      number: null,
    };
  }
  const number = (previous?.number ?? -1) + 1;
  return { value: b.literal(member, number), number };
}

/** The object of an enum or namespace. A second declaration of the name adds to what the first has made. */
function openObject(b: Builder, node: Node, id: TSESTree.Identifier): Temp {
  const first = b.scopes.variableOf(id)?.defs.find(({ node: declaration }) => makesObject(declaration));
  if (first !== undefined && first.node !== node) return b.readVariable(id);
  const object = b.define({ kind: 'newObject', target: b.temp(), node });
  const declared = b.scopes.declaredVariables(node).filter(({ name }) => name === id.name);
  for (const variable of declared) b.emit({ kind: 'writeVariable', variable, name: id.name, value: object, initializes: true, node: id });
  if (declared.length === 0) b.writeVariable(id, object, true);
  return object;
}

function makesObject(node: Node): boolean {
  return (
    runs(node as TSESTree.ProgramStatement) &&
    ['ClassDeclaration', 'FunctionDeclaration', 'TSEnumDeclaration', 'TSModuleDeclaration'].includes(node.type)
  );
}

export function lowerNamespace(node: TSESTree.TSModuleDeclaration, b: Builder): Steps {
  const { id, body } = node;
  if (node.declare || id.type === 'Literal' || node.kind === 'global' || body === undefined || !body.body.some(runs)) return done;
  return [() => statementList(b, body.body), () => defineNamespace(b, node, id, body)];
}

/** Whether the statement exists at run time: a namespace of types makes no object. */
function runs(statement: TSESTree.ProgramStatement): boolean {
  const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  switch (declared?.type) {
    case undefined:
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSDeclareFunction':
      return false;
    case 'TSModuleDeclaration':
      return !declared.declare && declared.body.body.some(runs);
    case 'VariableDeclaration':
    case 'ClassDeclaration':
      return !declared.declare;
    default:
      return true;
  }
}

function defineNamespace(b: Builder, node: Node, id: TSESTree.Identifier | TSESTree.TSQualifiedName, body: TSESTree.TSModuleBlock): Steps {
  const [first, ...inner] = namesOf(id);
  let object = openObject(b, node, first);
  for (const name of inner) {
    const value = b.define({ kind: 'newObject', target: b.temp(), node });
    b.emit({ kind: 'defineMember', object, key: { kind: 'name', name: name.name }, value, as: 'value', node: name });
    object = value;
  }
  for (const name of body.body.flatMap((statement) => exportedNames(b, statement)))
    b.emit({ kind: 'defineMember', object, key: { kind: 'name', name: name.name }, value: b.readVariable(name), as: 'value', node: name });
  return done;
}

/** `a.b.c` from left to right. */
function namesOf(id: TSESTree.Identifier | TSESTree.TSQualifiedName): [TSESTree.Identifier, ...TSESTree.Identifier[]] {
  const names: TSESTree.Identifier[] = [];
  let left: TSESTree.EntityName = id;
  for (; left.type === 'TSQualifiedName'; left = left.left) names.unshift(left.right);
  // No name begins with `this` here.
  return [left as TSESTree.Identifier, ...names];
}

function exportedNames(b: Builder, statement: TSESTree.ProgramStatement): TSESTree.Identifier[] {
  if (statement.type !== 'ExportNamedDeclaration' || !runs(statement)) return [];
  const { declaration } = statement;
  switch (declaration?.type) {
    case 'VariableDeclaration':
      return b.scopes.declaredVariables(declaration).flatMap(({ defs }) => defs.slice(0, 1).map(({ name }) => name as TSESTree.Identifier));
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
    case 'TSEnumDeclaration':
    case 'TSImportEqualsDeclaration':
      return declaration.id === null ? [] : [declaration.id];
    case 'TSModuleDeclaration':
      return declaration.id.type === 'Literal' ? [] : [namesOf(declaration.id)[0]];
    default:
      return [];
  }
}

export function lowerImportEquals(node: TSESTree.TSImportEqualsDeclaration, b: Builder): Steps {
  const { moduleReference, id, importKind } = node;
  // What `require` gives is an import: whoever reads the name resolves it.
  if (moduleReference.type === 'TSExternalModuleReference' || importKind === 'type') return done;
  const [first, ...members] = namesOf(moduleReference);
  let value = b.readVariable(first);
  for (const member of members) value = b.readName(member, value, member.name);
  b.writeVariable(id satisfies NameNode, value, true);
  return done;
}

export function lowerExportAssignment(node: TSESTree.TSExportAssignment, b: Builder): Steps {
  b.opaque(node, [b.lower(node.expression)]);
  return done;
}
