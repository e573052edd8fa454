/** Which functions of a module others can call: what is exported, public, or part of an object that the module hands out. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClassNode, FunctionNode, Node, Variable } from '../flow/graph.js';
import type { IrqlAnnotations } from '../resolve/doc-tags.js';
import { functionAround, isFunction, parentOf, type Module } from './program.js';

/** Exported, public, given a role or an annotation. */
export const isEnteredFromOutside = (fn: FunctionNode, module: Module): boolean =>
  module.resolver.roleOf(fn) !== undefined || isEnteredByOthers(fn, module);

/** The same, by others than the kit. */
export function isEnteredByOthers(fn: FunctionNode, module: Module): boolean {
  if (isAnnotated(module.resolver.annotationsOf(fn))) return true;
  const { parent } = fn;
  if (parent.type === 'MethodDefinition') return !isPrivateMember(parent) && isExportedDeclaration(parent.parent.parent, module);
  return isExportedDeclaration(fn, module);
}

/** Part of an object that the module hands out: others may call it as well. */
export function isMemberHandedOut(fn: FunctionNode, module: Module): boolean {
  if (isEnteredFromOutside(fn, module)) return false;
  const { parent } = fn;
  if (parent.type === 'MethodDefinition') return !isPrivateMember(parent) && isHandedOut(parent.parent.parent, module);
  return isHandedOut(fn, module);
}

/** Private to its class, or called by its name somewhere in the module. */
export function isCalledByName(fn: FunctionNode, module: Module): boolean {
  const { parent } = fn;
  if (parent.type === 'MethodDefinition') return parent.accessibility === 'private' || parent.key.type === 'PrivateIdentifier';
  const id = fn.type === 'FunctionDeclaration' ? fn.id : (declaratorOf(fn)?.id ?? null);
  const variable = id?.type === 'Identifier' ? module.scopes.variableOf(id) : null;
  return (
    variable?.references.some(
      ({ identifier }) => identifier.parent.type === 'CallExpression' && identifier.parent.callee === identifier,
    ) === true
  );
}

/** Whether something calls a member of the function's name, on whatever object. */
export function isMemberCalled({ parent }: FunctionNode, nodes: readonly Node[]): boolean {
  const isMember = parent.type === 'MethodDefinition' || parent.type === 'Property' || parent.type === 'PropertyDefinition';
  if (!isMember || parent.computed || parent.key.type !== 'Identifier') return false;
  const { name } = parent.key;
  const isIt = (callee: Node): boolean =>
    callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier' && callee.property.name === name;
  return nodes.some((node) => node.type === 'CallExpression' && isIt(node.callee));
}

const isAnnotated = (of: IrqlAnnotations | undefined): boolean =>
  of !== undefined && (of.requires !== undefined || of.raises !== undefined || of.saves || of.restores);

/** The class whose instance is `this` in a function. */
export function enclosingClass(fn: FunctionNode): ClassNode | undefined {
  for (let at: Node | undefined = fn; at !== undefined; at = parentOf(at)) {
    if (at.type === 'PropertyDefinition' && !at.static) return at.parent.parent;
    if (at.type === 'MethodDefinition') return at.static ? undefined : at.parent.parent;
    if (isFunction(at) && at.type !== 'ArrowFunctionExpression' && at.parent.type !== 'MethodDefinition') return undefined;
  }
  return undefined;
}

export function isExportedDeclaration(node: Node, module: Module): boolean {
  const { parent } = node;
  if (parent === undefined || parent.type === 'ExportDefaultDeclaration') return true;
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    const [variable] = module.scopes.declaredVariables(node);
    return variable !== undefined && isExported(variable);
  }
  if (parent.type === 'VariableDeclarator' || isTypeWrapper(parent)) {
    const declarator = declaratorOf(node);
    if (declarator?.id.type !== 'Identifier') return false;
    const variable = module.scopes.variableOf(declarator.id);
    return variable !== null && isExported(variable);
  }
  return false;
}

const isPrivateMember = ({ accessibility, key }: TSESTree.MethodDefinition): boolean =>
  accessibility === 'private' || key.type === 'PrivateIdentifier';

