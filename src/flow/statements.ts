/**
 * The dispatch table of statements, and the plain ones among them. A statement writes what comes first and returns the steps that follow.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { BlockId } from './graph.js';
import type { Builder, Lower, Steps } from './builder.js';
import { done } from './builder.js';
import { lowerClass, lowerClassDeclaration } from './classes.js';
import { branchOn } from './conditions.js';
import { leaveResources, lowerTry, openResource } from './exceptions.js';
import { hoistFunctions, lowerClosure, statementList } from './functions.js';
import { lowerBreak, lowerContinue, lowerDoWhile, lowerFor, lowerForIn, lowerForOf, lowerLabeled, lowerWhile } from './loops.js';
import { prepare } from './patterns.js';
import { isNameless } from './scopes.js';
import { isUsing } from './syntax.js';
import { lowerEnum, lowerExportAssignment, lowerImportEquals, lowerNamespace } from './typescript.js';

type Statement = TSESTree.Statement;

/** Erased before it runs, or resolved by whoever reads the name: declarations of types and imports, re-exports. */
const noFlow = (): Steps => done;

const statements: { readonly [T in Statement['type']]: Lower<Extract<Statement, { type: T }>, Steps> } = {
  BlockStatement: (node, b) => statementList(b, node.body),
  BreakStatement: lowerBreak,
  ClassDeclaration: lowerClassDeclaration,
  ContinueStatement: lowerContinue,
  DebuggerStatement: noFlow,
  DoWhileStatement: lowerDoWhile,
  EmptyStatement: noFlow,
  ExportAllDeclaration: noFlow,
  ExportDefaultDeclaration: lowerExportDefault,
  ExportNamedDeclaration: (node) => (node.declaration === null ? done : [node.declaration as Statement]),
  ExpressionStatement: lowerExpressionStatement,
  ForInStatement: lowerForIn,
  ForOfStatement: lowerForOf,
  ForStatement: lowerFor,
  FunctionDeclaration: noFlow, // its scope has made it
  IfStatement: lowerIf,
  ImportDeclaration: noFlow,
  LabeledStatement: lowerLabeled,
  ReturnStatement: lowerReturn,
  SwitchStatement: lowerSwitch,
  ThrowStatement: lowerThrow,
  TryStatement: lowerTry,
  TSDeclareFunction: noFlow,
  TSEnumDeclaration: lowerEnum,
  TSExportAssignment: lowerExportAssignment,
  TSImportEqualsDeclaration: lowerImportEquals,
  TSInterfaceDeclaration: noFlow,
  TSModuleDeclaration: lowerNamespace,
  TSNamespaceExportDeclaration: noFlow,
  TSTypeAliasDeclaration: noFlow,
  VariableDeclaration: lowerVariables,
  WhileStatement: lowerWhile,
  WithStatement: lowerWith,
};

export function lowerStatement(node: Statement, b: Builder): Steps {
  // A newer parser may know statements that the table does not.
  const lower = (statements as Readonly<Record<string, Lower<Statement, Steps> | undefined>>)[node.type];
  if (lower !== undefined) return lower(node, b);
  b.opaque(node);
  return done;
}

function lowerExpressionStatement(node: TSESTree.ExpressionStatement, b: Builder): Steps {
  b.lower(node.expression);
  return done;
}

function lowerIf(node: TSESTree.IfStatement, b: Builder): Steps {
  const [yes, no, after] = [b.block(), b.block(), b.block()];
  branchOn(b, node.test, yes, no);
  const arm = (start: BlockId, statement: Statement | null) => (): Steps => {
    b.start(start);
    if (statement === null) return done;
    // Old code has functions as arms; they have no other scope.
    hoistFunctions(b, [statement]);
    return [statement];
  };
  const join = (): Steps => {
    b.goto(after);
    return done;
  };
  const end = (): Steps => {
    b.start(after);
    return done;
  };
  return [arm(yes, node.consequent), join, arm(no, node.alternate), join, end];
}

function lowerReturn(node: TSESTree.ReturnStatement, b: Builder): Steps {
  b.emit({ kind: 'setReturn', value: node.argument === null ? null : b.lower(node.argument), node });
  b.jump('return');
  return done;
}

function lowerThrow(node: TSESTree.ThrowStatement, b: Builder): Steps {
  b.emit({ kind: 'setThrow', value: b.lower(node.argument), node });
  b.jump('throw');
  return done;
}

