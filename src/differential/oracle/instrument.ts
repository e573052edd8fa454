/**
 * Rewrites a program so that the oracle sees what JavaScript does not show: on which line each call stands, what happens to the status that
 * it returns, which calls stand inside a `try`. The names of the hooks are those of `Hooks` in hooks.ts.
 */
import ts from 'typescript';
import { hasBlock, isCellValue, isComparison, isHolder, outlineOf, type Outline } from './entries.js';
import { isWrittenInPlace, keyOfFunction } from './inline.js';

interface Instrumented {
  /** A CommonJS module that also uses `$`, the hooks. */
  readonly code: string;
  readonly outline: Outline;
}

const { factory } = ts;

/** Every promise is awaited where it is made: such a program runs as if nothing in it were asynchronous. */
const sequential = (text: string): string => text.replace(/\b(?:async|await) /g, '');

export function instrument(source: string): Instrumented {
  const text = sequential(source);
  const outline = outlineOf(ts.createSourceFile('program.ts', text, ts.ScriptTarget.ES2022, true));
  const { outputText } = ts.transpileModule(`${text}\n${epilogue(outline)}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, verbatimModuleSyntax: false },
    transformers: { before: [rewrite(outline)] },
  });
  return { code: outputText, outline };
}

/** Gives the oracle the variables, routines and classes of the module, whether they are exported or not. */
function epilogue({ entries, variables, classes }: Outline): string {
  const values = variables.map(({ name }) => name).join(', ');
  const setters = variables.flatMap(({ name, reassignedAs }) =>
    reassignedAs === undefined ? [] : [`${name}: (_: any) => { ${name} = _; }`],
  );
  const named = entries.filter((entry) => entry.kind !== 'routine' || entry.inline === undefined);
  const names = new Set(named.map((entry) => (entry.kind === 'method' ? entry.className : entry.name)));
  const parts = [`values: () => ({ ${values} })`, `setters: { ${setters.join(', ')} }`, `entries: { ${[...names].join(', ')} }`];
  return `$module({ ${parts.join(', ')}, classes: { ${classes.join(', ')} } });`;
}

const hook = (name: string, ...args: ts.Expression[]): ts.CallExpression =>
  factory.createCallExpression(factory.createPropertyAccessExpression(factory.createIdentifier('$'), name), undefined, args);

const text = (value: string): ts.Expression => factory.createStringLiteral(value);

/** Without parentheses, casts and assertions that something is there. */
function bare(expression: ts.Expression): ts.Expression {
  while (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isNonNullExpression(expression))
    expression = expression.expression;
  return expression;
}

/** What a condition asks, whichever way its answer is turned. */
function asked(condition: ts.Expression): ts.Expression {
  const expression = bare(condition);
  const isNegated = ts.isPrefixUnaryExpression(expression) && expression.operator === ts.SyntaxKind.ExclamationToken;
  return isNegated ? asked(expression.operand) : expression;
}

const isNamedCall = (expression: ts.Expression | undefined): boolean => {
  const call = expression === undefined ? undefined : bare(expression);
  return call !== undefined && ts.isCallExpression(call);
};

/** Names of local variables that some call's value is put into, directly or by copying. */
function statusVariables(source: ts.SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node, isLocal: boolean): void => {
    if (isLocal && ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isNamedCall(node.initializer)) found.add(node.name.text);
    if (isLocal && isAssignment(node) && ts.isIdentifier(node.left) && isNamedCall(node.right)) found.add(node.left.text);
    if (isLocal && ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      copy(node.name, node.initializer);
    if (isLocal && isAssignment(node) && ts.isIdentifier(node.left)) copy(node.left, node.right);
    ts.forEachChild(node, (child) => {
      visit(child, isLocal || ts.isFunctionLike(node));
    });
  };
  const copy = (to: ts.Identifier, value: ts.Expression): void => {
    const from = bare(value);
    if (ts.isIdentifier(from) && found.has(from.text)) found.add(to.text);
  };
  visit(source, false);
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) found.delete(name.text);
  }
  return found;
}

const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;

/** Names of what is not known when a function is entered: a test of it tells something of what was before. */
function unknownNames({
  entries,
  variables,
  assignedMembers,
  memberTypes,
}: Outline): Readonly<Record<'variables' | 'members', ReadonlySet<string>>> {
  const parameters = entries.flatMap((entry) =>
    entry.kind === 'routine' ? [] : entry.parameters.filter(({ type }) => type === 'boolean' || type === 'number').map(({ name }) => name),
  );
  const reassigned = variables.filter(({ reassignedAs }) => reassignedAs !== undefined && !isHolder(reassignedAs));
  return {
    variables: new Set([...parameters, ...reassigned.map(({ name }) => name)]),
    members: new Set([...assignedMembers].filter((name) => !isHolder(memberTypes.get(name) ?? ''))),
  };
}

const rewrite =
  (outline: Outline): ts.TransformerFactory<ts.SourceFile> =>
  (context) => {
    const unknown = unknownNames(outline);
    const holders = new Set(outline.holders);
    const inlineKeys = new Set(outline.entries.flatMap((entry) => (entry.kind === 'routine' && entry.inline ? [entry.inline.key] : [])));
    const holdingMembers = new Set([...outline.memberTypes].flatMap(([name, type]) => (isHolder(type) ? [name] : [])));
    return (source) => {
      const statuses = statusVariables(source);
      const lineOf = (node: ts.Node): ts.Expression =>
        factory.createNumericLiteral(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
      const visitAll = <T extends ts.Node>(node: T): T => ts.visitEachChild(node, visit, context);
      const expression = (node: ts.Expression): ts.Expression => ts.visitNode(node, visit, ts.isExpression);
      const block = (node: ts.Block): ts.Block => ts.visitNode(node, visit, ts.isBlock);
      const isStatus = (node: ts.Node): node is ts.Identifier => ts.isIdentifier(node) && statuses.has(node.text);

      /** A value that goes into a variable: the duty to look at a status goes with it. */
      function put(name: ts.Identifier, value: ts.Expression): ts.Expression {
        const from = bare(value);
        if (isStatus(from)) return hook('copy', text(name.text), text(from.text), from);
        return hook('put', text(name.text), expression(value), isNamedCall(value) ? factory.createTrue() : factory.createFalse());
      }

      function call(node: ts.CallExpression): ts.Expression {
        const callee = node.expression;
        // The oracle's own, which stays as it is.
        if (ts.isIdentifier(callee) && callee.text === '$module') return hook('module', ...node.arguments);
        const args = node.arguments.map(expression);
        if (ts.isIdentifier(callee)) return hook('call', lineOf(node), callee, ...args);
        if (
          ts.isPropertyAccessExpression(callee) &&
          ts.isIdentifier(callee.name) &&
          callee.expression.kind !== ts.SyntaxKind.SuperKeyword &&
          node.questionDotToken === undefined &&
          callee.questionDotToken === undefined
        )
          return hook('method', lineOf(node), expression(callee.expression), text(callee.name.text), ...args);
        return hook('ran', visitAll(node));
      }

      function tryStatement(node: ts.TryStatement): ts.TryStatement {
        const inside = factory.createBlock([
          factory.createExpressionStatement(hook('enterTry')),
          factory.createTryStatement(
            block(node.tryBlock),
            undefined,
            factory.createBlock([factory.createExpressionStatement(hook('leaveTry'))]),
          ),
        ]);
        const handler = node.catchClause === undefined ? undefined : visitAll(node.catchClause);
        return factory.updateTryStatement(node, inside, handler, node.finallyBlock && block(node.finallyBlock));
      }

      /** A loop may go round for ever: then the run is given up. */
      const counted = (body: ts.Statement): ts.Statement => {
        const inside = ts.visitNode(body, visit, ts.isStatement);
        return factory.createBlock([factory.createExpressionStatement(hook('step')), inside]);
      };

      function loop(node: ts.IterationStatement): ts.Node {
        const visited = visitAll(node);
        const inside = counted(node.statement);
        if (ts.isWhileStatement(visited)) return factory.updateWhileStatement(visited, visited.expression, inside);
        if (ts.isDoStatement(visited)) return factory.updateDoStatement(visited, inside, visited.expression);
        if (ts.isForStatement(visited))
          return factory.updateForStatement(visited, visited.initializer, visited.condition, visited.incrementor, inside);
        if (ts.isForOfStatement(visited))
          return factory.updateForOfStatement(visited, visited.awaitModifier, visited.initializer, visited.expression, inside);
        return visited;
      }

      function returnStatement(node: ts.ReturnStatement): ts.Node {
        if (node.expression === undefined) return node;
        const value = bare(node.expression);
        if (isStatus(value)) return factory.updateReturnStatement(node, hook('pass', lineOf(node), text(value.text), value));
        const kind = isNamedCall(node.expression) ? factory.createTrue() : factory.createFalse();
        return factory.updateReturnStatement(node, hook('give', lineOf(node), expression(node.expression), kind));
      }

      /** A routine that is written where it is handed to the kit: the run may enter it later. */
      function inlineRoutine(node: ts.Node): ts.Node | undefined {
        if (!isWrittenInPlace(node) || !inlineKeys.has(keyOfFunction(node, source))) return undefined;
        const key = text(keyOfFunction(node, source));
        if (!ts.isMethodDeclaration(node)) return hook('routine', key, visitAll(node));
        const { name, parameters, body } = visitAll(node);
        const routine = factory.createFunctionExpression(
          undefined,
          undefined,
          undefined,
          undefined,
          parameters,
          undefined,
          body ?? factory.createBlock([]),
        );
        return factory.createPropertyAssignment(name, hook('routine', key, routine));
      }

      function visit(node: ts.Node): ts.Node {
        const routine = inlineRoutine(node);
        if (routine !== undefined) return routine;
        if (ts.isBlock(node) && hasBlock(node.parent))
          return factory.updateBlock(node, [
            factory.createExpressionStatement(hook('entered', lineOf(node.parent))),
            ...visitAll(node).statements,
          ]);
        if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return node;
        if (ts.isTryStatement(node)) return tryStatement(node);
        if (ts.isIfStatement(node) && asksForNothing(asked(node.expression)) && meetsAgain(node))
          return factory.createBlock([visitAll(node), factory.createExpressionStatement(hook('met'))]);
        if (ts.isIterationStatement(node, false)) return loop(node);
        if (ts.isReturnStatement(node)) return returnStatement(node);
        if (ts.isExpressionStatement(node) && isNamedCall(node.expression))
          return factory.updateExpressionStatement(node, hook('drop', expression(node.expression)));
        if (ts.isVariableDeclaration(node) && isStatus(node.name) && node.initializer !== undefined)
          return factory.updateVariableDeclaration(node, node.name, undefined, undefined, put(node.name, node.initializer));
        if (isAssignment(node) && isStatus(node.left))
          return factory.updateBinaryExpression(node, node.left, node.operatorToken, put(node.left, node.right));
        if (isAssignment(node) && ts.isPropertyAccessExpression(node.left) && ts.isIdentifier(node.left.name))
          return hook('write', lineOf(node), expression(node.left.expression), text(node.left.name.text), expression(node.right));
        if (asksForNothing(node))
          return factory.updateBinaryExpression(node, hook('asked', expression(node.left)), node.operatorToken, node.right);
        if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken && asksLevel(node.left))
          return hook('isAtLevel', expression(node.right));
        if (ts.isCallExpression(node)) return call(node);
        if (ts.isNewExpression(node)) return hook('made', visitAll(node));
        if (ts.isPropertyAccessExpression(node) && (node.name.text === 'Dispatch' || node.name.text === 'Client'))
          return hook('member', lineOf(node), expression(node.expression), text(node.name.text));
        if (isCellValue(node)) return hook('cell', expression(node.expression));
        if (isAssignment(node) && ts.isIdentifier(node.left) && holders.has(node.left.text))
          return hook(
            'assigned',
            lineOf(node),
            text(node.left.text),
            node.left,
            factory.updateBinaryExpression(node, node.left, node.operatorToken, expression(node.right)),
          );
        if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined && isLocal(node))
          return factory.updateVariableDeclaration(
            node,
            node.name,
            undefined,
            undefined,
            hook('local', text(node.name.text), expression(node.initializer)),
          );
        if (ts.isIdentifier(node) && holders.has(node.text) && isRead(node)) return hook('variable', text(node.text), node);
        if (isAssignment(node) && ts.isIdentifier(node.left) && unknown.variables.has(node.left.text))
          return factory.updateBinaryExpression(
            node,
            node.left,
            node.operatorToken,
            hook('set', text(node.left.text), expression(node.right)),
          );
        if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name) && holdingMembers.has(node.name.text))
          return hook('variable', text(node.name.text), visitAll(node));
        if (ts.isIdentifier(node) && unknown.variables.has(node.text) && isRead(node)) return hook('learn', text(node.text), node);
        if (ts.isPropertyAccessExpression(node) && unknown.members.has(node.name.text))
          return hook('learn', text(node.name.text), visitAll(node));
        if (isStatus(node) && isRead(node)) return hook('read', text(node.text), node);
        return visitAll(node);
      }
      return visitAll(source);
    };
  };

const isLocal = (node: ts.VariableDeclaration): boolean => !ts.isSourceFile(node.parent.parent.parent);

/** `x === NULL`, `x !== null`. */
const asksForNothing = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && isComparison(node) && (node.right.kind === ts.SyntaxKind.NullKeyword || isNull(node.right));

/** Both ways through it go on behind it. */
const meetsAgain = ({ thenStatement, elseStatement }: ts.IfStatement): boolean =>
  !leaves(thenStatement) && (elseStatement === undefined || !leaves(elseStatement));

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

const isNull = (node: ts.Expression): boolean => ts.isIdentifier(node) && node.text === 'NULL';

const asksLevel = (node: ts.Expression): boolean =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'KeGetCurrentIrql';

/** Whether an identifier stands for the value of a variable. */
function isRead(node: ts.Identifier): boolean {
  const parent = node.parent as ts.Node | undefined;
  if (parent === undefined) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isParameter(parent) || ts.isFunctionDeclaration(parent) || ts.isPropertyAssignment(parent))
    return parent.pos !== node.pos || (ts.isPropertyAssignment(parent) && parent.initializer === node);
  if (ts.isShorthandPropertyAssignment(parent) || ts.isClassElement(parent)) return false;
  return !(ts.isVariableDeclaration(parent) && parent.name === node);
}
