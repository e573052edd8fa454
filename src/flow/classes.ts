/**
 * Classes: what runs when a class is defined, and, as a graph of its own, what runs for each instance before the constructor's body.
 *
 * Order: class decorators' expressions, superclass, computed keys and decorators' expressions of the elements, the class with its
 * methods, calls of the elements' decorators, static fields and blocks, calls of the class decorators.
 * Not modelled: what a decorator puts in the place of the class or element, and the value of an instance field's computed key.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClassNode, MemberKey, Temp } from './graph.js';
import type { Builder, Steps } from './builder.js';
import { done } from './builder.js';
import { statementList } from './functions.js';
import { constantKey, keyOf } from './keys.js';

type Element = TSESTree.ClassElement;
type Field = TSESTree.AccessorProperty | TSESTree.PropertyDefinition;
interface EvaluatedDecorator {
  readonly node: TSESTree.Decorator;
  readonly value: Temp;
}

/** Whether instances of the class get fields: only then has its body a graph worth following. */
export function fieldInitialisers(node: ClassNode): boolean {
  return node.body.body.some((element) => isField(element) && !element.static);
}

export function lowerClassDeclaration(node: TSESTree.ClassDeclaration, b: Builder): Steps {
  if (!node.declare) lowerClass(node, b);
  return done;
}

export function lowerClass(node: ClassNode, b: Builder): Temp {
  const decorators = lowerDecorators(b, node.decorators);
  const superclass = node.superClass === null ? null : b.lower(node.superClass);
  const elements = node.body.body.map((element) => ({ element, ...lowerElementHead(b, element) }));
  const value = b.define({ kind: 'newClass', target: b.temp(), class: node, superclass, node });
  writeNames(b, node, value);
  for (const element of elements) callDecorators(b, element.decorators, value);
  for (const { element, key } of elements) lowerStatic(b, element, key, value);
  callDecorators(b, decorators, value);
  return value;
}

/** A class has its name twice: for its own body, and, when it is a declaration, for the scope around it. */
function writeNames(b: Builder, node: ClassNode, value: Temp): void {
  const { id } = node;
  if (id === null) return;
  for (const variable of b.scopes.declaredVariables(node))
    if (variable.name === id.name) b.emit({ kind: 'writeVariable', variable, name: id.name, value, initializes: true, node: id });
}

function isField(element: Element): element is Field {
  return (element.type === 'PropertyDefinition' && !element.declare) || element.type === 'AccessorProperty';
}

/** Elements that only the type checker sees. */
const erased: { readonly [T in Element['type']]: (element: Extract<Element, { type: T }>) => boolean } = {
  AccessorProperty: () => false,
  MethodDefinition: ({ value }) => value.type === 'TSEmptyBodyFunctionExpression',
  PropertyDefinition: ({ declare }) => declare,
  StaticBlock: () => false,
  TSAbstractAccessorProperty: () => true,
  TSAbstractMethodDefinition: () => true,
  TSAbstractPropertyDefinition: () => true,
  TSIndexSignature: () => true,
};

function isErased(element: Element): boolean {
  const isErasedKind = (erased as Readonly<Record<string, ((element: Element) => boolean) | undefined>>)[element.type];
  return isErasedKind === undefined || isErasedKind(element);
}

/** What an element evaluates while the class is being defined. */
function lowerElementHead(b: Builder, element: Element): { key: MemberKey | null; decorators: EvaluatedDecorator[] } {
  if (isErased(element) || element.type === 'StaticBlock' || element.type === 'TSIndexSignature') return { key: null, decorators: [] };
  const own = lowerDecorators(b, element.decorators);
  const key = keyOf(b, element);
  const params = element.type === 'MethodDefinition' ? element.value.params : [];
  return { key, decorators: [...own, ...params.flatMap((param) => lowerDecorators(b, param.decorators))] };
}

/** A parser of plain JavaScript leaves decorators out. */
function lowerDecorators(b: Builder, decorators: readonly TSESTree.Decorator[] | undefined): EvaluatedDecorator[] {
  return (decorators ?? []).map((node) => ({ node, value: b.lower(node.expression) }));
}

/** The decorator next to what it decorates is called first. */
function callDecorators(b: Builder, decorators: readonly EvaluatedDecorator[], decorated: Temp): void {
  for (const { node, value } of decorators.toReversed())
    b.invoke({ kind: 'call', target: b.temp(), callee: value, receiver: null, args: [{ value: decorated, spread: false }], node });
}

function lowerStatic(b: Builder, element: Element, key: MemberKey | null, value: Temp): void {
  const { classThis, region } = b;
  b.classThis = value;
  if (element.type === 'StaticBlock') b.run([() => statementList(b, element.body)]);
  else if (isField(element) && element.static && key !== null) defineField(b, element, key, value);
  b.classThis = classThis;
  b.region = region;
}

function defineField(b: Builder, node: Field, key: MemberKey, object: Temp): void {
  const value = node.value === null ? b.literal(node, undefined) : b.lower(node.value);
  b.emit({ kind: 'defineMember', object, key, value, as: 'value', node });
}

/** The graph of a class body. A computed key was evaluated with the class; here nobody knows it any more. */
export function lowerInstanceFields(b: Builder, body: TSESTree.ClassBody): void {
  const fields = body.body.filter((element) => isField(element) && !element.static) as Field[];
  if (fields.length > 0) {
    const object = b.thisValue(body);
    for (const field of fields)
      defineField(b, field, constantKey(b.scopes, field.computed, field.key) ?? { kind: 'computed', key: b.opaque(field.key) }, object);
  }
  b.emit({ kind: 'setReturn', value: null, node: body });
  b.jump('return');
}
