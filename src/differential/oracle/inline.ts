/** Routines that are written where they are handed to the kit: as an argument, as a member of an object, as what is put into a member. */
import ts from 'typescript';
import { roleOfMember } from '../../contracts/classes.js';
import { contractOf } from '../../contracts/functions.js';
import { isRoleName, type RoleName } from '../../contracts/roles.js';

/** Something that the kit calls because of where it stands, with the role that it has there. */
export interface Handed {
  readonly value: ts.Expression | ts.MethodDeclaration;
  readonly role: RoleName;
}

type Inline = ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration;

export const isWrittenInPlace = (node: ts.Node): node is Inline =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node) || (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent));

/** Names a function by where it stands. */
export const keyOfFunction = (node: ts.Node, source: ts.SourceFile): string => String(node.getStart(source));

/** What a node hands to the kit. */
export function* handedOverBy(node: ts.Node): Generator<Handed> {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const contract = contractOf(node.expression.text);
    for (const { parameter, role } of contract?.takes ?? []) {
      const value = node.arguments[contract?.parameters.indexOf(parameter) ?? -1];
      if (value !== undefined && isRoleName(role)) yield { value, role };
    }
    return;
  }
  const [key, value] = memberSetBy(node) ?? [];
  const role = key === undefined ? undefined : roleOfMember(key);
  if (value !== undefined && role !== undefined) yield { value, role };
}

function memberSetBy(node: ts.Node): readonly [key: string, value: Handed['value']] | undefined {
  if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) return [node.name.text, node.initializer];
  if (ts.isMethodDeclaration(node) && isWrittenInPlace(node) && ts.isIdentifier(node.name)) return [node.name.text, node];
  const isSet = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isSet && ts.isPropertyAccessExpression(node.left) ? [node.left.name.text, node.right] : undefined;
}
