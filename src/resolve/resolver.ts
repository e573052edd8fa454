/** The one answer to "which contract does this denote", with type information and without it. Never throws. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { contractOf, isDispatchMember } from '../contracts/functions.js';
import type { RoleName } from '../contracts/roles.js';
import { Context } from './context.js';
import { typeDeclared, type DeclaredType, type Unit } from './declared-types.js';
import { annotationsOfTags, irqlAnnotations, roleTag, type IrqlAnnotations } from './doc-tags.js';
import { externalNamed, type Callee, type DeclaredClass, type External, type FunctionNode, type Variable } from './external.js';
import { runtimeImport } from './imports.js';
import { keyName, TypeMeanings, type Meaning } from './meanings.js';
import { readSettings } from './settings.js';
import { typedAnswers } from './typed.js';

export interface RoleOf {
  readonly role: RoleName;
  /** `type`: declared, contextual, `satisfies` or cast. `position`: where the kit takes a routine. `tag`: `@role`. */
  readonly by: 'type' | 'position' | 'tag';
}

export interface Resolver {
  /** Whether there is type information. */
  readonly typed: boolean;
  /** What a variable that is bound by an import (or by `require`) denotes; undefined: not ours, or this file does not tell. */
  readonly importedBinding: (variable: Variable) => External | undefined;
  /** A member of a namespace; undefined for anything else. */
  readonly member: (namespace: External, name: string) => External | undefined;
  /**
   * What a call or `new` reaches by its callee's declaration, for values that flow cannot follow: re-exports of other files, members whose type is the
   * runtime's, members of WSK_PROVIDER_DISPATCH.
   */
  readonly callee: (node: TSESTree.CallExpression | TSESTree.NewExpression) => Callee | undefined;
  /** In which context the kit calls the function; undefined when nothing says that it does. */
  readonly roleOf: (fn: FunctionNode) => RoleOf | undefined;
  /** In which context the kit calls what an expression gives, as the place says where that stands. */
  readonly roleAt: (node: TSESTree.Expression) => RoleOf | undefined;
  /** The IRQL annotations of a function's or declaration's doc comment; undefined when there are none. Problems may stand alone. */
  readonly annotationsOf: (node: TSESTree.Node) => IrqlAnnotations | undefined;
  /** Those of what a call's callee is declared to be, where its body is not in sight: a member of an interface, an abstract method, `declare function`. */
  readonly annotationsOfCallee: (node: TSESTree.CallExpression) => IrqlAnnotations | undefined;
  /** The runtime's structure that an expression, parameter or declared name is, when that is known. */
  readonly structureOf: (node: TSESTree.Node) => string | undefined;
  /** The class of the project that an expression is declared to be an instance of, whatever its value; of a subclass it may be, too. */
  readonly declaredClass: (node: TSESTree.Expression) => DeclaredClass | undefined;
  /** The only values that an expression is declared to have, if these are listed: by an enum, a union of literals, `boolean`, or being one. */
  readonly valuesOf: (node: TSESTree.Expression) => readonly Unit[] | undefined;
  /** What an expression, a declared name or a member of a class is declared to be, or what is found in that along a path of members. */
  readonly typeOf: (node: TSESTree.Node, path: readonly string[]) => DeclaredType | undefined;
  /** Whether it promises not to return: the return type of a function, or with types the one that a call's callee declares. */
  readonly neverReturns: (node: FunctionNode | TSESTree.CallExpression) => boolean;
}

/**
 * `program`: whose types count, when it is a later one than the text was parsed with. `roleElsewhere`: what other files say of a function that this one
 * says nothing of.
 */
