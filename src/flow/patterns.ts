/**
 * What is written to: variables, members, and patterns of them with their defaults.
 * An array pattern reads the elements by index; it asks no iterator.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { MemberKey, Temp } from './graph.js';
import type { Builder } from './builder.js';
import { keyOf } from './keys.js';
import { unwrap } from './syntax.js';

/** Writes to a target whose object and key have been evaluated. */
type Write = (value: Temp) => void;

/** A variable or member that is read and then written, as in `x += 1`. */
interface Reference {
  readonly read: () => Temp;
  readonly write: Write;
}

type Pattern = TSESTree.DestructuringPattern;
type Target = Pattern | TSESTree.Expression | TSESTree.TSEmptyBodyFunctionExpression;
type Prepare<N> = (b: Builder, node: N, initializes: boolean) => Write;

const patterns: { readonly [T in Pattern['type']]: Prepare<Extract<Pattern, { type: T }>> } = {
  ArrayPattern: (b, node, initializes) => (value) => {
    writeElements(b, node, value, initializes);
  },
  AssignmentPattern: prepareDefault,
  Identifier: (b, node, initializes) => (value) => {
    b.writeVariable(node, value, initializes);
  },
  MemberExpression: (b, node) => memberReference(b, node).write,
  ObjectPattern: (b, node, initializes) => (value) => {
    writeProperties(b, node, value, initializes);
  },
  RestElement: (b, node, initializes) => prepare(b, node.argument, initializes),
};

/** Evaluates the object and the key of a member; a pattern evaluates nothing before it has its value. */
export function prepare(b: Builder, node: Target, initializes: boolean): Write {
  const target = unwrap(node);
  const known = (patterns as Readonly<Record<string, Prepare<Pattern> | undefined>>)[target.type];
  if (known !== undefined) return known(b, target as Pattern, initializes);
  // Broken code: the value goes nowhere.
  return (value) => {
    b.opaque(node, [value]);
  };
}

export function prepareReference(b: Builder, node: TSESTree.Expression): Reference {
  const target = unwrap(node);
  if (target.type === 'MemberExpression') return memberReference(b, target);
  const write = prepare(b, target, false);
  return { read: () => b.lower(target), write };
}

function memberReference(b: Builder, node: TSESTree.MemberExpression): Reference {
  const object = node.object.type === 'Super' ? b.define({ kind: 'super', target: b.temp(), node: node.object }) : b.lower(node.object);
  const key = keyOf(b, { computed: node.computed, key: node.property });
  return {
    read: () => b.define({ kind: 'readMember', target: b.temp(), object, key, node }),
    write: (value) => {
      b.emit({ kind: 'writeMember', object, key, value, node });
    },
  };
}

function prepareDefault(b: Builder, node: TSESTree.AssignmentPattern, initializes: boolean): Write {
  const write = prepare(b, node.left, initializes);
  return (value) => {
    const [missing, present, end, result] = [b.block(), b.block(), b.block(), b.temp()];
    b.branch(b.unary(node.left, 'isUndefined', value), node, missing, present);
    b.start(missing);
    b.copy(node, result, b.lower(node.right));
    b.goto(end);
    b.start(present);
    b.copy(node, result, value);
    b.goto(end);
    b.start(end);
    write(result);
  };
}

function writeElements(b: Builder, { elements }: TSESTree.ArrayPattern, source: Temp, initializes: boolean): void {
  for (const [index, element] of elements.entries()) {
    if (element === null) continue;
    const write = prepare(b, element, initializes);
    if (element.type === 'RestElement') write(b.define({ kind: 'restElements', target: b.temp(), source, from: index, node: element }));
    else write(b.readName(element, source, String(index)));
  }
}

function writeProperties(b: Builder, { properties }: TSESTree.ObjectPattern, source: Temp, initializes: boolean): void {
  const excluded: MemberKey[] = [];
  for (const property of properties) {
    if (property.type === 'RestElement') {
      const write = prepare(b, property.argument, initializes);
      write(b.define({ kind: 'restMembers', target: b.temp(), source, excluded, node: property }));
    } else {
      const key = keyOf(b, property);
      excluded.push(key);
      const write = prepare(b, property.value, initializes);
      write(b.define({ kind: 'readMember', target: b.temp(), object: source, key, node: property }));
    }
  }
}