/** Whether a function, class or other value is a member of something exported or returned, or a class an instance of which is. */
function isHandedOut(node: Node, module: Module, seen = new Set<Node>()): boolean {
  const { parent } = node;
  if (parent === undefined || seen.has(node)) return false;
  seen.add(node);
  const isUsedOutside = (variable: Variable | null | undefined): boolean =>
    variable?.references.some(({ identifier }) => {
      const around = parentOf(identifier);
      const made = around?.type === 'NewExpression' && around.callee === identifier ? around : identifier;
      return isHandedOut(made, module, seen);
    }) === true;
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
    return isUsedOutside(module.scopes.declaredVariables(node)[0]);
  switch (parent.type) {
    case 'ExportDefaultDeclaration':
    case 'ExportSpecifier':
      return true;
    case 'ReturnStatement': {
      const fn = functionAround(parent);
      return fn === null || isResultHandedOut(fn, module, seen);
    }
    case 'ArrowFunctionExpression':
      return parent.body === node && isResultHandedOut(parent, module, seen);
    case 'ConditionalExpression':
      return parent.test !== node && isHandedOut(parent, module, seen);
    case 'Property':
      return parent.value === node && parent.parent.type === 'ObjectExpression' && isHandedOut(parent.parent, module, seen);
    case 'ArrayExpression':
    case 'AwaitExpression':
    case 'LogicalExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return isHandedOut(parent, module, seen);
    case 'VariableDeclarator': {
      if (parent.init !== node || parent.id.type !== 'Identifier') return false;
      const variable = module.scopes.variableOf(parent.id);
      return variable !== null && (isExported(variable) || isUsedOutside(variable));
    }
    default:
      return false;
  }
}

/** Whether what a function returns reaches others. A function of the file that only the file calls gives it to whoever called. */
function isResultHandedOut(fn: FunctionNode, module: Module, seen: Set<Node>): boolean {
  const { parent } = fn;
  const isPlain = fn.type === 'FunctionDeclaration' || (parent.type !== 'MethodDefinition' && parent.type !== 'PropertyDefinition');
  if (!isPlain || isEnteredFromOutside(fn, module)) return true;
  if (parent.type === 'CallExpression' && parent.callee === fn) return isHandedOut(parent, module, seen);
  const id = fn.type === 'FunctionDeclaration' ? fn.id : (declaratorOf(fn)?.id ?? null);
  const variable = id?.type === 'Identifier' ? module.scopes.variableOf(id) : null;
  if (variable === null) return true;
  return variable.references.some((reference) => {
    const around = parentOf(reference.identifier);
    if (around?.type === 'CallExpression' && around.callee === reference.identifier) return isHandedOut(around, module, seen);
    return reference.isRead() && around?.type !== 'TSTypeQuery';
  });
}

const isTypeWrapper = (node: Node): boolean =>
  ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion'].includes(node.type);

function declaratorOf(node: Node): Extract<Node, { type: 'VariableDeclarator' }> | undefined {
  let at = node.parent;
  while (at !== undefined && isTypeWrapper(at)) at = at.parent;
  return at?.type === 'VariableDeclarator' ? at : undefined;
}

/** What a namespace exports leaves the module with the namespace. */
function isNamespaceExported({ scope }: Variable): boolean {
  const { block, upper } = scope;
  if (block.type !== 'TSModuleDeclaration' || upper === null) return true;
  let { id }: { id: TSESTree.TSModuleDeclaration['id'] | TSESTree.EntityName } = block;
  while (id.type === 'TSQualifiedName') id = id.left;
  const namespace = id.type === 'Identifier' ? upper.set.get(id.name) : undefined;
  return namespace === undefined || isExported(namespace);
}

/** Whether other modules can import the variable. */
export function isExported(variable: Variable): boolean {
  const isDirect = variable.defs.some((definition) => {
    const declaration = definition.node.type === 'VariableDeclarator' ? definition.node.parent : definition.node;
    const around = parentOf(declaration);
    if (around?.type === 'ExportNamedDeclaration' && around.parent.type === 'TSModuleBlock') return isNamespaceExported(variable);
    return around?.type === 'ExportNamedDeclaration' || around?.type === 'ExportDefaultDeclaration';
  });
  return (
    isDirect ||
    variable.references.some(({ identifier }) => {
      const type = parentOf(identifier)?.type;
      return type === 'ExportSpecifier' || type === 'ExportDefaultDeclaration';
    })
  );
}
