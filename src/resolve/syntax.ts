/** What the shape of single declarations and expressions says, without following any name. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode, Variable } from './external.js';
import { keyName } from './meanings.js';

export function isFunction(node: TSESTree.Node): node is FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

export interface Signature {
  readonly parameters: readonly TSESTree.Parameter[];
  readonly returns: TSESTree.TypeNode | undefined;
}

export function signature(fn: FunctionNode): Signature {
  return { parameters: fn.params, returns: fn.returnType?.typeAnnotation };
}

export function constructorOf(node: TSESTree.ClassDeclaration): Signature | undefined {
  for (const member of node.body.body) {
    if (member.type === 'MethodDefinition' && member.kind === 'constructor' && isFunction(member.value)) return signature(member.value);
  }
  return undefined;
}

/** Callbacks of the language's own library, which no type makes a routine of the kit: the checker need not be asked. */
const libraryCallbacks = new Set([
  'forEach',
  'map',
  'filter',
  'find',
  'some',
  'every',
  'reduce',
  'flatMap',
  'sort',
  'then',
  'catch',
  'finally',
]);

export function isLibraryCallback(callee: TSESTree.Expression): boolean {
  return callee.type === 'MemberExpression' && libraryCallbacks.has(keyName(callee.property, callee.computed) ?? '');
}

export function nameNode(parameter: TSESTree.Parameter): TSESTree.Node {
  if (parameter.type === 'TSParameterProperty') return nameNode(parameter.parameter);
  return parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
}

/** What a constant is made from: its initialiser, or one member of it. */
export function sourceOfConstant(variable: Variable): { init: TSESTree.Expression; key?: string } | undefined {
  const def = variable.defs.at(0);
  if (def?.type !== 'Variable' || def.node.init === null || variable.references.some((reference) => reference.isWrite() && !reference.init))
    return undefined;
  const { id, init } = def.node;
  if (id === def.name) return { init };
  if (id.type !== 'ObjectPattern') return undefined;
  for (const property of id.properties) {
    if (property.type !== 'Property') continue;
    const target = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
    const key = keyName(property.key, property.computed);
    if (target === def.name && key !== undefined) return { init, key };
  }
  return undefined;
}

export function classAround(node: TSESTree.Node): TSESTree.ClassDeclaration | TSESTree.ClassExpression | undefined {
  for (let at: TSESTree.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (at.type === 'ClassDeclaration' || at.type === 'ClassExpression') return at;
    const isMethod = at.parent?.type === 'MethodDefinition' || at.parent?.type === 'PropertyDefinition';
    if ((at.type === 'FunctionDeclaration' || at.type === 'FunctionExpression') && !isMethod) return undefined;
  }
  return undefined;
}

/** The function that a node belongs to, or that it is. */
export function functionAround(node: TSESTree.Node): FunctionNode | undefined {
  for (let at: TSESTree.Node | undefined = node; at !== undefined; at = at.parent) {
    if (isFunction(at)) return at;
  }
  return undefined;
}

const importing = /\bimport\s*\(/;

/** Where a text imports a module that it names while it runs. */
export function dynamicImports({ ast, visitorKeys, text }: Readonly<TSESLint.SourceCode>): readonly DynamicImport[] {
  if (!importing.test(text)) return [];
  const found: DynamicImport[] = [];
  const pending: TSESTree.Node[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isDynamicImport(node)) found.push(node);
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key as keyof typeof node] as TSESTree.Node | readonly (TSESTree.Node | null)[] | null | undefined;
      if (Array.isArray(child)) pending.push(...child.filter((each: TSESTree.Node | null) => each !== null));
      else if (child !== null && child !== undefined) pending.push(child as TSESTree.Node);
    }
  }
  return found.sort((a, b) => a.range[0] - b.range[0]);
}

/** `import('./x.js')`. */
export type DynamicImport = TSESTree.ImportExpression & { readonly source: TSESTree.StringLiteral };

export const isDynamicImport = (node: TSESTree.Node): node is DynamicImport =>
  node.type === 'ImportExpression' && node.source.type === 'Literal' && typeof node.source.value === 'string';

/** By name, where a text reads or calls members. */
export function memberReads({
  ast,
  visitorKeys,
}: Readonly<TSESLint.SourceCode>): ReadonlyMap<string, readonly TSESTree.MemberExpression[]> {
  const reads = new Map<string, TSESTree.MemberExpression[]>();
  const pending: TSESTree.Node[] = [ast];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'MemberExpression') {
      const key = keyName(node.property, node.computed);
      if (key !== undefined) reads.set(key, [...(reads.get(key) ?? []), node]);
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key as keyof typeof node] as TSESTree.Node | readonly (TSESTree.Node | null)[] | null | undefined;
      if (Array.isArray(child)) pending.push(...child.filter((each: TSESTree.Node | null) => each !== null));
      else if (child !== null && child !== undefined) pending.push(child as TSESTree.Node);
    }
  }
  return reads;
}