function lowerWith(node: TSESTree.WithStatement, b: Builder): Steps {
  b.opaque(node, [b.lower(node.object)], true);
  return [node.body];
}

function lowerVariables(node: TSESTree.VariableDeclaration, b: Builder): Steps {
  if (node.declare) return done;
  for (const declarator of node.declarations) {
    if (declarator.init !== null) {
      const value = b.lower(declarator.init);
      prepare(b, declarator.id, true)(value);
      if (isUsing(node) && isInList(node)) openResource(b, declarator, value, node.kind === 'await using');
    } else if (node.kind !== 'var') prepare(b, declarator.id, true)(b.literal(declarator, undefined));
  }
  return done;
}

/** Whether a scope ends after the declaration; in broken code it may be the only statement of an `if` or loop. */
function isInList(node: TSESTree.VariableDeclaration): boolean {
  const { parent } = node;
  if (parent.type === 'ForStatement') return parent.init === node;
  return ['BlockStatement', 'Program', 'StaticBlock', 'SwitchCase', 'TSModuleBlock'].includes(parent.type);
}

function lowerSwitch(node: TSESTree.SwitchStatement, b: Builder): Steps {
  const { region } = b;
  const discriminant = b.lower(node.discriminant);
  hoistFunctions(
    b,
    node.cases.flatMap(({ consequent }) => consequent),
  );
  const bodies = node.cases.map((each) => ({ each, start: b.block() }));
  const after = b.block();
  for (const { each, start } of bodies) if (each.test !== null) testCase(b, each, each.test, discriminant, start);
  b.goto(bodies.find(({ each }) => each.test === null)?.start ?? after);
  b.enterTarget('break', after, [], true);
  const end = (): Steps => {
    b.region = region;
    b.goto(after);
    b.start(after);
    return done;
  };
  return [
    ...bodies.map(
      ({ each, start }) =>
        () =>
          lowerCase(b, each, start),
    ),
    end,
  ];
}

function testCase(b: Builder, node: TSESTree.SwitchCase, test: TSESTree.Expression, left: number, start: BlockId): void {
  const next = b.block();
  const { discriminant } = node.parent;
  // `switch (true)` is a ladder of tests.
  if (discriminant.type === 'Literal' && discriminant.value === true && isTest(test)) {
    branchOn(b, test, start, next);
    b.start(next);
    return;
  }
  const equal = b.define({ kind: 'binary', target: b.temp(), operator: '===', left, right: b.lower(test), node });
  b.branch(equal, test, start, next);
  b.start(next);
}

const comparing = new Set<TSESTree.BinaryExpression['operator']>(['===', '!==', '==', '!=', '<', '<=', '>', '>=', 'in', 'instanceof']);

/** Whether an expression can only be `true` or `false`. */
function isTest(node: TSESTree.Expression): boolean {
  switch (node.type) {
    case 'BinaryExpression':
      return comparing.has(node.operator);
    case 'UnaryExpression':
      return node.operator === '!';
    case 'LogicalExpression':
      return node.operator !== '??' && isTest(node.left) && isTest(node.right);
    default:
      return false;
  }
}

function lowerCase(b: Builder, { consequent }: TSESTree.SwitchCase, start: BlockId): Steps {
  const { region } = b;
  b.goto(start);
  b.start(start);
  return [...consequent, () => leaveResources(b, region)];
}

/** `export default`: a value without a name is that of a variable of its own. */
function lowerExportDefault(node: TSESTree.ExportDefaultDeclaration, b: Builder): Steps {
  const { declaration } = node;
  const keep = (value: number): void => {
    b.emit({ kind: 'writeVariable', variable: b.scopes.defaultExport(node), name: 'default', value, initializes: true, node });
  };
  switch (declaration.type) {
    case 'FunctionDeclaration':
      if (declaration.id === null) keep(lowerClosure(declaration, b));
      return done;
    case 'ClassDeclaration':
      if (declaration.id === null) keep(lowerClass(declaration, b));
      else lowerClass(declaration, b);
      return done;
    case 'TSDeclareFunction':
    case 'TSEnumDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSModuleDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'VariableDeclaration':
      return [declaration];
    default:
      if (isNameless(node)) keep(b.lower(declaration));
      return done;
  }
}
