/** Arrays, maps and sets in which no function changes anything, told from the text around what makes them. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../flow/graph.js';
import { isExported } from './entry-points.js';
import { mutators } from './mutations.js';
import type { Module } from './program.js';

const readonlyTypes = new Set(['ReadonlyArray', 'ReadonlyMap', 'ReadonlySet']);

/** What a declaration makes, and keeps to itself or to those who may only read it. */
export function isNeverChanged(made: Node, module: Module): boolean {
  let at = made;
  for (; at.parent !== undefined && isWrapper(at.parent); at = at.parent)
    if (at.parent.type === 'TSAsExpression' && isReadonly(at.parent.typeAnnotation)) return true;
  const { parent } = at;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return false;
  const { typeAnnotation } = parent.id;
  if (typeAnnotation !== undefined && isReadonly(typeAnnotation.typeAnnotation)) return true;
  const variable = module.scopes.variableOf(parent.id);
  if (variable === null || isExported(variable)) return false;
  return variable.references.every(({ identifier, init }) => init === true || isOnlyRead(identifier as Node));
}

const isWrapper = ({ type }: Node): boolean => ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'].includes(type);

function isReadonly(type: TSESTree.TypeNode): boolean {
  if (type.type === 'TSTypeOperator') return type.operator === 'readonly';
  if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return false;
  return readonlyTypes.has(type.typeName.name) || type.typeName.name === 'const';
}

/** `list.includes(x)`, `list[0]`, `...list` and the like: nothing is changed, and nobody else gets at it. */
function isOnlyRead(name: Node): boolean {
  const { parent } = name;
  if (parent?.type === 'SpreadElement' || (parent?.type === 'ForOfStatement' && parent.right === name)) return true;
  if (parent?.type !== 'MemberExpression' || parent.object !== name) return false;
  if (!parent.computed && parent.property.type === 'Identifier' && mutators.has(parent.property.name)) return false;
  const user = parent.parent;
  const isWritten =
    (user.type === 'AssignmentExpression' && user.left === parent) ||
    user.type === 'UpdateExpression' ||
    (user.type === 'UnaryExpression' && user.operator === 'delete') ||
    ['ArrayPattern', 'AssignmentPattern', 'Property', 'RestElement', 'ForInStatement'].includes(user.type);
  return !isWritten;
}