export function createResolver(
  sourceCode: Readonly<TSESLint.SourceCode>,
  settings: unknown,
  program?: ts.Program,
  roleElsewhere: (fn: FunctionNode) => RoleOf | undefined = () => undefined,
): Resolver {
  const read = readSettings(settings);
  const checker = typedAnswers(sourceCode, read, program);
  const types = new TypeMeanings(sourceCode, read, (node) => checker?.meaningOfType(node));

  const importedBinding = cached((variable: Variable) => runtimeImport(variable, read) ?? checker?.importedBinding(variable));

  const member = (namespace: External, name: string): External | undefined => {
    if (namespace.kind !== 'namespace') return undefined;
    return namespace.of === 'runtime' ? externalNamed(name) : checker?.member(namespace.of, name);
  };

  const context: Context = new Context(sourceCode, types, {
    denoted: importedBinding,
    member,
    meaning: (node) => checker?.meaning(node),
    expected: (node) => checker?.expected(node),
    role: (fn) => roleOf(fn)?.role,
  });

  const callee = cached((node: TSESTree.CallExpression | TSESTree.NewExpression): Callee | undefined => {
    const external = context.denoted(node.callee);
    if (external !== undefined) return external;
    if (node.callee.type === 'MemberExpression') {
      const name = keyName(node.callee.property, node.callee.computed);
      const object = name === undefined ? undefined : context.meaning(node.callee.object);
      if (name !== undefined && isDispatchMember(name) && object?.kind === 'structure' && object.name === 'WSK_PROVIDER_DISPATCH')
        return { kind: 'dispatchMember', name };
      if (name !== undefined && object?.kind === 'array') return { kind: 'arrayMethod', name };
    }
    return checker?.callee(node);
  });

  const inProgress = new Set<FunctionNode>();
  const findRole = cached((fn: FunctionNode): RoleOf | undefined => {
    const tag = roleTag(sourceCode, fn);
    if (tag !== undefined) return { role: tag, by: 'tag' };
    inProgress.add(fn);
    try {
      const found = fn.type === 'FunctionDeclaration' ? usesOf(fn) : (context.expected(fn) ?? (fn.id && usesOf(fn)));
      return roleIn(found ?? undefined) ?? roleElsewhere(fn);
    } finally {
      inProgress.delete(fn);
    }
  });
  // A function whose own parameter is needed to tell its role has none by that way.
  const roleOf = (fn: FunctionNode): RoleOf | undefined => (inProgress.has(fn) ? undefined : findRole(fn));

  const usesOf = (fn: FunctionNode) => {
    const declared = sourceCode.scopeManager?.getDeclaredVariables(fn)[0];
    return declared === undefined || fn.id === null || declared.name !== fn.id.name ? undefined : context.expectedOfUses(declared);
  };

  const callNeverReturns = (node: TSESTree.CallExpression): boolean => {
    const external = callee(node);
    if (external?.kind === 'function') return contractOf(external.name)?.result === 'never';
    return checker?.callNeverReturns(node) ?? context.isDeclaredNever(node.callee);
  };

  const annotationsOf = cached((node: TSESTree.Node) => irqlAnnotations(sourceCode, node));

  const declaredClass = cached((node: TSESTree.Expression): DeclaredClass | undefined => {
    const meaning = context.meaning(node);
    if (meaning === undefined) return checker?.declaredClass(node);
    return meaning.kind === 'members' && meaning.of !== undefined ? { node: meaning.of } : undefined;
  });

  const isObject = (type: TSESTree.TypeNode): boolean => ['structure', 'role', 'array'].includes(types.of(type)?.kind ?? '');
  const typesAt = cached((_node: TSESTree.Node) => new Map<string, DeclaredType | undefined>());
  const typeOf = (node: TSESTree.Node, path: readonly string[]): DeclaredType | undefined => {
    const known = typesAt(node);
    const key = path.join('.');
    if (!known.has(key))
      known.set(key, checker === undefined ? typeDeclared({ sourceCode, isObject }, node, path) : checker.typeOf(node, path));
    return known.get(key);
  };

  return {
    typed: checker !== undefined,
    importedBinding,
    member,
    callee,
    roleOf,
    roleAt: (node) => roleIn(context.expected(node)),
    annotationsOf,
    annotationsOfCallee: cached((node: TSESTree.CallExpression) => {
      const declaration = context.declarationOf(node.callee);
      if (declaration !== undefined) return annotationsOf(declaration);
      const tags = checker?.docTags(node);
      return tags === undefined || tags.length === 0 ? undefined : annotationsOfTags(tags);
    }),
    structureOf: cached((node: TSESTree.Node) => structureName(context.meaning(node) ?? checker?.meaning(node))),
    declaredClass,
    valuesOf: (node) => {
      const type = typeOf(node, []);
      return type?.kinds.length === 0 ? type.units : undefined;
    },
    typeOf,
    neverReturns: cached((node: FunctionNode | TSESTree.CallExpression) =>
      node.type === 'CallExpression' ? callNeverReturns(node) : node.returnType?.typeAnnotation.type === 'TSNeverKeyword',
    ),
  };
}

function roleIn(expected: ReturnType<Context['expected']>): RoleOf | undefined {
  return expected?.meaning.kind === 'role' ? { role: expected.meaning.role, by: expected.by } : undefined;
}

function structureName(meaning: Meaning | undefined): string | undefined {
  return meaning?.kind === 'structure' ? meaning.name : undefined;
}

function cached<K extends object, V>(find: (key: K) => V): (key: K) => V {
  const answers = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    let answer = answers.get(key);
    if (answer === undefined) answers.set(key, (answer = { value: find(key) }));
    return answer.value;
  };
}
