/** The user's own names for things, for messages. */
import type { GraphOwner, Node } from '../flow/graph.js';
import type { Engine } from './engine.js';
import type { Atom } from './values.js';

export function nameOfFunction(owner: GraphOwner): string {
  if (owner.type === 'Program') return 'the module';
  if (owner.type === 'ClassBody') return `the initialiser of \`${owner.parent.id?.name ?? 'a class'}\``;
  if (owner.id !== null) return `\`${owner.id.name}\``;
  const { parent } = owner;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return `\`${parent.id.name}\``;
  if ((parent.type === 'MethodDefinition' || parent.type === 'Property' || parent.type === 'PropertyDefinition') && !parent.computed) {
    return parent.key.type === 'Identifier'
      ? `\`${parent.key.name}\``
      : parent.key.type === 'PrivateIdentifier'
        ? `\`#${parent.key.name}\``
        : 'the method';
  }
  return 'the function';
}

/** The same, without quotes. */
export const bareNameOf = (owner: GraphOwner): string => nameOfFunction(owner).replaceAll('`', '');

/** Source text of a short expression. */
export function textOf(node: Node): string {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'PrivateIdentifier':
      return `#${node.name}`;
    case 'ThisExpression':
      return 'this';
    case 'Super':
      return 'super';
    case 'Literal':
      return node.raw;
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
      return textOf(node.expression);
    case 'ChainExpression':
      return textOf(node.expression);
    case 'MemberExpression':
      return node.computed ? `${textOf(node.object)}[${textOf(node.property)}]` : `${textOf(node.object)}.${textOf(node.property)}`;
    case 'CallExpression':
      return `${textOf(node.callee)}(…)`;
    case 'NewExpression':
      return `new ${textOf(node.callee)}`;
    default:
      return '…';
  }
}

/** What the user calls an object, at a call that is handed it. */
export function nameOfObject(engine: Engine, atom: Atom, at: Node): string {
  const info = engine.universe.info(atom);
  if (at.type === 'CallExpression') {
    const named = at.arguments.find((argument) => isSameOrNewer(engine, engine.workspace.argumentNames.get(argument), atom));
    if (named !== undefined) return textOf(named);
  }
  if (info.kind === 'entry') return info.name;
  if (info.kind === 'member') return info.key;
  return 'it';
}

/** What the same expression made last goes by the name that what it made before had. */
function isSameOrNewer({ universe }: Engine, named: Atom | undefined, atom: Atom): boolean {
  if (named === undefined || named === atom) return named !== undefined;
  const [a, b] = [universe.info(named), universe.info(atom)];
  return 'site' in a && 'site' in b && a.kind === b.kind && a.site === b.site;
}
