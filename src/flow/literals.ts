/**
 * Literals, templates, arrays, objects and JSX.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Temp } from './graph.js';
import type { Builder } from './builder.js';
import { lowerArgument } from './calls.js';
import { keyOf } from './keys.js';

export function lowerLiteral(node: TSESTree.Literal, b: Builder): Temp {
  if ('regex' in node) return b.opaque(node);
  return b.literal(node, node.value);
}

export function lowerTemplate(node: TSESTree.TemplateLiteral, b: Builder): Temp {
  const cooked = node.quasis[0]?.value.cooked;
  if (node.expressions.length === 0 && cooked !== undefined) return b.literal(node, cooked);
  return b.opaque(
    node,
    node.expressions.map((expression) => b.lower(expression)),
  );
}

/** Longer array literals are filled element by element: values that wait for the last of many calls would cost the square of their number. */
const LONG_ARRAY = 100;

export function lowerArray(node: TSESTree.ArrayExpression, b: Builder): Temp {
  if (node.elements.length > LONG_ARRAY && !node.elements.some((element) => element?.type === 'SpreadElement'))
    return lowerLongArray(node, b);
  const elements = node.elements.map((element) => (element === null ? undefined : lowerArgument(b, element)));
  return b.define({ kind: 'newArray', target: b.temp(), elements, node });
}

function lowerLongArray(node: TSESTree.ArrayExpression, b: Builder): Temp {
  const object = b.define({ kind: 'newArray', target: b.temp(), elements: node.elements.map(() => undefined), node });
  for (const [index, element] of node.elements.entries()) {
    if (element === null) continue;
    const { value } = lowerArgument(b, element);
    b.emit({ kind: 'defineMember', object, key: { kind: 'name', name: String(index) }, value, as: 'value', node: element });
  }
  return object;
}

const definedAs = { get: 'getter', set: 'setter', init: 'value' } as const;

export function lowerObject(node: TSESTree.ObjectExpression, b: Builder): Temp {
  const object = b.define({ kind: 'newObject', target: b.temp(), node });
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') b.emit({ kind: 'spreadMembers', object, source: b.lower(property.argument), node: property });
    else {
      const key = keyOf(b, property);
      const value = b.lower(property.value as TSESTree.Expression);
      b.emit({ kind: 'defineMember', object, key, value, as: definedAs[property.kind], node: property });
    }
  }
  return object;
}

export function lowerElement(node: TSESTree.JSXElement, b: Builder): Temp {
  const { name, attributes } = node.openingElement;
  const operands = [
    ...lowerTag(b, name),
    ...attributes.flatMap((attribute) => lowerAttribute(b, attribute)),
    ...lowerChildren(b, node.children),
  ];
  return b.opaque(node, operands, true);
}

export function lowerFragment(node: TSESTree.JSXFragment, b: Builder): Temp {
  return b.opaque(node, lowerChildren(b, node.children), true);
}

/** A component is a value; `div` and `svg:rect` are names. */
function lowerTag(b: Builder, name: TSESTree.JSXTagNameExpression): Temp[] {
  if (name.type === 'JSXNamespacedName') return [];
  if (name.type === 'JSXIdentifier') {
    if (name.name === 'this') return [b.thisValue(name)];
    return /^[a-z]/.test(name.name) && b.scopes.variableOf(name) === null ? [] : [b.readVariable(name)];
  }
  return lowerTag(b, name.object).map((object) => b.readName(name, object, name.property.name));
}

function lowerAttribute(b: Builder, attribute: TSESTree.JSXAttribute | TSESTree.JSXSpreadAttribute): Temp[] {
  if (attribute.type === 'JSXSpreadAttribute') return [b.lower(attribute.argument)];
  return attribute.value === null ? [] : lowerChildren(b, [attribute.value]);
}

function lowerChildren(b: Builder, children: readonly (TSESTree.JSXChild | TSESTree.Literal)[]): Temp[] {
  return children.flatMap((child) => {
    if (child.type === 'JSXText') return [];
    if (child.type !== 'JSXExpressionContainer' && child.type !== 'JSXSpreadChild') return [b.lower(child)];
    return child.expression.type === 'JSXEmptyExpression' ? [] : [b.lower(child.expression)];
  });
}
