/** Resolution by the imports of the file itself. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { externalNamed, runtimeNamespace, type External, type Variable } from './external.js';
import { isRuntimeModule, moduleOfExpression, moduleOfImportEquals } from './modules.js';
import type { ResolveSettings } from './settings.js';

/** What an import of this file binds: a name of a module, or (`name` null) the whole module. */
interface ImportOf {
  readonly module: string;
  readonly name: string | null;
}

function importOf(variable: Variable): ImportOf | undefined {
  for (const { type, node, name } of variable.defs as readonly TSESLint.Scope.Definition[]) {
    if (type === 'ImportBinding') return importOfSpecifier(node);
    if (type === 'Variable' && node.init !== null) {
      const module = moduleOfExpression(node.init);
      if (module !== undefined) return requiredBinding(node, name, module);
    }
  }
  return undefined;
}

function importOfSpecifier(node: TSESTree.Node): ImportOf | undefined {
  if (node.type === 'TSImportEqualsDeclaration') {
    const module = moduleOfImportEquals(node);
    return module === undefined ? undefined : { module, name: null };
  }
  if (node.parent?.type !== 'ImportDeclaration') return undefined;
  const module = node.parent.source.value;
  switch (node.type) {
    case 'ImportSpecifier':
      return { module, name: node.imported.type === 'Identifier' ? node.imported.name : node.imported.value };
    case 'ImportDefaultSpecifier':
      return { module, name: 'default' };
    case 'ImportNamespaceSpecifier':
      return { module, name: null };
    default:
      return undefined;
  }
}

function requiredBinding({ id, init }: TSESTree.VariableDeclarator, name: TSESTree.Identifier, module: string): ImportOf | undefined {
  const picked = init?.type === 'MemberExpression' && !init.computed && init.property.type === 'Identifier' ? init.property.name : null;
  if (id === name) return { module, name: picked };
  if (id.type !== 'ObjectPattern' || picked !== null) return undefined;
  for (const property of id.properties) {
    if (property.type === 'Property' && property.value === name && !property.computed && property.key.type === 'Identifier')
      return { module, name: property.key.name };
  }
  return undefined;
}

/** What an import from the runtime, or from a module that the settings name, denotes; undefined for all other variables. */
export function runtimeImport(variable: Variable, settings: ResolveSettings): External | undefined {
  const found = importOf(variable);
  if (found === undefined || !isRuntimeModule(found.module, settings)) return undefined;
  return found.name === null ? runtimeNamespace : externalNamed(found.name);
}

/** The variable that a name refers to at a node; undefined for a global that no scope declares. */
export function variableAt(sourceCode: Readonly<TSESLint.SourceCode>, node: TSESTree.Node, name: string): Variable | undefined {
  for (let scope: TSESLint.Scope.Scope | null = sourceCode.getScope(node); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(name);
    if (variable !== undefined) return variable;
  }
  return undefined;
}
