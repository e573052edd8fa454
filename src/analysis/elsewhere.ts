/** What other files of a project say of a file that does not import them: in which context the kit calls the functions that it exports. */
import type { TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import type { FunctionNode, Node, Variable } from '../flow/graph.js';
import { usersOf, type RoleOf } from '../resolve/index.js';
import { memberRead, type Linked } from './bindings.js';
import { isExported } from './entry-points.js';
import type { Linker } from './link.js';
import { parentOf, type Module } from './program.js';

/** The role that a function has by the places where the files that import it hand it on. */
export function roleElsewhere(linker: Linker, module: Module, fn: FunctionNode): RoleOf | undefined {
  const variable = variableOfFunction(fn, module);
  if (variable === undefined || !isExported(variable)) return undefined;
  for (const user of usersAsValue(linker, module, variable.name)) {
    for (const use of usesOf(linker, variable, user)) {
      const role = user.resolver.roleAt(use);
      if (role !== undefined) return role;
    }
  }
  return undefined;
}

/** The variable of a module that a function is the value of. */
function variableOfFunction(fn: FunctionNode, { scopes }: Module): Variable | undefined {
  const { parent } = fn;
  if (fn.type === 'FunctionDeclaration') return scopes.declaredVariables(fn)[0];
  return parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? scopes.declaredVariables(parent)[0] : undefined;
}

/**
 * The modules that hand on what a module exports under a name. Told from their texts, so that no file is parsed that only calls it: most functions are
 * only called.
 */
function usersAsValue(linker: Linker, module: Module, name: string): Module[] {
  const files = linker.filesOf(module, usersOf);
  const names = [name, ...files.flatMap(({ text }) => renamed(text, name))];
  const isUser = (file: ts.SourceFile): boolean => names.some((each) => isUsedAsValue(file.text, each));
  for (const file of files) if (isUser(file)) linker.noteAsked(module, file);
  return linker.modulesOf(module, usersOf, isUser);
}

/** Whether a text mentions a name otherwise than to call it, beside the mention that imports it. */
function isUsedAsValue(text: string, name: string): boolean {
  if (!text.includes(name)) return false;
  const uncalled = `${escaped(name)}\\b(?!\\s*[(<])`;
  return new RegExp(`\\.\\s*${uncalled}`).test(text) || [...text.matchAll(new RegExp(`\\b${uncalled}`, 'g'))].length > 1;
}

/** The names under which a text hands on what has this one. */
function renamed(text: string, name: string): string[] {
  if (!text.includes(name)) return [];
  return [...text.matchAll(new RegExp(`\\b${escaped(name)}\\s+as\\s+([\\w$]+)`, 'g'))].map(([, other]) => other ?? '');
}

const escaped = (name: string): string => name.replaceAll('$', '\\$');

/** Where a module mentions a variable of another one. */
function usesOf(linker: Linker, variable: Variable, user: Module): TSESTree.Expression[] {
  const scope = user.scopeManager.scopes.find(({ type }) => type === 'module');
  return (scope?.variables ?? []).flatMap((imported) => {
    const linked = linker.bindings.target(user, imported);
    if (linked === undefined) return [];
    return imported.references.flatMap(({ identifier }) => useOf(linker, variable, linked, identifier) ?? []);
  });
}

/** The expression that gives the variable where what it is `linked` to is mentioned: that mention, or a member of it. */
function useOf(linker: Linker, variable: Variable, linked: Linked, mention: Node): TSESTree.Expression | undefined {
  if ('variable' in linked) return linked.variable === variable ? (mention as TSESTree.Expression) : undefined;
  const name = memberRead(mention);
  const member = name === undefined ? undefined : linker.bindings.exported(linked.namespace, name);
  const parent = parentOf(mention);
  return member === undefined || parent === undefined ? undefined : useOf(linker, variable, member, parent);
}
