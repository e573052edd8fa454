/** The one answer to "which contract does this denote", with type information and without it. Never throws. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { contractOf, isDispatchMember } from '../contracts/functions.js';
import type { RoleName } from '../contracts/roles.js';
import { Context } from './context.js';
import { isDeclaredThere, valuesDeclared, type Unit } from './declared-values.js';
import { irqlAnnotations, roleTag, type IrqlAnnotations } from './doc-tags.js';
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
  /** The IRQL annotations of its doc comment; undefined when there are none. Problems may stand alone. */
  readonly annotationsOf: (fn: FunctionNode) => IrqlAnnotations | undefined;
  /** The runtime's structure that an expression, parameter or declared name is, when that is known. */
  readonly structureOf: (node: TSESTree.Node) => string | undefined;
  /** The class of the project that an expression is declared to be an instance of, whatever its value; of a subclass it may be, too. */
  readonly declaredClass: (node: TSESTree.Expression) => DeclaredClass | undefined;
  /** The only values that an expression is declared to have, if these are listed: by an enum, a union of literals, `boolean`, or being one. */
  /** Whether the type that an expression is declared to have is without `null` and `undefined`. */
  readonly isDeclaredThere: (node: TSESTree.Expression) => boolean;
  readonly valuesOf: (node: TSESTree.Expression) => readonly Unit[] | undefined;
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

  const declaredClass = cached((node: TSESTree.Expression): DeclaredClass | undefined => {
    const meaning = context.meaning(node);
    if (meaning === undefined) return checker?.declaredClass(node);
    return meaning.kind === 'members' && meaning.of !== undefined ? { node: meaning.of } : undefined;
  });

  return {
    typed: checker !== undefined,
    importedBinding,
    member,
    callee,
    roleOf,
    roleAt: (node) => roleIn(context.expected(node)),
    annotationsOf: cached((fn: FunctionNode) => irqlAnnotations(sourceCode, fn)),
    structureOf: cached((node: TSESTree.Node) => structureName(context.meaning(node) ?? checker?.meaning(node))),
    declaredClass,
    isDeclaredThere: cached((node: TSESTree.Expression) =>
      checker === undefined ? isDeclaredThere(sourceCode, node) : checker.isDeclaredThere(node),
    ),
    valuesOf: cached((node: TSESTree.Expression) => (checker === undefined ? valuesDeclared(sourceCode, node) : checker.valuesOf(node))),
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
