/** Which modules are the runtime, and whether a file can reach it at all. */
import type { TSESTree } from '@typescript-eslint/utils';
import { readSettings, type ResolveSettings } from './settings.js';

export const runtimeModule = 'eslint-plugin-driver-contracts/runtime';

/** Whether a specifier, as it is written, names the runtime. */
export function isRuntimeModule(specifier: string, settings: ResolveSettings): boolean {
  return (
    specifier === runtimeModule ||
    settings.modules.some((module) => (module.startsWith('*') ? specifier.endsWith(module.slice(1)) : specifier === module))
  );
}

/** Texts of which a file contains one if it names the runtime. */
export function runtimeMentions(settings: unknown): readonly string[] {
  return [runtimeModule, ...readSettings(settings).modules.map((module) => module.replace(/^\*/, ''))];
}

/**
 * The cheap gate, which looks only at top-level imports. `runtime`: the file imports the runtime or re-exports from it. `relative`: it imports modules of
 * its own project, through which the runtime can be reached with type information only. `no`: nothing to do here.
 */
export function reachesRuntime(ast: TSESTree.Program, settings: unknown): 'runtime' | 'relative' | 'no' {
  const read = readSettings(settings);
  let reaches: 'relative' | 'no' = 'no';
  for (const statement of ast.body) {
    for (const specifier of specifiersOf(statement)) {
      if (isRuntimeModule(specifier, read)) return 'runtime';
      // Subpath imports (`#x`) and the usual path aliases (`@/x`, `~/x`) are the project's own modules too.
      if (/^(?:\.|#|@\/|~\/)/.test(specifier)) reaches = 'relative';
    }
  }
  return reaches;
}

function specifiersOf(statement: TSESTree.ProgramStatement): string[] {
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return [statement.source.value];
    case 'ExportNamedDeclaration':
      return statement.source === null ? declared(statement.declaration) : [statement.source.value];
    case 'TSImportEqualsDeclaration':
      return stated(moduleOfImportEquals(statement));
    default:
      return declared(statement);
  }
}

function declared(declaration: TSESTree.Node | null): string[] {
  if (declaration?.type !== 'VariableDeclaration') return [];
  return declaration.declarations.flatMap(({ init }) => stated(init === null ? undefined : moduleOfExpression(init)));
}

function stated(specifier: string | undefined): string[] {
  return specifier === undefined ? [] : [specifier];
}

export function moduleOfImportEquals({ moduleReference }: TSESTree.TSImportEqualsDeclaration): string | undefined {
  return moduleReference.type === 'TSExternalModuleReference' ? stringOf(moduleReference.expression) : undefined;
}

/** The module that `require('…')`, `await import('…')` or a member of one gives. */
export function moduleOfExpression(node: TSESTree.Expression): string | undefined {
  switch (node.type) {
    case 'AwaitExpression':
      return node.argument.type === 'ImportExpression' ? stringOf(node.argument.source) : undefined;
    case 'CallExpression':
      return node.callee.type === 'Identifier' && node.callee.name === 'require' && node.arguments.length === 1
        ? stringOf(node.arguments[0])
        : undefined;
    case 'MemberExpression':
      return moduleOfExpression(node.object);
    default:
      return undefined;
  }
}

function stringOf(node: TSESTree.Node | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}
