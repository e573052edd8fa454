/**
 * Variables that count, told from the text: they begin with a whole number, and all that is ever written to them is one. A count of references,
 * users or rounds is not below zero, unless its module looks for that.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node, Variable } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Constraint } from './constraint.js';
import { parentOf } from './program.js';

const COUNT = constraint.wholeBetween(0, Infinity);
const WHOLE = constraint.wholeBetween(-Infinity, Infinity);

/** What is written to a place, and where the place is read. */
export interface Uses {
  /** The nodes that stand for the place itself. */
  readonly nodes: ReadonlySet<Node>;
  /** The values that it begins with. */
  readonly initial: readonly (Node | null)[];
}

const counts = new WeakMap<Variable, Constraint | false>();

/** What is known of a variable that counts, whenever it is read; undefined for others. */
export function countOfVariable(variable: Variable): Constraint | undefined {
  let known = counts.get(variable);
  if (known === undefined) counts.set(variable, (known = countOf(usesOf(variable)) ?? false));
  return known === false ? undefined : known;
}

function usesOf({ defs, references }: Variable): Uses {
  const [definition] = defs;
  const isPlain = defs.length === 1 && definition?.type === 'Variable' && definition.node.id === definition.name;
  const nodes = new Set(references.filter(({ init }) => init !== true).map(({ identifier }) => identifier as Node));
  return { nodes, initial: [isPlain ? definition.node.init : null] };
}

/** What is known of a place that is counted up or down, and that nothing but whole numbers are written to; undefined for others. */
export function countOf({ nodes, initial }: Uses): Constraint | undefined {
  const written = [...nodes].map(writtenTo);
  const isCounted = written.some((value) => value === 'step') && initial.every((value) => value !== null && isWhole(value, nodes));
  if (!isCounted || written.some((value) => value === undefined || (typeof value === 'object' && !isWhole(value, nodes)))) return undefined;
  const values = [...initial, ...written].filter((value) => typeof value === 'object');
  return [...nodes].some(isComparedWithNegative) || values.some((value) => value !== null && isBelowZero(value)) ? WHOLE : COUNT;
}

/** The value that is written to the place that `node` stands for, `step` where a whole number is added, `none` where it is only read. */
function writtenTo(node: Node): TSESTree.Expression | 'step' | 'none' | undefined {
  const parent = parentOf(node);
  if (parent?.type === 'UpdateExpression') return 'step';
  if (parent?.type === 'AssignmentExpression' && parent.left === node) {
    if (parent.operator === '=') return parent.right;
    return (parent.operator === '+=' || parent.operator === '-=') && isInteger(parent.right) ? 'step' : undefined;
  }
  return isTarget(node, parent) ? undefined : 'none';
}

/** Whether something else than an assignment writes to what a node stands for. */
function isTarget(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'AssignmentPattern':
      return parent.left === node;
    case 'ArrayPattern':
    case 'RestElement':
      return true;
    case 'Property':
      return parent.parent.type === 'ObjectPattern' && parent.value === node;
    case 'UnaryExpression':
      return parent.operator === 'delete';
    default:
      return false;
  }
}

const isInteger = (node: Node): boolean =>
  (node.type === 'Literal' && Number.isInteger(node.value)) ||
  (node.type === 'UnaryExpression' && node.operator === '-' && isInteger(node.argument));

/** Whether an expression gives a whole number when the place holds one. */
function isWhole(node: Node, place: ReadonlySet<Node>): boolean {
  if (isInteger(node) || place.has(node)) return true;
  switch (node.type) {
    case 'UpdateExpression':
      return place.has(node.argument);
    case 'BinaryExpression':
      return ['+', '-', '*'].includes(node.operator) && isWhole(node.left, place) && isWhole(node.right, place);
    case 'ConditionalExpression':
      return isWhole(node.consequent, place) && isWhole(node.alternate, place);
    case 'MemberExpression':
      return !node.computed && node.property.type === 'Identifier' && ['length', 'size'].includes(node.property.name);
    case 'CallExpression':
      return isBound(node) && node.arguments.every((argument) => isWhole(argument, place));
    default:
      return false;
  }
}

/** `Math.max(0, count - 1)` */
const isBound = ({ callee }: TSESTree.CallExpression): boolean =>
  callee.type === 'MemberExpression' &&
  callee.object.type === 'Identifier' &&
  callee.object.name === 'Math' &&
  callee.property.type === 'Identifier' &&
  ['max', 'min'].includes(callee.property.name);

const isBelowZero = (node: Node): boolean => node.type === 'UnaryExpression' && isInteger(node);

const comparisons = new Set(['<', '<=', '>', '>=', '===', '!==', '==', '!=']);

/** Whether the place, or what is left when one was taken away, is asked for being below zero. */
function isComparedWithNegative(node: Node): boolean {
  const parent = parentOf(node);
  if (parent?.type === 'UpdateExpression' || (parent?.type === 'AssignmentExpression' && parent.left === node))
    return isComparedWithNegative(parent);
  if (parent?.type !== 'BinaryExpression' || !comparisons.has(parent.operator)) return false;
  const isLeft = parent.left === node;
  const other = isLeft ? parent.right : parent.left;
  const asks = isLeft ? ['<', '>='] : ['>', '<='];
  return isBelowZero(other) || (other.type === 'Literal' && other.value === 0 && asks.includes(parent.operator));
}
