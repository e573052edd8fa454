/** What the text of a class says of its members, without running anything. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClassNode, FunctionNode, Node } from '../flow/graph.js';

export const getterOf = (key: string): string => `get ${key}`;
export const setterOf = (key: string): string => `set ${key}`;

const methodCache = new WeakMap<ClassNode, Map<string, FunctionNode>>();

function memberKeyOf(member: { readonly key: Node; readonly computed: boolean }): string | undefined {
  const { key } = member;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Identifier' && !member.computed) return key.name;
  if (key.type === 'Literal') return String(key.value);
  const isSymbol =
    key.type === 'MemberExpression' &&
    key.object.type === 'Identifier' &&
    key.object.name === 'Symbol' &&
    key.property.type === 'Identifier';
  return isSymbol ? `@@${(key.property as TSESTree.Identifier).name}` : undefined;
}

/** Methods and accessors of a class by `static`/instance, kind and name; `get x` and `set x` for accessors. */
export function methodsOf(node: ClassNode): ReadonlyMap<string, FunctionNode> {
  let methods = methodCache.get(node);
  if (methods === undefined) {
    methods = new Map();
    for (const member of node.body.body) {
      if (member.type !== 'MethodDefinition' || member.value.type !== 'FunctionExpression') continue;
      const name = memberKeyOf(member);
      if (name !== undefined) methods.set(methodKey(member, name), member.value);
    }
    methodCache.set(node, methods);
  }
  return methods;
}

function methodKey({ kind, static: isStatic }: TSESTree.MethodDefinition, name: string): string {
  const accessor = kind === 'get' ? getterOf(name) : kind === 'set' ? setterOf(name) : name;
  return isStatic ? `static ${accessor}` : accessor;
}

export const constructorOf = (node: ClassNode): FunctionNode | undefined => methodsOf(node).get('constructor');

/** The field that a class gives its instances under a name. */
export function fieldOf(node: ClassNode, name: string): TSESTree.PropertyDefinition | undefined {
  return node.body.body.find((member) => member.type === 'PropertyDefinition' && !member.static && memberKeyOf(member) === name) as
    TSESTree.PropertyDefinition | undefined;
}

/** Who can get at the field of that name of a class, or of its instances: undefined when the class declares none. */
export function accessOfField(node: ClassNode, key: string, isStatic: boolean): 'public' | 'protected' | 'private' | undefined {
  const parameters = isStatic ? [] : (constructorOf(node)?.params ?? []);
  const field = [...node.body.body, ...parameters].find((member) => {
    if (member.type === 'TSParameterProperty') return nameOfParameter(member) === key;
    return (
      (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') &&
      member.static === isStatic &&
      memberKeyOf(member) === key
    );
  });
  return field === undefined ? undefined : (('accessibility' in field ? field.accessibility : undefined) ?? 'public');
}

function nameOfParameter({ parameter }: TSESTree.TSParameterProperty): string | undefined {
  const named = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
  return 'name' in named ? named.name : undefined;
}

/** Whether nobody but the class can put anything else into a field: it is `#private`, `private` or `readonly`. */
export const isOwnField = ({ key, accessibility, readonly }: TSESTree.PropertyDefinition): boolean =>
  key.type === 'PrivateIdentifier' || accessibility === 'private' || readonly;

const namesCache = new WeakMap<ClassNode, ReadonlySet<string>>();

/** The names of what a class itself gives its instances, with a body or without. */
export function memberNames(node: ClassNode): ReadonlySet<string> {
  let names = namesCache.get(node);
  if (names === undefined) {
    names = new Set(node.body.body.flatMap((member) => ('key' in member && !member.static ? (memberKeyOf(member) ?? []) : [])));
    namesCache.set(node, names);
  }
  return names;
}
