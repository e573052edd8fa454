/** What a name of the runtime stands for. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isStructureName, structures } from '../contracts/classes.js';
import { constants } from '../contracts/constants.js';
import { isContractName, type ContractName, type DispatchMemberName } from '../contracts/functions.js';
import { statusTests, type StatusTestName } from '../contracts/status.js';

export type Variable = TSESLint.Scope.Variable;
export type FunctionNode = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;
export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

/** A class of the project: its node in this file, or where it ends in a file that the compiler knows. */
export type DeclaredClass = { readonly node: ClassNode } | { readonly file: string; readonly end: number };

export type External =
  | { readonly kind: 'function'; readonly name: ContractName }
  /** A structure that is made with `new`. */
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: string; readonly value: number | null }
  | { readonly kind: 'statusTest'; readonly name: StatusTestName }
  /** A module object whose members are asked for with `Resolver.member`; `of` tells such modules apart. */
  | { readonly kind: 'namespace'; readonly of: string }
  /** Another export of the runtime. */
  | { readonly kind: 'other'; readonly name: string };

export type Callee =
  | External
  | { readonly kind: 'dispatchMember'; readonly name: DispatchMemberName }
  /** A method of what is declared to be an array. */
  | { readonly kind: 'arrayMethod'; readonly name: string };

export const runtimeNamespace: External = { kind: 'namespace', of: 'runtime' };

const known = new Map<string, External>();

/** What the export `name` of the runtime denotes; the same object each time. */
export function externalNamed(name: string): External {
  if (name === 'default') return runtimeNamespace;
  let external = known.get(name);
  if (external === undefined) known.set(name, (external = describe(name)));
  return external;
}

function describe(name: string): External {
  if (isStatusTest(name)) return { kind: 'statusTest', name };
  if (isContractName(name)) return { kind: 'function', name };
  if (isStructureName(name) && structures[name].constructible) return { kind: 'class', name };
  const value = Object.hasOwn(constants, name) ? constants[name] : undefined;
  return value === undefined ? { kind: 'other', name } : { kind: 'constant', name, value };
}

function isStatusTest(name: string): name is StatusTestName {
  return Object.hasOwn(statusTests, name);
}
