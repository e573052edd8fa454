/**
 * Function bodies: parameters, parameter properties, hoisted functions, and the statement lists in which they and `using` live.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClassNode, FunctionNode, Node } from './graph.js';
import type { Builder, Steps } from './builder.js';
import { leaveResources } from './exceptions.js';
import { prepare } from './patterns.js';
import { isUsing } from './syntax.js';

/** The statements of a scope: functions are there from the start, resources are disposed of at the end. */
export function statementList(b: Builder, statements: readonly TSESTree.Statement[]): Steps {
  hoistFunctions(b, statements);
  if (!statements.some(isUsing)) return statements;
  const outer = b.region;
  return [...statements, () => leaveResources(b, outer)];
}

export function hoistFunctions(b: Builder, statements: readonly TSESTree.Statement[]): void {
  for (const statement of statements) {
    const declared = declaredFunction(statement);
    if (declared?.id) b.writeVariable(declared.id, lowerClosure(declared, b), true);
  }
}

function declaredFunction(statement: Node): TSESTree.FunctionDeclaration | null {
  switch (statement.type) {
    case 'FunctionDeclaration':
      return statement;
    case 'ExportDefaultDeclaration':
    case 'ExportNamedDeclaration':
      return statement.declaration && declaredFunction(statement.declaration);
    case 'LabeledStatement':
      return declaredFunction(statement.body);
    default:
      return null;
  }
}

export function lowerClosure(node: FunctionNode, b: Builder): number {
  const closure = b.define({ kind: 'closure', target: b.temp(), function: node, node });
  // The name that a function expression has for itself.
  if (node.type === 'FunctionExpression' && node.id !== null) b.writeVariable(node.id, closure, true);
  return closure;
}

export function lowerFunction(b: Builder, node: FunctionNode): void {
  lowerParameters(b, node);
  const { body } = node;
  if (body.type !== 'BlockStatement') {
    b.emit({ kind: 'setReturn', value: b.lower(body), node: body });
    b.jump('return');
    return;
  }
  lowerParameterProperties(b, node);
  lowerBody(b, body, body.body);
}

/** Statements, and the return without a value at their end. */
export function lowerBody(b: Builder, owner: Node, statements: readonly TSESTree.Statement[]): void {
  b.run([() => statementList(b, statements)]);
  b.emit({ kind: 'setReturn', value: null, node: owner });
  b.jump('return');
}

function lowerParameters(b: Builder, { params }: FunctionNode): void {
  for (const [index, param] of params.filter((each) => !isThisParameter(each)).entries()) {
    const inner = param.type === 'TSParameterProperty' ? param.parameter : param;
    const write = prepare(b, inner, true);
    write(b.define({ kind: 'parameter', target: b.temp(), index, rest: inner.type === 'RestElement', node: inner }));
  }
}

/** `function f(this: Window)`: a type in the place of a parameter. */
function isThisParameter(param: TSESTree.Parameter): boolean {
  return param.type === 'Identifier' && param.name === 'this';
}

/** `constructor(private x)` sets `this.x` first of all, but in a derived class once there is a `this`. */
function lowerParameterProperties(b: Builder, node: FunctionNode): void {
  const owner = classOfConstructor(node);
  const properties = node.params.filter((param) => param.type === 'TSParameterProperty');
  if (owner === null || properties.length === 0) return;
  const write = (): void => {
    for (const property of properties) writeParameterProperty(b, property);
  };
  if (owner.superClass === null) write();
  else b.afterSuperCall = write;
}

function writeParameterProperty(b: Builder, node: TSESTree.TSParameterProperty): void {
  const name = node.parameter.type === 'AssignmentPattern' ? node.parameter.left : node.parameter;
  const value = b.readVariable(name);
  b.emit({ kind: 'writeMember', object: b.thisValue(node), key: { kind: 'name', name: name.name }, value, node });
}

function classOfConstructor({ parent }: FunctionNode): ClassNode | null {
  return parent.type === 'MethodDefinition' && parent.kind === 'constructor' ? parent.parent.parent : null;
}
