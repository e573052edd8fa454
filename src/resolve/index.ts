export { createResolver, type Resolver, type RoleOf } from './resolver.js';
export type { IrqlAnnotations, TagProblem } from './doc-tags.js';
export { settingsProblems } from './settings.js';
export type { Callee, External, FunctionNode, Variable } from './external.js';
export { reachesRuntime } from './modules.js';
export { fileNameOf, importedFile, importsReachRuntime, leadsToFew, programOf, sharedSource, sourceOfFile, type Parser } from './files.js';
export { driverAround, usersOf } from './importers.js';
export { dynamicImports, isDynamicImport, type DynamicImport } from './syntax.js';
